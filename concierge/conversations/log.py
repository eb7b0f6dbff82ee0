"""The conversation log: what was said, in order, and what the assistant still has to answer.

Every method is one transaction and blocks: call it through ``asyncio.to_thread``. Sequence numbers have no gaps and
become visible in order, because the conversation's row is locked while a message is appended. The log is also the
inbox: rows in state "new" wait for the assistant, rows in "processing" belong to a worker until their lease runs out.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, RowMapping

from concierge.conversations import schema
from concierge.conversations.model import Conversation, ConversationNotFound, Message, RecordedDecision

_conversations, _messages = schema.conversations, schema.messages
_PENDING = sa.text(schema.PENDING)
_UPDATABLE = frozenset({"language", "region", "name", "email", "attributes", "address"})

_NEXT_SEQ = sa.text(
    "UPDATE conversations SET last_seq = last_seq + 1, updated_at = :now WHERE id = :id "
    "RETURNING last_seq, owner, language, region, case_id"
).bindparams(sa.bindparam("now", type_=schema.conversations.c.updated_at.type))
_INSERT = _messages.insert().inline()
_TOUCH = (
    sa.update(_conversations).where(_conversations.c.id == sa.bindparam("this")).values(updated_at=sa.bindparam("now"))
)
_NOTIFY = sa.text("SELECT pg_notify('concierge', :id)")
_HAS_PENDING = sa.select(sa.literal(1)).where(
    _messages.c.conversation_id == sa.bindparam("id"), sa.text("messages." + schema.PENDING)
)
_BY_KEY = sa.select(_messages).where(
    _messages.c.conversation_id == sa.bindparam("id"), _messages.c.client_key == sa.bindparam("key")
)
_OLDEST_PENDING = (
    sa.select(_messages, _conversations.c.owner)
    .join_from(_messages, _conversations)
    .where(_messages.c.conversation_id == sa.bindparam("id"), sa.text("messages." + schema.PENDING))
    .order_by(_messages.c.seq)
    .limit(1)
    .with_for_update(of=_messages)
)
_SET_STATE = (
    _messages.update()
    .where(_messages.c.conversation_id == sa.bindparam("id"), _messages.c.seq == sa.bindparam("number"))
    .values(
        state=sa.bindparam("new_state"),
        lease_until=sa.bindparam("until"),
        attempts=_messages.c.attempts + sa.bindparam("more"),
    )
)


def _now() -> datetime:
    return datetime.now(timezone.utc)


@dataclass(frozen=True)
class Receipt:
    """What became of a customer's message: ``claimed`` when the caller is to process it now, itself."""

    message: Message
    owner: str
    language: str
    region: str
    case_id: str | None
    claimed: bool


