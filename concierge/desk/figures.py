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
from concierge.conversations.satisfaction import ANSWERED
from concierge.handoff.names import name
from concierge.queues.reader import queues
from concierge.storage.database import read

_cases, _conversations, _messages = schema.cases, schema.conversations, schema.messages
LONGEST_DAYS = 92
UNRESOLVED = ("left", "merged")


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
    due: datetime | None
    queue: str
    score: int | None

    def in_time(self, at: datetime) -> bool | None:
        """Whether its first answer came by when it was due; ``None`` while that is open, or nothing was due."""
        if self.due is None:
            return None
        if self.replied is not None:
            return self.replied <= self.due
        if self.closed is not None and self.closed <= self.due:
            return None  # it ended before anybody had to answer
        return False if at > self.due else None


class Figures:
    """Blocks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, days: int, language: str = "", channel: str = "") -> dict[str, Any]:
        """Of cases and conversations that began within so many days before now; of this language and channel alone,
        where they are given. Times are in seconds."""
        since = now() - timedelta(days=days)
        of = [each for each in (_of("language", language), _of("channel", channel)) if each is not None]
        cases, talked = self._cases(since, of), self._conversations(since, of)
        handed = {case.conversation for case in cases} & talked
        return {
            "days": days,
            "conversations": len(talked),
            "contained": _share(len(talked) - len(handed), len(talked)),
            **_counted(cases),
            "waiting": sum(case.status == "queued" for case in cases),
            "open": sum(case.status in LIVE for case in cases),
            "overdue": sum(case.status in LIVE and case.in_time(now()) is False for case in cases),
            "promises_overdue": self._promises_overdue(of),
            "marked": self._marked(since, of),
            "ended": dict(Counter(case.status for case in cases if case.status not in LIVE)),
            "by": {
                "queue": _groups(cases, lambda case: case.queue),
                "topic": _groups(cases, lambda case: case.topic),
                "language": _groups(cases, lambda case: case.language),
                "channel": _groups(cases, lambda case: case.channel),
                "day": _groups(cases, lambda case: case.began.date().isoformat(), in_order=True),
                "week": _groups(cases, lambda case: case.began.strftime("%G-W%V"), in_order=True),
                "hour": _groups(cases, lambda case: f"{case.began.hour:02}", in_order=True),
            },
        }

    def csv(self, days: int, language: str = "", channel: str = "") -> str:
        """The same, a line for each group."""
        sheet = io.StringIO()
        writer = csv.writer(sheet)
        writer.writerow(
            (
                "by",
                "what",
                "cases",
                "first_reply_seconds",
                "resolution_seconds",
                "due",
                "in_time",
                "rated",
                "satisfaction",
            )
        )
        for by, groups in self.of(days, language, channel)["by"].items():
            for each in groups:
                reply, end = each["first_reply"]["median"], each["resolution"]["median"]
                rest = (each[name] for name in ("due", "in_time", "rated", "satisfaction"))
                writer.writerow((by, each["what"], each["cases"], reply, end, *rest))
        return sheet.getvalue()

    def _cases(self, since: datetime, of: Sequence[Any]) -> list[Seen]:
        query = (
            sa.select(
                _cases.c.brief,
                _cases.c.reason,
                _cases.c.status,
                _conversations.c.language,
                _conversations.c.channel,
                _cases.c.conversation_id,
                _cases.c.created_at,
                _cases.c.replied_at,
                _cases.c.closed_at,
                _cases.c.due_at,
                _cases.c.queue,
                _messages.c.payload,
            )
            .join_from(_cases, _conversations)
            .outerjoin(
                _messages,
                sa.and_(
                    _messages.c.conversation_id == _cases.c.conversation_id,
                    _messages.c.client_key == ANSWERED + "." + _cases.c.id,
                ),
            )
            .where(_cases.c.created_at >= since, *of)
        )
        with read(self._engine) as connection:
            rows = connection.execute(query).all()
        return [_seen(row) for row in rows]

    def _promises_overdue(self, of: Sequence[Any]) -> int:
        """Open cases in which the customer was told a day, by a decision, that is over: of any age."""
        decided = schema.decisions
        query = (
            sa.select(_cases.c.id, decided.c.document)
            .join_from(_cases, _conversations)
            .join(decided, decided.c.conversation_id == _cases.c.conversation_id)
            .where(_cases.c.status.in_(LIVE), decided.c.outcome == "yes", *of)
            .order_by(decided.c.created_at)
        )
        today = now().date().isoformat()
        with read(self._engine) as connection:
            rows = connection.execute(query).all()
        told = {row.id: str((row.document or {}).get("deadline") or "") for row in rows}
        return sum(bool(deadline) and deadline[:10] < today for deadline in told.values())

    def _marked(self, since: datetime, of: Sequence[Any]) -> list[dict[str, Any]]:
        """What was understood, what was meant, how often; the most frequent first."""
        marks = schema.marked_wrong
        query = (
            sa.select(marks.c.was, marks.c.meant)
            .join(_conversations, _conversations.c.id == marks.c.conversation_id)
            .where(marks.c.at >= since, *of)
        )
        with read(self._engine) as connection:
            counted = Counter((row.was, row.meant) for row in connection.execute(query))
        return [{"was": was, "meant": meant, "count": count} for (was, meant), count in counted.most_common(20)]

    def _conversations(self, since: datetime, of: Sequence[Any]) -> set[str]:
        """Those that began since, and in which a customer has said something."""
        spoke = sa.exists().where(_messages.c.conversation_id == _conversations.c.id, _messages.c.role == "customer")
        query = sa.select(_conversations.c.id).where(_conversations.c.created_at >= since, spoke, *of)
        with read(self._engine) as connection:
            return set(connection.execute(query).scalars())


def _of(column: str, value: str) -> Any:
    return _conversations.c[column] == value if value else None


def _seen(row: Any) -> Seen:
    return Seen(
        topic=name(str((row.brief or {}).get("topic") or row.reason)),
        status=row.status,
        language=row.language,
        channel=row.channel,
        conversation=row.conversation_id,
        began=row.created_at,
        replied=row.replied_at,
        closed=row.closed_at,
        due=row.due_at if row.status != "merged" or row.replied_at else None,  # the other case's answer is awaited
        queue=queues().get(row.queue).title,
        score=(row.payload or {}).get("score"),
    )


def _groups(cases: Sequence[Seen], what: Callable[[Seen], str], *, in_order: bool = False) -> list[dict[str, Any]]:
    """The largest first, or in the order of what they are."""
    found: dict[str, list[Seen]] = defaultdict(list)
    for case in cases:
        found[what(case)].append(case)
    told = [{"what": each, **_counted(of)} for each, of in found.items()]
    return sorted(told, key=lambda each: (0 if in_order else -each["cases"], each["what"]))


def _counted(cases: Sequence[Seen]) -> dict[str, Any]:
    """One that the customer left, or that is part of another case, has no resolution."""
    at = now()
    scores = [case.score for case in cases if case.score is not None]
    answered = [in_time for in_time in (case.in_time(at) for case in cases) if in_time is not None]
    return {
        "cases": len(cases),
        "due": len(answered),
        "in_time": _share(sum(answered), len(answered)),
        "rated": len(scores),
        "satisfaction": round(sum(scores) / len(scores), 2) if scores else None,
        "first_reply": _times(case.replied - case.began for case in cases if case.replied),
        "resolution": _times(
            case.closed - case.began for case in cases if case.closed and case.status not in UNRESOLVED
        ),
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
