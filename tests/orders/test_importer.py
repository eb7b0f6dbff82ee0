"""Files of orders: what is kept, what is refused and why, and that the published schema tells the truth."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any, get_type_hints

import jsonschema
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from concierge.orders import documents, model
from concierge.orders.commands import orders
from concierge.orders.documents import DocumentError, dump, load
from concierge.orders.importer import import_lines, read_line
from concierge.orders.model import Order
from concierge.orders.reading import read_order
from concierge.orders.sql import SqlOrderBook

FOLDER = Path(documents.__file__).parent
EXAMPLES = [json.loads(line) for line in (FOLDER / "example.jsonl").read_text().splitlines()]
SCHEMA = json.loads((FOLDER / "schema.json").read_text())
CHECK = jsonschema.Draft202012Validator(SCHEMA)
PLAIN = EXAMPLES[0]
REMOVED = object()


def changed(path: str, value: Any) -> dict[str, Any]:
    """The plain example with one value replaced; a path such as ``lines.0.price``."""
    document = deepcopy(PLAIN)
    at: Any = document
    *parts, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in parts:
        at = at[part]
    if value is REMOVED:
        del at[last]
    else:
        at[last] = value
    return document


def test_the_example_is_valid_and_comes_back_as_it_was_read() -> None:
    for document in EXAMPLES:
        CHECK.validate(document)
        order = read_order(document)
        CHECK.validate(dump(order))
        assert load(Order, dump(order)) == order


def test_regions_and_time_zones_follow_from_the_country() -> None:
    one, two, three = (read_order(document) for document in EXAMPLES)
    assert (one.region, one.timezone) == ("EU", "Europe/Paris")
    assert (two.region, two.timezone) == ("UK", "Europe/London")
    assert (three.region, three.timezone) == ("ROW", "Asia/Tokyo")


BAD: list[tuple[str, Any, str]] = [
    ("number", "10483726", "number: '10483726' is not an order number; they look like BA10483726"),
    ("number", REMOVED, "number is missing"),
    ("email", "ada.example.com", "email: is not an e-mail address"),
    ("status", "shipped", "status: 'shipped' is not known; write one of confirmed, preparing, dispatched"),
    ("status", "delivered", "delivered_at: is missing, but the status is delivered"),
    ("channel", ["online"], "channel: ['online'] is not known"),
    ("country", "France", "country: 'FRANCE' is not a country code"),
    ("currency", "€", "currency: '€' is not a currency"),
    ("timezone", "Paris", "timezone: 'Paris' is not a time zone; write one as in Europe/Paris"),
    ("timezone", "../../etc/passwd", "is not a time zone"),
    ("placed_at", "yesterday", "placed_at: 'yesterday' is not a time; write it as in 2026-03-31T14:05:00+02:00"),
    ("placed_at", 1711111111, "placed_at: 1711111111 is not a time"),
    ("prepared_at", "2026-03-30T17:00:00+02:00", "prepared_at: is before placed_at"),
    ("lines", [], "lines: are empty"),
    ("lines", {}, "lines: {} is not a list; put it in [ ]"),
    ("lines.0", "bag", "lines[0]: 'bag' is not an object"),
    ("lines.0.price", "2.190,00", "lines[0].price: '2.190,00' is not an amount; write it as in 1290.00"),
    ("lines.0.price", True, "lines[0].price: True is not an amount"),
    ("lines.0.price", -5, "lines: have a price below zero"),
    ("lines.0.category", "handbag", "lines[0].category: 'handbag' is not known; write one of bag, small_leather"),
    ("lines.0.flags", ["Gift"], "lines[0].flags[0]: 'Gift' is not known; write one of personalised"),
    ("lines.0.color", "Black", "lines[0]: there is no field 'color'; did you mean colour?"),
    ("lines.0.unavailable", "no", "lines[0].unavailable: 'no' is neither true nor false"),
    ("lines.0.size", 38, "lines[0].size: 38 is not text; put it in quotation marks"),
    ("payments.0.last4", "4242424242424242", "last4: is more than the last four digits of a card"),
    ("shipments", [{"carrier": "UPS", "tracking": "1Z", "lines": ["9"]}], "shipments: name line '9'"),
    ("returns", [{"id": "R", "lines": ["1"], "requested_at": "2026-04-01T00:00:00Z", "kind": "swap"}], "write one of"),
    ("repairs", [{"id": "R", "line": "1", "opened_at": "2026-04-01T00:00:00Z", "status": "lost"}], "write one of"),
    ("shipments", [{"carrier": "UPS", "tracking": "1Z", "expected_to": "soon"}], "'soon' is not a day"),
    ("name", "half \ud800", "name: has half a character"),
    ("email", "a\0da@example.com", "email: is not an e-mail address"),
    ("extra", {"vip": 1}, "extra: is not an object of texts"),
]


@pytest.mark.parametrize(("path", "value", "reason"), BAD)
def test_a_reason_that_a_person_can_act_on(path: str, value: Any, reason: str) -> None:
    with pytest.raises(DocumentError) as failure:
        read_order(changed(path, value))
    assert reason in str(failure.value)


def test_a_whole_card_number_or_an_address_is_not_repeated_in_the_reason() -> None:
    for path, value in [("payments.0.last4", "4242424242424242"), ("email", "ada@@example.com")]:
        with pytest.raises(DocumentError) as failure:
            read_order(changed(path, value))
        assert value not in str(failure.value)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "is not JSON at character 2"),
        ('{"number": "BA10483726"', "one order to a line"),
        ("[]", "[] is not an object"),
        ("null", "None is not an object"),
        (b'{"number": "\xff"}', "is not UTF-8 from byte 13"),
        ('{"shipping_fee": NaN}', "NaN is not an amount"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_document(line: str | bytes, reason: str) -> None:
    with pytest.raises(DocumentError) as failure:
        read_line(line)
    assert reason in str(failure.value)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-03-30T18:12:00Z", "2026-03-30T18:12:00+00:00"),
        ("2026-03-30T18:12:00", "2026-03-30T18:12:00+00:00"),
        ("2026-03-30T18:12:00+02:00", "2026-03-30T16:12:00+00:00"),
        ("2026-03-30T18:12:00.5Z", "2026-03-30T18:12:00.500000+00:00"),
        ("2026-03-30T18:12:00.123456789+0200", "2026-03-30T16:12:00.123456+00:00"),
    ],
)
def test_times_as_systems_write_them(written: str, meant: str) -> None:
    assert documents.read_datetime(written).isoformat() == meant


def test_amounts_are_exact() -> None:
    line = json.dumps(PLAIN).replace('"2190.00"', "2190.10", 1)
    order = read_line(line)
    assert order is not None
    assert order.lines[0].price == Decimal("2190.10")


def test_good_lines_are_kept_and_bad_ones_told(book: SqlOrderBook) -> None:
    good = [json.dumps(document) for document in EXAMPLES]
    lines = ["\ufeff" + good[0], "", "{oops", good[1], json.dumps(changed("status", "lost")), good[0], good[2]]
    report = import_lines(book, lines)
    assert (report.created, report.updated, report.unchanged) == (3, 0, 0)
    assert [number for number, _ in report.problems] == [3, 5, 6]
    assert report.problems[2][1] == "order BA20260001 is on line 1 already, which was kept"
    assert book.find("BA20260002", "noor@example.com") == read_order(EXAMPLES[1])
    again = import_lines(book, lines)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 3)


def test_more_lines_than_a_batch(book: SqlOrderBook, order: Callable[..., Order]) -> None:
    lines = (json.dumps(dump(order(number=f"BA{20000000 + n}"))) for n in range(2_300))
    assert import_lines(book, lines).created == 2_300
    assert book.count() == 2_300


def test_the_schema_knows_exactly_the_models_fields() -> None:
    described = {
        Order: SCHEMA,
        model.Line: SCHEMA["$defs"]["line"],
        model.Movement: SCHEMA["$defs"]["movement"],
        model.Payment: SCHEMA["$defs"]["payment"],
        model.Attempt: SCHEMA["$defs"]["attempt"],
        model.Shipment: SCHEMA["$defs"]["shipment"],
        model.Return: SCHEMA["$defs"]["return"],
        model.Refund: SCHEMA["$defs"]["refund"],
        model.Repair: SCHEMA["$defs"]["repair"],
    }
    derived = {"region", "timezone"}
    for kind, schema in described.items():
        fields = {field.name: field for field in dataclasses.fields(kind)}
        required = {name for name, field in fields.items() if documents._no_default(field)} - derived
        assert set(schema["properties"]) == set(fields), kind
        assert set(schema["required"]) == required, kind
        for name, hint in get_type_hints(kind).items():
            if isinstance(hint, type) and issubclass(hint, model.Enum):
                assert schema["properties"][name]["enum"] == [member.value for member in hint]
    assert SCHEMA["$defs"]["line"]["properties"]["flags"]["items"]["enum"] == [flag.value for flag in model.Flag]
    assert tuple(SCHEMA["$defs"]["repair"]["properties"]["status"]["enum"]) == model.REPAIR_STATUSES
    assert tuple(SCHEMA["$defs"]["return"]["properties"]["kind"]["enum"]) == model.RETURN_KINDS


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=200)
@given(
    st.sampled_from([path for path, _, _ in BAD] + ["name", "shipping_fee", "payments", "refunds"]),
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.lists(st.integers()), st.just({}), st.floats()),
)
def test_whatever_the_reader_takes_the_schema_takes_too(path: str, value: Any) -> None:
    document = changed(path, value)
    try:
        order = read_order(document)
    except DocumentError:
        return
    CHECK.validate(dump(order))
    assert load(Order, json.loads(json.dumps(dump(order)))) == order


def test_the_command_tells_file_line_and_reason(tmp_path: Path) -> None:
    file, url = tmp_path / "orders.jsonl", f"sqlite:///{tmp_path / 'orders.db'}"
    file.write_text("\n".join([json.dumps(EXAMPLES[0]), "{", json.dumps(EXAMPLES[1])]))
    result = CliRunner().invoke(orders, ["import", str(file), "--database", url])
    assert result.exit_code == 1
    assert f"{file}:2: is not JSON at character 2" in result.output
    assert "2 created, 0 updated, 0 unchanged, 1 with problems" in result.output
    file.write_text(json.dumps(EXAMPLES[0]))
    result = CliRunner().invoke(orders, ["import", str(file), "--database", url])
    assert (result.exit_code, result.output) == (0, "0 created, 0 updated, 1 unchanged, 0 with problems\n")


def test_the_command_says_why_it_cannot(tmp_path: Path) -> None:
    (tmp_path / "orders.db").write_bytes(b"no database" * 200)
    file = FOLDER / "example.jsonl"
    result = CliRunner().invoke(orders, ["import", str(file), "--database", f"sqlite:///{tmp_path / 'orders.db'}"])
    assert result.exit_code == 1
    assert "not a database" in result.output
    assert "run the same command again" in result.output
    result = CliRunner().invoke(orders, ["import", str(file), "--database", "https://shop.example"])
    assert "import them there" in result.output
    result = CliRunner().invoke(orders, ["import", str(file), "--database", "?"])
    assert "not a database's address" in result.output
