"""Which customers of the website are to be written to, because an advisor has answered and they have not read it.

Who has written back by mail is answered by mail, also by the assistant.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from concierge.conversations import schema
from concierge.conversations.base import LogBase, message_of, now
from concierge.conversations.model import DESK, WEBSITE, Case, Conversation, Message
from concierge.storage.clock import ahead, from_now
from concierge.storage.database import read, write

_threads, _cases, _conversations = schema.mail_threads, schema.cases, schema.conversations
_messages = schema.messages

UNREAD_SECONDS = 90.0  # that a page has to show an answer before it is sent by mail
LEASE = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 10.0, 1800.0
LOOKED_BACK = timedelta(days=2)  # what could not be sent for so long is not sent any more
_THREAD = 24


@dataclass(frozen=True)
class Letter:
    """What one mail is to say. ``proved``: the address is the customer's by a proof, not only by their word."""

    conversation_id: str
    recipient: str
    thread: str
    language: str
    proved: bool
    messages: tuple[Message, ...]
    tries: int


class MailThreads:
    """Blocks. ``key`` is the installation's secret; ``address`` says where a customer wants to be written to."""

    def __init__(
        self,
        log: LogBase,
        key: str,
        address: Callable[[Case, Conversation], str],
        unread_seconds: float = UNREAD_SECONDS,
    ) -> None:
        self._log = log
        self._unread = timedelta(seconds=unread_seconds)
        self._key = key
        self._address = address

    def due(self, limit: int) -> list[Letter]:
        """Leased to the caller, who sends them."""
        with read(self._log.engine) as connection:
            ids = list(connection.execute(_candidates().limit(limit)).scalars())
        letters = (self._lease(each) for each in ids)
        return [letter for letter in letters if letter is not None]

    def sent(self, letter: Letter) -> None:
        self._set(letter, mailed_seq=letter.messages[-1].seq, tries=0, next_at=from_now(0.0))

    def put_off(self, letter: Letter) -> None:
        """The mail server has not taken it: it is tried again, later each time."""
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0**letter.tries)
        self._set(letter, tries=letter.tries + 1, next_at=from_now(pause))

    def find(self, thread: str, sender: str) -> str | None:
        """The conversation that a mail of this sender answers."""
        if len(thread) != _THREAD:
            return None
        this = _threads.c.thread == thread, sa.func.lower(_threads.c.recipient) == sender.lower()
        with read(self._log.engine) as connection:
            found: str | None = connection.execute(sa.select(_threads.c.conversation_id).where(*this)).scalar()
        return found

    def shown(self, conversation_id: str, seq: int) -> None:
        """An open page has been sent everything up to this message. Raises ``ConversationNotFound``."""
        this = _threads.c.conversation_id == conversation_id
        with write(self._log.engine) as connection:
            self._log.lock(connection, conversation_id)
            if not connection.execute(_threads.update().where(this).values(shown_seq=seq)).rowcount:
                row = {**_fresh(), "shown_seq": seq}
                connection.execute(_threads.insert().values(conversation_id=conversation_id, **row))

    def heard(self, conversation_id: str, seq: int) -> None:
        """The customer's message of this number came by mail."""
        this = _threads.c.conversation_id == conversation_id
        with write(self._log.engine) as connection:
            connection.execute(_threads.update().where(this).values(heard_seq=seq))

    # --- one letter

    def _lease(self, conversation_id: str) -> Letter | None:
        with read(self._log.engine) as connection:  # most have nothing to be sent yet, or nobody to send it to
            known = sa.select(_conversations).where(_conversations.c.id == conversation_id)
            row = connection.execute(known).mappings().first()
            if row is None or not self._told(connection, Conversation(**row))[0]:
                return None
        with write(self._log.engine) as connection:
            conversation = Conversation(**self._log.lock(connection, conversation_id))
            messages, recipient, proved = self._told(connection, conversation)
            thread = self._thread(connection, conversation_id, recipient) if messages else None
            if thread is None:
                return None
            this = _threads.c.conversation_id == conversation_id
            connection.execute(_threads.update().where(this).values(next_at=from_now(LEASE)))
        about = (conversation_id, recipient, thread.thread, conversation.language, proved)
        return Letter(*about, tuple(messages), thread.tries)

    def _told(self, connection: Connection, conversation: Conversation) -> tuple[list[Message], str, bool]:
        recipient, proved = self._recipient(connection, conversation)
        return self._pending(connection, conversation.id) if recipient else [], recipient, proved

    def _recipient(self, connection: Connection, conversation: Conversation) -> tuple[str, bool]:
        latest = (
            sa.select(_cases, sa.literal("").label("advisor"))
            .where(_cases.c.conversation_id == conversation.id)
            .order_by(_cases.c.created_at.desc())
            .limit(1)
        )
        row = connection.execute(latest).mappings().first()
        address = self._address(Case(**row), conversation) if row else ""
        return address, bool(address) and address.lower() == conversation.email.lower()

    def _thread(self, connection: Connection, conversation_id: str, recipient: str) -> sa.engine.Row | None:
        """The conversation's row, made or brought up to date; ``None`` while another process has it."""
        this = _threads.c.conversation_id == conversation_id
        name = hmac.new(self._key.encode(), f"mail thread {conversation_id} {recipient}".encode(), hashlib.sha256)
        values = {"recipient": recipient, "thread": name.hexdigest()[:_THREAD]}
        known = connection.execute(sa.select(_threads.c.recipient).where(this)).scalar()
        if known is None:
            connection.execute(_threads.insert().values(conversation_id=conversation_id, **{**_fresh(), **values}))
        elif known != recipient:
            connection.execute(_threads.update().where(this).values(**values))
        return connection.execute(sa.select(_threads).where(this, _free())).first()

    def _pending(self, connection: Connection, conversation_id: str) -> list[Message]:
        """What is to be mailed now: all that is unread, once the first of it has been so for long enough. A customer
        who writes by mail does not wait for that."""
        thread = connection.execute(sa.select(_threads).where(_threads.c.conversation_id == conversation_id)).first()
        known, heard = (max(thread.mailed_seq, thread.shown_seq), thread.heard_seq) if thread else (0, 0)
        of_it = _messages.c.conversation_id == conversation_id
        last = sa.select(sa.func.max(_messages.c.seq)).where(of_it, _messages.c.role == "customer")
        by_mail = heard > 0 and connection.execute(last).scalar() == heard
        query = sa.select(_messages).where(
            of_it,
            _messages.c.seq > known,
            _messages.c.created_at > now() - LOOKED_BACK,
            _messages.c.kind != "event",
        )
        rows = [message_of(row) for row in connection.execute(query.order_by(_messages.c.seq)).mappings()]
        told = [
            row
            for row in rows
            if row.payload.get("audience") != DESK
            and (row.role == "advisor" or (row.role == "assistant" and by_mail and row.seq > heard))
        ]
        return told if told and (by_mail or now() - told[0].created_at >= self._unread) else []

    def _set(self, letter: Letter, **values: object) -> None:
        with write(self._log.engine) as connection:
            this = _threads.c.conversation_id == letter.conversation_id
            connection.execute(_threads.update().where(this).values(**values))