class ConversationLog:
    """``listeners`` are called with a conversation's id, in the calling thread, after each commit others should see."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.listeners: list[Callable[[str], None]] = []
        self._writer = engine.execution_options(sqlite_begin="IMMEDIATE")
        self._postgres = engine.dialect.name == "postgresql"

    # --- conversations

    def open(
        self,
        channel: str,
        address: str | None = None,
        language: str = "en",
        region: str = "ROW",
        attributes: dict[str, Any] | None = None,
    ) -> Conversation:
        """The conversation of this address on this channel, made if it is new; without an address always a new one."""
        if address is not None:
            known = self._find(channel, address)
            if known:
                return known
        now = _now()
        made = Conversation(
            id=uuid.uuid4().hex,
            channel=channel,
            address=address,
            language=language,
            region=region,
            name="",
            email="",
            owner="assistant",
            case_id=None,
            last_seq=0,
            attributes=attributes or {},
            created_at=now,
            updated_at=now,
        )
        try:
            with self._writer.begin() as connection:
                connection.execute(_conversations.insert(), vars(made))
        except sa.exc.IntegrityError:
            known = self._find(channel, address or "")
            if known is None:
                raise
            return known
        return made

    def get(self, conversation_id: str) -> Conversation:
        """Raises ``ConversationNotFound``."""
        query = sa.select(_conversations).where(_conversations.c.id == conversation_id)
        with self.engine.begin() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            raise ConversationNotFound(conversation_id)
        return Conversation(**row)

    def update(self, conversation_id: str, **fields: Any) -> None:
        """Sets language, region, name, email, address or attributes (merged, key by key)."""
        unknown = set(fields) - _UPDATABLE
        if unknown:
            raise ValueError(f"not to be set here: {', '.join(sorted(unknown))}")
        with self._writer.begin() as connection:
            self.lock(connection, conversation_id)
            if "attributes" in fields:
                query = sa.select(_conversations.c.attributes).where(_conversations.c.id == conversation_id)
                fields["attributes"] = {**connection.execute(query).scalar_one(), **fields["attributes"]}
            connection.execute(_conversations.update().where(_conversations.c.id == conversation_id).values(**fields))
            self.touch_in(connection, conversation_id)
        self.announce(conversation_id)

    def _find(self, channel: str, address: str) -> Conversation | None:
        query = sa.select(_conversations).where(
            _conversations.c.channel == channel, _conversations.c.address == address
        )
        with self.engine.begin() as connection:
            row = connection.execute(query).mappings().first()
        return Conversation(**row) if row else None

    # --- messages

    def append(
        self,
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
    ) -> Message:
        """The message as stored. A repeated ``client_key`` returns the first message, marked ``repeated``.

        Raises ``ConversationNotFound``.
        """
        try:
            with self._writer.begin() as connection:
                message = self.append_in(
                    connection,
                    conversation_id,
                    role,
                    text,
                    kind=kind,
                    payload=payload,
                    author=author,
                    client_key=client_key,
                    state=state,
                    meta=meta,
                )
        except sa.exc.IntegrityError:
            first = self.by_client_key(conversation_id, client_key)
            if first is None:
                raise
            return first
        self.announce(conversation_id)
        return message

    def receive(
        self,
        conversation_id: str,
        text: str,
        *,
        kind: str = "text",
        payload: dict[str, Any] | None = None,
        client_key: str | None = None,
        meta: dict[str, Any] | None = None,
        language: str | None = None,
        lease_seconds: float = 0,
    ) -> Receipt:
        """Appends a customer's message and decides, under the same lock, whose it is.

        While the assistant owns the conversation the message goes to its inbox, already claimed by the caller when
        nothing is waiting before it and ``lease_seconds`` is given; otherwise it is only logged, for the advisor.
        """
        try:
            with self._writer.begin() as connection:
                now = _now()
                head = self._next(connection, conversation_id, now)
                state, until = "done", None
                if head["owner"] == "assistant":
                    waiting = connection.execute(_HAS_PENDING, {"id": conversation_id}).first()
                    state = "new" if waiting or not lease_seconds else "processing"
                    until = now + timedelta(seconds=lease_seconds) if state == "processing" else None
                message = Message(
                    conversation_id=conversation_id,
                    seq=head["last_seq"],
                    role="customer",
                    text=text,
                    created_at=now,
                    kind=kind,
                    payload=payload or {},
                    client_key=client_key,
                    state=state,
                    attempts=1 if until else 0,
                    meta=meta or {},
                )
                self._insert(connection, message, until)
                if language and language != head["language"]:
                    connection.execute(
                        _conversations.update()
                        .where(_conversations.c.id == conversation_id)
                        .values(language=sa.bindparam("to_language")),
                        {"to_language": language},
                    )
        except sa.exc.IntegrityError:
            first = self.by_client_key(conversation_id, client_key)
            if first is None:
                raise
            known = self.get(conversation_id)
            return Receipt(first, known.owner, known.language, known.region, known.case_id, claimed=False)
        self.announce(conversation_id)
        return Receipt(
            message, head["owner"], language or head["language"], head["region"], head["case_id"], state == "processing"
        )

    def messages(self, conversation_id: str, after: int = 0, limit: int | None = None) -> list[Message]:
        query = (
            sa.select(_messages)
            .where(_messages.c.conversation_id == conversation_id, _messages.c.seq > after)
            .order_by(_messages.c.seq)
        )
        with self.engine.begin() as connection:
            rows = connection.execute(query.limit(limit) if limit else query).mappings().all()
        return [_message(row) for row in rows]

    def last_messages(self, conversation_id: str, limit: int, role: str | None = None) -> list[Message]:
        """The latest ones, oldest first."""
        query = sa.select(_messages).where(_messages.c.conversation_id == conversation_id)
        if role:
            query = query.where(_messages.c.role == role)
        with self.engine.begin() as connection:
            rows = connection.execute(query.order_by(_messages.c.seq.desc()).limit(limit)).mappings().all()
        return [_message(row) for row in reversed(rows)]

    def annotate(self, conversation_id: str, seq: int, meta: dict[str, Any]) -> None:
        """Adds to what is known about a message."""
        with self._writer.begin() as connection:
            self._annotate(connection, conversation_id, seq, meta)
        self.announce(conversation_id)

    # --- the inbox

    def claim_next(self, conversation_id: str, lease_seconds: float) -> Message | None:
        """The oldest message that waits, now leased to the caller; None when there is none or another worker is at it.

        A customer's message that waits while a person owns the conversation is theirs: it is taken out of the inbox.
        """
        with self._writer.begin() as connection:
            while True:
                row = connection.execute(_OLDEST_PENDING, {"id": conversation_id}).mappings().first()
                if row is None:
                    return None
                now = _now()
                if row["state"] == "processing" and row["lease_until"] and row["lease_until"] > now:
                    return None
                change = {"id": conversation_id, "number": row["seq"], "until": None, "more": 0, "new_state": "done"}
                if row["role"] == "customer" and row["owner"] != "assistant":
                    connection.execute(_SET_STATE, change)
                    continue
                until = now + timedelta(seconds=lease_seconds)
                connection.execute(_SET_STATE, {**change, "new_state": "processing", "until": until, "more": 1})
                return replace(_message(row), state="processing", attempts=row["attempts"] + 1)

    def finish(self, conversation_id: str, seq: int, state: str = "done", meta: dict[str, Any] | None = None) -> None:
        """Takes a message out of the inbox ("done", "failed") or puts it back ("new"); ``meta`` annotates it."""
        change = {"id": conversation_id, "number": seq, "new_state": state, "until": None, "more": 0}
        with self._writer.begin() as connection:
            connection.execute(_SET_STATE, change)
            if meta:
                self._annotate(connection, conversation_id, seq, meta)
        if meta:
            self.announce(conversation_id)

    def renew(self, conversation_id: str, seq: int, lease_seconds: float) -> None:
        """Keeps a message that takes long from being claimed by another worker."""
        change = {"id": conversation_id, "number": seq, "new_state": "processing", "more": 0}
        with self._writer.begin() as connection:
            connection.execute(_SET_STATE, {**change, "until": _now() + timedelta(seconds=lease_seconds)})

    def conversations_with_work(self) -> list[str]:
        """Those with a message that waits, or whose worker's lease has run out."""
        query = (
            sa.select(_messages.c.conversation_id)
            .where(_PENDING)
            .group_by(_messages.c.conversation_id)
            .having(sa.func.max(sa.case((_messages.c.lease_until > _now(), 1), else_=0)) == 0)
        )
        with self.engine.begin() as connection:
            return list(connection.execute(query).scalars())

    # --- decisions and look-ups

    def record_decision(
        self, conversation_id: str, kind: str, outcome: str, document: dict[str, Any], order_number: str = ""
    ) -> str:
        """Keeps what was decided for the customer, with its reasons. Returns the decision's id."""
        row = RecordedDecision(uuid.uuid4().hex, conversation_id, order_number, kind, outcome, document, _now())
        with self._writer.begin() as connection:
            connection.execute(schema.decisions.insert(), vars(row))
        return row.id

    def decisions(self, conversation_id: str) -> list[RecordedDecision]:
        table = schema.decisions
        query = sa.select(table).where(table.c.conversation_id == conversation_id)
        with self.engine.begin() as connection:
            rows = connection.execute(query.order_by(table.c.created_at, table.c.id)).mappings().all()
        return [RecordedDecision(**row) for row in rows]

    def record_lookup(self, conversation_id: str, network: str, ok: bool) -> None:
        row = {"id": uuid.uuid4().hex, "conversation_id": conversation_id, "network": network, "ok": ok}
        with self._writer.begin() as connection:
            connection.execute(schema.lookups.insert(), {**row, "created_at": _now()})

    def failed_lookups(self, since: datetime, conversation_id: str | None = None, network: str | None = None) -> int:
        """How often somebody named an order that is not theirs, in one conversation or from one network."""
        table = schema.lookups
        query = sa.select(sa.func.count()).select_from(table).where(table.c.created_at >= since, ~table.c.ok)
        if conversation_id is not None:
            query = query.where(table.c.conversation_id == conversation_id)
        if network is not None:
            query = query.where(table.c.network == network)
        with self.engine.begin() as connection:
            return int(connection.execute(query).scalar_one())

    # --- who is typing

    def typing(self, conversation_id: str, role: str, seconds: float = 6.0) -> None:
        """``role`` ("customer", "advisor") is writing, for the next seconds."""
        table, now = schema.typing, _now()
        with self._writer.begin() as connection:
            self.lock(connection, conversation_id)
            key = (table.c.conversation_id == conversation_id) & (table.c.role == role)
            connection.execute(table.delete().where(sa.or_(key, table.c.until < now)))
            row = {"conversation_id": conversation_id, "role": role, "until": now + timedelta(seconds=seconds)}
            connection.execute(table.insert(), row)
            self.touch_in(connection, conversation_id)
        self.announce(conversation_id)

    def who_types(self, conversation_id: str) -> set[str]:
        table = schema.typing
        query = sa.select(table.c.role).where(table.c.conversation_id == conversation_id, table.c.until > _now())
        with self.engine.begin() as connection:
            return set(connection.execute(query).scalars())

    # --- privacy

    def export(self, conversation_id: str) -> dict[str, Any]:
        """Everything kept about a conversation, as JSON-safe data. Raises ``ConversationNotFound``."""
        self.get(conversation_id)
        tables: Iterable[sa.Table] = (schema.messages, schema.cases, schema.decisions, schema.lookups)
        found: dict[str, Any] = {}
        with self.engine.begin() as connection:
            query = sa.select(_conversations).where(_conversations.c.id == conversation_id)
            found["conversation"] = _plain(connection.execute(query).mappings().one())
            for table in tables:
                order = table.c.seq if table is schema.messages else table.c.created_at
                query = sa.select(table).where(table.c.conversation_id == conversation_id).order_by(order)
                found[table.name] = [_plain(row) for row in connection.execute(query).mappings()]
        return found

    def erase(self, conversation_id: str) -> None:
        """Deletes the conversation with its messages, cases, decisions and look-ups. Nothing happens if it is gone."""
        with self._writer.begin() as connection:
            connection.execute(_conversations.delete().where(_conversations.c.id == conversation_id))

    # --- for Cases, in its own transactions

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
    ) -> Message:
        """``append`` inside the caller's write transaction. The caller calls ``announce`` after its commit."""
        now = _now()
        message = Message(
            conversation_id=conversation_id,
            seq=self._next(connection, conversation_id, now)["last_seq"],
            role=role,
            text=text,
            created_at=now,
            kind=kind,
            payload=payload or {},
            author=author,
            client_key=client_key,
            state=state,
            meta=meta or {},
        )
        self._insert(connection, message, None)
        return message

    def announce(self, conversation_id: str) -> None:
        for listener in self.listeners:
            listener(conversation_id)

    def touch_in(self, connection: Connection, conversation_id: str) -> None:
        """Marks the conversation as changed, so that other processes look at it once the transaction commits."""
        connection.execute(_TOUCH, {"this": conversation_id, "now": _now()})
        self._notify(connection, conversation_id)

    def _notify(self, connection: Connection, conversation_id: str) -> None:
        if self._postgres:  # with SQLite, the others look at the file: see Wake
            connection.execute(_NOTIFY, {"id": conversation_id})

    def _next(self, connection: Connection, conversation_id: str, now: datetime) -> RowMapping:
        head = connection.execute(_NEXT_SEQ, {"id": conversation_id, "now": now}).mappings().first()
        if head is None:
            raise ConversationNotFound(conversation_id)
        return head

    def _insert(self, connection: Connection, message: Message, lease_until: datetime | None) -> None:
        row = {**vars(message), "lease_until": lease_until}
        del row["repeated"]
        connection.execute(_INSERT, row)
        self._notify(connection, message.conversation_id)

    def _annotate(self, connection: Connection, conversation_id: str, seq: int, meta: dict[str, Any]) -> None:
        this = (_messages.c.conversation_id == conversation_id) & (_messages.c.seq == seq)
        known = connection.execute(sa.select(_messages.c.meta).where(this).with_for_update()).scalar_one()
        connection.execute(_messages.update().where(this).values(meta={**known, **meta}))
        self.touch_in(connection, conversation_id)

    def by_client_key(self, conversation_id: str, client_key: str | None) -> Message | None:
        """The message that was first appended with this key."""
        if client_key is None:
            return None
        with self.engine.begin() as connection:
            row = connection.execute(_BY_KEY, {"id": conversation_id, "key": client_key}).mappings().first()
        return replace(_message(row), repeated=True) if row else None


def _message(row: RowMapping) -> Message:
    fields = dict(row)
    for other in ("lease_until", "owner"):
        fields.pop(other, None)
    return Message(**fields)


def _plain(row: RowMapping) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in row.items()}
