"""Rules: one file for each kind of decision, read, checked and compiled once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from concierge.policy.conditions import Condition, Test, read_condition
from concierge.policy.decision import KINDS, Reason
from concierge.policy.errors import PolicyError, did_you_mean
from concierge.policy.facts import FACTS
from concierge.policy.figures import PERIODS, FigureHistory
from concierge.policy.reader import Entry, read
from concierge.policy.situation import Situation
from concierge.policy.sources import Source, Sources
from concierge.policy.values import VALUES

OUTCOMES = ("yes", "no", "advisor", "note")
NEXT_STEPS = (
    "none",
    "wait",
    "return_form",
    "exchange_form",
    "repair_form",
    "cancel_form",
    "address_form",
    "offer_return",
    "offer_exchange",
    "offer_repair",
    "new_order",
    "boutique",
    "outlet_store",
    "contact_carrier",
    "contact_seller",
    "advisor",
    "urgent_handoff",
)
FIELDS = (
    "rank",
    "says",
    "when",
    "outcome",
    "reply",
    "tells",
    "next_step",
    "deadline",
    "figures",
    "overridden_by",
    "source",
)

Plan = tuple[tuple[str, Callable[[Situation], Any], "frozenset[Any] | None", bool, "Test | None"], ...]


@dataclass(frozen=True)
class Rule:
    """``rank``: of the rules that hold, the lowest decides; it is unique in its kind, so file order never matters."""

    id: str
    rank: int
    says: str
    when: tuple[Condition, ...]
    outcome: str
    reply: str
    tells: tuple[str, ...]
    next_step: str
    deadline: tuple[str, str] | None  # a date fact, and the figure that is counted from it
    figures: tuple[str, ...]
    overridden_by: frozenset[str]
    sources: tuple[Source, ...]
    reason: Reason
    plan: Plan  # ``when`` in the form that the engine runs


@dataclass(frozen=True)
class RuleBook:
    """The rules of one kind, by rank. ``per_item``: a positive answer is about one item of the order."""

    kind: str
    per_item: bool
    rules: tuple[Rule, ...]
    last: Rule  # holds always: a person looks


def read_rules(folder: Path, figures: Mapping[str, FigureHistory], sources: Sources) -> dict[str, RuleBook]:
    """All ten books; raises ``PolicyError`` with file and line for whatever does not fit."""
    books: dict[str, RuleBook] = {}
    for file in sorted(folder.glob("*.yml")):
        if file.stem not in KINDS:
            raise PolicyError(
                f"{file.stem!r} is not a kind of decision.", did_you_mean(file.stem, KINDS), file=file, line=1
            )
        books[file.stem] = _book(file, figures, sources)
    for kind in KINDS:
        if kind not in books:
            raise PolicyError(f"There are no rules for {kind}.", f"Write {kind}.yml.", file=folder)
    return books


def _book(file: Path, figures: Mapping[str, FigureHistory], sources: Sources) -> RuleBook:
    top, kind = read(file), file.stem
    top.only(("per", "rules"), kind)
    per = top.choice("per", kind, ("item", "order"))
    entries = top.get("rules")
    if not isinstance(entries, Entry):
        raise top.error(f"{kind} has no rules.", "Write 'rules:' with one entry for each.", "rules")
    rules: dict[str, Rule] = {}
    ranks: dict[int, str] = {}
    for name, entry in entries.items():
        if not isinstance(entry, Entry):
            raise entries.error(f"{name!r} has no fields.", "Write 'rank:', 'says:', 'when:' … under it.", name)
        rule = _rule(f"{kind}.{name}", entry, figures, sources)
        if rule.rank in ranks:
            problem = f"{rule.id} has rank {rule.rank}, as {ranks[rule.rank]} has."
            raise entry.error(problem, "Write a number of its own: the lower one decides.", "rank")
        ranks[rule.rank] = rule.id
        rules[rule.id] = rule
    ordered = tuple(sorted(rules.values(), key=lambda rule: rule.rank))
    _check_last(entries, ordered, kind)
    for name, entry in entries.items():
        _check_overriding(f"{kind}.{name}", entry, rules)
    return RuleBook(kind, per == "item", ordered, next(rule for rule in ordered if not rule.when))


def _rule(name: str, entry: Entry, figures: Mapping[str, FigureHistory], sources: Sources) -> Rule:
    entry.only(FIELDS, name)
    rank = entry.get("rank")
    if not isinstance(rank, int) or isinstance(rank, bool):
        raise entry.error(f"{name} has no rank.", "Write 'rank: 50': the lowest rank that holds decides.", "rank")
    says = entry.text("says", name)
    outcome = entry.choice("outcome", name, OUTCOMES)
    reply = entry.text("reply", name)
    prefix = "utter_note_" if outcome == "note" else "utter_"
    if not reply.startswith(prefix):
        raise entry.error(f"{name}: reply {reply!r}.", f"Write a name that begins with {prefix!r}.", "reply")
    if "when" not in entry:
        raise entry.error(f"{name} has no conditions.", "Write 'when: []' only where it always holds.")
    when = tuple(read_condition(row, name, figures) for row in entry.entries("when", name))
    tells = _known(entry, "tells", name, VALUES)
    deadline = _deadline(entry, name, figures)
    if deadline is None and {"deadline_date", "days_left", "days_late"} & set(tells):
        raise entry.error(
            f"{name} tells a deadline it does not have.", "Write 'deadline: {from: …, plus: …}'.", "tells"
        )
    next_step = "none" if outcome == "note" else entry.choice("next_step", name, NEXT_STEPS)
    named = [condition.figure for condition in when if condition.figure]
    named += [deadline[1]] if deadline else []
    named += _known(entry, "figures", name, figures)
    found = sources.find_all(entry, name)
    says = " ".join(says.split())
    kind, code = name.split(".", 1)
    reason = Reason(code, name, outcome, reply, says, tuple(source.id for source in found))
    overridden = frozenset(f"{kind}.{other}" for other in entry.texts("overridden_by", name))
    keys = tuple(dict.fromkeys(named))
    plan = tuple((item.fact, item.read, item.members, item.inside, item.test) for item in when)
    return Rule(
        id=name,
        rank=rank,
        says=says,
        when=when,
        outcome=outcome,
        reply=reply,
        tells=tells,
        next_step=next_step,
        deadline=deadline,
        figures=keys,
        overridden_by=overridden,
        sources=found,
        reason=reason,
        plan=plan,
    )


def _known(entry: Entry, field: str, name: str, known: Collection[str]) -> tuple[str, ...]:
    words = entry.texts(field, name)
    for word in words:
        if word not in known:
            raise entry.error(f"{name}: {field} {word!r} does not exist.", did_you_mean(word, known), field)
    return words


def _deadline(entry: Entry, name: str, figures: Mapping[str, FigureHistory]) -> tuple[str, str] | None:
    value = entry.get("deadline")
    if value is None:
        return None
    if not isinstance(value, Entry) or set(value) != {"from", "plus"}:
        raise entry.error(
            f"{name}: deadline.", "Write 'deadline: {from: delivered_on, plus: returns.window}'.", "deadline"
        )
    start, plus = value["from"], value["plus"]
    if start not in FACTS or FACTS[start].type != "date":
        dates = [fact for fact, other in FACTS.items() if other.type == "date"]
        raise value.error(f"{name}: {start!r} is not a date fact.", did_you_mean(str(start), dates), "from")
    if plus not in figures or figures[plus].unit not in PERIODS:
        periods = [key for key, figure in figures.items() if figure.unit in PERIODS]
        raise value.error(f"{name}: {plus!r} is not a period.", did_you_mean(str(plus), periods), "plus")
    return str(start), str(plus)


def _check_last(entries: Entry, ordered: tuple[Rule, ...], kind: str) -> None:
    always = [rule for rule in ordered if not rule.when and rule.outcome != "note"]
    deciding = [rule for rule in ordered if rule.outcome != "note"]
    if len(always) != 1 or always != deciding[-1:] or always[0].outcome != "advisor":
        advice = (
            "Write one rule with 'when: []', the highest rank and outcome advisor: what is unclear goes to a person."
        )
        raise entries.error(f"{kind} must end with exactly one rule that always holds.", advice)


def _check_overriding(name: str, entry: Entry, rules: Mapping[str, Rule]) -> None:
    for other in rules[name].overridden_by:
        if other not in rules:
            names = [rule.split(".", 1)[1] for rule in rules]
            advice = did_you_mean(other.split(".", 1)[1], names)
            raise entry.error(f"{name}: overridden_by {other!r} does not exist.", advice, "overridden_by")
        if rules[other].rank >= rules[name].rank:
            problem = f"{name} is overridden by {other}, which ranks after it."
            raise entry.error(problem, f"Give {other} a rank below {rules[name].rank}.", "overridden_by")
