"""Messages that their customer has deleted on the channel: the row stays, and says so; what was in it is gone."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from concierge.conversations import answered, schema
from concierge.conversations.base import LogBase
from concierge.conversations.model import DESK
from concierge.conversations.unsearched import forget_in
from concierge.storage.database import write

WITHDRAWN = "withdrawn"  # of a message, in its payload; and the event that tells the desk
SHOWN = "[deleted]"

_messages, _files = schema.messages, schema.sent_files


class Withdrawn(LogBase):
    """Part of ``ConversationLog``."""

    def withdraw(self, conversation_id: str, client_keys: Collection[str]) -> list[str]:
        """Empties the customer's messages of these keys; the desk is told. What is not answered yet is not answered.

        Returns the names in the file store of what was sent with them, which the caller removes.
        """
        these = sa.and_(
            _messages.c.conversation_id == conversation_id,
            _messages.c.client_key.in_(list(client_keys)),
            _messages.c.role == "customer",
        )
        with write(self.engine) as connection:
            full = _messages.c.text != SHOWN
            seqs = list(connection.execute(sa.select(_messages.c.seq).where(these, full)).scalars())
            if not seqs:
                return []
            sent = (_files.c.conversation_id == conversation_id) & _files.c.seq.in_(seqs)
            names = [name for name in connection.execute(sa.select(_files.c.name).where(sent)).scalars() if name]
            connection.execute(_files.delete().where(sent))
            state = sa.case((_messages.c.state == "new", "done"), else_=_messages.c.state)
            emptied = {"text": SHOWN, "kind": "text", "payload": {WITHDRAWN: True}, "meta": {}, "state": state}
            connection.execute(_messages.update().where(these).values(**emptied))
            forget_in(connection, conversation_id, seqs)
            answered.forget_in(connection, conversation_id, seqs)
            told = {"event": WITHDRAWN, "message": seqs[0], "audience": DESK}
            self.append_in(connection, conversation_id, "system", "", kind="event", payload=told)
        self.announce(conversation_id)
        return names
