"""What simulated customers want, and what must have come of it; read from ``goals.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from concierge.conversations.model import Case, RecordedDecision
from concierge.demo.documented import documented_orders
from concierge.orders.model import Order

_FILE = Path(__file__).with_name("goals.yml")


@dataclass(frozen=True)
class Goal:
    """``order``: the last digits of the documented demo order whose story the customer's own has; none: no order.
    ``facts``: what the customer answers when asked. ``accepts``: the offers that are taken. The rest is how it must
    end: ``records`` and ``notes`` on the order, ``decision``, ``case``, ``told`` (beginnings of replies' names)."""

    name: str
    wish: str
    order: int | None = None
    item: str = ""
    region: str = "EU"
    facts: Mapping[str, Any] = field(default_factory=dict)
    accepts: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    decision: Mapping[str, str] = field(default_factory=dict)
    case: str | None = None
    told: tuple[str, ...] = ()


@dataclass(frozen=True)
class End:
    """What a conversation has come to."""

    order: Order | None
    notes: tuple[str, ...]  # their kinds
    cases: tuple[Case, ...]
    decisions: tuple[RecordedDecision, ...]
    said: tuple[str, ...]  # names of the assistant's replies


@lru_cache(maxsize=1)
def goals() -> tuple[Goal, ...]:
    """Raises ``TypeError`` for a goal with a key that there is not."""
    read = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return tuple(_goal(name, **goal) for name, goal in read.items())


def _goal(name: str, **told: Any) -> Goal:
    given: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in told.items()}
    return Goal(name=name, **given)


def order_of(goal: Goal, number: int, now: datetime) -> Order | None:
    """The customer's own copy of the demo order, under a number and an e-mail of its own."""
    if goal.order is None:
        return None
    origin = documented_orders(now)[goal.order - 1]
    own = f"BA{number}"
    return replace(
        origin,
        number=own,
        email=f"customer{number}@example.com",
        returns=tuple(replace(each, id=each.id.replace(origin.number, own)) for each in origin.returns),
        refunds=tuple(replace(each, id=each.id.replace(origin.number, own)) for each in origin.refunds),
        invoice_url=origin.invoice_url.replace(origin.number, own),
    )


def problems(goal: Goal, before: Order | None, end: End) -> list[str]:
    """How the end differs from the goal; empty where it was reached. Only what must not be judged by wording counts."""
    found = []
    made = _records(end.order, before)
    if made != sorted(goal.records):
        found.append(f"recorded {made or 'nothing'}, not {list(goal.records) or 'nothing'}")
    if sorted(set(end.notes)) != sorted(goal.notes):
        found.append(f"noted {sorted(set(end.notes)) or 'nothing'}, not {list(goal.notes) or 'nothing'}")
    reasons = [case.reason for case in end.cases]
    if reasons != ([goal.case] if goal.case else []):
        found.append(f"cases {reasons or 'none'}, not {goal.case or 'none'}")
    if goal.decision and (problem := _decided(goal, end)):
        found.append(problem)
    if goal.told and not any(name.startswith(goal.told) for name in end.said):
        found.append(f"was never told {' or '.join(goal.told)}")
    return found


def _records(order: Order | None, before: Order | None) -> list[str]:
    """``return 1``, ``exchange 1``, ``repair 1``: what was asked for in this conversation, with its line."""
    if order is None or before is None:
        return []
    returned, repaired = {each.id for each in before.returns}, {each.id for each in before.repairs}
    returns = [f"{each.kind} {line}" for each in order.returns if each.id not in returned for line in each.lines]
    return sorted([*returns, *(f"repair {each.line}" for each in order.repairs if each.id not in repaired)])


def _decided(goal: Goal, end: End) -> str | None:
    kind, reply = goal.decision["kind"], goal.decision["reply"]
    of_kind = [each for each in end.decisions if each.kind == kind]
    if not of_kind:
        return f"{kind} was never decided"
    last = of_kind[-1].document.get("response")
    return None if last == reply else f"{kind} decided as {last}, not {reply}"
