"""The conversation log: what was said, in order, and what the assistant still has to answer.

Every method is one transaction and blocks: call it through ``asyncio.to_thread``. Sequence numbers have no gaps and
become visible in order, because the conversation's row is locked while a message is appended. The log is also the
inbox: rows in state "new" wait for the assistant, rows in "processing" belong to a worker until their lease runs out.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from concierge.conversations import proved, schema
from concierge.conversations.base import message_of, now
from concierge.conversations.inbox import Inbox
from concierge.conversations.lookups import Lookups
from concierge.conversations.model import Conversation, ConversationNotFound, Message
from concierge.conversations.moving import Moving
from concierge.conversations.records import LONGEST_TYPING, Records
from concierge.conversations.revoked_links import RevokedLinks
from concierge.conversations.sent_files import SentFiles
from concierge.conversations.withdrawn import Withdrawn
from concierge.files import Kept
from concierge.languages.registry import DEFAULT
from concierge.storage.clock import ahead
from concierge.storage.compiled_statements import CompiledStatement
from concierge.storage.database import read, write

_conversations, _messages = schema.conversations, schema.messages
_UPDATABLE = frozenset({"language", "region", "name", "email", "attributes", "address"})


_ONE = CompiledStatement(sa.select(_conversations).where(_conversations.c.id == sa.bindparam("id")))
_BY_ADDRESS = CompiledStatement(
    sa.select(_conversations).where(
        _conversations.c.channel == sa.bindparam("channel"), _conversations.c.address == sa.bindparam("address")
    )
)
_OPEN = CompiledStatement(_conversations.insert().inline())
_AFTER = CompiledStatement(
    sa.select(_messages)
    .where(_messages.c.conversation_id == sa.bindparam("id"), _messages.c.seq > sa.bindparam("after"))
    .order_by(_messages.c.seq)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
_ALL = 2**31 - 1
_WRITES = [
    sa.select(sa.literal(1))
    .where(
        schema.typing.c.conversation_id == sa.bindparam("id"),
        schema.typing.c.role == role,
        ahead(schema.typing.c.until, LONGEST_TYPING),
    )
    .exists()
    .label(role)
    for role in ("customer", "advisor")
]
_WORKS = (
    sa.select(sa.literal(1))
    .where(_messages.c.conversation_id == sa.bindparam("id"), sa.text("messages." + schema.PENDING))
    .exists()
    .label("works")
)
_HOW_IT_STANDS = CompiledStatement(
    sa.select(_conversations, _WORKS, *_WRITES).where(_conversations.c.id == sa.bindparam("id"))
)
_HAS_CASE = CompiledStatement(
    sa.select(sa.literal(1)).where(schema.cases.c.conversation_id == sa.bindparam("id")).limit(1)
)


@dataclass(frozen=True)
class Changes:
    """What is new in a conversation, and how things stand in it."""

    conversation: Conversation
    messages: list[Message]
    typing: frozenset[str]
    working: bool  # the assistant has something to answer


class ConversationLog(Inbox, Lookups, Records, RevokedLinks, SentFiles, Withdrawn, Moving):
    # --- conversations

    """Every message of every channel, in order, with who is to answer. Blocks; raises what its database raises."""

    def open(
        self,
        channel: str,
        address: str | None = None,
        language: str = DEFAULT,
        region: str = "ROW",
        attributes: dict[str, Any] | None = None,
        *,
        new_id: str | None = None,
    ) -> Conversation:
        """The conversation of this address on this channel, made if it is new; without an address always a new one.

        Who gives ``new_id``, of their own making, sees by it whether they have made the conversation: also when the
        database's answer was lost, and they asked again.
        """
        if address is not None:
            known = self.find(channel, address)
            if known:
                return known
        at = now()
        made = Conversation(
            id=new_id or uuid.uuid4().hex,
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
            created_at=at,
            updated_at=at,
        )
        try:
            with write(self.engine) as connection:
                _OPEN.run(connection, vars(made))
                proved.note_in(connection, made.id, made.attributes)
        except sa.exc.IntegrityError:
            known = self.find(channel, address or "")
            if known is None:
                raise
            return known
        return made

    def get(self, conversation_id: str) -> Conversation:
        """Raises ``ConversationNotFound``."""
        with read(self.engine) as connection:
            row = _ONE.first(connection, {"id": conversation_id})
        if row is None:
            raise ConversationNotFound(conversation_id)
        return Conversation(**row)

    def have_cases(self, conversation_ids: Iterable[str]) -> bool:
        """Whether any of these conversations is or was a case."""
        with read(self.engine) as connection:
            return any(_HAS_CASE.first(connection, {"id": each}) for each in conversation_ids)

    def update(self, conversation_id: str, **fields: Any) -> None:
        """Sets language, region, name, email, address or attributes (merged, key by key)."""
        unknown = set(fields) - _UPDATABLE
        if unknown:
            raise ValueError(f"not to be set here: {', '.join(sorted(unknown))}")
        with write(self.engine) as connection:
            self.lock(connection, conversation_id)
            if "attributes" in fields:
                query = sa.select(_conversations.c.attributes).where(_conversations.c.id == conversation_id)
                known = connection.execute(query).scalar_one()
                fields["attributes"] = {**known, **fields["attributes"]}
                proved.note_in(connection, conversation_id, fields["attributes"], known)
            connection.execute(_conversations.update().where(_conversations.c.id == conversation_id).values(**fields))
            self.touch_in(connection, conversation_id)
        self.announce(conversation_id)

    def find(self, channel: str, address: str) -> Conversation | None:
        """The conversation of an address on a channel; ``None`` where there is none."""
        with read(self.engine) as connection:
            row = _BY_ADDRESS.first(connection, {"channel": channel, "address": address})
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
        file: Kept | None = None,
    ) -> Message:
        """The message as stored. A repeated ``client_key`` returns the first message, marked ``repeated``.

        ``file`` is what was sent with it.

        Raises ``ConversationNotFound``.
        """
        try:
            with write(self.engine) as connection:
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
                    file=file,
                )
        except sa.exc.IntegrityError:
            first = self.by_client_key(conversation_id, client_key)
            if first is None:
                raise
            return first
        self.announce(conversation_id, work=state == "new")
        return message

    def messages(self, conversation_id: str, after: int = 0, limit: int | None = None) -> list[Message]:
        """The oldest first; ``after`` is a ``seq``. Empty for a conversation that is not there."""
        with read(self.engine) as connection:
            rows = _AFTER.all(connection, {"id": conversation_id, "after": after, "limit": limit or _ALL})
        return [message_of(row) for row in rows]

    def last_messages(self, conversation_id: str, limit: int, role: str | None = None) -> list[Message]:
        """The latest ones, oldest first."""
        query = sa.select(_messages).where(_messages.c.conversation_id == conversation_id)
        if role:
            query = query.where(_messages.c.role == role)
        with read(self.engine) as connection:
            rows = connection.execute(query.order_by(_messages.c.seq.desc()).limit(limit)).mappings().all()
        return [message_of(row) for row in reversed(rows)]

    def changes(self, conversation_id: str, after: int) -> Changes:
        """All that a page shows, as of one moment. Raises ``ConversationNotFound``."""
        with read(self.engine) as connection:
            row = _HOW_IT_STANDS.first(connection, {"id": conversation_id})
            if row is None:
                raise ConversationNotFound(conversation_id)
            working = bool(row.pop("works"))
            typing = frozenset(role for role in ("customer", "advisor") if row.pop(role))
            known = {"id": conversation_id, "after": after, "limit": _ALL}
            new = _AFTER.all(connection, known) if row["last_seq"] > after else []
        return Changes(Conversation(**row), [message_of(each) for each in new], typing, working)

    def annotate(self, conversation_id: str, seq: int, meta: dict[str, Any]) -> None:
        """Adds to what is known about a message."""
        with write(self.engine) as connection:
            self.annotate_in(connection, conversation_id, seq, meta)
        self.announce(conversation_id)
