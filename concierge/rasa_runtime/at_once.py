"""How PostgreSQL is asked for a tracker, and given a turn's events: by one statement each, which is one trip."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from concierge.storage.compiled_statements import CompiledStatement
from concierge.trackers import tables


class Version(NamedTuple):
    seq: int
    save_id: str

    @property
    def closed(self) -> bool:
        """Erased for good: see :mod:`concierge.trackers.tables`."""
        return self.save_id.startswith(tables.CLOSED)


_WRITE = """
    INSERT INTO tracker_blocks (sender_id, seq, count, at, events)
    SELECT moved.sender_id, :to_seq, :count, :at, :events FROM moved
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
_BEHIND, _FIRST = (
    CompiledStatement(sa.text(begin + _WRITE).bindparams(sa.bindparam("events", type_=sa.LargeBinary)))
    for begin in (_MOVED, _BEGUN)
)


def append_at_once(connection: Connection, base: Version | None, version: Version, block: Mapping[str, Any]) -> bool:
    """False, and nothing is written, where the head does not stand at ``base`` any more.

    ``block`` is a row of ``tracker_blocks``, up to ``version``.
    """
    values = {
        "sender": block["sender_id"],
        "to_seq": version.seq,
        "to_save": version.save_id,
        **{name: block[name] for name in ("count", "at", "events")},
    }
    if base is None:
        return _FIRST.run(connection, values) > 0
    return _BEHIND.run(connection, {**values, "from_seq": base.seq, "from_save": base.save_id}) > 0


_READ = CompiledStatement(
    sa.text(
        """
        SELECT trackers.seq, trackers.save_id, part.kind, part.last, part.text, part.block
        FROM trackers LEFT JOIN tracker_snapshots kept ON kept.sender_id = trackers.sender_id
        LEFT JOIN LATERAL (
            SELECT 'snapshot' AS kind, kept.seq AS last, kept.events AS text, kept.packed AS block
            WHERE kept.seq IS NOT NULL
            UNION ALL
            SELECT 'event', each.seq, each.event, NULL FROM tracker_events each
            WHERE each.sender_id = trackers.sender_id AND each.seq > coalesce(kept.seq, 0)
            UNION ALL
            SELECT 'block', each.seq, NULL, each.events FROM tracker_blocks each
            WHERE each.sender_id = trackers.sender_id AND each.seq > coalesce(kept.seq, 0)
        ) part ON TRUE
        WHERE trackers.sender_id = :sender
        """
    ).columns(
        tables.heads.c.seq,
        tables.heads.c.save_id,
        *(sa.column(name, sa.Text) for name in ("kind", "last", "text")),
        sa.column("block", sa.LargeBinary),
    )
)


def read_at_once(connection: Connection, sender_id: str) -> tuple[Version, list[dict[str, Any]]] | None:
    """The version, and the snapshot's events with those behind it; ``None`` where there is no head."""
    rows = _READ.all(connection, {"sender": sender_id})
    if not rows:
        return None
    kept = next((row for row in rows if row["kind"] == "snapshot"), None)
    single = [(row["last"], row["text"]) for row in rows if row["kind"] == "event"]
    together = [(row["last"], row["block"]) for row in rows if row["kind"] == "block"]
    events = tables.snapshot_events(kept["text"], kept["block"]) if kept else []
    events += tables.in_order(kept["last"] if kept else 0, single, together)
    return Version(rows[0]["seq"], rows[0]["save_id"]), events
