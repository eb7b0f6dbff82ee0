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
    """Holds where the fact's value is in ``members`` (or is not, unless ``inside``), or else where ``test`` says so."""

    fact: str
    read: Callable[[Situation], Any]
    members: frozenset[Any] | None
    inside: bool
    test: Test | None
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
    return Condition(
        fact=name,
        read=fact.read,
        members=_members(operator, value, figure),
        inside=_inside(operator, value),
        test=_test(operator, figure) if figure else None,
        words=f"{name} {operator} {shown}",
        figure=figure,
    )


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


def _members(operator: str, value: Any, figure: str | None) -> frozenset[Any] | None:
    """The values that a plain comparison is about; ``None`` where a figure or a date has to be looked at."""
    if figure is not None:
        return None
    if operator == "present":
        return frozenset((None,))
    return frozenset(value if isinstance(value, list) else (value,))


def _inside(operator: str, value: Any) -> bool:
    """Whether the fact must be one of the members, or must not."""
    return operator in ("is", "one_of") or (operator == "present" and value is False)


def _test(operator: str, figure: str) -> Test:
    if operator == "within":
        return lambda found, at: found is not None and at.today <= at.end(found, figure)
    if operator == "past":
        return lambda found, at: found is not None and at.today > at.end(found, figure)
    inside = operator == "one_of"
    return lambda found, at: (found in at.figure(figure).value) is inside
