"""Conditions of rules: a closed set of operators, each checked against its fact at load and compiled to a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from concierge.policy.errors import did_you_mean
from concierge.policy.facts import FACTS, Fact
from concierge.policy.figures import LISTS, PERIODS, FigureHistory
from concierge.policy.reader import Entry
from concierge.policy.situation import Situation

OPERATORS = ("is", "is_not", "one_of", "none_of", "within", "past", "present")
Test = Callable[[Any, Situation], bool]


@dataclass(frozen=True)
class Condition:
    """``test`` gets the fact's value, which is never ``Missing``."""

    fact: str
    read: Callable[[Situation], Any]
    test: Test
    words: str
    figure: str | None = None


def read_condition(entry: Entry, what: str, figures: Mapping[str, FigureHistory]) -> Condition:
    name = entry.get("fact")
    if not isinstance(name, str) or name not in FACTS:
        raise entry.error(f"{what}: there is no fact {name!r}.", did_you_mean(str(name), FACTS), "fact")
    operators = [key for key in entry if key != "fact"]
    if len(operators) != 1 or operators[0] not in OPERATORS:
        found = ", ".join(operators) or "none"
        advice = "Write exactly one of: " + ", ".join(OPERATORS) + "."
        raise entry.error(f"{what}: operator of {name!r} is {found}.", advice, operators[0] if operators else None)
    operator = operators[0]
    value, fact = entry[operator], FACTS[name]
    figure = None
    if operator in ("within", "past") or (operator in ("one_of", "none_of") and isinstance(value, str)):
        figure = _figure(entry, operator, what, fact, figures)
    elif operator in ("one_of", "none_of"):
        if not isinstance(value, list) or not value:
            raise entry.error(f"{what}: {operator} takes a list or a figure.", f"Write '{operator}: [a, b]'.", operator)
        for item in value:
            _literal(entry, operator, what, fact, item)
    elif operator == "present":
        if not isinstance(value, bool):
            raise entry.error(f"{what}: present is {value!r}.", "Write 'present: true' or 'present: false'.", operator)
    else:
        _literal(entry, operator, what, fact, value)
    shown = "[" + ", ".join(map(str, value)) + "]" if isinstance(value, list) else str(value)
    return Condition(name, fact.read, _test(operator, value, figure), f"{name} {operator} {shown}", figure)


def _figure(entry: Entry, operator: str, what: str, fact: Fact, figures: Mapping[str, FigureHistory]) -> str:
    key = entry[operator]
    if key not in figures:
        raise entry.error(f"{what}: there is no figure {key!r}.", did_you_mean(str(key), figures), operator)
    period = operator in ("within", "past")
    if period and fact.type != "date":
        dates = ", ".join(sorted(name for name, other in FACTS.items() if other.type == "date"))
        raise entry.error(
            f"{what}: {operator} counts from a date, {fact.name} is none.", f"Write one of: {dates}.", "fact"
        )
    wanted = PERIODS if period else LISTS
    if figures[key].unit not in wanted:
        advice = f"{operator} takes a figure in one of: " + ", ".join(wanted) + "."
        raise entry.error(f"{what}: {key} is in {figures[key].unit}.", advice, operator)
    return str(key)


def _literal(entry: Entry, operator: str, what: str, fact: Fact, value: Any) -> None:
    if fact.type == "bool" and not isinstance(value, bool):
        raise entry.error(f"{what}: {fact.name} is never {value!r}.", f"Write '{operator}: true' or 'false'.", operator)
    if fact.type == "text" and not isinstance(value, str):
        raise entry.error(f"{what}: {fact.name} is never {value!r}.", f"Write '{operator}: \"{value}\"'.", operator)
    if fact.type == "date":
        raise entry.error(
            f"{what}: a date is compared with a period.", "Write 'within: …', 'past: …' or 'present: …'.", operator
        )
    if fact.choices and value not in fact.choices:
        raise entry.error(f"{what}: {fact.name} is never {value!r}.", did_you_mean(str(value), fact.choices), operator)


def _test(operator: str, value: Any, figure: str | None) -> Test:
    if operator == "within":
        return lambda found, at: found is not None and at.today <= at.end(found, value)
    if operator == "past":
        return lambda found, at: found is not None and at.today > at.end(found, value)
    if operator == "present":
        return lambda found, at: (found is not None) is value
    if operator == "is":
        return lambda found, at: bool(found == value)
    if operator == "is_not":
        return lambda found, at: bool(found != value)
    inside = operator == "one_of"
    if figure is not None:
        return lambda found, at: (found in at.figure(figure).value) is inside
    members = frozenset(value)
    return lambda found, at: (found in members) is inside
