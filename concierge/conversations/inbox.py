"""The log as the assistant's inbox: received, claimed with a lease, completed together with the replies.

A claim is known by its number of attempts: a worker that was thought dead and comes back finds that its number is no
longer the row's, and what it would have said is dropped. Leases run by the database's clock. With PostgreSQL a claim is
not waited for until it is on the disk: a server that crashes within the second may forget it, and the message is
claimed anew, with the same number; the first who completes it has answered it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from concierge.conversations import schema
from concierge.conversations.base import LogBase, message_of, now
from concierge.conversations.model import Claimed, Message, reply_keys
from concierge.conversations.taking import CONVERSATION_COLUMNS, claimed_of, take
from concierge.files import Kept
from concierge.storage.clock import ahead, from_now
from concierge.storage.compiled_statements import CompiledStatement
from concierge.storage.database import hasten, one_write, read, write

_conversations, _messages = schema.conversations, schema.messages
TO_ADVISOR = "to_advisor"  # of a message: an advisor had the conversation, and the assistant only hears it
LONGEST_LEASE = 60.0  # seconds: a lease that seems longer is of a clock that has been put back, and is over
_LEASE = from_now(sa.bindparam("lease", type_=sa.Float))
_SET_LANGUAGE = CompiledStatement(
    _conversations.update().where(_conversations.c.id == sa.bindparam("this")).values(language=sa.bindparam("to"))
)
HAS_PENDING = CompiledStatement(
    sa.select(sa.literal(1))
    .where(_messages.c.conversation_id == sa.bindparam("id"), sa.text("messages." + schema.PENDING))
    .limit(1)
)
_HELD = sa.and_(_messages.c.state == "processing", ahead(_messages.c.lease_until, LONGEST_LEASE))
_OLDEST_PENDING = CompiledStatement(
    sa.select(_messages, *CONVERSATION_COLUMNS, _HELD.label("held"))
    .join_from(_messages, _conversations)
    .where(_messages.c.conversation_id == sa.bindparam("id"), sa.text("messages." + schema.PENDING))
    .order_by(_messages.c.seq)
    .limit(1)
    .with_for_update(of=_messages)
)
_THIS = (_messages.c.conversation_id == sa.bindparam("id")) & (_messages.c.seq == sa.bindparam("number"))
_SET_STATE = CompiledStatement(
    _messages.update()
    .where(_THIS)
    .values(
        state=sa.bindparam("new_state"),
        lease_until=_LEASE,
        attempts=_messages.c.attempts + sa.bindparam("more"),
    )
)
_MINE = _THIS & (_messages.c.state == "processing") & (_messages.c.attempts == sa.bindparam("attempt"))
_COMPLETE = CompiledStatement(
    _messages.update()
    .where(_MINE)
    .values(state=sa.bindparam("new_state"), lease_until=None, meta=sa.bindparam("new_meta"))
)
_RENEW = _messages.update().where(_MINE).values(lease_until=_LEASE)
_WITH_WORK = CompiledStatement(
    sa.select(_messages.c.conversation_id)
    .where(sa.text(schema.PENDING))
    .group_by(_messages.c.conversation_id)
    .having(sa.func.max(sa.case((_HELD, 1), else_=0)) == 0)
)


class ClaimLost(Exception):
    """Another worker has claimed the message in the meantime; nothing was stored."""


@dataclass(frozen=True)
class Receipt:
    """What became of a customer's message: ``claimed`` when the caller is to process it now, itself."""

    message: Message
    channel: str
    owner: str
    language: str
    region: str
    case_id: str | None
    claimed: bool
    attributes: dict[str, Any]


@dataclass
class Reply:
    """What the assistant says, before it has its place in the log."""

    text: str
    kind: str = "text"
    payload: dict[str, Any] = field(default_factory=dict)
    meta: dict[str, Any] = field(default_factory=dict)


