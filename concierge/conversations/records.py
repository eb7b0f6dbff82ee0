"""What is kept beside the messages: decisions, order look-ups, who the customer is, who types, what was read."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from concierge.conversations import proof, proved, schema
from concierge.conversations.base import LogBase, now, row_id
from concierge.conversations.model import REST_ANONYMOUS, RecordedDecision
from concierge.orders.identity import exact_email
from concierge.storage.clock import ahead, from_now
from concierge.storage.database import read, write

_conversations = schema.conversations
ADVISOR, LOOKS = "advisor", "looking"  # an advisor writes; or has read, just now
_SECONDS = 6.0
LONGEST_TYPING = 60.0  # seconds


class Records(LogBase):
    """Part of ``ConversationLog``."""

    def record_decision(
        self,
        conversation_id: str,
        kind: str,
        outcome: str,
        document: dict[str, Any],
        order_number: str = "",
        *,
        key: str | None = None,
    ) -> str:
        """Keeps what was decided for the customer, with its reasons; what had the same ``key`` before is replaced.

        Returns the decision's id.
        """
        row = RecordedDecision(row_id(key), conversation_id, order_number, kind, outcome, document, now())
        with write(self.engine) as connection:
            if key:
                connection.execute(schema.decisions.delete().where(schema.decisions.c.id == row.id))
            connection.execute(schema.decisions.insert(), vars(row))
        return row.id

    def decisions(self, conversation_id: str) -> list[RecordedDecision]:
        table = schema.decisions
        query = sa.select(table).where(table.c.conversation_id == conversation_id)
        with read(self.engine) as connection:
            rows = connection.execute(query.order_by(table.c.created_at, table.c.id)).mappings().all()
        return [RecordedDecision(**row) for row in rows]

    # --- who the customer is

    def identify(self, conversation_id: str, subject: str, email: str, name: str, until: int) -> bool:
        """Notes whom the shop has proved the customer to be, and until when (seconds since 1970). False, and nothing
        changes, when it is another already, whatever had proved that, and whether or not that proof has ended.

        Raises ``ConversationNotFound``.
        """
        with write(self.engine) as connection:
            row = self.lock(connection, conversation_id)
            known = row["attributes"]
            theirs = proof.is_of(known, exact_email(row["email"]), subject, email)
            if not theirs or row["channel"] == REST_ANONYMOUS:
                return False
            noted = {"attributes": {**known, **proof.by_shop(subject, email, until)}, "email": email}
            self._note_customer(connection, conversation_id, known, {**noted, **({"name": name} if name else {})})
        self.announce(conversation_id)
        return True

    def prove(
        self,
        conversation_id: str,
        email: str,
        name: str,
        hours: float,
        *,
        kind: str = proof.NUMBER_EMAIL,
        number: str = "",
        address: bool = True,
    ) -> None:
        """Notes that the customer has proved an order, as ``proof.by_order`` has it; what the shop has proved stands
        beside it. A link's proof is as it was: this only tells whose it is.

        Raises ``ConversationNotFound``.
        """
        with write(self.engine) as connection:
            row = self.lock(connection, conversation_id)
            known, theirs = row["attributes"], exact_email(email)
            contact = {} if known.get("verified_email") else {"email": email, "name": name}
            noted = {**known}
            if kind != proof.LINK:
                noted |= proof.by_order(known, theirs, now(), hours, kind=kind, number=number, address=address)
            if contact and row["email"] and exact_email(row["email"]) != theirs:
                noted["several_proved"] = True
            self._note_customer(connection, conversation_id, known, {"attributes": noted, **contact})
        self.announce(conversation_id)

    def open_by_link(self, conversation_id: str, number: str, purpose: str, until: int) -> bool:
        """Notes that the customer has opened a link of the house, and until when it counts (seconds since 1970). False,
        and nothing changes, where another proof was given before: it may have been another customer's.

        Raises ``ConversationNotFound``.
        """
        with write(self.engine) as connection:
            row = self.lock(connection, conversation_id)
            known = row["attributes"]
            if row["channel"] == REST_ANONYMOUS or not proof.is_free_for(known, number, now()):
                return False
            noted = {**known, **proof.by_link(known, number, purpose, until)}
            self._note_customer(connection, conversation_id, known, {"attributes": noted})
        self.announce(conversation_id)
        return True

    def _note_customer(
        self, connection: Connection, conversation_id: str, known: dict[str, Any], values: dict[str, Any]
    ) -> None:
        """``known``: the attributes that ``values`` take the place of."""
        proved.note_in(connection, conversation_id, values["attributes"], known)
        connection.execute(_conversations.update().where(_conversations.c.id == conversation_id).values(**values))
        self.touch_in(connection, conversation_id)

    # --- who is typing

    def typing(self, conversation_id: str, role: str, seconds: float = _SECONDS) -> None:
        """``role`` ("customer", ``ADVISOR``) is writing, for the next seconds."""
        with write(self.engine) as connection:
            self.lock(connection, conversation_id)
            self._types(connection, conversation_id, role, seconds)
            self.touch_in(connection, conversation_id)
        self.announce(conversation_id)

    def _types(self, connection: Connection, conversation_id: str, role: str, seconds: float) -> None:
        table = schema.typing
        key = (table.c.conversation_id == conversation_id) & (table.c.role == role)
        connection.execute(table.delete().where(sa.or_(key, ~ahead(table.c.until, LONGEST_TYPING))))
        until = from_now(min(seconds, LONGEST_TYPING))
        connection.execute(table.insert().values(conversation_id=conversation_id, role=role, until=until))

    def who_types(self, conversation_id: str) -> set[str]:
        table = schema.typing
        still = ahead(table.c.until, LONGEST_TYPING)
        query = sa.select(table.c.role).where(table.c.conversation_id == conversation_id, still)
        with read(self.engine) as connection:
            return set(connection.execute(query).scalars())

    # --- how far the customer has read

    def seen(self, conversation_id: str, seq: int) -> None:
        """The customer has the conversation in front of them just now, and everything up to this message.

        Raises ``ConversationNotFound``.
        """
        table = schema.read_marks
        this = table.c.conversation_id == conversation_id
        with write(self.engine) as connection:
            last = self.lock(connection, conversation_id)["last_seq"]
            known = connection.execute(sa.select(table.c.seq).where(this)).scalar()
            mark = {"seq": max(known or 0, min(seq, last)), "at": now()}
            if known is None:
                connection.execute(table.insert().values(conversation_id=conversation_id, **mark))
            else:
                connection.execute(table.update().where(this).values(**mark))
            self.touch_in(connection, conversation_id)
        self.announce(conversation_id)

    def read_by_advisor(self, conversation_id: str, seq: int) -> None:
        """The advisor who has the conversation has read it up to this message. Raises ``ConversationNotFound``."""
        table = schema.read_by_advisors
        this = table.c.conversation_id == conversation_id
        with write(self.engine) as connection:
            seq = min(seq, self.lock(connection, conversation_id)["last_seq"])
            known = connection.execute(sa.select(table.c.seq).where(this)).scalar()
            if known is not None and known >= seq:
                return
            connection.execute(table.delete().where(this))
            connection.execute(table.insert().values(conversation_id=conversation_id, seq=seq))
            self._types(connection, conversation_id, LOOKS, _SECONDS)
            self.touch_in(connection, conversation_id)
        self.announce(conversation_id)
