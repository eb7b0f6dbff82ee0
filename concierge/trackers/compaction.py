"""Packs the turns of conversations that rest together, and what programs of before wrote event by event.

Nothing that a reader sees changes: the events stay, and with them the version. Imports no Rasa. Blocks.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from concierge.storage.database import read, write
from concierge.trackers import tables
from concierge.trackers.blocks import merged

RESTS = timedelta(days=1)  # since its last turn
logger = logging.getLogger(__name__)
FULL = 250  # events, some thirty turns: a block that has so many is left as it is, for it is unpacked as a whole
AT_ONCE = 1000  # conversations that are looked at in one go
_single, _blocks = tables.events, tables.blocks


class _Part(NamedTuple):
    """A row of events: one as text, or a block of them."""

    seq: int
    number: int
    at: float
    events: bytes | str


def compact(engine: Engine, at: datetime) -> int:
    """Of every conversation that rests, each in a transaction of its own. Returns how many there were to be packed.

    May be broken off and begun again at any moment, also by several processes at once. Pauses for as long as it works.
    """
    changed = 0
    for sender_id in _to_pack(engine, (at - RESTS).timestamp()):
        began = time.monotonic()
        try:
            with write(engine) as connection:
                changed += _pack(connection, sender_id)
        except ValueError as problem:
            logger.error("Conversation '%s' stays as it is: %s", sender_id, problem)
        time.sleep(time.monotonic() - began)
    return changed


def _to_pack(engine: Engine, before: float) -> Iterator[str]:
    last = ""
    while True:
        with read(engine) as connection:
            page = connection.execute(_PAGE, {"last": last}).scalars().all()
            if not page:
                return
            asked = {"first": page[0], "last": page[-1], "before": before}
            found = {each for query in (_SINGLE, _SEVERAL) for each in connection.execute(query, asked).scalars()}
        yield from sorted(found)
        last = page[-1]


def _pack(connection: Connection, sender_id: str) -> bool:
    """False where there is nothing to do: it was erased, or another process was first."""
    head = sa.select(tables.heads.c.seq).where(tables.heads.c.sender_id == sender_id).with_for_update()
    if connection.execute(head).first() is None:
        return False
    single, several = sa.select(_single), sa.select(_blocks)
    rows = connection.execute(single.where(_single.c.sender_id == sender_id))
    parts = [_Part(row.seq, 1, row.timestamp or 0.0, row.event) for row in rows]
    rows = connection.execute(several.where(_blocks.c.sender_id == sender_id))
    parts += [_Part(row.seq, row.count, row.at, row.events) for row in rows]
    runs = [run for run in _runs(sorted(parts)) if len(run) > 1 or isinstance(run[0].events, str)]
    for run in runs:
        last = run[-1].seq
        for table in (_single, _blocks):
            theirs = (table.c.sender_id == sender_id) & table.c.seq.between(run[0].seq, last)
            connection.execute(sa.delete(table).where(theirs))
        count, at = sum(part.number for part in run), max(part.at for part in run)
        values = {"seq": last, "count": count, "at": at, "events": merged(part.events for part in run)}
        connection.execute(sa.insert(_blocks), {"sender_id": sender_id, **values})
    return bool(runs)


def _runs(parts: Iterable[_Part]) -> Iterator[list[_Part]]:
    """What goes into one block each: neighbours, until they fill it."""
    run: list[_Part] = []
    for part in parts:
        if run and part.number >= FULL:
            yield run
            run = []
        run.append(part)
        if sum(part.number for part in run) >= FULL:
            yield run
            run = []
    if run:
        yield run


def _resting(table: sa.Table, at: sa.Column, *more: sa.sql.ColumnElement) -> sa.sql.Select:
    return (
        sa.select(table.c.sender_id)
        .where(table.c.sender_id.between(sa.bindparam("first"), sa.bindparam("last")))
        .group_by(table.c.sender_id)
        .having(sa.and_(sa.func.max(sa.func.coalesce(at, 0.0)) < sa.bindparam("before"), *more))
    )


_PAGE = (
    sa.select(tables.heads.c.sender_id)
    .where(tables.heads.c.sender_id > sa.bindparam("last"))
    .order_by(tables.heads.c.sender_id)
    .limit(AT_ONCE)
)


_SINGLE = _resting(_single, _single.c.timestamp)
_SEVERAL = _resting(_blocks, _blocks.c.at, sa.func.sum(sa.case((_blocks.c.count < FULL, 1), else_=0)) > 1)
