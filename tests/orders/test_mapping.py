"""The language of mappings: what it can say, what it refuses and how, and that no answer breaks it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concierge import yaml_files
from concierge.orders import open_orders
from concierge.orders.documents import DocumentError
from concierge.orders.mapping import Call, fill, load_mapping, parse_mapping, shipped
from concierge.orders.number_format import HOUSE
from concierge.orders.numbers import house_format
from concierge.orders.paths import MappingError, Scope
from concierge.orders.values import compile_value
from concierge.settings import get_settings

FOLDER = Path(__file__).parent
ORDERS = Path(load_mapping.__code__.co_filename).parent
RAW = {
    "shopify": json.loads((FOLDER / "recorded" / "shopify.json").read_text())["orders.json"]["orders"][0],
    "ocapi": json.loads((FOLDER / "recorded" / "ocapi.json").read_text())["order"],
}
LOADED = {name: load_mapping(name) for name in shipped()}
THING = {
    "name": "Track Trainers",
    "state": "SENT",
    "price": "10.50",
    "count": 2,
    "buyer": {"first": "Ada", "last": "", "mail": "ada@example.com"},
    "parts": [{"id": 1, "kind": "a", "cost": "1.10"}, {"id": 2, "kind": "b", "cost": 2}, {"id": 3, "kind": "a"}],
}


@pytest.mark.parametrize(
    ("spec", "value"),
    [
        ("buyer.first", "Ada"),
        ("buyer.none.deeper", None),
        ("parts.id", [1, 2, 3]),
        ("parts.-1.id", 3),
        ("parts.9.id", None),
        (".", THING),
        ({"value": 7}, 7),
        ({"any": ["buyer.last", "buyer.first"]}, "Ada"),
        ({"any": ["buyer.last"]}, None),
        ({"join": ["buyer.first", "buyer.last", {"value": "!"}]}, "Ada !"),
        ({"map": {"sent": "dispatched"}, "of": "state"}, "dispatched"),
        ({"map": {"x": 1}, "of": "state", "otherwise": "?"}, "?"),
        ({"contains": {"track": "Track"}, "of": "name"}, "Track"),
        ({"last": 4, "of": "buyer.mail"}, ".com"),
        ({"last_of": "parts.kind"}, "a"),
        ({"day": {"value": "2026-03-01T10:00:00Z"}}, "2026-03-01"),
        ({"first": [{"when": {"count": 1}, "give": "one"}, {"give": "more"}]}, "more"),
        ({"first": [{"when": {"count": {"at_least": 2}}, "give": {"any": ["name"]}}]}, "Track Trainers"),
        ({"first": [{"when": {"count": {"at_most": 1}}, "give": "x"}]}, None),
        ({"all": [{"when": {"state": {"one_of": ["SENT"]}}, "give": "a"}, {"give": "b"}]}, ["a", "b"]),
        ({"each": "parts", "where": {"kind": "a"}, "as": {"number": "id", "of": {"any": ["^.count"]}}},
         [{"number": 1, "of": 2}, {"number": 3, "of": 2}]),
        ({"each": "parts", "where": {"id": {"same_as": "^.count"}}, "as": "$.name"}, ["Track Trainers"]),
        ({"first": [{"when": {"parts.kind": {"any_of": ["b"]}}, "give": True}]}, True),
        ({"first": [{"when": {"parts.kind": {"all_of": ["a"]}}, "give": True}]}, None),
        ({"first": [{"when": {"buyer.last": {"present": False}}, "give": 1}]}, 1),
        ({"first": [{"when": {"name": {"contains": "TRAINERS"}}, "give": 1}]}, 1),
    ],
)  # fmt: skip
def test_what_a_value_can_say(spec: Any, value: Any) -> None:
    assert compile_value(spec, "here")(Scope(THING, THING, THING)) == value


def test_amounts() -> None:
    scope = Scope(THING, THING, THING)
    assert (
        str(compile_value({"sum": ["price", {"each": "parts", "as": "cost"}], "less": ["count"]}, "")(scope)) == "11.60"
    )
    assert str(compile_value({"times": ["price", "count"]}, "")(scope)) == "21.00"


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (7, "here: 7 is not a path; a fixed value is written {value: 7}"),
        ({"map": {}, "value": 1}, "either"),
        ({"map": {"a": "b"}}, "here: of is missing"),
        ({"each": "x", "when": {}}, "here: each knows as, where, not when"),
        ({"first": [{"then": 1}]}, "here.first[0]: write {when: {path: what it must be}, give: what}"),
        (
            {"first": [{"when": {"a": {"more_than": 1}}, "give": 1}]},
            "is no condition; write a value, or one of present",
        ),
        ({"first": [{"when": [], "give": 1}]}, "write conditions as {path: what it must be}"),
        ({"a": {"b": 3}}, "here.a.b: 3 is not a path"),
    ],
)
def test_what_a_value_cannot_say(spec: Any, reason: str) -> None:
    with pytest.raises(MappingError) as failure:
        compile_value(spec, "here")
    assert reason in str(failure.value)


MINIMAL = "{name: x, order: $, by_number: {path: a}, by_email: {path: b}}"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "mine.yml is not YAML"),
        ("[]", "mine.yml"),
        ("{name: x}", "mine.yml: by_number: field required"),
        (MINIMAL.replace("path: a", "paht: a"), "mine.yml: by_number.path: field required"),
        (MINIMAL[:-1] + ", colour: red}", "mine.yml: colour: extra fields not permitted"),
        (
            MINIMAL[:-1] + ", writes: {refund: {path: x, body: .}}}",
            "mine.yml: writes.refund: only return, repair, note",
        ),
        (MINIMAL.replace("$", "{lines: 3}"), "mine.yml: order.lines: 3 is not a path"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_mend(text: str, reason: str) -> None:
    with pytest.raises(MappingError) as failure:
        parse_mapping(text, "mine.yml")
    assert reason in str(failure.value)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(MappingError, match="or one of concierge, ocapi, scapi, shopify"):
        load_mapping("magento")


def test_filling_in_happens_once_and_is_quoted_in_paths() -> None:
    assert fill("a/{number}", {"number": "../x?y"}, in_path=True) == "a/..%2Fx%3Fy"
    assert fill({"q": ["{email}"]}, {"email": "{number}@x"}) == {"q": ["{number}@x"]}
    with pytest.raises(MappingError, match=r"no \{id\} to fill in"):
        fill("{id}", {"id": None})


def _paths(node: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [at, *(path for key, part in inner for path in _paths(part, (*at, key)))][0 if at else 1 :]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None)
@given(st.data(), st.sampled_from(sorted(RAW)), ANYTHING)
def test_whatever_a_system_answers_is_an_order_or_a_reason(data: st.DataObject, name: str, value: Any) -> None:
    raw = deepcopy(RAW[name])
    *parents, last = data.draw(st.sampled_from(_paths(raw)))
    at: Any = raw
    for part in parents:
        at = at[part]
    at[last] = value
    with suppress(DocumentError):
        assert LOADED[name].to_order(raw).number


@given(ANYTHING)
def test_so_is_what_is_no_order_at_all(value: Any) -> None:
    for name in RAW:
        with pytest.raises(DocumentError):
            LOADED[name].to_order(value)


def test_every_call_is_described_in_openapi() -> None:
    described = yaml_files.read(ORDERS / "openapi.yml")
    known = {(method, path) for path, methods in described["paths"].items() for method in methods}
    for mapping in LOADED.values():
        by_email = mapping.by_email
        calls: list[Call | None] = [mapping.by_number, by_email, by_email.then if by_email else None]
        calls += [write.first for write, _ in mapping.writes.values()]
        calls += [mapping.variants[0]] if mapping.variants else []
        made = [(call.method, call.path) for call in calls if call]
        made += [("GET", also.path) for also in mapping.also]
        made += [(write.method, write.path) for write, _ in mapping.writes.values()]
        for method, path in made:
            assert (method.lower(), f"/{path}") in known, path
    references = re.findall(r"\$ref: \"?#/([\w/]+)", (ORDERS / "openapi.yml").read_text())
    for reference in references:
        node = described
        for part in reference.split("/"):
            node = node[part]


@pytest.fixture
def shop_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for name, value in {"URL": "http://127.0.0.1:1/", "MAPPING": "shopify", "CREDENTIALS": "x"}.items():
        monkeypatch.setenv(f"CONCIERGE_ORDERS_{name}", value)
    monkeypatch.setenv("CONCIERGE_VAR", str(tmp_path))
    get_settings.cache_clear()
    house_format.cache_clear()
    yield
    get_settings.cache_clear()
    house_format.cache_clear()


@pytest.mark.usefixtures("shop_settings")
def test_the_installation_speaks_the_numbers_of_its_mapping() -> None:
    from concierge.orders.numbers import find_numbers, normalise

    assert normalise("#1001") == "1001"
    assert find_numbers("where is #1001?") == ["1001"]
    book = open_orders(get_settings().orders)
    assert type(book).__name__ == "HttpOrderBook"
    assert book.notes("#1001") == []
    book.close()


def test_without_one_they_are_the_houses() -> None:
    house_format.cache_clear()
    assert house_format() is HOUSE
