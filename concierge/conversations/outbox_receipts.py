"""What providers tell of our messages after they have taken them, and what operators ask of the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from concierge.conversations import schema
from concierge.conversations.outbox_states import UNKNOWN, OutboxStates, Place, below, letter_of, outlet_of
from concierge.storage.database import read, write

_LEEWAY = timedelta(seconds=1)  # we note a part when its answer has come, a little after the provider has

_outbox, _parts, _conversations = schema.outbox, schema.outbox_parts, schema.conversations
_UNKNOWN = (_outbox.c.state == "failed") & (_outbox.c.error == UNKNOWN)


@dataclass(frozen=True)
class Letter:
    """A message as ``concierge channels status`` tells of it: where it stands in the log, and why it was not sent."""

    conversation_id: str
    seq: int
    channel: str
    state: str
    error: str
    created_at: datetime
    attended: bool  # an advisor has the conversation


class OutboxReceipts(OutboxStates):
    """Part of ``Outbox``."""

    def receipt(self, channel: str, provider_id: str, state: str, error: str = "") -> bool:
        """What became of a part, by the id that the provider gave it. False for one that is not known."""
        with write(self._engine) as connection:
            known = connection.execute(
                sa.select(_parts).where(_parts.c.provider_id == provider_id, _parts.c.channel == channel)
            ).first()
            if known is None:
                return False
            place = Place(known.conversation_id, known.seq, known.part)
            self._tell(connection, place, state, error)
        self._log.announce(place.conversation_id)
        return True

    def receipt_for(self, channel: str, place: Place, provider_id: str, state: str, error: str = "") -> bool:
        """As ``receipt``, by the place, which the provider repeats: so that a part whose answer was lost is known to
        have been taken, and is not sent again; what waited for that goes on at once."""
        conversation_id, seq, _ = place
        this = (_outbox.c.conversation_id == conversation_id) & (_outbox.c.seq == seq)
        with write(self._engine) as connection:
            if connection.execute(sa.select(_outbox.c.seq).where(this, _outbox.c.channel == channel)).first() is None:
                return False
            if self._note(connection, place, channel, provider_id):
                self._go_on(connection, place)
            self._tell(connection, place, state, error)
        self._log.announce(conversation_id)
        return True

    def receipt_until(self, channel: str, address: str, until: datetime, state: str) -> None:
        """All that was sent to an address until then has come that far."""
        whose = sa.select(_conversations.c.id).where(
            _conversations.c.channel == channel, _conversations.c.address == address
        )
        with write(self._engine) as connection:
            conversation_id = connection.execute(whose).scalar()
            sent = sa.select(_parts.c.seq, _parts.c.part).where(
                _parts.c.conversation_id == conversation_id,
                _parts.c.created_at <= until + _LEEWAY,
                _parts.c.state.in_(below(state)),
            )
            for row in connection.execute(sent).all():
                self._tell(connection, Place(conversation_id, row.seq, row.part), state, "")

    # --- for operators

    def counts(self) -> dict[str, dict[str, int]]:
        """How many messages, by channel and state; those that failed because nobody knows what became of them, under
        ``UNKNOWN``."""
        many = sa.func.count().label("many")
        found: dict[str, dict[str, int]] = {}
        with read(self._engine) as connection:
            every = sa.select(_outbox.c.channel, _outbox.c.state, many).group_by(_outbox.c.channel, _outbox.c.state)
            for row in connection.execute(every):
                found.setdefault(row.channel, {})[row.state] = int(row.many)
            unknown = sa.select(_outbox.c.channel, many).where(_UNKNOWN).group_by(_outbox.c.channel)
            for row in connection.execute(unknown):
                found[row.channel]["failed"] -= int(row.many)
                found[row.channel][UNKNOWN] = int(row.many)
        return found

    def letters(self, state: str, limit: int = 50) -> list[Letter]:
        """The oldest first; ``state`` as ``counts`` has it."""
        these = _UNKNOWN if state == UNKNOWN else (_outbox.c.state == state) & ~_UNKNOWN
        attended = (_conversations.c.owner == "advisor").label("attended")
        query = (
            sa.select(_outbox, attended)
            .join(_conversations, _conversations.c.id == _outbox.c.conversation_id)
            .where(these)
            .order_by(_outbox.c.created_at, _outbox.c.seq)
        )
        with read(self._engine) as connection:
            return [Letter(**row) for row in connection.execute(query.limit(limit)).mappings()]

    def retry(self, conversation_id: str, seq: int) -> bool:
        """Has a message that failed sent after all. False where there is none."""
        with write(self._engine) as connection:
            change = letter_of(conversation_id, seq).where(_outbox.c.state == "failed")
            found = bool(connection.execute(change.values(state="waiting", error="")).rowcount)
            if found:
                connection.execute(outlet_of(conversation_id).values(tries=0, next_at=None))
                # A part that the provider took, and then told that it had failed, is to be sent, too.
                this = (_parts.c.conversation_id == conversation_id) & (_parts.c.seq == seq)
                connection.execute(_parts.delete().where(this, _parts.c.state == "failed"))
                self._log.touch_in(connection, conversation_id)
        self._log.announce(conversation_id)
        return found
