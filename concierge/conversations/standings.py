"""How many conversations stand, in one look: for whoever waits on thousands, and would ask for each by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from concierge.conversations import schema
from concierge.storage.database import read

_conversations, _messages = schema.conversations, schema.messages
_WORKS = (
    sa.select(sa.literal(1))
    .where(_messages.c.conversation_id == _conversations.c.id, sa.text("messages." + schema.PENDING))
    .correlate(_conversations)
    .exists()
    .label("working")
)


@dataclass(frozen=True)
class Standing:
    """``working``: the assistant has something to answer."""

    last_seq: int
    owner: str
    working: bool


def standings(engine: Engine, conversation_ids: Sequence[str]) -> dict[str, Standing]:
    """By conversation; those that are not there are left out. Blocks."""
    known = _conversations.c
    query = sa.select(known.id, known.last_seq, known.owner, _WORKS).where(known.id.in_(conversation_ids))
    with read(engine) as connection:
        rows = connection.execute(query).all()
    return {id: Standing(last_seq, owner, bool(working)) for id, last_seq, owner, working in rows}
