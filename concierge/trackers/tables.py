"""Tables of the trackers, beside the conversation log in the same database. Imports no Rasa.

``trackers`` is the head of each conversation: the version that a writer must have seen. ``tracker_blocks`` holds
every event for ever (until erased), by the turn, and of a conversation that rests many turns together
(:mod:`~concierge.trackers.compaction`); ``tracker_events`` what programs of before wrote, event by event, until it
is packed as well. ``tracker_snapshots`` is a shortcut to a live tracker without reading them all. Of a
conversation that its customer had erased the head alone stays for a while, so that a turn that was running meanwhile
finds that its place is taken.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml
from sqlalchemy.engine import Connection, Engine

from concierge.settings import Settings
from concierge.trackers import blocks as packed

MIGRATIONS = Path(__file__).with_name("migrations")
VERSION_TABLE = "trackers_version"
_LOCK = (7_350_211_604,)  # that of programs without migrations: they make the tables under it too
CLOSED = "erased."  # how the save_id of a head begins that nothing is stored behind; its day follows

metadata = sa.MetaData()

heads = sa.Table(
    "trackers",
    metadata,
    sa.Column("sender_id", sa.String(255), primary_key=True),
    sa.Column("seq", sa.BigInteger, nullable=False),
    # Names the save that wrote the last event: tells a lost acknowledgement from a conflict, and an erased conversation
    # from a new one that happens to have as many events.
    sa.Column("save_id", sa.String(32), nullable=False),
    sqlite_with_rowid=False,
)
events = sa.Table(
    "tracker_events",
    metadata,
    sa.Column("sender_id", sa.String(255), primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("type", sa.String(64), nullable=False),
    sa.Column("timestamp", sa.Float, nullable=True),
    sa.Column("event", sa.Text, nullable=False),
)
blocks = sa.Table(
    "tracker_blocks",
    metadata,
    sa.Column("sender_id", sa.String(255), primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),  # of its last event
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("at", sa.Float, nullable=False),  # when it was written, in seconds since 1970
    sa.Column("events", sa.LargeBinary, nullable=False),
)
snapshots = sa.Table(
    "tracker_snapshots",
    metadata,
    sa.Column("sender_id", sa.String(255), primary_key=True),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("events", sa.Text, nullable=False),  # as programs of before wrote them; else empty
    sa.Column("packed", sa.LargeBinary),
)


def address(settings: Settings) -> str:
    """The database's URL, as ``EventLogTrackerStore`` finds it."""
    endpoints = yaml.safe_load((settings.root / "endpoints.yml").read_text("utf-8")) or {}
    return str((endpoints.get("tracker_store") or {}).get("url") or settings.database)


def upgrade(engine: Engine) -> None:
    """Makes or migrates the tables: see :func:`~concierge.storage.schema_version.bring_up_to_date`.

    Raises ``SchemaTooNew`` where a newer program has made a schema that this one cannot use.
    """
    from concierge.storage.schema_version import bring_up_to_date

    bring_up_to_date(engine, MIGRATIONS, VERSION_TABLE, _LOCK)


def _present(connection: Connection) -> bool:
    return sa.inspect(connection).has_table(heads.name)


def erase(connection: Connection, sender_id: str) -> int:
    """Deletes a conversation's events and state in the caller's transaction; returns how many events there were."""
    if not _present(connection):
        return 0
    gone = _delete(connection, sender_id)
    connection.execute(sa.delete(heads).where(heads.c.sender_id == sender_id))
    return gone


def close(connection: Connection, sender_id: str, at: datetime) -> int:
    """As ``erase``, for good: who still works on the conversation can no longer store anything."""
    if not _present(connection):
        return 0
    # Before the rest: a save that is under way ends first, or finds this.
    connection.execute(_CLOSE, {"sender": sender_id, "save": f"{CLOSED}{at:%Y%m%d}"})
    return _delete(connection, sender_id)


def _delete(connection: Connection, sender_id: str) -> int:
    gone = count(connection, sender_id)
    for table in (events, blocks, snapshots):
        connection.execute(sa.delete(table).where(table.c.sender_id == sender_id))
    return gone


def forget_closed(connection: Connection, before: datetime) -> int:
    """Deletes what ``close`` left of conversations, where it is older; returns how many there were."""
    if not _present(connection):
        return 0
    closed = heads.c.save_id.startswith(CLOSED) & (heads.c.save_id < f"{CLOSED}{before:%Y%m%d}")
    return connection.execute(sa.delete(heads).where(closed)).rowcount


def count(connection: Connection, sender_id: str) -> int:
    """How many events a conversation has."""
    if not _present(connection):
        return 0
    single = sa.select(sa.func.count()).select_from(events).where(events.c.sender_id == sender_id)
    packed_ones = sa.select(sa.func.coalesce(sa.func.sum(blocks.c.count), 0)).where(blocks.c.sender_id == sender_id)
    return sum(int(connection.execute(query).scalar_one()) for query in (single, packed_ones))


_CLOSE = sa.text(
    "INSERT INTO trackers (sender_id, seq, save_id) VALUES (:sender, 0, :save) "
    "ON CONFLICT (sender_id) DO UPDATE SET seq = 0, save_id = excluded.save_id"
)


def export(connection: Connection, sender_id: str) -> list[dict[str, Any]]:
    """Every stored event of a conversation, in order, as Rasa writes them."""
    if not _present(connection):
        return []
    return read(connection, sender_id)


def read(connection: Connection, sender_id: str, after: int = 0) -> list[dict[str, Any]]:
    """The events behind number ``after``, in order."""
    asked = {"sender": sender_id, "after": after}
    return in_order(after, connection.execute(_EVENTS, asked), connection.execute(_BLOCKS, asked))


def in_order(
    after: int, single: Iterable[tuple[int, str]], together: Iterable[tuple[int, bytes]]
) -> list[dict[str, Any]]:
    """The events behind number ``after``: ``single`` ones by their number, and those ``together`` by their last one's.

    Raises ``ValueError`` where they cannot be read.
    """
    parts = [(seq, [json.loads(event)]) for seq, event in single]
    parts += [(seq, packed.unpack(block)) for seq, block in together]
    found: list[dict[str, Any]] = []
    for seq, part in sorted(parts, key=lambda part: part[0]):
        found += part[max(0, after - (seq - len(part))) :]  # a block may have begun before
    return found


def snapshot_events(text: str, block: bytes | None) -> list[dict[str, Any]]:
    """Those of a row of ``tracker_snapshots``."""
    found: list[dict[str, Any]] = packed.unpack(block) if block else json.loads(text)
    return found


_EVENTS = sa.select(events.c.seq, events.c.event).where(
    events.c.sender_id == sa.bindparam("sender"), events.c.seq > sa.bindparam("after")
)
_BLOCKS = sa.select(blocks.c.seq, blocks.c.events).where(
    blocks.c.sender_id == sa.bindparam("sender"), blocks.c.seq > sa.bindparam("after")
)
