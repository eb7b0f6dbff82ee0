"""A decision in words for advisors and lawyers: which rule decided, on what, from which source; not for customers."""

from __future__ import annotations

from collections.abc import Iterator

from concierge.policy.decision import Decision
from concierge.policy.engine import House
from concierge.policy.figures import RANGES, Figure
from concierge.policy.rules import Rule

_OUTCOMES = {"yes": "YES", "no": "NO", "advisor": "ADVISOR", "needs_facts": "NEEDS FACTS"}


def explain(house: House, decision: Decision) -> str:
    """Several lines of plain text."""
    return "\n".join(_lines(house, decision))


def _lines(house: House, decision: Decision) -> Iterator[str]:
    rules = {rule.id: rule for rule in house.books[decision.kind].rules}
    about = f"order {decision.order_number}" if decision.order_number else "no order"
    line = f", item {decision.line}" if decision.line else ""
    yield f"{_OUTCOMES[decision.outcome]}: {decision.kind} of {about}{line}, on {decision.on.isoformat()}"
    yield f"  reply      {decision.response}" + "".join(f" {name}={value}" for name, value in decision.values.items())
    if decision.deadline is not None:
        yield f"  deadline   {decision.deadline.isoformat()} ({_left(decision.days_left or 0)})"
    if decision.missing:
        yield f"  missing    {', '.join(decision.missing)}"
    yield f"  next step  {decision.next_step}"
    yield "  " + ("rules that hang on it" if decision.missing else "rules, the first decided")
    for reason in decision.reasons:
        yield f"    {reason.rule} [{reason.outcome}] {reason.says}"
        yield from _conditions(rules[reason.rule])
        yield f"      source: {'; '.join(reason.sources)}"
    if decision.figures:
        yield "  figures"
    for figure in decision.figures:
        region = "" if figure.region == "default" else f", {figure.region}"
        yield f"    {figure.key} = {shown(figure)} (since {figure.since}{region}; {figure.source.id})"
    yield "  sources"
    for source in decision.sources:
        yield f"    {source.id}: {source.document}, {source.section} ({source.kind})"


def _conditions(rule: Rule) -> Iterator[str]:
    for condition in rule.when:
        yield f"      when {condition.words}"


def _left(days: int) -> str:
    return f"{days} days left" if days >= 0 else f"{-days} days ago"


def shown(figure: Figure) -> str:
    if isinstance(figure.value, tuple):
        joint = " to " if figure.unit in RANGES else ", "
        words = joint.join(map(str, figure.value))
    else:
        words = str(figure.value)
    return words if figure.unit in ("text", "url", "law", "list", "address", "countries") else f"{words} {figure.unit}"
