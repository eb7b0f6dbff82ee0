"""How a mapping says where a value comes from: a small closed language, no expressions to evaluate.

A value in a mapping is one of
- a path, ``customer.first_name`` (``.`` is where we are; ``$.`` starts at the order, ``^.`` one level up; through a
  list it gives a list, and ``shipments.0`` its first);
- a list of values, or an object of values by name;
- an object with exactly one of the operations below, and what belongs to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from concierge.orders.conditions import compile_test
from concierge.orders.paths import (
    MappingError,
    Scope,
    Test,
    Value,
    amounts,
    as_list,
    compile_path,
    flat,
    is_empty,
    step,
)


def compile_value(spec: Any, where: str) -> Value:
    """Raises ``MappingError``."""
    if isinstance(spec, str):
        return compile_path(spec, where)
    if isinstance(spec, list):
        parts = [compile_value(part, f"{where}[{index}]") for index, part in enumerate(spec)]
        return lambda scope: [part(scope) for part in parts]
    if not isinstance(spec, dict):
        raise MappingError(f"{where}: {spec!r} is not a path; a fixed value is written {{value: {spec!r}}}")
    operations = [name for name in spec if name in _OPERATIONS]
    if len(operations) == 1:
        known, make = _OPERATIONS[operations[0]]
        unknown = set(spec) - known - set(operations)
        if unknown:
            raise MappingError(
                f"{where}: {operations[0]} knows {', '.join(sorted(known)) or 'nothing'}, not {min(unknown)}"
            )
        return make(spec, where)
    if operations:
        raise MappingError(f"{where}: either {operations[0]} or {operations[1]}, not both")
    fields = {str(name): compile_value(part, f"{where}.{name}") for name, part in spec.items()}
    return lambda scope: {name: value for name, part in fields.items() if (value := part(scope)) is not None}


def _value(spec: Any, where: str) -> Value:
    fixed = spec["value"]
    return lambda scope: fixed


def _any(spec: Any, where: str) -> Value:
    parts = [compile_value(part, f"{where}.any[{index}]") for index, part in enumerate(spec["any"])]

    def choose(scope: Scope) -> Any:
        return next((value for part in parts if not is_empty(value := part(scope))), None)

    return choose


def _choices(items: Any, where: str) -> list[tuple[Test, Value]]:
    choices = []
    for index, item in enumerate(items):
        at = f"{where}[{index}]"
        if not isinstance(item, dict) or "give" not in item or set(item) - {"when", "give"}:
            raise MappingError(f"{at}: write {{when: {{path: what it must be}}, give: what}}")
        test: Test = compile_test(item["when"], f"{at}.when") if "when" in item else lambda scope: True
        give = item["give"]
        value = (
            (lambda scope, give=give: give) if not isinstance(give, (dict, list)) else compile_value(give, f"{at}.give")
        )
        choices.append((test, value))
    return choices


def _first(spec: Any, where: str) -> Value:
    choices = _choices(spec["first"], f"{where}.first")
    return lambda scope: next((value(scope) for test, value in choices if test(scope)), None)


def _all(spec: Any, where: str) -> Value:
    choices = _choices(spec["all"], f"{where}.all")
    return lambda scope: list(dict.fromkeys(value(scope) for test, value in choices if test(scope)))


def _each(spec: Any, where: str) -> Value:
    source = compile_value(spec["each"], f"{where}.each")
    test: Test = compile_test(spec["where"], f"{where}.where") if "where" in spec else lambda scope: True
    make = compile_value(spec.get("as", "."), f"{where}.as")

    def collect(scope: Scope) -> list[Any]:
        scopes = (Scope(item, scope.here, scope.order) for item in as_list(source(scope)))
        return [made for inner in scopes if test(inner) and not is_empty(made := make(inner))]

    return collect


def _join(spec: Any, where: str) -> Value:
    parts, glue = compile_value(spec["join"], f"{where}.join"), str(spec.get("with", " "))
    return lambda scope: glue.join(str(part) for part in flat(parts(scope)) if not is_empty(part))


def _sum(spec: Any, where: str) -> Value:
    parts = compile_value(spec["sum"], f"{where}.sum")
    less = compile_value(spec.get("less", []), f"{where}.less")
    return lambda scope: sum(amounts(parts(scope)), Decimal(0)) - sum(amounts(less(scope)), Decimal(0))


def _times(spec: Any, where: str) -> Value:
    parts = compile_value(spec["times"], f"{where}.times")

    def multiply(scope: Scope) -> Decimal:
        total = Decimal(1)
        for amount in amounts(parts(scope)):
            total *= amount
        return total

    return multiply


def _map(spec: Any, where: str) -> Value:
    """What the table has for the value; of a list, for the first of its items that is there."""
    of, otherwise = _of(spec, where), spec.get("otherwise")
    if not isinstance(spec["map"], Mapping):
        raise MappingError(f"{where}: map is no table; write it as {{theirs: ours}}")
    table = {str(key).casefold(): result for key, result in spec["map"].items()}

    def look(scope: Scope) -> Any:
        found = of(scope)
        keys = (str(item).casefold() for item in (found if isinstance(found, list) else [found]))
        return next((table[key] for key in keys if key in table), otherwise)

    return look


def _under(spec: Any, where: str) -> Value:
    """What an object has under a key that is itself a value, and ``take``: a path from there."""
    if "key" not in spec:
        raise MappingError(f"{where}: key is missing: the value under which to look")
    name, of = compile_value(spec["key"], f"{where}.key"), compile_value(spec["under"], f"{where}.under")
    take = compile_value(spec.get("take", "."), f"{where}.take")

    def look(scope: Scope) -> Any:
        found = step(of(scope), str(name(scope)))
        return take(Scope(found, scope.here, scope.order))

    return look


def _split(spec: Any, where: str) -> Value:
    text, by = compile_value(spec["split"], f"{where}.split"), str(spec.get("by", ","))
    return lambda scope: [part.strip() for part in str(text(scope) or "").split(by) if part.strip()]


def _contains(spec: Any, where: str) -> Value:
    """The result for the first text that is in the value."""
    of, otherwise = _of(spec, where), spec.get("otherwise")
    table = [(str(key).casefold(), result) for key, result in spec["contains"].items()]

    def look(scope: Scope) -> Any:
        text = str(of(scope) or "").casefold()
        return next((result for key, result in table if key in text), otherwise)

    return look


def _last(spec: Any, where: str) -> Value:
    of, count = _of(spec, where), int(spec["last"])
    return lambda scope: str(of(scope) or "")[-count:]


def _clip(spec: Any, where: str) -> Value:
    of, count = _of(spec, where), int(spec["clip"])
    return lambda scope: str(of(scope) or "")[:count]


def _last_of(spec: Any, where: str) -> Value:
    items = compile_value(spec["last_of"], f"{where}.last_of")
    return lambda scope: next((item for item in reversed(as_list(items(scope))) if not is_empty(item)), None)


def _day(spec: Any, where: str) -> Value:
    """Of a time, as its source writes it: the carrier's day is that of the place it delivers to."""
    moment = compile_value(spec["day"], f"{where}.day")
    return lambda scope: str(moment(scope) or "")[:10] or None


def _of(spec: Any, where: str) -> Value:
    if "of" not in spec:
        raise MappingError(f"{where}: of is missing: the value to look at")
    return compile_value(spec["of"], f"{where}.of")


_OPERATIONS: dict[str, tuple[set[str], Callable[[Any, str], Value]]] = {
    "value": (set(), _value),
    "any": (set(), _any),
    "first": (set(), _first),
    "all": (set(), _all),
    "each": ({"where", "as"}, _each),
    "join": ({"with"}, _join),
    "sum": ({"less"}, _sum),
    "times": (set(), _times),
    "map": ({"of", "otherwise"}, _map),
    "split": ({"by"}, _split),
    "under": ({"key", "take"}, _under),
    "contains": ({"of", "otherwise"}, _contains),
    "last": ({"of"}, _last),
    "clip": ({"of"}, _clip),
    "last_of": (set(), _last_of),
    "day": (set(), _day),
}
