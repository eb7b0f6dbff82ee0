"""The house's policies, loaded and checked, and the one question asked of them: what do they mean for this order?

Three-valued: a rule holds, does not hold, or hangs on a fact that is not known. The lowest-ranked rule that holds
decides, unless one ranked before it hangs on a fact and would decide otherwise: then that fact is asked for. What the
law gives is ranked before what the house refuses, in the rule files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from concierge.orders.model import Order
from concierge.policy.answers import ASKED, coerce
from concierge.policy.decision import Decision, Note, Reason
from concierge.policy.errors import PolicyError, did_you_mean
from concierge.policy.facts import FACTS
from concierge.policy.figures import Figure, FigureHistory, read_figures, read_own_figures, unknown_figure
from concierge.policy.rules import Rule, RuleBook, read_rules
from concierge.policy.situation import Missing, Situation
from concierge.policy.sources import Source, Sources, read_sources
from concierge.policy.values import VALUES

_ASK = "utter_ask_fact_"
_UNSEEN = object()
_CITATIONS = 8192


class House:
    """Immutable after loading and safe to share between threads."""

    def __init__(self, sources: Sources, figures: Mapping[str, FigureHistory], books: Mapping[str, RuleBook]) -> None:
        self.sources = sources
        self.books = MappingProxyType(dict(books))
        self._figures = MappingProxyType(dict(figures))
        self._changing = any(history.changes for history in figures.values())
        self._cited: dict[Any, tuple[tuple[Reason, ...], tuple[Figure, ...], tuple[Source, ...]]] = {}

    @classmethod
    def load(cls, folder: Path, own: Path | None = None) -> House:
        """``own``: a file of figures that take the place of those of the folder. Raises ``PolicyError``, which names
        file, line and what to write, when anything does not fit."""
        sources = read_sources(folder / "sources.yml")
        figures = read_figures(folder / "figures", sources)
        if own is not None:
            figures |= read_own_figures(own, figures, sources)
        return cls(sources, figures, read_rules(folder / "rules", figures, sources))

    def figures(self) -> Mapping[str, FigureHistory]:
        """Every figure by its key, with all the values that it has had."""
        return self._figures

    def figure(self, key: str, region: str = "ROW", on: date | None = None) -> Figure:
        """The value in force in ``region`` (today where no day is given). Raises ``PolicyError`` when there is none."""
        if key not in self._figures:
            raise unknown_figure(key, self._figures)
        day = on or datetime.now().astimezone().date()
        found = self._figures[key].at(region.upper(), day)
        if found is None:
            first = self._figures[key].by_region["default"][-1].since
            raise PolicyError(f"{key} has no value on {day}.", f"Its first one is of {first}.")
        return found

    def permissions(self) -> list[str]:
        """The figures that say in which stages of an order something is allowed: an empty value allows nothing."""
        return [key for key, history in self._figures.items() if history.by_region["default"][0].unit == "stages"]

    def responses(self) -> set[str]:
        """The names of all replies that a decision or one of its notes may ask for."""
        named = {rule.reply for book in self.books.values() for rule in book.rules}
        asked = {f"{_ASK}{fact}" for fact in (*ASKED, "line")}
        return named | asked

    def placeholders(self, response: str) -> frozenset[str]:
        """The keyword values that come with a reply, whichever rule asks for it."""
        told = [set(rule.tells) for book in self.books.values() for rule in book.rules if rule.reply == response]
        return frozenset(set.intersection(*told)) if told else frozenset()

    def decide(
        self,
        kind: str,
        order: Order | None,
        *,
        line: str | None = None,
        facts: Mapping[str, Any] = MappingProxyType({}),
        on: datetime,
        region: str | None = None,
    ) -> Decision:
        """What the policies mean for this order (or line of it) at the moment ``on``.

        ``facts``: the customer's own account, by the names of ``answers.ASKED`` and ``VOLUNTEERED``. ``order`` may be
        ``None`` where the item was bought elsewhere (mostly for repairs). Rights follow the order's region; ``region``
        serves where there is no order.
        Raises ``PolicyError`` for an unknown kind or fact, ``KeyError`` for a line that is not of the order and
        ``ValueError`` for a naive ``on``.
        """
        book = self.books.get(kind)
        if book is None:
            raise PolicyError(f"There is no kind {kind!r}.", did_you_mean(kind, self.books))
        if on.tzinfo is None:
            raise ValueError("'on' must be an aware datetime: days are counted in the order's time zone")
        given = coerce(facts) if facts else facts
        at = Situation(self._figures, order, line=line, given=given, on=on, region=region)
        if order is None and not book.per_item:
            return self._decided(book.kind, at, book.last, [])
        winner, agreeing, hanging = _apply(book, at)
        asks = hanging if winner is book.last else _decisive(winner, hanging)
        if asks and not asks[0][1].ask:  # only a person can find that out
            winner, agreeing, asks = book.last, [], []
        undecided = book.per_item and at.line is None and len(at.lines) > 1
        if undecided and (asks or winner.outcome == "yes"):
            rules = [rule for rule, _ in asks] or [winner]
            return self._asking(book.kind, at, line, rules, ("line",))
        if asks:
            missing = tuple(dict.fromkeys(fact.ask for _, fact in asks if fact.ask))
            return self._asking(book.kind, at, line, [rule for rule, _ in asks], missing)
        return self._decided(book.kind, at, winner, agreeing)

    def _decided(self, kind: str, at: Situation, winner: Rule, agreeing: list[Rule]) -> Decision:
        told = [winner, *agreeing]
        if agreeing:
            ids = {rule.id for rule in told}
            told = [rule for rule in told if not rule.overridden_by & ids]
        reasons, figures, sources = self._cite(told, at)
        deadline = _deadline(winner, at)
        return Decision(
            kind=kind,
            outcome=winner.outcome,
            response=winner.reply,
            reasons=reasons,
            figures=figures,
            sources=sources,
            next_step=winner.next_step,
            on=at.now,
            order_number=at.order.number if at.order else "",
            line=at.line.id if at.line else None,
            deadline=deadline,
            days_left=(deadline - at.today).days if deadline else None,
            values={name: VALUES[name](at, deadline) for name in winner.tells},
            notes=tuple(Note(rule.reply, _values(rule, at)) for rule in told if rule.outcome == "note"),
        )

    def _asking(
        self, kind: str, at: Situation, line: str | None, rules: list[Rule], missing: tuple[str, ...]
    ) -> Decision:
        reasons, figures, sources = self._cite(rules, at)
        return Decision(
            kind=kind,
            outcome="needs_facts",
            response=_ASK + missing[0],
            reasons=reasons,
            figures=figures,
            sources=sources,
            next_step="none",
            on=at.now,
            order_number=at.order.number if at.order else "",
            line=at.line.id if at.line else line,
            missing=missing,
        )

    def _cite(
        self, rules: list[Rule], at: Situation
    ) -> tuple[tuple[Reason, ...], tuple[Figure, ...], tuple[Source, ...]]:
        ids = tuple([rule.id for rule in rules])
        day = (at.today, at.order and at.order.placed_at) if self._changing else None
        key = (ids, at.region, day)
        cited = self._cited.get(key)
        if cited is None:
            names = dict.fromkeys(name for rule in rules for name in rule.figures)
            figures = tuple(at.figure(name) for name in names)
            reasons = tuple(_reason(rule, at.region) for rule in rules)
            named = [source for rule in rules for source in rule.sources] + [figure.source for figure in figures]
            sources = tuple(source for source in dict.fromkeys(named) if source.holds_in(at.region))
            cited = (reasons, figures, sources)
            if len(self._cited) >= _CITATIONS:
                self._cited.clear()
            self._cited[key] = cited
        return cited


def _apply(book: RuleBook, at: Situation) -> tuple[Rule, list[Rule], list[tuple[Rule, Missing]]]:
    """The rule that decides, those after it that agree or are notes, and those before it that hang on a fact."""
    winner: Rule | None = None
    agreeing: list[Rule] = []
    hanging: list[tuple[Rule, Missing]] = []
    for rule in book.rules:
        if winner is not None and (rule.outcome not in (winner.outcome, "note") or not rule.plan):
            continue
        holds = _holds(rule, at)
        if holds is False:
            continue
        if holds is not True:
            if winner is None and rule.outcome != "note":
                hanging.append((rule, holds))
        elif winner is None and rule.outcome != "note":
            winner = rule
        else:
            agreeing.append(rule)
    assert winner is not None, "every book ends with a rule that always holds"
    return winner, agreeing, hanging


def _holds(rule: Rule, at: Situation) -> bool | Missing:
    """False as soon as one condition fails, whatever else is unknown."""
    seen = at.seen
    unknown: Missing | None = None
    for fact, read, members, inside, test in rule.plan:
        value = seen.get(fact, _UNSEEN)
        if value is _UNSEEN:
            value = seen[fact] = read(at)
        if value.__class__ is Missing:
            unknown = unknown or value
        elif members is not None:
            if (value in members) is not inside:
                return False
        elif test is not None and not test(value, at):
            return False
    return unknown or True


def _decisive(winner: Rule, hanging: list[tuple[Rule, Missing]]) -> list[tuple[Rule, Missing]]:
    """Those that would change the outcome, or the next step where the outcome is yes."""
    return [
        (rule, fact)
        for rule, fact in hanging
        if rule.outcome != winner.outcome or (rule.outcome == "yes" and rule.next_step != winner.next_step)
    ]


def _reason(rule: Rule, region: str) -> Reason:
    """With the sources that bind where the customer bought."""
    return replace(rule.reason, sources=tuple(source.id for source in rule.sources if source.holds_in(region)))


def _deadline(rule: Rule, at: Situation) -> date | None:
    if rule.deadline is None:
        return None
    fact, figure = rule.deadline
    start = at.seen.get(fact, _UNSEEN)
    if start is _UNSEEN:
        start = at.seen[fact] = FACTS[fact].read(at)
    return at.end(start, figure) if isinstance(start, date) else None


def _values(rule: Rule, at: Situation) -> dict[str, Any]:
    deadline = _deadline(rule, at)
    return {name: VALUES[name](at, deadline) for name in rule.tells}


@lru_cache(maxsize=4)
def load_house(own: Path | None = None) -> House:
    """The shipped policies, with the figures of an installation's ``own`` file; read and checked once per process."""
    return House.load(Path(__file__).resolve().parent, own)
