"""How long PostgreSQL is waited for, so that a server that is slow, stopped or gone keeps no customer waiting.

The server itself ends a statement that takes too long, and one that waits for a lock. A server that says nothing at
all (its host gone, a firewall that has forgotten the connection) cannot: libpq would wait for as long as the kernel
does, and behind a proxy that still takes our bytes for ever. So every wait goes through psycopg2's wait callback, which
ends it and closes the connection.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial
from select import POLLIN, POLLOUT, poll
from typing import Any, Optional

import psycopg2
import sqlalchemy as sa
from psycopg2.extensions import POLL_OK, POLL_READ, STATUS_SETUP, set_wait_callback
from sqlalchemy.engine import URL, Engine
from sqlalchemy.engine.interfaces import Dialect

from concierge.storage import own_transactions
from concierge.storage.columns import json_text

CONNECT_SECONDS = 4.0  # for each host that the address names; a server near by takes some milliseconds
ANSWER_SECONDS = 2.0  # beyond what the server has for a statement, so that its own error comes first
PING_SECONDS = 3.0  # for a connection that has lain idle: most silent ones are found here
FRESH_SECONDS = 1.0  # after its last statement a connection is not asked whether it lives, unless something has come in
IDLE_SECONDS = 15  # inside a transaction: whoever stops there was stopped, and keeps rows locked
REST_SECONDS = 2.0  # after a time-out, so that a queue of requests does not wait for one time-out each
# Of an engine, which is more than there are threads to use them; docs/operating.md adds them up for each process.
MOST_CONNECTIONS, MOST_MORE = 10, 6
POOL_SECONDS = 8.0  # for a connection while all are out
_KERNEL: dict[str, str] = {
    # Of a host that is gone the kernel tells whoever only listens (LISTEN) after 10 + 3 × 5 seconds.
    "keepalives": "1",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
}
# What a server that is, or has become, read-only says, and one that has ended a forgotten transaction: both pass, and
# both with another connection, though psycopg2 counts them as internal errors.
_PASSING = {"ReadOnlySqlTransaction": "OperationalError", "IdleInTransactionSessionTimeout": "OperationalError"}
_PASSING_CODES = frozenset({"25006", "25P03"})


class _Connection(own_transactions.Connection):
    connect_seconds: float = CONNECT_SECONDS
    answer_seconds: Optional[float] = None  # as long as it takes
    answered_at: float = 0.0


def open_engine(url: URL, busy_seconds: float, statement_seconds: float) -> Engine:
    """``busy_seconds`` for somebody else's lock, ``statement_seconds`` for a statement. What the URL says wins."""
    set_wait_callback(_wait)  # the process's: connections that are not ours wait as ever
    answer = statement_seconds + ANSWER_SECONDS
    connect = float(str(url.query.get("connect_timeout", CONNECT_SECONDS)))
    limits = {"answer_seconds": answer, "connect_seconds": connect}
    engine = sa.create_engine(
        url.update_query_dict(_address(url, busy_seconds, statement_seconds)),
        connect_args={"connection_factory": type("Connection", (_Connection,), limits)},
        pool_pre_ping=True,
        pool_size=MOST_CONNECTIONS,
        max_overflow=MOST_MORE,
        hide_parameters=True,
        json_serializer=json_text,
        pool_use_lifo=True,  # the one that was used last is the likeliest to live
        pool_timeout=POOL_SECONDS,
        future=True,
    )
    dialect: Any = engine.dialect
    dialect.dbapi_exception_translation_map = _PASSING
    dialect.is_disconnect = partial(_is_disconnect, dialect.is_disconnect)
    dialect.do_ping = partial(_ping, dialect.do_ping)
    dialect.connect = _Connecting(dialect)
    own_transactions.install(dialect)
    return engine


def _address(url: URL, busy_seconds: float, statement_seconds: float) -> dict[str, str]:
    limits = {
        "lock_timeout": busy_seconds,
        "statement_timeout": statement_seconds,
        "idle_in_transaction_session_timeout": IDLE_SECONDS,
    }
    ours = " ".join(f"-c{name}={seconds * 1000:.0f}" for name, seconds in limits.items())
    given = url.query.get("options", "")  # comes after ours, and so wins
    parts = {**_KERNEL, "connect_timeout": f"{max(2, round(CONNECT_SECONDS))}"}
    return {
        **{name: value for name, value in parts.items() if name not in url.query},
        "options": f"{ours} {given}".strip(),
    }


def _wait(connection: Any) -> None:
    """psycopg2 calls it wherever libpq would wait. Raising closes the connection."""
    own = isinstance(connection, _Connection)
    connecting = connection.status == STATUS_SETUP
    seconds = (connection.connect_seconds if connecting else connection.answer_seconds) if own else None
    deadline = None if seconds is None else time.monotonic() + seconds
    while (state := connection.poll()) != POLL_OK:
        left = None if deadline is None else max(0.0, deadline - time.monotonic()) * 1000
        waiting = poll()
        waiting.register(connection.fileno(), POLLIN if state == POLL_READ else POLLOUT)
        if not waiting.poll(left) and left is not None:
            raise psycopg2.OperationalError(f"the database server has said nothing for {seconds:.0f} s")
    if own:
        connection.answered_at = time.monotonic()


def _ping(stock: Any, connection: Any) -> bool:
    if time.monotonic() - connection.answered_at < FRESH_SECONDS and not _has_news(connection):
        return True
    connection.answer_seconds = PING_SECONDS
    try:
        alive: bool = stock(connection)
        return alive
    finally:
        del connection.answer_seconds


def _has_news(connection: Any) -> bool:
    """Whether something has come in unasked, as where the server has ended a connection. Needs no trip to it."""
    waiting = poll()
    waiting.register(connection.fileno(), POLLIN)
    return connection.closed or bool(waiting.poll(0))


def _is_disconnect(stock: Any, error: Any, connection: Any, cursor: Any) -> bool:
    # A read-only session may be one of a server that is no longer the primary: only a new one tells.
    return getattr(error, "pgcode", None) in _PASSING_CODES or bool(stock(error, connection, cursor))


class _Connecting:
    """Opens connections, and rests after a time-out, when whoever else wants one is refused at once."""

    def __init__(self, dialect: Dialect) -> None:
        self._stock: Any = dialect.connect
        self._rests_until = 0.0

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        began = time.monotonic()
        if began < self._rests_until:
            raise psycopg2.OperationalError("the database server does not answer; it was asked a moment ago")
        try:
            return self._first_of(_hosts(kwargs), args, kwargs)
        except psycopg2.OperationalError:
            now = time.monotonic()
            if now - began >= CONNECT_SECONDS / 2:
                self._rests_until = now + REST_SECONDS
            raise

    def _first_of(self, hosts: list[dict[str, str]], args: Any, kwargs: dict[str, Any]) -> Any:
        """One after the other, as libpq does; but where the waiting is not its own, it stays with a silent one."""
        for host in hosts[:-1]:
            try:
                return self._stock(*args, **{**kwargs, **host})
            except psycopg2.OperationalError:
                continue
        return self._stock(*args, **{**kwargs, **hosts[-1]})


def _hosts(kwargs: Mapping[str, Any]) -> list[dict[str, str]]:
    names, ports = (str(kwargs.get(key) or "").split(",") for key in ("host", "port"))
    if len(names) < 2:
        return [{}]
    ports = ports if len(ports) == len(names) else ports[:1] * len(names)
    return [{"host": name, **({"port": port} if port else {})} for name, port in zip(names, ports, strict=True)]
