"""What a queue is, and which one a case goes to. Plain data: no database here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from concierge import intents
from concierge.conversations.model import PRIORITIES
from concierge.queues.hours import Hours


@dataclass(frozen=True)
class Matter:
    """What is known of a case when it is handed over. ``brief`` as ``Case.brief`` has it."""

    reason: str
    language: str
    region: str = ""
    brief: Mapping[str, Any] = field(default_factory=dict)
    decisions: frozenset[str] = frozenset()

    @property
    def topic(self) -> str:
        return str(self.brief.get("topic") or self.reason).partition("/")[0]

    @property
    def value(self) -> Decimal:
        try:
            return Decimal(str(self.brief.get("value") or 0))
        except InvalidOperation:
            return Decimal(0)


@dataclass(frozen=True)
class Takes:
    """Any of a list is enough, all that is named has to hold; nothing named takes everything."""

    reasons: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    decisions: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    value_from: Mapping[str, Decimal] = field(default_factory=dict)

    def fits(self, matter: Matter) -> bool:
        known = intents.registry().intents.get(matter.topic) or _of_reason(matter.topic)
        about = (
            (self.reasons, {matter.reason}),
            (self.topics, {matter.topic}),
            (self.groups, {known.group if known else ""}),
            (self.decisions, matter.decisions),
            (self.languages, {matter.language}),
            (self.regions, {matter.region}),
        )
        if not all(wanted & given for wanted, given in about if wanted):
            return False
        least = self.value_from.get(str(matter.brief.get("currency")))
        return not self.value_from or (least is not None and matter.value >= least)


@dataclass(frozen=True)
class Queue:
    """``first_reply`` by priority: how long a case may wait for its first answer while the queue is open."""

    code: str
    title: str
    hours: Hours
    first_reply: Mapping[str, timedelta]
    priority: str = PRIORITIES[-1]
    takes: Takes = field(default_factory=Takes)

    def at_least(self, priority: str) -> str:
        """The more pressing of the two."""
        return min(priority, self.priority, key=PRIORITIES.index)

    def due(self, priority: str, began: datetime) -> datetime | None:
        """When a case that began to wait then has to have its first answer; ``None`` where nobody is ever there."""
        return self.hours.after(began, self.first_reply[priority])


@dataclass(frozen=True)
class Queues:
    """In the order in which they are tried; the last one takes everything."""

    all: tuple[Queue, ...]

    def of(self, matter: Matter) -> Queue:
        return next((queue for queue in self.all if queue.takes.fits(matter)), self.all[-1])

    def get(self, code: str) -> Queue:
        """The last one for a code that there is not, as cases of before there were queues have it."""
        return next((queue for queue in self.all if queue.code == code), self.all[-1])

    def __contains__(self, code: object) -> bool:
        return any(queue.code == code for queue in self.all)


def _of_reason(reason: str) -> intents.Intent | None:
    return next((each for each in intents.registry().intents.values() if reason in each.reasons), None)
