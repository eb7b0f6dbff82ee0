"""One way to open a database, for the conversation log and for orders. Knows nothing of what is stored."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, TypeVar
from weakref import WeakKeyDictionary, WeakValueDictionary

import sqlalchemy as sa
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from concierge.storage import outage
from concierge.storage.columns import json_text
from concierge.storage.compiled_statements import CompiledStatement

BUSY_SECONDS = 5.0
STATEMENT_SECONDS = 8.0  # ours take milliseconds; what takes longer says so: see `unhurried`
WRITES_IN_PLACE = 300  # after so many one goes through a thread, and takes SQLite's checkpoint with it
_RETRY_SECONDS = 0.01
_NO_WAIT = CompiledStatement(sa.text("SET LOCAL synchronous_commit TO off"))
_turns: dict[str, threading.Lock] = {}
migrating = threading.Lock()
"""To be held while Alembic runs: what it is migrating belongs to its module, not to a thread or an engine."""
Result = TypeVar("Result")


class _Begin(threading.local):
    statement = "BEGIN DEFERRED"


_next_begin = _Begin()


class SQLite(SQLiteDialect_pysqlite):
    """SQLAlchemy's own, but that a transaction begins where it is said to, and with the lock that it needs.

    pysqlite starts transactions late and as readers, and a reader that turns writer fails at once with "database is
    locked" instead of waiting: sqlalchemy.org, "pysqlite: serializable isolation". The recipe there is a "begin"
    listener, with which each statement takes a fifth to a third longer; what a dialect does itself costs nothing.
    """

    supports_statement_cache = True  # each dialect has to say so for itself

    def do_begin(self, dbapi_connection: Any) -> None:
        dbapi_connection.execute(_next_begin.statement)


_DIALECT = "sqlite.concierge"
registry.register(_DIALECT, __name__, SQLite.__name__)


class UTCDateTime(sa.types.TypeDecorator):
    """Stores an aware datetime as UTC and gives it back aware; SQLite has no time zones of its own."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a time zone cannot be stored: use datetime.now(timezone.utc)")
        return value.astimezone(timezone.utc)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=timezone.utc) if value.tzinfo is None else value.astimezone(timezone.utc)


def open_engine(
    url: str | URL, busy_seconds: float = BUSY_SECONDS, statement_seconds: float = STATEMENT_SECONDS
) -> Engine:
    """An engine for SQLite (WAL, foreign keys) or PostgreSQL (see ``concierge.storage.postgres``).

    ``busy_seconds`` for another writer; ``statement_seconds``, with PostgreSQL, for any statement: what takes longer
    says so (``unhurried``). Raises ``sqlalchemy.exc.ArgumentError`` for a URL that is not one.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql" and parsed.get_dialect().driver == "psycopg2":
        from concierge.storage import postgres

        return postgres.open_engine(parsed, busy_seconds, statement_seconds)
    if parsed.get_backend_name() != "sqlite":
        return sa.create_engine(
            parsed,
            pool_pre_ping=True,
            pool_size=10,
            max_overflow=10,
            hide_parameters=True,
            json_serializer=json_text,
            future=True,
        )
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(
        parsed.set(drivername=_DIALECT.replace(".", "+")),
        future=True,
        hide_parameters=True,  # what customers say stays out of error messages, and so of logs
        json_serializer=json_text,
        execution_options={"busy_seconds": busy_seconds},
        connect_args={"check_same_thread": False, "timeout": busy_seconds, "isolation_level": None},
        poolclass=sa.pool.QueuePool if parsed.database else sa.pool.StaticPool,
    )

    @sa.event.listens_for(engine, "connect")
    def _pragmas(connection: Any, record: Any) -> None:
        _write_ahead(connection, max(busy_seconds, BUSY_SECONDS))
        for pragma in ("synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _write_ahead(connection: Any, seconds: float) -> None:
    """Turns WAL on. Programs that open a new file at the same moment take turns for up to ``seconds``.

    A reader that turns writer is refused at once, without SQLite's own wait: so is all but one of them.
    """
    until = time.monotonic() + seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(_RETRY_SECONDS)


class _WouldWait(Exception):
    """Somebody else is writing, or a checkpoint is due; nothing was done."""


class _InPlace:
    """A database's second self, for the event loop's thread alone: it never waits, and leaves checkpoints to others.

    Its one connection is kept: to take it out of a pool and to put it back costs more than a commit.
    """

    wanted = threading.local()
    _of: ClassVar[WeakKeyDictionary[Engine, _InPlace]] = WeakKeyDictionary()
    _by_url: ClassVar[WeakValueDictionary[str, _InPlace]] = WeakValueDictionary()

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url, busy_seconds=0)
        sa.event.listen(self._engine, "connect", lambda raw, _: raw.execute("PRAGMA wal_autocheckpoint=0"))
        self._connection: Connection | None = None
        self._free = threading.Lock()  # a process may have more than one event loop
        self._writes = 0

    @classmethod
    def of(cls, engine: Engine) -> _InPlace:
        """The same for all engines of a database."""
        found = cls._of.get(engine)
        if found is None:
            url = str(engine.url)
            found = cls._by_url.get(url) or cls(url)
            cls._of[engine] = cls._by_url[url] = found
        return found

    def connection(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    @contextmanager
    def write(self, turn: threading.Lock) -> Iterator[Connection]:
        self._writes = (self._writes + 1) % WRITES_IN_PLACE
        if not self._writes or not turn.acquire(blocking=False):
            raise _WouldWait
        try:
            with self.begun(_begin_immediate) as connection:
                yield connection
        finally:
            turn.release()

    @contextmanager
    def begun(self, begin: Callable[[Connection], Any]) -> Iterator[Connection]:
        if not self._free.acquire(blocking=False):
            raise _WouldWait
        try:
            try:
                transaction = begin(self.connection())
            except OperationalError as problem:
                raise _WouldWait from problem
            with transaction:
                yield self.connection()
        except IntegrityError:
            raise
        except DBAPIError:
            self._forget()
            raise
        finally:
            self._free.release()

    def _forget(self) -> None:
        """Whatever is wrong with the connection, a new one is without it."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


