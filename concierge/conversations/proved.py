"""What was ever proved in which conversation, to find those that have the same: a row for each address and order.

Written where a conversation's attributes are, in the same transaction: what they say is the truth, and
``proof.in_common`` judges by it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Select

from concierge.conversations import proof
from concierge.conversations.schema import proved as _proved

_NOTHING: Mapping[str, Any] = {}


def note_in(connection: Connection, conversation_id: str, attributes: Mapping[str, Any], before: Any = None) -> None:
    """Keeps what these attributes prove; ``before``: those that they take the place of, if there were any."""
    had, has = _values(before or _NOTHING), _values(attributes)
    if gone := had - has:
        this = _proved.c.conversation_id == conversation_id, _proved.c.value.in_(gone)
        connection.execute(_proved.delete().where(*this))
    if new := has - had:
        connection.execute(
            _proved.insert(), [{"conversation_id": conversation_id, "value": each} for each in sorted(new)]
        )


def conversations_with(values: Collection[str]) -> Select[tuple[str]]:
    """The ids of the conversations in which any of these addresses or orders was proved."""
    return sa.select(_proved.c.conversation_id).where(_proved.c.value.in_(values))


def _values(attributes: Mapping[str, Any]) -> frozenset[str]:
    return proof.ever_addresses(attributes) | proof.ever_proved(attributes)
