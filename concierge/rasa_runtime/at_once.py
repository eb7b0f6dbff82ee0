"""How PostgreSQL is asked for a tracker, and given a turn's events: by one statement each, which is one trip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from concierge.rasa_runtime import tables
from concierge.storage.compiled_statements import CompiledStatement


class Version(NamedTuple):
    seq: int
    save_id: str

    @property
    def closed(self) -> bool:
        """Erased for good: see :mod:`concierge.rasa_runtime.tables`."""
        return self.save_id.startswith(tables.CLOSED)


_WRITE = """
    INSERT INTO tracker_events (sender_id, seq, type, timestamp, event)
    SELECT moved.sender_id, each.seq, each.type, each.timestamp, each.event
    FROM moved, unnest(
        CAST(:seqs AS bigint[]), CAST(:types AS text[]), CAST(:timestamps AS float[]), CAST(:events AS text[])
    ) AS each (seq, type, timestamp, event)
"""
_MOVED = """
    WITH moved AS (
        UPDATE trackers SET seq = :to_seq, save_id = :to_save
        WHERE sender_id = :sender AND seq = :from_seq AND save_id = :from_save RETURNING sender_id
    )
"""
_BEGUN = """
    WITH moved AS (
        INSERT INTO trackers (sender_id, seq, save_id) VALUES (:sender, :to_seq, :to_save)
        ON CONFLICT DO NOTHING RETURNING sender_id
    )
"""
_BEHIND, _FIRST = CompiledStatement(sa.text(_MOVED + _WRITE)), CompiledStatement(sa.text(_BEGUN + _WRITE))


def append_at_once(
    connection: Connection, sender_id: str, base: Version | None, version: Version, rows: Sequence[Mapping[str, Any]]
) -> bool:
    """False, and nothing is written, where the head does not stand at ``base`` any more. ``rows``: one or more."""
    values = {"sender": sender_id, "to_seq": version.seq, "to_save": version.save_id}
    for many, one in (("seqs", "seq"), ("types", "type"), ("timestamps", "timestamp"), ("events", "event")):
        values[many] = [row[one] for row in rows]
    if base is None:
        return _FIRST.run(connection, values) > 0
    return _BEHIND.run(connection, {**values, "from_seq": base.seq, "from_save": base.save_id}) > 0


_READ = CompiledStatement(
    sa.text(
        """
        SELECT trackers.seq, trackers.save_id, kept.events AS kept, ARRAY(
            SELECT each.event FROM tracker_events each
            WHERE each.sender_id = trackers.sender_id AND each.seq > coalesce(kept.seq, 0) ORDER BY each.seq
        ) AS events
        FROM trackers LEFT JOIN tracker_snapshots kept ON kept.sender_id = trackers.sender_id
        WHERE trackers.sender_id = :sender
        """
    ).columns(tables.heads.c.seq, tables.heads.c.save_id, sa.column("kept", sa.Text), sa.column("events"))
)


def read_at_once(connection: Connection, sender_id: str) -> tuple[Version, str | None, list[str]] | None:
    """The version, the snapshot's events and those behind it, as they are stored; ``None`` where there is no head."""
    row = _READ.first(connection, {"sender": sender_id})
    return None if row is None else (Version(row["seq"], row["save_id"]), row["kept"], row["events"])
