"""What must hold for every order, whatever the rules say in detail."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concierge.orders.model import (
    Attempt,
    Category,
    Flag,
    Line,
    Movement,
    Order,
    Payment,
    Refund,
    Repair,
    Return,
    SalesChannel,
    Shipment,
    Status,
)
from concierge.policy import KINDS, Decision, load_house
from concierge.policy.answers import ASKED, VOLUNTEERED

HOUSE = load_house()
BEGIN = datetime(2024, 1, 1, tzinfo=timezone.utc)
PLACES = [
    ("FR", "EU", "Europe/Paris"),
    ("IE", "EU", "Europe/Dublin"),
    ("ES", "EU", "Europe/Madrid"),
    ("GB", "UK", "Europe/London"),
    ("US", "US", "America/Los_Angeles"),
    ("JP", "ROW", "Asia/Tokyo"),
    ("NO", "ROW", "Europe/Oslo"),
    ("BR", "ROW", "America/Sao_Paulo"),
    ("NZ", "ROW", "Pacific/Chatham"),
    ("KI", "ROW", "Nowhere/Atoll"),
]
EXCLUSIONS = [
    Flag.PERSONALISED,
    Flag.MADE_TO_ORDER,
    Flag.SALE,
    Flag.OPENED,
    Flag.SEAL_BROKEN,
    Flag.ALTERED,
    Flag.USED,
    Flag.PRESS_SAMPLE,
    Flag.FRIENDS_AND_FAMILY,
]
REAL = {"return", "exchange", "repair", "alteration"}  # kinds in which yes means that the item is eligible

moments = st.integers(0, 1200 * 24).map(lambda hours: BEGIN + timedelta(hours=hours))
hours = st.integers(1, 2000).map(lambda number: timedelta(hours=number))
lines = st.builds(
    Line,
    id=st.just("1"),
    product=st.just("a thing"),
    family=st.just(""),
    category=st.sampled_from(Category),
    price=st.integers(1, 5000).map(Decimal),
    flags=st.frozensets(st.sampled_from(Flag), max_size=2),
    unavailable=st.booleans(),
)


@st.composite
def orders(draw: st.DrawFn) -> Order:
    country, region, zone = draw(st.sampled_from(PLACES))
    placed = draw(moments)
    dispatched = draw(st.none() | hours.map(lambda later: placed + later))
    delivered = draw(st.none() | hours.map(lambda later: (dispatched or placed) + later))
    items = tuple(
        replace(item, id=str(index)) for index, item in enumerate(draw(st.lists(lines, min_size=1, max_size=3)))
    )
    attempts = draw(st.lists(st.sampled_from(["nobody_home", "refused", "address_not_found", "delivered"]), max_size=4))
    parcel = Shipment(
        carrier="UPS",
        tracking="1Z1",
        lines=draw(st.sampled_from([(), tuple(item.id for item in items), (items[0].id,)])),
        dispatched_at=dispatched,
        expected_to=draw(st.none() | moments.map(datetime.date)),
        delivered_at=delivered,
        attempts=tuple(Attempt(placed + timedelta(hours=index), outcome) for index, outcome in enumerate(attempts)),
    )
    moved = st.builds(
        Movement, at=st.just(placed), amount=st.integers(1, 9000).map(Decimal), expires=st.none() | moments
    )
    some = st.lists(moved, max_size=2).map(tuple)
    return Order(
        number="BA10000099",
        email="claire@example.com",
        country=country,
        region=region,
        timezone=zone,
        channel=draw(st.sampled_from(SalesChannel)),
        status=draw(st.sampled_from(Status)),
        currency="EUR",
        placed_at=placed,
        lines=items,
        prepared_at=draw(st.none() | moments),
        dispatched_at=dispatched,
        delivered_at=delivered,
        payments=draw(
            st.lists(st.builds(Payment, st.just("visa"), st.just("4242"), some, some), max_size=2).map(tuple)
        ),
        shipments=draw(st.sampled_from([(), (parcel,)])),
        returns=draw(st.lists(_returns(items, placed), max_size=2).map(tuple)),
        refunds=draw(st.sampled_from([(), (Refund("F1", Decimal(10), placed + timedelta(days=9)),)])),
        repairs=draw(st.sampled_from([(), (Repair("C1", items[0].id, "in_repair", placed),)])),
    )


def _returns(items: tuple[Line, ...], placed: datetime) -> st.SearchStrategy[Return]:
    later = hours.map(lambda more: placed + more)
    return st.builds(
        Return,
        id=st.just("R1"),
        lines=st.sampled_from([(item.id,) for item in items]),
        requested_at=later,
        kind=st.sampled_from(["return", "exchange"]),
        received_at=st.none() | later,
        decided_at=st.none() | later,
        accepted=st.sampled_from([None, True, False]),
    )


def _answers(name: str, choices: tuple[str, ...]) -> st.SearchStrategy[Any]:
    special = {"country_now": ["FR", "BR", "US", "unknown"], "purchase_date": ["2025-02-28", "unknown"]}
    return st.sampled_from([*(choices or special[name]), "unknown"])


facts = st.fixed_dictionaries(
    {}, optional={name: _answers(name, choices) for name, choices in {**ASKED, **VOLUNTEERED}.items()}
)
full_facts = st.fixed_dictionaries({name: _answers(name, choices) for name, choices in ASKED.items()})
kinds = st.sampled_from(KINDS)
chosen = st.sampled_from([None, "0"])


def decide(kind: str, order: Order | None, on: datetime, answers: dict[str, Any], line: str | None = None) -> Decision:
    return HOUSE.decide(kind, order, on=on, facts=answers, line=line)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(kind=kinds, order=st.none() | orders(), on=moments, answers=facts, line=chosen)
def test_every_decision_is_whole(
    kind: str, order: Order | None, on: datetime, answers: dict[str, Any], line: str | None
) -> None:
    decision = decide(kind, order, on, answers, line)
    assert decision.outcome in ("yes", "no", "advisor", "needs_facts")
    assert decision.response in HOUSE.responses()
    assert decision.reasons
    assert decision.sources
    assert all(reason.sources for reason in decision.reasons)
    assert bool(decision.missing) is (decision.outcome == "needs_facts")
    assert all(value is not None for value in decision.values.values())
    assert (decision.deadline is None) is (decision.days_left is None)
    assert Decision.from_dict(decision.to_dict()) == decision


@settings(max_examples=100, deadline=None, derandomize=True)
@given(kind=kinds, order=orders(), on=moments, answers=facts, line=chosen)
def test_never_both_eligible_and_refused(
    kind: str, order: Order, on: datetime, answers: dict[str, Any], line: str | None
) -> None:
    decision = decide(kind, order, on, answers, line)
    assert decision == decide(kind, order, on, answers, line)
    if decision.outcome != "needs_facts":
        outcomes = {reason.outcome for reason in decision.reasons} - {"note"}
        assert outcomes == {decision.outcome}


@settings(max_examples=100, deadline=None, derandomize=True)
@given(kind=st.sampled_from(["return", "exchange"]), order=orders(), on=moments, later=hours, answers=full_facts)
def test_a_later_date_never_makes_a_refused_return_accepted(
    kind: str, order: Order, on: datetime, later: timedelta, answers: dict[str, Any]
) -> None:
    happened = [order.placed_at, order.delivered_at, *(parcel.delivered_at for parcel in order.shipments)]
    on = max([on, *(moment for moment in happened if moment)])  # what is still to happen may change anything
    before = decide(kind, order, on, answers, "0")
    after = decide(kind, order, on + later, answers, "0")
    if before.outcome == "no":
        assert after.outcome != "yes"


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    kind=st.sampled_from(sorted(REAL)),
    order=orders(),
    on=moments,
    answers=full_facts,
    exclusion=st.sampled_from(EXCLUSIONS),
)
def test_an_exclusion_never_makes_anything_eligible(
    kind: str, order: Order, on: datetime, answers: dict[str, Any], exclusion: Flag
) -> None:
    first = replace(order.lines[0], flags=order.lines[0].flags | {exclusion})
    excluded = replace(order, lines=(first, *order.lines[1:]))
    before, after = decide(kind, order, on, answers, "0"), decide(kind, excluded, on, answers, "0")
    if before.outcome in ("no", "advisor") and before.rules[0] != f"{kind}.unclear":
        assert after.outcome != "yes", (before.rules, after.rules)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(kind=kinds, order=orders(), on=moments)
def test_asking_one_fact_at_a_time_ends(kind: str, order: Order, on: datetime) -> None:
    answers: dict[str, Any] = {}
    line: str | None = None
    for _ in range(len(ASKED) + 2):
        decision = decide(kind, order, on, answers, line)
        if decision.outcome != "needs_facts":
            return
        asked = decision.missing[0]
        assert asked not in answers, "never asked twice"
        if asked == "line":
            assert line is None
            line = "0"
        else:
            answers[asked] = (ASKED[asked] or {"country_now": ("FR",), "purchase_date": ("2025-01-31",)}[asked])[0]
    pytest.fail("it never came to an end")


@settings(max_examples=100, deadline=None, derandomize=True)
@given(order=orders(), answers=full_facts, days=st.integers(0, 14), item=lines)
def test_an_unspecial_item_is_never_refused_within_the_legal_withdrawal(
    order: Order, answers: dict[str, Any], days: int, item: Line
) -> None:
    item = replace(item, flags=frozenset(), unavailable=False, category=Category.BAG)
    arrived = order.placed_at + timedelta(days=3)
    order = replace(
        order, country="FR", region="EU", timezone="Europe/Paris", channel=SalesChannel.ONLINE, status=Status.DELIVERED,
        lines=(item,), shipments=(), delivered_at=arrived, returns=(),
    )  # fmt: skip
    decision = decide("return", order, arrived + timedelta(days=days), answers)
    assert decision.outcome in ("yes", "advisor"), decision.rules


@settings(max_examples=100, deadline=None, derandomize=True)
@given(order=orders(), on=moments, region=st.sampled_from(["EU", "UK", "US", "ROW", None]))
def test_the_customers_own_region_does_not_change_an_orders_rights(
    order: Order, on: datetime, region: str | None
) -> None:
    assert HOUSE.decide("return", order, on=on, region=region) == HOUSE.decide("return", order, on=on)