class Inbox(LogBase):
    """Part of ``ConversationLog``."""

    def receive(
        self,
        conversation_id: str,
        text: str,
        *,
        kind: str = "text",
        payload: dict[str, Any] | None = None,
        client_key: str | None = None,
        meta: dict[str, Any] | None = None,
        language: Callable[[str, dict[str, Any]], str] | None = None,
        lease_seconds: float = 0,
        heard: bool = False,
        file: Kept | None = None,
    ) -> Receipt:
        """Appends a customer's message and decides, under the same lock, whose it is: this is the gate.

        Until an advisor has the conversation the message goes to the assistant's inbox, already claimed by the caller
        when nothing is waiting before it and ``lease_seconds`` is given; then it is logged for the advisor, and where
        it is to be ``heard`` the inbox has it, too, marked ``TO_ADVISOR``: an alarm in it is noticed, nobody answers.
        ``file`` is what was sent with it, which its message is noted with.
        ``language`` is given the conversation's language and attributes and returns the language from here on.
        Raises ``ConversationNotFound``.
        """
        try:
            with write(self.engine) as connection:
                at = now()
                head = self.next_seq(connection, conversation_id, at)
                to_advisor = heard and head["owner"] == "advisor"
                state = "new" if to_advisor else "done"
                if head["owner"] != "advisor":
                    waits = not lease_seconds or HAS_PENDING.first(connection, {"id": conversation_id})
                    state = "new" if waits else "processing"
                spoken = language(head["language"], head["attributes"]) if language else head["language"]
                if spoken != head["language"]:
                    _SET_LANGUAGE.later(connection, {"this": conversation_id, "to": spoken})
                message = Message(
                    conversation_id=conversation_id,
                    seq=head["last_seq"],
                    role="customer",
                    text=text,
                    created_at=at,
                    kind=kind,
                    payload=payload or {},
                    client_key=client_key,
                    state=state,
                    attempts=1 if state == "processing" else 0,
                    meta={**(meta or {}), "language": spoken, **({TO_ADVISOR: True} if to_advisor else {})},
                )
                self.insert(connection, [message], lease_seconds if state == "processing" else None)
                if file is not None:
                    self.add_file(connection, message, head["channel"], file)
        except sa.exc.IntegrityError:
            first = self.by_client_key(conversation_id, client_key)
            if first is None:
                raise
            with read(self.engine) as connection:
                known = self.lock(connection, conversation_id)
            return _receipt(first, known, known["language"], claimed=False)
        self.announce(conversation_id, work=state == "new", appended=message)
        return _receipt(message, head, spoken, claimed=state == "processing")

    def claim_next(self, conversation_id: str, lease_seconds: float) -> Claimed | None:
        """The oldest message that waits, now leased to the caller; None when there is none or another worker is at it.

        A customer's message that waits while an advisor owns the conversation is theirs: it is taken out of the inbox,
        unless somebody had begun to answer it before.
        """
        with one_write(self.engine) as connection:
            hasten(connection)  # a claim that a crash takes back is made anew; what is said or done waits for the disk
            return self._claim(connection, conversation_id, lease_seconds)

    def complete(
        self,
        message: Message,
        replies: list[Reply],
        *,
        meta: dict[str, Any] | None = None,
        state: str = "done",
        first: int = 0,
        lease_seconds: float = 0,
        unless_advisor: bool = False,
    ) -> tuple[list[Message], Claimed | None]:
        """Stores the replies to a claimed message, annotates it and takes it out of the inbox: all of it or nothing.

        ``first`` is the number of replies that ``reply`` has stored before; ``unless_advisor`` drops the replies where
        an advisor has the conversation by now. Returns the replies as stored and, where ``lease_seconds`` is given, the
        conversation's next message, claimed. Raises ``ClaimLost``.
        """
        following = None
        with write(self.engine) as connection:
            change = {"id": message.conversation_id, "number": message.seq, "attempt": message.attempts}
            new = {"new_state": state, "new_meta": {**message.meta, **(meta or {})}}
            if not _COMPLETE.run(connection, {**change, **new}):
                raise ClaimLost(message.conversation_id, message.seq)
            if unless_advisor and self.lock(connection, message.conversation_id)["owner"] == "advisor":
                replies = []
            stored = self._store(connection, message, replies, first)
            if lease_seconds:
                following = self._claim(connection, message.conversation_id, lease_seconds)
        self.announce(message.conversation_id)
        return stored, following

    def reply(self, message: Message, replies: list[Reply], first: int = 0) -> list[Message]:
        """Stores replies to a claimed message before the turn is over. Raises ``ClaimLost``."""
        with write(self.engine) as connection:
            change = {"id": message.conversation_id, "number": message.seq, "attempt": message.attempts}
            # The lease is not shortened by this: whoever holds the claim renews it.
            held = sa.select(_messages.c.seq).where(_MINE).with_for_update()
            if connection.execute(held, change).first() is None:
                raise ClaimLost(message.conversation_id, message.seq)
            stored = self._store(connection, message, replies, first)
        self.announce(message.conversation_id)
        return stored

    def replies_to(self, conversation_id: str, seq: int) -> list[Message]:
        """What was said in answer to a message, in order."""
        query = sa.select(_messages).where(
            _messages.c.conversation_id == conversation_id,
            _messages.c.client_key.like(f"{reply_keys(seq)}%"),
        )
        with read(self.engine) as connection:
            rows = connection.execute(query.order_by(_messages.c.seq)).mappings().all()
        return [message_of(row) for row in rows]

    def finish(self, conversation_id: str, seq: int, state: str = "done", meta: dict[str, Any] | None = None) -> None:
        """Takes a message out of the inbox ("done", "failed") or puts it back ("new"); ``meta`` annotates it."""
        change = {"id": conversation_id, "number": seq, "new_state": state, "lease": None, "more": 0}
        with write(self.engine) as connection:
            _SET_STATE.run(connection, change)
            if meta:
                self.annotate_in(connection, conversation_id, seq, meta)
        self.announce(conversation_id, work=state == "new")

    def renew(self, messages: list[Message], lease_seconds: float) -> None:
        """Keeps messages that take long from being claimed by another worker."""
        with write(self.engine) as connection:
            for message in messages:
                change = {"id": message.conversation_id, "number": message.seq, "attempt": message.attempts}
                connection.execute(_RENEW, {**change, "lease": lease_seconds})

    def hold(self, message: Message, lease_seconds: float) -> None:
        """As ``renew`` for one message, whose worker must know that it still is its own. Raises ``ClaimLost``."""
        mine = {"id": message.conversation_id, "number": message.seq, "attempt": message.attempts}
        with write(self.engine) as connection:
            if not connection.execute(_RENEW, {**mine, "lease": lease_seconds}).rowcount:
                raise ClaimLost(message.conversation_id, message.seq)

    def conversations_with_work(self) -> list[str]:
        """Those with a message that waits, or whose worker's lease has run out."""
        with read(self.engine) as connection:
            return [row["conversation_id"] for row in _WITH_WORK.all(connection, {})]

    def _claim(self, connection: Connection, conversation_id: str, lease_seconds: float) -> Claimed | None:
        if connection.dialect.name == "postgresql":
            return take(connection, conversation_id, lease_seconds, LONGEST_LEASE)
        while True:
            row = _OLDEST_PENDING.first(connection, {"id": conversation_id})
            if row is None or row["held"]:
                return None
            change = {"id": conversation_id, "number": row["seq"], "lease": None, "more": 0, "new_state": "done"}
            # One that was begun on may itself have handed over, and its customer has not been told yet.
            theirs = row["role"] == "customer" and row["of_owner"] == "advisor" and not row["attempts"]
            if theirs and TO_ADVISOR not in row["meta"]:
                _SET_STATE.run(connection, change)
                continue
            _SET_STATE.run(connection, {**change, "new_state": "processing", "lease": lease_seconds, "more": 1})
            return replace(claimed_of(row), state="processing", attempts=row["attempts"] + 1)

    def _store(self, connection: Connection, to: Message, replies: list[Reply], first: int) -> list[Message]:
        at: datetime = now()
        if not replies:
            self.touch_in(connection, to.conversation_id)
            return []
        last = self.next_seq(connection, to.conversation_id, at, len(replies))["last_seq"]
        stored = [
            Message(
                conversation_id=to.conversation_id,
                seq=last - len(replies) + 1 + index,
                role="assistant",
                text=reply.text,
                created_at=at,
                kind=reply.kind,
                payload=reply.payload,
                client_key=f"{reply_keys(to.seq)}{first + index}",
                meta=reply.meta,
            )
            for index, reply in enumerate(replies)
        ]
        self.insert(connection, stored)
        return stored


def _receipt(message: Message, head: Mapping[str, Any], language: str, *, claimed: bool) -> Receipt:
    return Receipt(
        message=message,
        channel=head["channel"],
        owner=head["owner"],
        language=language,
        region=head["region"],
        case_id=head["case_id"],
        claimed=claimed,
        attributes=head["attributes"],
    )
