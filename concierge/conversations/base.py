"""What every part of the log stands on: appending inside a transaction, locking, and telling others of a change."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, RowMapping

from concierge.conversations import schema
from concierge.conversations.bell import Bell
from concierge.conversations.model import DESK, ConversationNotFound, Message
from concierge.conversations.wake import Wakes
from concierge.files import Kept
from concierge.storage.clock import from_now
from concierge.storage.compiled_statements import CompiledStatement
from concierge.storage.database import read

ADVISOR_JOINED = "advisor_joined"  # the event that says so, to the customer too
FILE_KEPT = "kept"  # the state of a sent file that is in the file store

_conversations, _messages = schema.conversations, schema.messages

_HEAD = ("channel", "last_seq", "owner", "language", "region", "case_id", "attributes")
# SQLAlchemy 1.4 knows no RETURNING for SQLite; both databases do.
_NEXT_SEQ = CompiledStatement(
    sa.text(
        "UPDATE conversations SET last_seq = last_seq + :count, updated_at = :now WHERE id = :id "
        "RETURNING channel, last_seq, owner, language, region, case_id, attributes"
    )
    .bindparams(sa.bindparam("now", type_=_conversations.c.updated_at.type))
    .columns(*(_conversations.c[name] for name in _HEAD))
)
_INSERT = CompiledStatement(
    _messages.insert()
    .inline()
    .values(
        {
            **{column.name: sa.bindparam(f"new_{column.name}", type_=column.type) for column in _messages.c},
            "lease_until": from_now(sa.bindparam("lease_seconds", type_=sa.Float)),
        }
    )
)
# In the same transaction as the message: what is said is never only in the log, and never only on its way. For the
# website, which has no outlet, it writes nothing.
_TO_DELIVER = CompiledStatement(
    sa.text(
        "INSERT INTO outbox (conversation_id, seq, channel, state, error, created_at) "
        "SELECT conversation_id, :seq, channel, 'waiting', '', :at FROM outlets WHERE conversation_id = :id"
    ).bindparams(sa.bindparam("at", type_=_messages.c.created_at.type))
)
_TOUCH = CompiledStatement(
    sa.update(_conversations).where(_conversations.c.id == sa.bindparam("this")).values(updated_at=sa.bindparam("now"))
)
_BY_KEY = sa.select(_messages).where(
    _messages.c.conversation_id == sa.bindparam("id"), _messages.c.client_key == sa.bindparam("key")
)


def now() -> datetime:
    return datetime.now(timezone.utc)


def message_of(row: Mapping[str, Any]) -> Message:
    fields = dict(row)
    for other in ("lease_until", "owner", "held"):
        fields.pop(other, None)
    return Message(**fields)


def _goes_out(message: Message) -> bool:
    """Whether it is for the customer, on whatever channel that is."""
    if message.payload.get("audience") == DESK:
        return False
    return message.role in ("assistant", "advisor") or message.payload.get("event") == ADVISOR_JOINED


def row_id(key: str | None) -> str:
    """The same for the same key: what is written under it again takes its own place."""
    return uuid.uuid5(uuid.NAMESPACE_OID, key).hex if key else uuid.uuid4().hex


class LogBase:
    """``listeners`` are called in the calling thread after each commit that others should see.

    They are given the conversation's id, whether something was left in its inbox that nobody is at, and the message
    that was appended, where that is all that has changed. ``wakes`` and ``bell`` tell other processes: the one with
    SQLite, the other with PostgreSQL.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.listeners: list[Callable[[str, bool, Message | None], None]] = []
        self.bell = Bell(engine) if engine.dialect.name == "postgresql" else None
        is_file = engine.dialect.name == "sqlite" and bool(engine.url.database)
        self.wakes = Wakes(Path(engine.url.database or "")) if is_file else None

    def by_client_key(self, conversation_id: str, client_key: str | None) -> Message | None:
        """The message that was first appended with this key."""
        if client_key is None:
            return None
        with read(self.engine) as connection:
            row = connection.execute(_BY_KEY, {"id": conversation_id, "key": client_key}).mappings().first()
        return replace(message_of(row), repeated=True) if row else None

    def announce(self, conversation_id: str, work: bool = False, appended: Message | None = None) -> None:
        for listener in self.listeners:
            listener(conversation_id, work, appended)
        others = self.wakes or self.bell
        if others is not None:
            others.tell(conversation_id, work)

    # --- inside the caller's write transaction; the caller announces after its commit

    def lock(self, connection: Connection, conversation_id: str) -> RowMapping:
        """The conversation's row, locked until the transaction ends. Raises ``ConversationNotFound``."""
        query = sa.select(_conversations).where(_conversations.c.id == conversation_id).with_for_update()
        row = connection.execute(query).mappings().first()
        if row is None:
            raise ConversationNotFound(conversation_id)
        return row

    def append_in(
        self,
        connection: Connection,
        conversation_id: str,
        role: str,
        text: str,
        *,
        kind: str = "text",
        payload: dict[str, Any] | None = None,
        author: str = "",
        client_key: str | None = None,
        state: str = "done",
        meta: dict[str, Any] | None = None,
        file: Kept | None = None,
    ) -> Message:
        """``append`` inside a transaction."""
        at = now()
        head = self.next_seq(connection, conversation_id, at)
        message = Message(
            conversation_id=conversation_id,
            seq=head["last_seq"],
            role=role,
            text=text,
            created_at=at,
            kind=kind,
            payload=payload or {},
            author=author,
            client_key=client_key,
            state=state,
            meta=meta or {},
        )
        self.insert(connection, [message])
        if file is not None:
            self.add_file(connection, message, head["channel"], file)
        return message

    def add_file(self, connection: Connection, message: Message, channel: str, file: Kept) -> None:
        """Notes what was sent with a message that is being appended."""
        connection.execute(
            schema.sent_files.insert().values(
                id=row_id(f"{message.conversation_id}.{message.seq}"),
                conversation_id=message.conversation_id,
                seq=message.seq,
                channel=channel,
                source="",
                state=FILE_KEPT,
                reason="",
                tries=0,
                next_at=from_now(0.0),
                created_at=message.created_at,
                **vars(file),
            )
        )

    def next_seq(self, connection: Connection, conversation_id: str, at: datetime, count: int = 1) -> dict[str, Any]:
        """Takes the next sequence numbers; the conversation stays locked. Raises ``ConversationNotFound``."""
        row = _NEXT_SEQ.first(connection, {"id": conversation_id, "now": at, "count": count})
        if row is None:
            raise ConversationNotFound(conversation_id)
        return row

    def insert(self, connection: Connection, messages: list[Message], lease_seconds: float | None = None) -> None:
        """A key that is there already is told of, as ``IntegrityError``, when the transaction ends at the latest."""
        rows = [{f"new_{name}": value for name, value in vars(message).items()} for message in messages]
        _INSERT.later(connection, *({**row, "lease_seconds": lease_seconds} for row in rows))
        for message in filter(_goes_out, messages):
            _TO_DELIVER.later(connection, {"id": message.conversation_id, "seq": message.seq, "at": message.created_at})

    def touch_in(self, connection: Connection, conversation_id: str) -> None:
        """Marks the conversation as changed, for those who look what has changed since."""
        _TOUCH.later(connection, {"this": conversation_id, "now": now()})

    def annotate_in(self, connection: Connection, conversation_id: str, seq: int, meta: dict[str, Any]) -> None:
        this = (_messages.c.conversation_id == conversation_id) & (_messages.c.seq == seq)
        known = connection.execute(sa.select(_messages.c.meta).where(this).with_for_update()).scalar_one()
        connection.execute(_messages.update().where(this).values(meta={**known, **meta}))
        self.touch_in(connection, conversation_id)
