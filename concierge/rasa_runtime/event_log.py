"""The trackers' events in the database: reads, and appends that only succeed on the version they were made from.

Knows rows and versions, neither trackers nor policies. Blocks.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from concierge.rasa_runtime.at_once import Version, append_at_once, read_at_once
from concierge.rasa_runtime.errors import TrackerUnavailable
from concierge.storage.compiled_statements import CompiledStatement
from concierge.storage.database import one_write, open_engine, read, write
from concierge.storage.schema_version import SchemaTooNew
from concierge.trackers import tables
from concierge.trackers.blocks import pack

logger = logging.getLogger(__name__)

ATTEMPTS = 4
MEETINGS = 20  # how often two writers may meet over one save
Result = TypeVar("Result")


class Snapshot(NamedTuple):
    """Event documents that stand for the conversation's events up to and including ``seq``."""

    seq: int
    events: list[dict[str, Any]]


class Stored(NamedTuple):
    version: Version
    events: list[dict[str, Any]]


class Conflict(Exception):
    """Somebody else has written since the version was read."""


class Erased(Exception):
    """The conversation was erased for good: nothing was stored, and nothing will be."""


class EventLog:
    """One database of trackers. Raises :class:`TrackerUnavailable` for whatever the database refuses, and ``Erased``
    where something is to be stored behind a conversation that was erased for good."""

    def __init__(self, url: str, engine: Engine | None = None) -> None:
        """``engine``: one of this database that is open already."""
        self.engine: Engine = engine or open_engine(url)
        self._upgraded = False

    def prepare(self) -> None:
        """Brings the tables up to date; whoever needs them does the same until it has worked.

        Raises ``SchemaTooNew``; later, as whatever else the database refuses, it is a ``TrackerUnavailable``.
        """
        try:
            self._attempted(lambda: None)
        except TrackerUnavailable as error:
            if isinstance(error.__cause__, SchemaTooNew):
                raise error.__cause__ from None
            raise

    def _upgrade(self) -> None:
        if not self._upgraded:
            tables.upgrade(self.engine)
            self._upgraded = True

    def head(self, sender_id: str) -> Version | None:
        """``None`` also for a conversation that was erased."""
        version = self._newest(sender_id)
        return None if version is None or version.closed else version

    def _newest(self, sender_id: str) -> Version | None:
        return self._attempted(partial(self._look_at_head, sender_id))

    def senders(self) -> list[str]:
        there = ~tables.heads.c.save_id.startswith(tables.CLOSED)
        statement = sa.select(tables.heads.c.sender_id).where(there).order_by(tables.heads.c.sender_id)
        return self._reading(lambda connection: list(connection.execute(statement).scalars()))

    def read(self, sender_id: str, *, whole: bool = False) -> Stored | None:
        """The events from the snapshot on, or the ``whole`` history."""

        def reading(connection: Connection) -> Stored | None:
            version = self._head(connection, sender_id)
            if version is None or version.closed:
                return None
            snapshot = (None if whole else self._snapshot(connection, sender_id)) or Snapshot(0, [])
            return Stored(version, snapshot.events + tables.read(connection, sender_id, snapshot.seq))

        if self.engine.dialect.name == "postgresql" and not whole:
            return self._attempted(partial(self._read_at_once, sender_id))
        return self._reading(reading)

    def _read_at_once(self, sender_id: str) -> Stored | None:
        with read(self.engine) as connection:
            found = read_at_once(connection, sender_id)
        if found is None or found[0].closed:
            return None
        return Stored(*found)

    def append(
        self,
        sender_id: str,
        base: Version | None,
        events: Sequence[dict[str, Any]],
        snapshot: Snapshot | None = None,
    ) -> tuple[Version, bool]:
        """Stores events behind ``base``; where others have written meanwhile, behind theirs.

        Returns the new version and whether somebody had. Every event is stored exactly once, whatever is lost between
        here and the database.
        """
        save_id = uuid.uuid4().hex
        met = False
        for _ in range(MEETINGS):
            try:
                return self._attempted(partial(self._append, sender_id, base, events, snapshot, save_id)), met
            except Conflict:
                met, snapshot = True, None
                base = self._newest(sender_id)
                if base is not None and base.closed:
                    raise Erased(sender_id) from None
                logger.warning("Conversation '%s' was written by somebody else meanwhile: appending behind.", sender_id)
        raise TrackerUnavailable(f"conversation '{sender_id}' is being written by too many at once")

    def replace(self, sender_id: str, events: Sequence[dict[str, Any]]) -> Version:
        """Puts these events in the place of all (Rasa's ``PUT /conversations/{id}/tracker/events``)."""
        save_id = uuid.uuid4().hex

        def replacing() -> Version:
            with write(self.engine) as connection:
                head = self._head(connection, sender_id, lock=True)
                if head is not None and head.save_id == save_id:
                    return head
                if head is not None and head.closed:
                    raise Erased(sender_id)
                tables.erase(connection, sender_id)
                # Numbers are not used again: a replica that has missed this must not take its old copy for current.
                version = Version((head.seq if head else 0) + len(events), save_id)
                connection.execute(sa.insert(tables.heads), {"sender_id": sender_id, **version._asdict()})
                self._insert(connection, sender_id, version.seq, events)
                return version

        try:
            return self._attempted(replacing)
        except Conflict as error:
            raise TrackerUnavailable(f"conversation '{sender_id}' was begun by somebody else meanwhile") from error

    def erase(self, sender_id: str) -> int:
        def erasing() -> int:
            with write(self.engine) as connection:
                return tables.erase(connection, sender_id)

        return self._attempted(erasing)

    def close(self) -> None:
        self.engine.dispose()

    def _append(
        self,
        sender_id: str,
        base: Version | None,
        events: Sequence[dict[str, Any]],
        snapshot: Snapshot | None,
        save_id: str,
    ) -> Version:
        before = base.seq if base else 0
        version = Version(before + len(events), save_id)
        if self.engine.dialect.name == "postgresql" and events and snapshot is None:
            with one_write(self.engine) as connection:
                if not append_at_once(connection, base, version, _block(sender_id, version.seq, events)):
                    self._check_that_it_was_ours(connection, sender_id, save_id)
            return version
        with write(self.engine) as connection:
            if not self._advance(connection, sender_id, base, version):
                self._check_that_it_was_ours(connection, sender_id, save_id)
                return version
            self._insert(connection, sender_id, version.seq, events)
            if snapshot is not None:
                connection.execute(_FORGET_SNAPSHOT, {"sender": sender_id})
                row = {"sender_id": sender_id, "seq": snapshot.seq, "events": "", "packed": pack(snapshot.events)}
                connection.execute(sa.insert(tables.snapshots), row)
        return version

    def _check_that_it_was_ours(self, connection: Connection, sender_id: str, save_id: str) -> None:
        """Raises ``Conflict``, unless a first attempt had been committed and only its acknowledgement was lost."""
        head = self._head(connection, sender_id)
        if head is None or head.save_id != save_id:
            raise Conflict

    @staticmethod
    def _advance(connection: Connection, sender_id: str, base: Version | None, version: Version) -> bool:
        """Moves the head from ``base`` to ``version``, if it still stands there."""
        values = {"sender": sender_id, "to_seq": version.seq, "to_save": version.save_id}
        if base is None:
            return _FIRST.run(connection, values) == 1
        values |= {"from_seq": base.seq, "from_save": base.save_id}
        return _MOVE.run(connection, values) == 1

    @staticmethod
    def _insert(connection: Connection, sender_id: str, last: int, events: Sequence[dict[str, Any]]) -> None:
        if events:
            _INSERT.later(connection, _block(sender_id, last, events))

    @staticmethod
    def _head(connection: Connection, sender_id: str, lock: bool = False) -> Version | None:
        row = (_LOCK_HEAD if lock else _READ_HEAD).first(connection, {"sender": sender_id})
        return Version(**row) if row else None

    @staticmethod
    def _snapshot(connection: Connection, sender_id: str) -> Snapshot | None:
        row = connection.execute(_SNAPSHOT, {"sender": sender_id}).first()
        return Snapshot(row.seq, tables.snapshot_events(row.events, row.packed)) if row else None

    def _look_at_head(self, sender_id: str) -> Version | None:
        with read(self.engine) as connection:
            return self._head(connection, sender_id)

    def _reading(self, look: Callable[[Connection], Result]) -> Result:
        def reading() -> Result:
            with read(self.engine, one_state=True) as connection:  # several look-ups may make one answer
                return look(connection)

        return self._attempted(reading)

    def _attempted(self, work: Callable[[], Result]) -> Result:
        """Runs ``work``; again after a lost connection or a locked database, which harms nothing (see ``save_id``)."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._upgrade()
                return work()
            except IntegrityError as error:
                raise Conflict from error  # a first save met another's first save
            except (DBAPIError, PoolTimeout) as error:
                passing = isinstance(error, DBAPIError) and (error.connection_invalidated or _is_contention(error))
                if attempt == ATTEMPTS or not passing:
                    raise TrackerUnavailable(f"the trackers' database refuses: {type(error).__name__}") from error
                time.sleep(0.05 * attempt)
            except SchemaTooNew as error:
                raise TrackerUnavailable(str(error)) from error
            except SQLAlchemyError as error:
                raise TrackerUnavailable(f"the trackers' database refuses: {type(error).__name__}") from error
            except ValueError as error:
                raise TrackerUnavailable(
                    "a conversation's events cannot be read: its rows are not as we wrote them"
                ) from error
        raise AssertionError("unreachable")


def _block(sender_id: str, last: int, events: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"sender_id": sender_id, "seq": last, "count": len(events), "at": time.time(), "events": pack(events)}


def _is_contention(error: DBAPIError) -> bool:
    """PostgreSQL's deadlock and serialisation failures. A locked SQLite has been waited for already."""
    return getattr(error.orig, "pgcode", None) in {"40001", "40P01"}


_HEAD = sa.select(tables.heads.c.seq, tables.heads.c.save_id).where(tables.heads.c.sender_id == sa.bindparam("sender"))
_READ_HEAD, _LOCK_HEAD = CompiledStatement(_HEAD), CompiledStatement(_HEAD.with_for_update())
_SNAPSHOT = sa.select(tables.snapshots).where(tables.snapshots.c.sender_id == sa.bindparam("sender"))
_FORGET_SNAPSHOT = sa.delete(tables.snapshots).where(tables.snapshots.c.sender_id == sa.bindparam("sender"))
_INSERT = CompiledStatement(sa.insert(tables.blocks).inline())
_MOVE = CompiledStatement(
    sa.update(tables.heads)
    .where(
        tables.heads.c.sender_id == sa.bindparam("sender"),
        tables.heads.c.seq == sa.bindparam("from_seq"),
        tables.heads.c.save_id == sa.bindparam("from_save"),
    )
    .values(seq=sa.bindparam("to_seq"), save_id=sa.bindparam("to_save"))
)
_FIRST = CompiledStatement(
    sa.text("INSERT INTO trackers (sender_id, seq, save_id) VALUES (:sender, :to_seq, :to_save) ON CONFLICT DO NOTHING")
)