async def run(
    engine: Engine, pool: Executor | None, function: Callable[..., Result], *args: Any, **kwargs: Any
) -> Result:
    """Runs a function that is one ``write`` or is made of ``read``: in place where nothing has to be waited for.

    With SQLite a reader never waits, and a commit is a twentieth of a millisecond without a sync of the disk; the way
    into a thread of ``pool`` and back costs more than that. With PostgreSQL it is always a thread.
    """
    if engine.dialect.name == "sqlite" and engine.url.database:
        _InPlace.wanted.now = True
        try:
            return function(*args, **kwargs)
        except _WouldWait:
            pass
        finally:
            _InPlace.wanted.now = False
    return await asyncio.get_running_loop().run_in_executor(pool, partial(function, *args, **kwargs))


def _begin_immediate(connection: Connection) -> Any:
    _next_begin.statement = "BEGIN IMMEDIATE"
    try:
        return connection.begin()
    finally:
        _next_begin.statement = _Begin.statement


@contextmanager
def read(engine: Engine, *, one_state: bool = False) -> Iterator[Connection]:
    """``with read(engine) as connection:`` for what only looks.

    SQLite's sees one state from end to end. With PostgreSQL each statement is a look of its own, and no transaction,
    unless ``one_state`` is wanted of several.
    """
    if getattr(_InPlace.wanted, "now", False):
        try:
            with _InPlace.of(engine).begun(Connection.begin) as connection:
                yield connection
        except OperationalError as problem:  # even readers wait while a file is recovered after a crash
            raise _WouldWait from problem
        return
    if engine.dialect.name != "postgresql":
        with engine.begin() as connection:
            yield connection
        return
    with engine.connect() as connection:
        driver: Any = connection.connection.dbapi_connection
        with driver.one_state() if one_state else driver.single_looks():
            yield connection


def version(engine: Engine) -> int:
    """A number that is another one when something was committed to an SQLite database, unless by ``run`` in place.

    For the event loop's thread: it never waits. Raises ``sqlalchemy.exc.OperationalError``.
    """
    if not engine.url.database:
        return 0
    raw = _InPlace.of(engine).connection().connection.dbapi_connection
    try:
        return int(raw.execute("PRAGMA data_version").fetchone()[0])
    except sqlite3.OperationalError:  # it cannot be read without waiting: who knows what happens there
        return -1


@contextmanager
def write(engine: Engine) -> Iterator[Connection]:
    """``with write(engine) as connection:`` a transaction that takes SQLite's write lock at its start.

    Raises ``sqlalchemy.exc.OperationalError`` when another writer keeps the lock for longer than ``busy_seconds``.
    """
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            yield connection
        return
    # SQLite's own wait is a sleep of growing length: writers of one process take turns here instead, without sleeping.
    turn = _turns.setdefault(engine.url.database or "", threading.Lock())
    if getattr(_InPlace.wanted, "now", False):
        with _InPlace.of(engine).write(turn) as connection:
            yield connection
        return
    if not turn.acquire(timeout=engine.get_execution_options().get("busy_seconds", BUSY_SECONDS)):
        raise OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError("database is locked"))
    try:
        with engine.connect() as connection, _begin_immediate(connection):
            yield connection
    finally:
        turn.release()


@contextmanager
def one_write(engine: Engine) -> Iterator[Connection]:
    """As ``write`` for what is one statement: with PostgreSQL that is a transaction by itself."""
    with (read if engine.dialect.name == "postgresql" else write)(engine) as connection:
        yield connection


def hasten(connection: Connection) -> None:
    """Nobody waits for the disk when this transaction ends, or the single statement that comes next: a crash of the
    server within the second may take it back, and everything else stays in order. Nothing changes with SQLite."""
    if connection.dialect.name == "postgresql":
        _NO_WAIT.later(connection, {})


@contextmanager
def unhurried(connection: Connection, seconds: float = 0) -> Iterator[None]:
    """For what may take long: each statement of the transaction has ``seconds``.

    Without them there is no limit, nor one for locks or for pauses, as a migration needs it. Nothing changes with
    SQLite, which has none of these limits.
    """
    if connection.dialect.name != "postgresql":
        yield
        return
    from concierge.storage.postgres import ANSWER_SECONDS

    others = () if seconds else ("lock_timeout", "idle_in_transaction_session_timeout")
    for limit in ("statement_timeout", *others):
        connection.execute(sa.text(f"SET LOCAL {limit} = {seconds * 1000:.0f}"))
    driver: Any = connection.connection.dbapi_connection
    driver.answer_seconds = seconds + ANSWER_SECONDS if seconds else None
    try:
        yield
    finally:
        driver.__dict__.pop("answer_seconds", None)  # the class's again


def trouble_of(engine: Engine) -> str:
    """Why nothing can be stored at present, for a readiness check; empty when it can. Blocks, but not for long."""
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                closed = connection.execute(sa.text("SHOW transaction_read_only")).scalar_one() == "on"
                if closed:  # it may be the session alone, which stays so when the server no longer is
                    connection.invalidate()
            else:
                connection.execute(sa.text("SELECT 1 FROM sqlite_master LIMIT 1"))
                path = engine.url.database
                closed = bool(path) and not os.access(path or "", os.W_OK)
    except sa.exc.SQLAlchemyError as problem:
        return outage.reason_of(problem)
    return "the database is read-only" if closed else ""
