"""The log as an outbox, for channels whose provider has to be called: what waits, whose turn it is, what became of it.

A row is written together with its message (``LogBase.insert``), so that nothing is only said or only sent. One sender
at a time works on a conversation, in the order of the log, under a lease; each part that the provider has taken is
noted at once, and a sender after a crash goes on behind it. What the provider tells later only ever goes up.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from concierge.conversations import schema
from concierge.conversations.base import message_of
from concierge.conversations.inbox import HAS_PENDING, ClaimLost
from concierge.conversations.model import Conversation, Message
from concierge.conversations.outbox_receipts import OutboxReceipts
from concierge.conversations.outbox_standing import BEGUN, OutboxStanding, after_sending, fewer
from concierge.conversations.outbox_states import MOST_ERROR, UNKNOWN, Place, letter_of, outlet_of
from concierge.storage.clock import ahead, from_now
from concierge.storage.database import read, write

AT_ONCE = 20  # messages of one claim
LONGEST_LEASE = 300.0  # seconds; see concierge.storage.clock.ahead
_LONGEST_PAUSE = 86_400.0

_outlets, _outbox, _parts = schema.outlets, schema.outbox, schema.outbox_parts
_conversations, _messages = schema.conversations, schema.messages
_HELD = ahead(_outlets.c.lease_until, LONGEST_LEASE)
_PAUSED = ahead(_outlets.c.next_at, _LONGEST_PAUSE)


@dataclass(frozen=True)
class Claim:
    """What one sender is to send of a conversation, in order, and the parts that had been taken before."""

    number: int
    conversation: Conversation
    heard_at: datetime
    details: Mapping[str, Any]
    tries: int
    again: bool  # an earlier try may have been taken: it failed, or its sender died
    orphaned: bool  # its sender died, or was ended
    messages: list[Message]
    taken: dict[int, set[int]]  # by seq: the numbers of the parts
    working: bool  # the assistant has more to say
    before: str = ""  # where it is again: the provider's id of the latest part that is known to have been taken

    @property
    def id(self) -> str:
        """The conversation's."""
        return self.conversation.id


@dataclass(frozen=True)
class Taken:
    """A part that the provider has taken. Without an id only the message is done with: nothing of it was left."""

    seq: int
    number: int = 0
    provider_id: str | None = None
    last: bool = True  # there is no more of the message


