"""The row that a customer's answer is, to how it was. Apart from the asking, which stands on the log."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from concierge.conversations.schema import messages as _messages

ANSWERED = "satisfaction"  # the event, and the beginning of its key
FROM = "message"  # in its payload: the customer's message that the comment is from


def rows_in(connection: Connection, conversation_id: str) -> list[Any]:
    """Of this conversation: seq, text and payload."""
    of_it = _messages.c.conversation_id == conversation_id, _messages.c.client_key.startswith(f"{ANSWERED}.")
    return list(connection.execute(sa.select(_messages.c.seq, _messages.c.text, _messages.c.payload).where(*of_it)))


def change_in(connection: Connection, conversation_id: str, seq: int, **values: Any) -> None:
    this = _messages.c.conversation_id == conversation_id, _messages.c.seq == seq
    connection.execute(_messages.update().where(*this).values(**values))


def forget_in(connection: Connection, conversation_id: str, seqs: Collection[int]) -> None:
    """The comments that are from these messages."""
    for row in rows_in(connection, conversation_id):
        if row.payload.get(FROM) in seqs:
            change_in(connection, conversation_id, row.seq, text="")
