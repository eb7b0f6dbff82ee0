"""Conditions of a mapping on the values at its paths: ``{path: what it must be}``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from concierge.orders.paths import MappingError, Test, Value, among, amount, as_list, compile_path, is_empty


def compile_test(spec: Any, where: str) -> Test:
    """``{path: what it must be}``, all of them. Raises ``MappingError``."""
    if not isinstance(spec, dict) or not spec:
        raise MappingError(f"{where}: write conditions as {{path: what it must be}}")
    tests = [_one_test(compile_path(path, where), wanted, f"{where}.{path}") for path, wanted in spec.items()]
    return lambda scope: all(test(scope) for test in tests)


def _one_test(path: Value, wanted: Any, where: str) -> Test:
    if not isinstance(wanted, dict):
        return lambda scope: path(scope) == wanted
    if len(wanted) != 1 or next(iter(wanted)) not in {*_TESTS, *_COMPARED}:
        known = ", ".join([*_TESTS, *_COMPARED])
        raise MappingError(f"{where}: {wanted!r} is no condition; write a value, or one of {known}")
    ((name, argument),) = wanted.items()
    if name in _COMPARED:
        other, compare = compile_path(argument, where), _COMPARED[name]
        return lambda scope: compare(path(scope), other(scope))
    decide = _TESTS[name]
    return lambda scope: decide(path(scope), argument)


_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "present": lambda value, wanted: is_empty(value) is not wanted,
    "one_of": among,
    "contains": lambda value, wanted: str(wanted).casefold() in str(value or "").casefold(),
    "at_least": lambda value, wanted: amount(value) >= wanted,
    "at_most": lambda value, wanted: amount(value) <= wanted,
    "any_of": lambda value, wanted: any(among(item, wanted) for item in as_list(value)),
    "all_of": lambda value, wanted: bool(as_list(value)) and all(among(item, wanted) for item in as_list(value)),
    "has_any": lambda value, names: isinstance(value, Mapping) and any(not is_empty(value.get(name)) for name in names),
}

# Those that compare with another path.
_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "same_as": lambda value, other: value == other,
    "within": lambda value, other: value in as_list(other),
    "lacks": lambda value, other: other not in as_list(value),
}