class Outbox(OutboxReceipts, OutboxStanding):
    """Blocks, as the log does."""

    def hear(self, conversation_id: str, channel: str, at: datetime, details: Mapping[str, Any]) -> None:
        """The customer has written: from here on what is said in the conversation goes out.

        ``details`` are kept as of the latest message by the provider's clock. Raises ``ConversationNotFound``.
        """
        row: dict[str, Any] = {"channel": channel, "heard_at": at, "details": dict(details)}
        with write(self._engine) as connection:
            self._log.lock(connection, conversation_id)
            this = _outlets.c.conversation_id == conversation_id
            known = connection.execute(sa.select(_outlets).where(this)).mappings().first()
            if known is None:
                new = {"conversation_id": conversation_id, "claim": 0, "tries": 0}
                connection.execute(_outlets.insert().values(**new, **row))
            elif known["heard_at"] <= at:
                fresh = {**row, "details": {**known["details"], **row["details"]}}
                connection.execute(_outlets.update().where(this).values(**fresh))

    def due(self, channels: Collection[str]) -> tuple[dict[str, str], bool]:
        """Conversations with something to send now, each with its channel; and whether others wait for their time."""
        ready = sa.and_(sa.not_(sa.func.coalesce(_HELD, sa.false())), sa.not_(sa.func.coalesce(_PAUSED, sa.false())))
        query = (
            sa.select(_outlets.c.conversation_id, _outlets.c.channel, sa.case((ready, 1), else_=0).label("ready"))
            .join(_outbox, _outbox.c.conversation_id == _outlets.c.conversation_id)
            .where(sa.text("outbox." + schema.WAITING), _outlets.c.channel.in_(channels))
            .distinct()
        )
        with read(self._engine) as connection:
            rows = connection.execute(query).all()
        return {row.conversation_id: row.channel for row in rows if row.ready}, any(not row.ready for row in rows)

    def claim(self, conversation_id: str, lease_seconds: float) -> Claim | None:
        """``None`` where nothing is due, or another sender is at it."""
        with write(self._engine) as connection:
            row = connection.execute(
                sa.select(_outlets, _HELD.label("held"), _PAUSED.label("paused"))
                .where(_outlets.c.conversation_id == conversation_id)
                .with_for_update()
            ).first()
            if row is None or row.held or row.paused:
                return None
            wanted = sa.select(_messages).join(
                _outbox,
                sa.and_(_outbox.c.conversation_id == _messages.c.conversation_id, _outbox.c.seq == _messages.c.seq),
            )
            waiting = wanted.where(
                _messages.c.conversation_id == conversation_id, sa.text("outbox." + schema.WAITING)
            ).order_by(_messages.c.seq)
            messages = [message_of(each) for each in connection.execute(waiting.limit(AT_ONCE)).mappings()]
            if not messages:
                return None
            parts: dict[int, set[int]] = {}
            taken = sa.select(_parts.c.seq, _parts.c.part).where(_parts.c.conversation_id == conversation_id)
            for each in connection.execute(taken.where(_parts.c.seq >= messages[0].seq)):
                parts.setdefault(each.seq, set()).add(each.part)
            this = _conversations.c.id == conversation_id
            conversation = Conversation(**connection.execute(sa.select(_conversations).where(this)).mappings().one())
            working = HAS_PENDING.first(connection, {"id": conversation_id}) is not None
            again = row.tries > 0 or row.lease_until is not None
            before = self._latest_part(connection, conversation_id, row.channel) if again else ""
            lease = {"claim": row.claim + 1, "lease_until": from_now(lease_seconds)}
            connection.execute(outlet_of(conversation_id).values(**lease))
        orphaned = row.lease_until is not None
        about = (row.claim + 1, conversation, row.heard_at, row.details, row.tries, again, orphaned)
        return Claim(*about, messages, parts, working, before)

    def note(self, claim: Claim, details: Mapping[str, Any]) -> None:
        """Adds to what is kept for answering. Raises ``ClaimLost``."""
        with write(self._engine) as connection:
            if not self._details(connection, claim, lambda known: {**known, **details}):
                raise ClaimLost(claim.id, claim.messages[0].seq)

    def taken(self, claim: Claim, parts: Collection[Taken], spent: Mapping[str, Any], lease_seconds: float) -> None:
        """The provider has taken these; ``spent``: the details that were used up by it.

        Raises ``ClaimLost``, and notes them all the same: they are with the customer.
        """
        with write(self._engine) as connection:
            mine = self._hold(connection, claim, {"lease_until": from_now(lease_seconds), "tries": 0})
            sent = sum(part.provider_id is not None for part in parts)
            if spent or after_sending(claim.details, sent) != claim.details:
                # What the customer has brought since stays.
                self._details(connection, claim, lambda known: _without(spent, after_sending(known, sent)))
            for part in parts:
                if part.provider_id is not None:
                    place = Place(claim.id, part.seq, part.number)
                    self._note(connection, place, claim.conversation.channel, part.provider_id)
            told = [not self._all_out(connection, claim.id, part.seq) for part in parts if part.last]
        if any(told):
            self._log.announce(claim.id)
        if not mine:
            raise ClaimLost(claim.id, claim.messages[0].seq)

    def doubt(self, claim: Claim, part: Taken, seconds: float) -> None:
        """Nobody can know whether the provider has taken it: it counts against what the provider takes, and is not sent
        again by itself. Its message has failed once all of it is out; what follows goes on after a while.

        Raises ``ClaimLost``.
        """
        change = {"next_at": from_now(seconds), "lease_until": None, "tries": _outlets.c.tries + 1}
        with write(self._engine) as connection:
            if not self._hold(connection, claim, change):
                raise ClaimLost(claim.id, part.seq)
            self._details(connection, claim, lambda known: {**fewer(known, 1), BEGUN: None})
            self._doubt(connection, Place(claim.id, part.seq, part.number), claim.conversation.channel)
            if part.last:
                self._all_out(connection, claim.id, part.seq)
        self._log.announce(claim.id)

    def fail(self, claim: Claim, seq: int, error: str) -> None:
        """The provider will never take it: the advisors are told, and what follows is sent. That a part is in doubt,
        where one is, they are told before ``error``. Raises ``ClaimLost``."""
        with write(self._engine) as connection:
            if not self._hold(connection, claim, {"tries": 0}):
                raise ClaimLost(claim.id, seq)
            doubtful = "failed" in self._states(connection, claim.id, seq)
            self._failed(connection, claim.id, seq, UNKNOWN if doubtful else error)
            self._refused(connection, claim.id, error)
        self._log.announce(claim.id)

    def put_off(
        self, claim: Claim, seq: int, seconds: float, error: str = "", part: int | None = None, *, counts: bool = True
    ) -> None:
        """Tried again after a while; without ``error`` it was only not its time yet. ``part``: the one of the message
        that may have been taken; where the provider has told of it by now, nothing waits. ``counts``: it counts against
        what the provider takes. Raises ``ClaimLost``."""
        tries = _outlets.c.tries + (1 if error else 0)
        change: dict[str, Any] = {"next_at": from_now(seconds), "lease_until": None, "tries": tries}
        with write(self._engine) as connection:
            if part is not None and self._is_known(connection, Place(claim.id, seq, part)):
                change.update(next_at=None, tries=0)
            if not self._hold(connection, claim, change):
                raise ClaimLost(claim.id, seq)
            if error:
                connection.execute(letter_of(claim.id, seq).values(error=error[:MOST_ERROR]))
            if part is not None and counts:
                self._details(connection, claim, lambda known: {**fewer(known, 1), BEGUN: [seq, part]})

    def release(self, claim: Claim) -> None:
        """Lets go of the conversation; what was not sent is due."""
        with write(self._engine) as connection:
            self._hold(connection, claim, {"lease_until": None})

    # --- inside a transaction

    def _latest_part(self, connection: Connection, conversation_id: str, channel: str) -> str:
        this = (_parts.c.conversation_id == conversation_id) & (_parts.c.channel == channel)
        latest = sa.select(_parts.c.provider_id).where(this).order_by(_parts.c.seq.desc(), _parts.c.part.desc())
        return connection.execute(latest.limit(1)).scalar() or ""

    def _hold(self, connection: Connection, claim: Claim, change: Mapping[str, Any]) -> bool:
        mine = outlet_of(claim.id).where(_outlets.c.claim == claim.number)
        return bool(connection.execute(mine.values(**change)).rowcount)

    def _details(
        self, connection: Connection, claim: Claim, change: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    ) -> bool:
        this = (_outlets.c.conversation_id == claim.id) & (_outlets.c.claim == claim.number)
        known = connection.execute(sa.select(_outlets.c.details).where(this).with_for_update()).first()
        return known is not None and self._hold(connection, claim, {"details": dict(change(known.details))})


def _without(spent: Mapping[str, Any], details: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in details.items() if name not in spent or spent[name] != value}