def _candidates() -> sa.sql.Select:
    """Conversations of the website in which something new may have to be mailed: few, by the time of their change."""
    since = now() - LOOKED_BACK
    newest = (
        sa.select(sa.func.max(_messages.c.seq))
        .where(_messages.c.conversation_id == _conversations.c.id, _messages.c.role.in_(("advisor", "assistant")))
        .correlate(_conversations)
        .scalar_subquery()
    )
    answered = sa.exists().where(
        _cases.c.conversation_id == _conversations.c.id, _cases.c.replied_at.isnot(None), _cases.c.replied_at > since
    )
    known = sa.func.coalesce(_threads.c.shown_seq, 0), sa.func.coalesce(_threads.c.mailed_seq, 0)
    return (
        sa.select(_conversations.c.id)
        .select_from(_conversations)
        .join(_threads, _threads.c.conversation_id == _conversations.c.id, isouter=True)
        .where(
            _conversations.c.channel == WEBSITE,
            _conversations.c.updated_at > since,
            sa.or_(answered, _threads.c.heard_seq > 0),
            newest > known[0],
            newest > known[1],
            sa.or_(_threads.c.next_at.is_(None), _free()),
        )
        .order_by(_conversations.c.updated_at)
    )


def _fresh() -> dict[str, Any]:
    counts = dict.fromkeys(("shown_seq", "mailed_seq", "heard_seq", "tries"), 0)
    return {"recipient": "", "thread": "", **counts, "created_at": now(), "next_at": from_now(-1.0)}


def _free() -> sa.sql.ColumnElement:
    """Nobody is sending it just now, and no pause is to be kept."""
    return ~ahead(_threads.c.next_at, max(LEASE, LONGEST_PAUSE))
