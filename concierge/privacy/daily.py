"""What is done once a day, in whichever of any number of processes comes first: retention, then compaction."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from concierge.conversations import schema
from concierge.conversations.base import now
from concierge.settings import Settings
from concierge.storage.database import open_engine, write

logger = logging.getLogger(__name__)

FIRST_SECONDS = 60.0  # a process that has just started has other things to do
LOOK_SECONDS = 600.0
EVERY = timedelta(days=1)
LEASE = timedelta(hours=1)  # then whoever had it is taken for dead
RETENTION, COMPACTION = "retention", "compaction"
_tasks = schema.daily_tasks


def claim(engine: Engine, name: str, at: datetime) -> bool:
    """Whether the caller is to run it now; nobody else is told so, before the lease is over. Blocks."""
    try:
        with write(engine) as connection:
            this = _tasks.c.name == name
            due = connection.execute(sa.select(_tasks.c.next_at).where(this)).scalar()
            if due is None:
                connection.execute(_tasks.insert(), {"name": name, "next_at": at + LEASE})
                return True
            change = _tasks.update().where(this, _tasks.c.next_at == due, _tasks.c.next_at <= at)
            return bool(connection.execute(change.values(next_at=at + LEASE)).rowcount)
    except sa.exc.IntegrityError:  # another process was first, for the first time
        return False


def done(engine: Engine, name: str, at: datetime) -> None:
    with write(engine) as connection:
        connection.execute(_tasks.update().where(_tasks.c.name == name).values(next_at=at + EVERY))


def work(engine: Engine, settings: Settings, by: str) -> None:
    """Runs what is due; one that fails keeps no other from it. Blocks."""
    for name, task in ((RETENTION, _retain), (COMPACTION, _compact)):
        at = now()
        try:
            if claim(engine, name, at):
                task(settings, by, at)
                done(engine, name, at)
        except Exception as problem:
            logger.error("The day's %s could not be done: %s", name, type(problem).__name__)


def _retain(settings: Settings, by: str, at: datetime) -> None:
    from concierge.privacy.opening import opened  # once a day, so that nobody carries it about all day

    with opened(settings) as rooms:
        for proof in rooms.retention.run(at, by):
            logger.info("Proof %s: %s conversations, %s", proof.id, proof.conversations, proof.counts)


def _compact(settings: Settings, by: str, at: datetime) -> None:
    from concierge.trackers import compaction, tables

    engine = open_engine(tables.address(settings))
    try:
        tables.upgrade(engine)
        logger.info("%s conversations that rest were packed together", compaction.compact(engine, at))
    finally:
        engine.dispose()


async def keep_working(engine: Engine, settings: Settings, by: str) -> None:
    """Until cancelled. ``engine`` is the conversation log's. A round that fails is followed by another."""
    await asyncio.sleep(FIRST_SECONDS)
    while True:
        await asyncio.to_thread(work, engine, settings, by)
        await asyncio.sleep(LOOK_SECONDS)
