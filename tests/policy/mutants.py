"""The house with one thing wrong: a figure that is another, a rule that is gone, a condition that is forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import concierge.policy
from concierge.policy import Figure, House
from concierge.policy.figures import LISTS, NUMBERS, RANGES, STAGES, FigureHistory
from concierge.policy.rules import Rule

_PROGRAMS = "\n".join(
    file.read_text(encoding="utf-8") for file in sorted(Path(concierge.policy.__file__).parent.glob("*.py"))
)


def deciding(house: House) -> set[str]:
    """The figures that a condition or a deadline counts on, or that a fact looks up."""
    rules = [rule for book in house.books.values() for rule in book.rules]
    found = {condition.figure for rule in rules for condition in rule.when if condition.figure}
    found |= {rule.deadline[1] for rule in rules if rule.deadline}
    return {key for key in house.figures() if key in found or f'figure("{key}")' in _PROGRAMS}


def figure_mutants(house: House, key: str) -> Iterator[tuple[str, House]]:
    """One for each way to get the figure wrong: a number that is one more, a list without one of its entries."""
    history = house.figures()[key]
    now = {region: dated[0] for region, dated in history.by_region.items()}
    for place in range(max(len(_ways(figure)) for figure in now.values())):
        changed = {
            region: tuple(replace(figure, value=_ways(figure)[place]) for figure in dated)
            if place < len(_ways(dated[0]))
            else dated
            for region, dated in history.by_region.items()
        }
        yield f"{key} {place}", _with_figure(house, replace(history, by_region=changed))


def with_figures(house: House, values: Mapping[str, Any]) -> House:
    """The house with these figures, in every region."""
    for key, value in values.items():
        history = house.figures()[key]
        kept = tuple(value) if isinstance(value, list) else value
        dated = {region: (replace(figures[0], value=kept),) for region, figures in history.by_region.items()}
        house = _with_figure(house, replace(history, by_region=dated))
    return house


def _ways(figure: Figure) -> list[Any]:
    value = figure.value
    if figure.unit in RANGES and isinstance(value, tuple):
        return [(value[0], value[1] + 1)]
    if figure.unit in NUMBERS:
        return [value + 1]
    if figure.unit in LISTS or figure.unit == "weekdays":
        fewer = [(*value[:place], *value[place + 1 :]) for place in range(len(value))]
        return fewer or [STAGES]  # a list that is empty can only be longer
    return [f"{value}x"]


def _with_figure(house: House, history: FigureHistory) -> House:
    return House(house.sources, {**house.figures(), history.key: history}, house.books)


def without_rule(house: House, rule: Rule) -> House:
    """The last rule of a kind stays: without it nothing is decided."""
    kind = rule.id.split(".")[0]
    return _with_rules(house, kind, tuple(other for other in house.books[kind].rules if other is not rule))


def without_condition(house: House, rule: Rule, place: int) -> House:
    """The rule holds more often."""
    kind = rule.id.split(".")[0]
    loose = replace(
        rule, when=rule.when[:place] + rule.when[place + 1 :], plan=rule.plan[:place] + rule.plan[place + 1 :]
    )
    return _with_rules(house, kind, tuple(loose if other is rule else other for other in house.books[kind].rules))


def _with_rules(house: House, kind: str, rules: tuple[Rule, ...]) -> House:
    books = {**house.books, kind: replace(house.books[kind], rules=rules)}
    return House(house.sources, house.figures(), books)


def named_in(text: str) -> set[str]:
    """The figures that a wording names."""
    return set(re.findall(r"{([a-z_]+\.[a-z_]+)}", text))
