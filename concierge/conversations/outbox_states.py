"""How far a message has come on its way to the customer. It only ever goes up, in whatever order that is told."""

from __future__ import annotations

from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from concierge.conversations import schema
from concierge.conversations.base import now
from concierge.conversations.log import ConversationLog
from concierge.conversations.model import DESK, ConversationNotFound

NOT_DELIVERED = "not_delivered"  # the event that tells the desk
STATES = ("waiting", "sent", "delivered", "read", "failed")  # each above those before it
RANK = {name: rank for rank, name in enumerate(STATES)}
MOST_ERROR = 100  # characters
# Why a message has failed of which a part may have been taken: nobody can know, and it is not sent again by itself.
UNKNOWN = "outcome_unknown"

_outlets, _outbox, _parts = schema.outlets, schema.outbox, schema.outbox_parts


class Place(NamedTuple):
    """A part: of which conversation, of which message of its log, and which of its parts, from nought."""

    conversation_id: str
    seq: int
    part: int


class OutboxStates:
    """Part of ``Outbox``: what happens inside a transaction of its callers."""

    def __init__(self, log: ConversationLog) -> None:
        self._log = log
        self._engine = log.engine

    def _doubt(self, connection: Connection, place: Place, channel: str) -> None:
        """Nobody knows whether it was taken: it is not sent again until its message is."""
        if self._note(connection, place, channel, ""):
            connection.execute(_parts.update().where(_is(place)).values(state="failed"))

    def _note(self, connection: Connection, place: Place, channel: str, provider_id: str) -> bool:
        """As sent, unless the provider has told of it before its answer came. Whether it was not known before."""
        if self._is_known(connection, place):
            return False
        row = {**place._asdict(), "channel": channel, "provider_id": provider_id[:200], "state": "sent"}
        connection.execute(_parts.insert().values(**row, created_at=now()))
        return True

    @staticmethod
    def _is_known(connection: Connection, place: Place) -> bool:
        """Whether it was taken: by the provider's answer, or by what it told."""
        return connection.execute(sa.select(_parts.c.part).where(_is(place))).first() is not None

    def _go_on(self, connection: Connection, place: Place) -> None:
        """A part whose answer was lost is with the customer: nothing has to wait for it any more."""
        waits = sa.select(sa.func.min(_outbox.c.seq)).where(
            _outbox.c.conversation_id == place.conversation_id, sa.text("outbox." + schema.WAITING)
        )
        if connection.execute(waits).scalar() == place.seq:
            connection.execute(outlet_of(place.conversation_id).values(next_at=None, tries=0))

    def _tell(self, connection: Connection, place: Place, state: str, error: str) -> None:
        raised = _parts.update().where(_is(place), _parts.c.state.in_(below(state)))
        if not connection.execute(raised.values(state=state)).rowcount:
            return
        conversation_id, seq, _ = place
        if state == "failed":
            self._failed(connection, conversation_id, seq, error)
            return
        waits = sa.select(_outbox.c.seq).where(
            _outbox.c.conversation_id == conversation_id, _outbox.c.seq == seq, _outbox.c.state == "waiting"
        )
        if connection.execute(waits).first() is None:
            self._all_out(connection, conversation_id, seq)
            self._log.touch_in(connection, conversation_id)

    def _all_out(self, connection: Connection, conversation_id: str, seq: int) -> bool:
        """All parts have been sent: the message has come as far as the least of them, and failed where one is in
        doubt. Whether none is."""
        states = self._states(connection, conversation_id, seq)
        if "failed" in states:
            self._failed(connection, conversation_id, seq, UNKNOWN)
            return False
        self._raise(connection, conversation_id, seq, min(states, key=lambda each: RANK[each], default="sent"))
        return True

    def _states(self, connection: Connection, conversation_id: str, seq: int) -> list[str]:
        """Of a message's parts that have been sent."""
        this = (_parts.c.conversation_id == conversation_id) & (_parts.c.seq == seq)
        return list(connection.execute(sa.select(_parts.c.state).where(this)).scalars())

    def _raise(self, connection: Connection, conversation_id: str, seq: int, state: str) -> None:
        change = letter_of(conversation_id, seq).where(_outbox.c.state.in_(below(state)))
        connection.execute(change.values(state=state, error=""))

    def _failed(self, connection: Connection, conversation_id: str, seq: int, error: str) -> None:
        """The advisors are told, at the conversation."""
        error = error[:MOST_ERROR]
        change = letter_of(conversation_id, seq).where(_outbox.c.state != "failed")
        if not connection.execute(change.values(state="failed", error=error)).rowcount:
            return
        payload = {"event": NOT_DELIVERED, "message": seq, "reason": error, "audience": DESK}
        try:
            self._log.append_in(connection, conversation_id, "system", "", kind="event", payload=payload)
        except ConversationNotFound:  # erased at this very moment
            return


def below(state: str) -> list[str]:
    """The states that this one comes after."""
    return [name for name in STATES if RANK[name] < RANK[state]]


def outlet_of(conversation_id: str) -> Any:
    """An update of the outlet's row."""
    return _outlets.update().where(_outlets.c.conversation_id == conversation_id)


def letter_of(conversation_id: str, seq: int) -> Any:
    """An update of the message's row in the outbox."""
    return _outbox.update().where(_outbox.c.conversation_id == conversation_id, _outbox.c.seq == seq)


def _is(place: Place) -> Any:
    conversation_id, seq, part = place
    return (_parts.c.conversation_id == conversation_id) & (_parts.c.seq == seq) & (_parts.c.part == part)
