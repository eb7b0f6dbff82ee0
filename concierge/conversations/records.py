"""What is kept beside the messages: decisions, order look-ups, who types."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from concierge.conversations import schema
from concierge.conversations.base import LogBase, now
from concierge.conversations.model import RecordedDecision
from concierge.database import read, write

_conversations = schema.conversations


class Records(LogBase):
    """Part of ``ConversationLog``."""

    def record_decision(
        self, conversation_id: str, kind: str, outcome: str, document: dict[str, Any], order_number: str = ""
    ) -> str:
        """Keeps what was decided for the customer, with its reasons. Returns the decision's id."""
        row = RecordedDecision(uuid.uuid4().hex, conversation_id, order_number, kind, outcome, document, now())
        with write(self.engine) as connection:
            connection.execute(schema.decisions.insert(), vars(row))
        return row.id

    def decisions(self, conversation_id: str) -> list[RecordedDecision]:
        table = schema.decisions
        query = sa.select(table).where(table.c.conversation_id == conversation_id)
        with read(self.engine) as connection:
            rows = connection.execute(query.order_by(table.c.created_at, table.c.id)).mappings().all()
        return [RecordedDecision(**row) for row in rows]

    def record_lookup(self, conversation_id: str, network: str, ok: bool) -> None:
        row = {"id": uuid.uuid4().hex, "conversation_id": conversation_id, "network": network, "ok": ok}
        with write(self.engine) as connection:
            connection.execute(schema.lookups.insert(), {**row, "created_at": now()})

    def failed_lookups(self, since: datetime, conversation_id: str | None = None, network: str | None = None) -> int:
        """How often somebody named an order that is not theirs, in one conversation or from one network."""
        table = schema.lookups
        query = sa.select(sa.func.count()).select_from(table).where(table.c.created_at >= since, ~table.c.ok)
        if conversation_id is not None:
            query = query.where(table.c.conversation_id == conversation_id)
        if network is not None:
            query = query.where(table.c.network == network)
        with read(self.engine) as connection:
            return int(connection.execute(query).scalar_one())

    # --- who the customer is

    def identify(self, conversation_id: str, subject: str, email: str, name: str) -> bool:
        """Notes whom the shop has proved the customer to be. False, and nothing changes, when it is another already.

        Raises ``ConversationNotFound``.
        """
        table = _conversations
        with write(self.engine) as connection:
            known = self.lock(connection, conversation_id)["attributes"]
            proved = {"verified_subject": subject, "verified_email": email}
            if known.get("verified_email") and any(known.get(key) != value for key, value in proved.items()):
                return False
            values = {"attributes": {**known, **proved}, "email": email, **({"name": name} if name else {})}
            connection.execute(table.update().where(table.c.id == conversation_id).values(**values))
            self.touch_in(connection, conversation_id)
        self.announce(conversation_id)
        return True

    # --- who is typing

    def typing(self, conversation_id: str, role: str, seconds: float = 6.0) -> None:
        """``role`` ("customer", "advisor") is writing, for the next seconds."""
        table, at = schema.typing, now()
        with write(self.engine) as connection:
            self.lock(connection, conversation_id)
            key = (table.c.conversation_id == conversation_id) & (table.c.role == role)
            connection.execute(table.delete().where(sa.or_(key, table.c.until < at)))
            row = {"conversation_id": conversation_id, "role": role, "until": at + timedelta(seconds=seconds)}
            connection.execute(table.insert(), row)
            self.touch_in(connection, conversation_id)
        self.announce(conversation_id)

    def who_types(self, conversation_id: str) -> set[str]:
        table = schema.typing
        query = sa.select(table.c.role).where(table.c.conversation_id == conversation_id, table.c.until > now())
        with read(self.engine) as connection:
            return set(connection.execute(query).scalars())
