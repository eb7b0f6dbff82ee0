"""One-time codes that are sent by e-mail: their queue, how often one may be asked for, and whether one was typed.

A code is kept nowhere. It follows from its row's id and the installation's secret, so what leaks from the database
opens nothing, and a mail that has to be sent again after a crash has the same code. What a customer types is sealed at
the door, before it is stored (``concierge/channels/intake.py``), and compared by its seal.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from concierge.conversations import schema
from concierge.conversations.base import LogBase, now, row_id
from concierge.storage.clock import ahead, from_now
from concierge.storage.database import read, write

_codes = schema.mailed_codes
WAITING, SENT, FAILED, OVER = "waiting", "sent", "failed", "over"
LEASE = 30.0  # seconds that one sender has for a mail
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 120.0  # seconds between tries to send it
GIVEN_UP_AFTER = timedelta(minutes=30)  # by then nobody waits for it any more
_LONGEST = 3600.0  # seconds that any row here is good for


class TooManyCodes(Exception):
    """As many have been sent as may be: in the conversation, for the order, or to the address."""


@dataclass(frozen=True)
class CodeLimits:
    """How many codes may be sent, each within so many seconds: ``conversation``, ``order``, ``address``."""

    most: Mapping[str, tuple[int, float]]


@dataclass(frozen=True)
class Addressee:
    """Whom a code goes to, in which language; ``order_key`` and ``address_key`` are what it is counted for, in
    disguise."""

    order_number: str
    email: str
    language: str
    order_key: str
    address_key: str


@dataclass(frozen=True)
class MailedCode:
    """One mail with a code. ``recipient`` is empty once it is out."""

    id: str
    conversation_id: str
    order_number: str
    recipient: str
    language: str
    state: str
    tries: int
    created_at: datetime

    @property
    def waits(self) -> bool:
        """Whether the mail server has not taken it yet."""
        return self.state == WAITING

    @property
    def failed(self) -> bool:
        """Whether it could not be sent, and no longer is tried."""
        return self.state == FAILED


class MailedCodes:
    """Blocks. ``key`` is the installation's secret."""

    def __init__(self, log: LogBase, key: str, digits: int) -> None:
        self._log = log
        self._key = key
        self._digits = digits

    def code(self, of: MailedCode) -> str:
        """The code that this mail brings."""
        number = int.from_bytes(_digest(self._key, "one-time code", of.id), "big")
        return f"{number % 10**self._digits:0{self._digits}d}"

    def request(
        self, conversation_id: str, to: Addressee, limits: CodeLimits, *, once: str | None = None
    ) -> MailedCode:
        """A mail that is to be sent, leased to the caller; the same one where ``once`` is the same.

        Raises ``TooManyCodes`` and ``ConversationNotFound``.
        """
        made = row_id(once)
        with write(self._log.engine) as connection:
            self._log.lock(connection, conversation_id)
            known = connection.execute(sa.select(_codes).where(_codes.c.id == made)).mappings().first()
            if known is not None:
                return _of(known)
            self._count(connection, conversation_id, to, limits)
            row = {
                "id": made,
                "conversation_id": conversation_id,
                "order_number": to.order_number,
                "order_key": to.order_key,
                "address_key": to.address_key,
                "recipient": to.email,
                "language": to.language,
                "state": WAITING,
                "tries": 0,
                "guesses": 0,
                "created_at": now(),
            }
            until = {"next_at": from_now(LEASE), "ends_at": from_now(GIVEN_UP_AFTER.total_seconds())}
            connection.execute(_codes.insert().values(**row, **until))
            return _of(connection.execute(sa.select(_codes).where(_codes.c.id == made)).mappings().one())

    def latest(self, conversation_id: str, number: str) -> MailedCode | None:
        """The newest mail for this order, whatever has become of it."""
        mine = (_codes.c.conversation_id == conversation_id) & (_codes.c.order_number == number)
        query = sa.select(_codes).where(mine).order_by(_codes.c.created_at.desc()).limit(1)
        with read(self._log.engine) as connection:
            row = connection.execute(query).mappings().first()
        return _of(row) if row else None

    def is_pending(self, conversation_id: str, number: str) -> bool:
        """Whether a code for this order is good, or on its way."""
        mine = (_codes.c.conversation_id == conversation_id) & (_codes.c.order_number == number)
        waits = (_codes.c.state == WAITING) & ahead(_codes.c.ends_at, _LONGEST)
        query = sa.select(sa.literal(1)).where(mine, _live() | waits).limit(1)
        with read(self._log.engine) as connection:
            return connection.execute(query).first() is not None

    def is_expected(self, conversation_id: str) -> bool:
        """Whether a code may be typed here now, right or wrong, in time or too late."""
        lately = (_codes.c.state != FAILED) & (_codes.c.created_at > from_now(-_LONGEST))
        query = sa.select(sa.literal(1)).where(_codes.c.conversation_id == conversation_id, lately).limit(1)
        with read(self._log.engine) as connection:
            return connection.execute(query).first() is not None

    def check(self, conversation_id: str, number: str, typed: str, most: int) -> bool | None:
        """Whether a code that was sealed as ``typed`` is one that was sent for this order: then no code of it is good
        any more. ``None`` where none is good: too old, used, or guessed at ``most`` times. Each guess is counted.
        """
        mine = (_codes.c.conversation_id == conversation_id) & (_codes.c.order_number == number)
        with write(self._log.engine) as connection:
            query = sa.select(_codes).where(mine, _live(), _codes.c.guesses < most).with_for_update()
            rows = [_of(row) for row in connection.execute(query).mappings()]
            if not rows:
                return None
            seals = [sealed(self.code(each), conversation_id, self._key) for each in rows]
            right = sum(hmac.compare_digest(seal, typed) for seal in seals) > 0  # each of them, always
            changed = {"state": OVER} if right else {"guesses": _codes.c.guesses + 1}
            connection.execute(_codes.update().where(mine, _live()).values(**changed))
        return right

    # --- sending

    def due(self, limit: int) -> list[MailedCode]:
        """Mails that are due, the oldest first, leased to the caller. What has waited too long is given up."""
        late = (_codes.c.state == WAITING) & ~ahead(_codes.c.next_at, max(LEASE, LONGEST_PAUSE))
        with read(self._log.engine) as connection:
            if connection.execute(sa.select(_codes.c.id).where(late).limit(1)).first() is None:
                return []  # nearly always: every round would take SQLite's only write lock
        with write(self._log.engine) as connection:
            over = late & ~ahead(_codes.c.ends_at, _LONGEST)
            connection.execute(_codes.update().where(over).values(state=FAILED, recipient=""))
            query = sa.select(_codes).where(late).order_by(_codes.c.created_at).limit(limit)
            rows = [_of(row) for row in connection.execute(query.with_for_update(skip_locked=True)).mappings()]
            ids = [each.id for each in rows]
            connection.execute(_codes.update().where(_codes.c.id.in_(ids)).values(next_at=from_now(LEASE)))
        return rows

    def sent(self, code: MailedCode, lasts: timedelta) -> None:
        """The mail server has taken it: the code is good from now on, and the address is forgotten."""
        until = from_now(lasts.total_seconds())
        self._set(code, state=SENT, ends_at=until, recipient="")

    def put_off(self, code: MailedCode) -> None:
        """The mail server has not taken it: it is tried again, later each time."""
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0**code.tries)
        self._set(code, tries=code.tries + 1, next_at=from_now(pause))

    def failed(self, code: MailedCode) -> None:
        """The mail server never will take it."""
        self._set(code, state=FAILED, recipient="")

    def _set(self, code: MailedCode, **values: Any) -> None:
        with write(self._log.engine) as connection:
            this = (_codes.c.id == code.id) & (_codes.c.state == WAITING)
            connection.execute(_codes.update().where(this).values(**values))

    def _count(self, connection: Connection, conversation_id: str, to: Addressee, limits: CodeLimits) -> None:
        of: Sequence[tuple[str, Any, str]] = (
            ("conversation", _codes.c.conversation_id, conversation_id),
            ("order", _codes.c.order_key, to.order_key),
            ("address", _codes.c.address_key, to.address_key),
        )
        for what, column, value in of:
            most, seconds = limits.most[what]
            query = sa.select(sa.func.count()).where(column == value, _codes.c.created_at >= from_now(-seconds))
            if connection.execute(query).scalar_one() >= most:
                raise TooManyCodes(what)


def sealed(code: str, conversation_id: str, key: str) -> str:
    """What is kept of a code that a customer has typed: worth nothing without the key, or in another conversation."""
    return _digest(key, "typed code", f"{conversation_id} {code}").hex()[:32]


def _digest(key: str, use: str, value: str) -> bytes:
    return hmac.new(key.encode(), f"{use} {value}".encode(), hashlib.sha256).digest()


def _live() -> Any:
    return (_codes.c.state == SENT) & ahead(_codes.c.ends_at, _LONGEST)


def _of(row: Any) -> MailedCode:
    return MailedCode(**{name: row[name] for name in MailedCode.__dataclass_fields__})
