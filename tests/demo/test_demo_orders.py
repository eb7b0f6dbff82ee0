"""The demo orders: what the README promises of the ten, and that the others cover what a house meets."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from concierge.demo.commands import demo
from concierge.demo.orders import COUNT, demo_orders, ensure_demo_orders, fill
from concierge.demo.parts import ups_tracking
from concierge.orders import documents
from concierge.orders.commands import orders
from concierge.orders.documents import dump
from concierge.orders.model import Category, Flag, Order, SalesChannel, Status
from concierge.orders.numbers import normalise
from concierge.orders.reading import read_order
from concierge.orders.sql import SqlOrderBook

TODAY = date(2026, 3, 31)
NOW = datetime(2026, 3, 31, 12, tzinfo=timezone.utc)
ORDERS = demo_orders(TODAY)
TEN = {order.number[-2:].lstrip("0"): order for order in ORDERS[:10]}


def days(order: Order) -> int:
    assert order.delivered_at
    return (NOW - order.delivered_at).days


def test_the_same_day_gives_the_same_orders() -> None:
    assert demo_orders(TODAY) == ORDERS
    assert demo_orders(TODAY, NOW) == ORDERS
    assert demo_orders(TODAY + timedelta(days=1)) != ORDERS


def test_three_hundred_different_ones() -> None:
    assert len(ORDERS) == len({order.number for order in ORDERS}) == 300
    assert all(normalise(order.number) == order.number for order in ORDERS)


@pytest.mark.parametrize("day", [TODAY, date(2024, 2, 29), date(2025, 12, 31), date(2026, 3, 29)])
def test_each_could_have_been_imported(day: date) -> None:
    for order in demo_orders(day):
        assert read_order(json.loads(json.dumps(dump(order)))) == order


def test_they_cover_what_there_is() -> None:
    assert {order.status for order in ORDERS} == set(Status)
    assert {order.channel for order in ORDERS} == set(SalesChannel)
    assert {order.region for order in ORDERS} == {"EU", "UK", "US", "ROW"}
    assert {line.category for order in ORDERS for line in order.lines} == set(Category)
    assert {flag for order in ORDERS for line in order.lines for flag in line.flags} == set(Flag)
    families = {line.family for order in ORDERS for line in order.lines}
    assert {"Hourglass", "Le Cagole", "Neo Cagole", "Triple S", "Track", "Speed", "3XL"} <= families
    assert min(Counter(order.status for order in ORDERS).values()) >= 5
    assert any(line.unavailable for order in ORDERS for line in order.lines)
    assert {item.accepted for order in ORDERS for item in order.returns} == {True, False, None}
    assert {item.kind for order in ORDERS for item in order.returns} == {"return", "exchange"}
    assert len({repair.status for order in ORDERS for repair in order.repairs}) >= 5


def test_nothing_has_happened_in_the_future() -> None:
    for order in ORDERS:
        moments = [order.placed_at, order.prepared_at, order.dispatched_at, order.delivered_at, order.cancelled_at]
        moments += [attempt.at for shipment in order.shipments for attempt in shipment.attempts]
        moments += [refund.issued_at for refund in order.refunds] + [repair.opened_at for repair in order.repairs]
        for item in order.returns:
            moments += [item.requested_at, item.received_at, item.decided_at]
        assert all(moment <= NOW for moment in moments if moment), order.number


def test_money_is_taken_at_dispatch_and_only_for_what_was_shipped() -> None:
    for order in ORDERS:
        for payment in order.payments:
            assert payment.authorisations[0].amount == order.total
            taken = sum((capture.amount for capture in payment.captures), Decimal(0))
            if order.channel is SalesChannel.ONLINE and order.dispatched_at is None:
                assert taken == 0
            else:
                missing = sum((line.price for line in order.lines if line.unavailable), Decimal(0))
                assert taken == order.total - missing
        assert sum((refund.amount for refund in order.refunds), Decimal(0)) <= order.total


def test_tracking_numbers_have_upss_check_digit() -> None:
    for order in ORDERS:
        for shipment in order.shipments:
            assert ups_tracking(int(shipment.tracking[10:17])) == shipment.tracking
            assert shipment.tracking in shipment.url


def test_the_ten_are_claires() -> None:
    assert [order.number for order in ORDERS[:10]] == [f"BA{10000000 + n}" for n in range(1, 11)]
    assert {(order.email, order.name) for order in ORDERS[:10]} == {("claire@example.com", "Claire Fontaine")}


def test_one_new_two_preparing_three_on_its_way() -> None:
    one, two, three = TEN["1"], TEN["2"], TEN["3"]
    assert (one.status, one.region, one.prepared_at) == (Status.CONFIRMED, "EU", None)
    assert timedelta(0) < NOW - one.placed_at <= timedelta(hours=1)
    assert [line.category for line in one.lines] == [Category.BAG, Category.ACCESSORY]
    assert two.status is Status.PREPARING
    assert three.status is Status.DISPATCHED
    assert three.shipments[0].carrier == "UPS"
    assert three.shipments[0].expected_to == TODAY + timedelta(days=2)


def test_four_five_six_delivered() -> None:
    four, five, six = TEN["4"], TEN["5"], TEN["6"]
    assert (days(four), four.region) == (5, "EU")
    assert [line.category for line in four.lines] == [Category.SHOES, Category.FRAGRANCE]
    assert Flag.OPENED not in four.lines[1].flags
    assert days(five) == 34
    assert (days(six), six.region) == (12, "UK")
    assert six.lines[0].category is Category.BAG
    assert Flag.PERSONALISED in six.lines[0].flags
    assert six.lines[1].category is Category.SWIMWEAR


def test_seven_was_charged_less() -> None:
    seven = TEN["7"]
    assert [line.unavailable for line in seven.lines] == [False, True]
    assert seven.payments[0].captures[0].amount == seven.lines[0].price < seven.total


def test_eight_and_nine_are_bags_inside_and_outside_the_warranty() -> None:
    eight, nine = TEN["8"], TEN["9"]
    assert (eight.placed_at.year, eight.placed_at.month) == (2025, 1)
    assert (nine.placed_at.year, nine.placed_at.month) == (2022, 11)
    assert {eight.lines[0].category, nine.lines[0].category} == {Category.BAG}
    assert eight.channel is nine.channel is SalesChannel.ONLINE
    assert Flag.SALE in nine.lines[1].flags


def test_ten_has_everything_at_once() -> None:
    ten = TEN["10"]
    assert [attempt.outcome for attempt in ten.shipments[1].attempts] == ["nobody_home", "nobody_home"]
    assert [item.accepted for item in ten.returns] == [True, None]
    assert len(ten.refunds) == 1


def test_an_empty_database_is_filled_stale_dates_are_mended_and_others_orders_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'orders.db'}"
    assert ensure_demo_orders(url).created == COUNT
    assert ensure_demo_orders(url).unchanged == COUNT
    book = SqlOrderBook(url)
    long_ago = datetime.now(timezone.utc) - timedelta(days=30)
    fill(book, long_ago)
    asked = book.request_return("BA10000004", ["1"], key="k", at=long_ago)
    assert ensure_demo_orders(url).updated == COUNT
    found = book.get("BA10000004")
    assert found is not None
    assert asked in found.returns
    fill(book, long_ago)
    book.put([demo_orders(TODAY)[0], replace(demo_orders(TODAY)[0], number="BA99999999")])
    assert ensure_demo_orders(url).kept == 0
    book.close()


def test_demo_orders_do_not_mix_with_others_unasked(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'orders.db'}"
    first = CliRunner().invoke(demo, ["--database", url])
    assert first.output == "300 created, 0 updated, 0 unchanged, 0 with problems\n"
    assert CliRunner().invoke(demo, ["--database", url]).exit_code == 0
    example = Path(documents.__file__).with_name("example.jsonl")
    CliRunner().invoke(orders, ["import", str(example), "--database", url])
    refused = CliRunner().invoke(demo, ["--database", url])
    assert refused.exit_code == 1
    assert "--force" in refused.output
    assert CliRunner().invoke(demo, ["--force", "--database", url]).exit_code == 0


def test_the_command_stands_beside_import() -> None:
    command = [sys.executable, "-m", "concierge", "orders", "--help"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^  (\w+) ", shown.partition("Commands:")[2], re.MULTILINE) == ["demo", "import", "stock"]
