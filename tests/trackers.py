"""What the assistant remembers, as a database has it: packed, so that a search of its rows would find nothing."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from concierge.trackers import tables


def all_events(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """Of every conversation, in order."""
    senders = connection.execute(sa.select(tables.heads.c.sender_id)).scalars().all()
    return {sender: tables.export(connection, sender) for sender in senders}


def readable(table: str, row: dict[str, Any]) -> dict[str, Any]:
    """A row of any table, with what is packed in it laid open."""
    column = {tables.blocks.name: "events", tables.snapshots.name: "packed"}.get(table)
    if column is None or row[column] is None:
        return row
    return {**row, column: tables.snapshot_events("", bytes(row[column]))}
