"""Answers promised for later: kept until the order system answers again, then given in the same conversation.

A promise becomes an event in the conversation's inbox, and whoever works there has the assistant answer it: in order,
once, and after a crash as well. While an advisor owns the conversation, the event is only a note for the desk.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from concierge.conversations import schema
from concierge.conversations.base import now
from concierge.conversations.log import ConversationLog
from concierge.conversations.model import DESK
from concierge.masking.texts import everywhere
from concierge.storage.clock import ahead, from_now
from concierge.storage.database import write

_promised, _messages = schema.promised_answers, schema.messages
FIRST_PAUSE = 5.0  # seconds until the first try
LONGEST_PAUSE = 300.0
LEASE = 30.0  # how long one worker has for a try
_DUE = ~ahead(_promised.c.next_at, LONGEST_PAUSE)  # the longest that anything here waits
SETTLED_AFTER = 60.0  # the inbox has so long before it is looked whether it has answered


@dataclass(frozen=True)
class PromisedAnswer:
    """A question that is asked again until its answer can be given, or ``give_up_at``."""

    id: str
    conversation_id: str
    key: str
    request: dict[str, Any]
    state: str
    tries: int
    next_at: datetime
    give_up_at: datetime
    message_seq: int | None
    created_at: datetime
    overdue: bool = False  # as ``due`` found it: it is to be given up


class PromisedAnswers:
    """Blocking, as the log is. Safe to work on from any number of processes."""

    def __init__(self, log: ConversationLog) -> None:
        self._log = log

    def promise(self, conversation_id: str, key: str, request: dict[str, Any], *, within: timedelta) -> PromisedAnswer:
        """Keeps what is to be answered; the same ``key`` is the same promise. After ``within`` it is given up.

        Raises ``ConversationNotFound``.
        """
        request = everywhere(request)
        with write(self._log.engine) as connection:
            self._log.lock(connection, conversation_id)
            until = from_now(within.total_seconds())
            first = {"state": "waiting", "tries": 0, "next_at": from_now(_pause(0)), "give_up_at": until}
            known = connection.execute(_promised.select().where(_promised.c.key == key)).mappings().first()
            if known is None:
                made = {"id": uuid.uuid4().hex, "conversation_id": conversation_id, "key": key, "request": request}
                connection.execute(_promised.insert().values(**made, **first, created_at=now()))
            elif known["state"] == "done":
                again = _promised.update().where(_promised.c.key == key)
                connection.execute(again.values(**first, request=request, message_seq=None))
            row = connection.execute(_promised.select().where(_promised.c.key == key)).mappings().one()
        return PromisedAnswer(**row)

    def get(self, promise_id: str) -> PromisedAnswer | None:
        with self._log.engine.begin() as connection:
            row = connection.execute(_promised.select().where(_promised.c.id == promise_id)).mappings().first()
        return PromisedAnswer(**row) if row else None

    def keep(self, promise_id: str) -> None:
        """It is answered, or no longer wanted."""
        with write(self._log.engine) as connection:
            connection.execute(_promised.update().where(_promised.c.id == promise_id).values(state="done"))

    def due(self, limit: int) -> list[PromisedAnswer]:
        """What is to be tried now, the oldest first, leased to the caller."""
        overdue = (_promised.c.give_up_at <= from_now()).label("overdue")
        query = sa.select(_promised, overdue).where(_promised.c.state == "waiting", _DUE).limit(limit)
        with self._log.engine.begin() as connection:
            if connection.execute(query).first() is None:
                return []  # nearly always: every round would take SQLite's only write lock
        leased = query.order_by(_promised.c.next_at).with_for_update(skip_locked=True)
        with write(self._log.engine) as connection:
            rows = [PromisedAnswer(**row) for row in connection.execute(leased).mappings()]
            self._set(connection, rows, next_at=from_now(LEASE))
        return rows

    def put_off(self, promises: Sequence[PromisedAnswer]) -> None:
        """The order system is still down: each is tried again later, and later each time."""
        with write(self._log.engine) as connection:
            for each in promises:
                self._set(connection, [each], tries=each.tries + 1, next_at=from_now(_pause(each.tries + 1)))

    def ask(self, promise: PromisedAnswer, event: str) -> None:
        """Has the assistant answer now; where an advisor has the conversation, tells the desk and leaves it at that."""
        with write(self._log.engine) as connection:
            owner = self._log.lock(connection, promise.conversation_id)["owner"]
            state, said = ("asked", "new") if owner == "assistant" else ("done", "done")
            payload = {"event": event, "promise": promise.id, "audience": DESK}
            message = self._log.append_in(
                connection,
                promise.conversation_id,
                "system",
                "",
                kind="event",
                payload={**payload, "note": promise.request.get("words") or ""},
                state=said,
            )
            later = {"message_seq": message.seq, "next_at": from_now(SETTLED_AFTER)}
            self._set(connection, [promise], state=state, **later)
        self._log.announce(promise.conversation_id, work=said == "new")

    def settle(self) -> None:
        """What the inbox has answered is done; what it could not answer waits for another try."""
        query = (
            sa.select(_promised, _messages.c.state.label("message_state"))
            .join_from(
                _promised,
                _messages,
                (_messages.c.conversation_id == _promised.c.conversation_id)
                & (_messages.c.seq == _promised.c.message_seq),
            )
            .where(_promised.c.state == "asked", _DUE)
        )
        with self._log.engine.begin() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        for row in rows:
            if row.pop("message_state") in ("done", "failed"):
                each = PromisedAnswer(**row)
                answered = bool(self._log.replies_to(each.conversation_id, each.message_seq or 0))
                with write(self._log.engine) as connection:
                    if answered:
                        self._set(connection, [each], state="done")
                    else:
                        self._set(connection, [each], state="waiting", tries=each.tries + 1, next_at=from_now())

    def _set(self, connection: Connection, promises: Sequence[PromisedAnswer], **values: Any) -> None:
        """Unless somebody was first: each is changed only in the state in which it was read."""
        for each in promises:
            this = (_promised.c.id == each.id) & (_promised.c.state == each.state)
            connection.execute(_promised.update().where(this).values(**values))


def _pause(tries: int) -> float:
    """Seconds."""
    # Full jitter would let one try follow another at once; half of the pause is certain.
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2**tries)
    return longest * random.uniform(0.5, 1)  # noqa: S311 - not a secret
