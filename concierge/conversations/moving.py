"""A conversation that its customer takes along from the website into a messenger. It stays one, with all its words."""

from __future__ import annotations

import sqlalchemy as sa

from concierge.conversations import schema
from concierge.conversations.base import LogBase
from concierge.conversations.model import DESK, LIVE
from concierge.storage.database import write

WENT_ON = "went_on"  # the event that tells the desk; and, in a conversation's attributes, of when its latest ticket was

_conversations, _cases = schema.conversations, schema.cases


class Moving(LogBase):
    """Part of ``ConversationLog``."""

    def go_on(self, conversation_id: str, made_at: int, channel: str, address: str) -> bool:
        """The conversation is at this address from here on, where its page goes on showing it, too.

        What was at the address before keeps its words and loses the address. False where that has an open case, or the
        ticket, made ``made_at``, is not later than the last one. Raises ``ConversationNotFound``.
        """
        with write(self.engine) as connection:
            row = self.lock(connection, conversation_id)
            if (row["channel"], row["address"]) == (channel, address):
                return True
            if made_at <= int(row["attributes"].get(WENT_ON) or 0):
                return False
            there = (_conversations.c.channel == channel) & (_conversations.c.address == address)
            other = connection.execute(sa.select(_conversations.c.id).where(there).with_for_update()).scalar()
            if other is not None:
                cases = sa.select(_cases.c.id).where(_cases.c.conversation_id == other, _cases.c.status.in_(LIVE))
                if connection.execute(cases).first() is not None:
                    return False
                connection.execute(_conversations.update().where(there).values(address=None))
                for table in (schema.outbox, schema.outlets):  # nothing more goes out from there
                    waits = (table.c.state == "waiting",) if "state" in table.c else ()
                    connection.execute(table.delete().where(table.c.conversation_id == other, *waits))
            this = _conversations.update().where(_conversations.c.id == conversation_id)
            attributes = {**row["attributes"], WENT_ON: made_at}
            connection.execute(this.values(channel=channel, address=address, attributes=attributes))
            told = {"event": WENT_ON, "channel": channel, "audience": DESK}
            self.append_in(connection, conversation_id, "system", "", kind="event", payload=told)
        self.announce(conversation_id)
        return True
