"""The telephone number that a customer writes from, where the channel's provider has verified it and tells it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from concierge.conversations import schema
from concierge.storage.database import read

PHONE = "phone"  # of an outlet's details: +…, as of the customer's latest message


def phone_of(engine: Engine, conversation_id: str) -> str:
    """Empty where none is told. Blocks."""
    query = sa.select(schema.outlets.c.details).where(schema.outlets.c.conversation_id == conversation_id)
    with read(engine) as connection:
        details = connection.execute(query).scalar()
    return str((details or {}).get(PHONE) or "")
