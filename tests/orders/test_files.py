"""Orders from files of every form: what is read, what is refused, and that a check writes nothing."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from concierge.orders import documents
from concierge.orders.commands import orders
from concierge.orders.documents import DocumentError
from concierge.orders.number_format import NumberFormat
from concierge.orders.numbers import house_format
from concierge.orders.reading import read_order
from concierge.orders.sql import SqlOrderBook
from concierge.settings import get_settings

FOLDER = Path(documents.__file__).parent
EXAMPLES = [json.loads(line) for line in (FOLDER / "example.jsonl").read_text().splitlines()]
LINES = b"\n".join(json.dumps(document).encode() for document in EXAMPLES)
RECORDED = Path(__file__).with_name("recorded")


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'orders.db'}"


def run(*arguments: str, given: bytes | None = None) -> Any:
    return CliRunner().invoke(orders, ["import", *arguments], input=given)


@pytest.mark.parametrize(
    "content",
    [
        LINES,
        b"\xef\xbb\xbf\n\n" + LINES + b"\n\n",
        json.dumps(EXAMPLES).encode(),
        json.dumps(EXAMPLES, indent=2).encode(),
        json.dumps({each["number"]: each for each in EXAMPLES}, indent=1).encode(),
        gzip.compress(LINES),
        gzip.compress(json.dumps(EXAMPLES).encode()),
    ],
    ids=["lines", "lines with a mark", "list", "list over lines", "object by number", "lines gz", "list gz"],
)
def test_every_form_brings_the_same_orders(content: bytes, tmp_path: Path, url: str) -> None:
    file = tmp_path / "orders"
    file.write_bytes(content)
    result = run(str(file), "--database", url)
    assert (result.exit_code, result.output.splitlines()[-1]) == (
        0,
        "3 created, 0 updated, 0 unchanged, 0 with problems",
    )
    result = run("-", "--database", url, given=content)
    assert result.output == "0 created, 0 updated, 3 unchanged, 0 with problems\n"


@pytest.mark.parametrize("divider", [",", ";", "\t"])
def test_csv_with_a_row_for_each_line_of_an_order(divider: str, tmp_path: Path, url: str) -> None:
    rows = [
        "number,email,country,channel,status,currency,placed_at,lines.id,lines.product,lines.family,lines.category,"
        "lines.price,lines.flags,lines.unavailable,payments.method",
        "BA20260011,ada@example.com,fr,online,confirmed,EUR,2026-03-30T18:12:00+02:00,1,Bag,,bag,2190.00,gift,,visa",
        "BA20260011,ada@example.com,fr,online,confirmed,EUR,2026-03-30T18:12:00+02:00,2,Belt,,accessory,390,,true,visa",
        "BA20260012,noor@example.com,UK,online,confirmed,GBP,2026-03-30,1,Shoes,,shoes,790,sale,,amex",
        "BA20260013,noor@example.com,ZZ,online,confirmed,GBP,2026-03-30,1,Shoes,,shoes,-1,,,amex",
    ]
    file = tmp_path / "orders.csv"
    file.write_text("\r\n".join(row.replace(",", divider) for row in rows), encoding="utf-8")
    result = run(str(file), "--database", url)
    assert "2 created, 0 updated, 0 unchanged, 1 with problems" in result.output
    assert f"{file}:5: country: 'ZZ' is not a country code" in result.output
    assert f"{file}:5: lines: have a price below zero" in result.output
    book = SqlOrderBook(url)
    first, second = book.get("BA20260011"), book.get("BA20260012")
    book.close()
    assert first is not None
    assert second is not None
    assert [(line.product, line.unavailable, len(line.flags)) for line in first.lines] == [
        ("Bag", False, 1),
        ("Belt", True, 0),
    ]
    assert len(first.payments) == 1
    assert (first.country, second.country, second.region) == ("FR", "GB", "UK")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a,b\n1,2\n", "is neither JSON nor CSV with a column number"),
        (gzip.compress(LINES, mtime=0)[:-20], "damaged, or cut off"),
        (b"[{", "is not JSON at line 1, column 3"),
        (b'[{"number": "\xff"}]', "is not UTF-8"),
    ],
)
def test_a_file_that_is_none_of_these_says_so(content: bytes, reason: str, tmp_path: Path, url: str) -> None:
    file = tmp_path / "orders"
    file.write_bytes(content)
    result = run(str(file), "--database", url)
    assert (result.exit_code, reason in result.output) == (1, True), result.output


def test_a_check_writes_nothing_and_tells_every_problem(tmp_path: Path) -> None:
    bad = deepcopy(EXAMPLES[0]) | {"country": "ZZ", "currency": "XYZ", "region": "Mars", "email": "nobody"}
    worse = deepcopy(EXAMPLES[0]) | {"status": "lost", "colour": "red"}
    del worse["placed_at"]
    file, told = tmp_path / "orders.jsonl", tmp_path / "problems.txt"
    file.write_text("\n".join(json.dumps(each) for each in [*[bad] * 30, worse, EXAMPLES[1]]))
    result = run(str(file), "--check", "--database", f"sqlite:///{tmp_path / 'none.db'}", "--problems", str(told))
    assert result.exit_code == 1
    assert result.output.splitlines()[-1] == "1 can be imported, 31 with problems"
    assert f"… and 73 more problems: all of them are in {told}" in result.output
    assert not (tmp_path / "none.db").exists()
    lines = told.read_text().splitlines()
    assert len(lines) == 30 * 4 + 3
    assert {line.split(": ")[1] for line in lines[:4]} == {"country", "currency", "region", "email"}
    assert [line.removeprefix(f"{file}:31: ").split(";")[0] for line in lines[-3:]] == [
        "placed_at is missing",
        "status: 'lost' is not known",
        "there is no field 'colour'",
    ]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"shipping_fee": -5}, "shipping_fee: -5 is below zero"),
    ({"taxes": "-0.01"}, "taxes: -0.01 is below zero"),
    ({"refunds": [{"id": "1", "amount": -5, "issued_at": "2026-04-01"}]}, "refunds: -5 is below zero"),
    ({"refunds": [{"id": "1", "amount": 5, "issued_at": "2026-04-01"}] * 2}, "refunds: have the same id twice"),
    ({"refunds": [{"id": "1", "amount": 5, "issued_at": "2026-01-01"}]}, "placed_at: is after something that can only"),
    ({"invoice_url": "javascript:alert(1)"}, "invoice_url: 'javascript:alert(1)' is not an address of the web"),
    ({"invoice_url": "https://user:secret@shop.example/"}, "invoice_url: "),
    ({"shipments": [{"url": "ups.com/1"}]}, "shipments: 'ups.com/1' is not an address of the web"),
    (
        {"shipments": [{"dispatched_at": "2026-04-02", "delivered_at": "2026-04-01"}]},
        "shipments.delivered_at: is before",
    ),
    ({"shipments": [{"expected_from": "2026-04-02", "expected_to": "2026-04-01"}]}, "shipments.expected_to: is before"),
    (
        {"returns": [{"id": "R", "lines": ["1"], "requested_at": "2026-04-05", "received_at": "2026-04-01"}]},
        "returns.received_at: is before requested_at",
    ),
    (
        {"returns": [{"id": "R", "lines": ["1"], "requested_at": "2026-04-05", "quantities": [2]}]},
        "returns: have 2 of line '1', of which 1 were bought",
    ),
    ({"currency": "FRF"}, "currency: 'FRF' is not a currency"),
    ({"region": "eu"}, "region: 'eu' is not known; write one of EU, UK, US, ROW"),
]


@pytest.mark.parametrize(("changes", "reason"), WRONG, ids=[reason[:40] for _, reason in WRONG])
def test_what_makes_no_sense_is_refused_with_its_field(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(DocumentError) as refusal:
        read_order(deepcopy(EXAMPLES[0]) | changes)
    assert str(refusal.value).startswith(reason)


def test_a_system_that_answers_with_such_an_address_has_its_order_told_without_it() -> None:
    order = read_order(deepcopy(EXAMPLES[0]) | {"invoice_url": "javascript:alert(1)"}, strict=False)
    assert order.invoice_url == ""


@pytest.fixture
def numbers(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    yield monkeypatch
    get_settings.cache_clear()
    house_format.cache_clear()


def use(numbers: pytest.MonkeyPatch, written: str) -> None:
    numbers.setenv("CONCIERGE_ORDER_NUMBER", written)
    get_settings.cache_clear()
    house_format.cache_clear()


def test_the_benchmarks_orders_by_the_mapping_that_is_shipped(numbers: pytest.MonkeyPatch, url: str) -> None:
    use(numbers, "W0000000")
    file, users = RECORDED / "tau_orders.json", RECORDED / "tau_users.json"
    result = run(str(file), "--database", url, "--mapping", "tau_retail", "--with", f"users={users}")
    assert "2 created, 0 updated, 0 unchanged, 1 with problems" in result.output
    assert f"{file}:3: email is missing" in result.output  # its customer is not in the other file
    book = SqlOrderBook(url)
    order, cancelled = book.find("#W1000001", "ada.marin@example.com"), book.get("w 1000002")
    book.close()
    assert order is not None
    assert cancelled is not None
    assert (order.number, order.name, order.country, order.status.value) == ("W1000001", "Ada Marin", "US", "delivered")
    assert [(line.id, line.category.value, str(line.price)) for line in order.lines] == [
        ("1100000001", "bag", "120.5"),
        ("1200000002", "accessory", "79.5"),
    ]
    assert [(item.lines, item.kind) for item in order.returns] == [(("1200000002",), "return")]
    assert [(pay.method, pay.last4) for pay in (*order.payments, *cancelled.payments)] == [
        ("visa", "4242"),
        ("paypal", ""),
    ]
    assert order.shipments[0].tracking == "555000111222"
    assert (cancelled.status.value, [refund.amount for refund in cancelled.refunds]) == ("cancelled", [48])
    result = run(str(file), "--database", url, "--mapping", "tau_retail")
    assert "tau_retail.yml needs users (users.json, the customers by id): --with users=FILE" in result.output


def test_numbers_of_the_houses_own_form(numbers: pytest.MonkeyPatch, tmp_path: Path, url: str) -> None:
    use(numbers, "1001 99999999")
    file = tmp_path / "orders.jsonl"
    file.write_text(json.dumps(EXAMPLES[0] | {"number": "#20417"}))
    assert run(str(file), "--database", url).exit_code == 0
    book = SqlOrderBook(url)
    assert book.find("# 20417", "ada@example.com") is not None
    book.close()
    assert (NumberFormat.like("W0000000").normalise("#w1000001"), house_format().letters) == ("W1000001", 0)
    with pytest.raises(ValueError, match="the shortest and the longest"):
        NumberFormat.like("W0000000 12345678")
    use(numbers, "[A-Z]{2}")
    with pytest.raises(ValueError, match="order_number"):
        get_settings()
