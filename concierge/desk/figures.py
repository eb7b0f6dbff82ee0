"""What leads read of the last days: counted from conversations, cases and messages, at the moment they ask.

Times are from the moment a case begins to wait: the assistant's own time is no part of them.
"""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from concierge.conversations import schema
from concierge.conversations.base import now
from concierge.conversations.model import LIVE
from concierge.handoff.names import name
from concierge.storage.database import read

_cases, _conversations, _messages = schema.cases, schema.conversations, schema.messages
LONGEST_DAYS = 92

_first_reply = (
    sa.select(sa.func.min(_messages.c.created_at))
    .where(
        _messages.c.conversation_id == _cases.c.conversation_id,
        _messages.c.role == "advisor",
        _messages.c.created_at >= _cases.c.created_at,
    )
    .correlate(_cases)
    .scalar_subquery()
)


@dataclass(frozen=True)
class Seen:
    """A case, as it is counted."""

    topic: str
    status: str
    language: str
    channel: str
    conversation: str
    began: datetime
    replied: datetime | None
    closed: datetime | None


class Figures:
    """Blocks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, days: int) -> dict[str, Any]:
        """Of cases and conversations that began within so many days before now. Times are in seconds."""
        since = now() - timedelta(days=days)
        cases, talked = self._cases(since), self._conversations(since)
        handed = {case.conversation for case in cases} & talked
        return {
            "days": days,
            "conversations": len(talked),
            "contained": _share(len(talked) - len(handed), len(talked)),
            **_counted(cases),
            "waiting": sum(case.status == "queued" for case in cases),
            "open": sum(case.status in LIVE for case in cases),
            "ended": dict(Counter(case.status for case in cases if case.status not in LIVE)),
            "by": {
                "topic": _groups(cases, lambda case: case.topic),
                "language": _groups(cases, lambda case: case.language),
                "channel": _groups(cases, lambda case: case.channel),
                "day": _groups(cases, lambda case: case.began.date().isoformat(), in_order=True),
                "hour": _groups(cases, lambda case: f"{case.began.hour:02}", in_order=True),
            },
        }

    def csv(self, days: int) -> str:
        """The same, a line for each group."""
        sheet = io.StringIO()
        writer = csv.writer(sheet)
        writer.writerow(("by", "what", "cases", "first_reply_seconds", "resolution_seconds"))
        for by, groups in self.of(days)["by"].items():
            for each in groups:
                reply, end = each["first_reply"]["median"], each["resolution"]["median"]
                writer.writerow((by, each["what"], each["cases"], reply, end))
        return sheet.getvalue()

    def _cases(self, since: datetime) -> list[Seen]:
        query = (
            sa.select(
                _cases.c.brief,
                _cases.c.reason,
                _cases.c.status,
                _conversations.c.language,
                _conversations.c.channel,
                _cases.c.conversation_id,
                _cases.c.created_at,
                sa.type_coerce(_first_reply, _cases.c.created_at.type).label("replied"),
                _cases.c.closed_at,
            )
            .join_from(_cases, _conversations)
            .where(_cases.c.created_at >= since)
        )
        with read(self._engine) as connection:
            rows = connection.execute(query).all()
        return [_seen(row) for row in rows]

    def _conversations(self, since: datetime) -> set[str]:
        """Those that began since, and in which a customer has said something."""
        spoke = sa.exists().where(_messages.c.conversation_id == _conversations.c.id, _messages.c.role == "customer")
        query = sa.select(_conversations.c.id).where(_conversations.c.created_at >= since, spoke)
        with read(self._engine) as connection:
            return set(connection.execute(query).scalars())


def _seen(row: Any) -> Seen:
    """A reply after the end is another case's."""
    replied = row.replied if row.closed_at is None or (row.replied and row.replied <= row.closed_at) else None
    return Seen(
        topic=name(str((row.brief or {}).get("topic") or row.reason)),
        status=row.status,
        language=row.language,
        channel=row.channel,
        conversation=row.conversation_id,
        began=row.created_at,
        replied=replied,
        closed=row.closed_at,
    )


def _groups(cases: Sequence[Seen], what: Callable[[Seen], str], *, in_order: bool = False) -> list[dict[str, Any]]:
    """The largest first, or in the order of what they are."""
    found: dict[str, list[Seen]] = defaultdict(list)
    for case in cases:
        found[what(case)].append(case)
    told = [{"what": each, **_counted(of)} for each, of in found.items()]
    return sorted(told, key=lambda each: (0 if in_order else -each["cases"], each["what"]))


def _counted(cases: Sequence[Seen]) -> dict[str, Any]:
    """One that the customer left has no resolution."""
    return {
        "cases": len(cases),
        "first_reply": _times(case.replied - case.began for case in cases if case.replied),
        "resolution": _times(case.closed - case.began for case in cases if case.closed and case.status != "left"),
    }


def _times(spans: Iterable[timedelta]) -> dict[str, Any]:
    """The middle one and the one that nine of ten do not pass, in whole seconds; None where there are none."""
    seconds = sorted(round(span.total_seconds()) for span in spans)
    if not seconds:
        return {"count": 0, "median": None, "ninety": None}
    return {
        "count": len(seconds),
        "median": seconds[(len(seconds) - 1) // 2],
        "ninety": seconds[min(len(seconds) - 1, -(-9 * len(seconds) // 10) - 1)],
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
