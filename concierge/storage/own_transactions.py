"""Transactions on PostgreSQL that cost no more trips to the server than they need.

psycopg2 sends BEGIN and COMMIT by themselves, also around a single look. Here a connection commits by itself, and says
BEGIN together with a transaction's first statement; what only has to be done, and whose outcome nobody looks at, is
kept until the next statement or the COMMIT, and goes with that. All of it is the simple query protocol, where
statements that are sent together are carried out one after the other, each seeing what was committed before it, and
none after one that fails. So a pooler that gives out its connections by the transaction (PgBouncer) can follow it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg2.extensions
from psycopg2.extensions import TRANSACTION_STATUS_IDLE, TRANSACTION_STATUS_UNKNOWN

_BEGIN = b"BEGIN"


class Cursor(psycopg2.extensions.cursor):
    """Sends what its connection has kept before what it is given."""

    def execute(self, query: Any, vars: Any = None) -> None:
        kept = self._kept()
        if kept:
            self._send(b";".join([*kept, self.mogrify(query, vars)]), None)
        else:
            self._send(query, vars)

    def executemany(self, query: Any, vars_list: Any) -> None:
        if kept := self._kept():
            _send(self.connection, kept)
        super().executemany(query, vars_list)

    def _send(self, query: Any, values: Any) -> None:
        """One trip to the server."""
        super().execute(query, values)

    def _kept(self) -> list[bytes]:
        connection: Any = self.connection
        kept: list[bytes] = connection.kept
        connection.kept = []
        return kept


class Connection(psycopg2.extensions.connection):
    """``begins``: whether what SQLAlchemy takes for a transaction is one here."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept: list[bytes] = []
        self.begins = True
        self.cursor_factory = Cursor
        self.autocommit = True

    def keep(self, statement: bytes) -> None:
        """To be sent with the transaction's next statement, or with its COMMIT, whichever comes first.

        What is wrong with it is raised there.
        """
        self.kept.append(statement)

    @property
    def is_for_single_looks(self) -> bool:
        return not self.begins and self.autocommit

    @contextlib.contextmanager
    def single_looks(self) -> Iterator[None]:
        """No transaction: each statement is one."""
        self.begins = False
        try:
            yield
        finally:
            self.begins = True

    @contextlib.contextmanager
    def one_state(self) -> Iterator[None]:
        """A transaction that only looks, and sees one state. psycopg2's own, in which rows can be fetched by and by."""
        self.set_session(isolation_level="REPEATABLE READ", readonly=True, autocommit=False)
        try:
            with self.single_looks():
                yield
        finally:
            if not self.closed:
                self.rollback()
                self.set_session(isolation_level="DEFAULT", readonly="DEFAULT", autocommit=True)


def install(dialect: Any) -> None:
    """Has a dialect of psycopg2's begin and end the transactions of such connections."""
    dialect.do_begin, dialect.do_commit, dialect.do_rollback = _begin, _commit, _rollback


def _begin(connection: Any) -> None:
    driver = _driver(connection)
    if driver.begins:
        driver.keep(_BEGIN)


def _commit(connection: Any) -> None:
    driver = _driver(connection)
    if driver.kept == [_BEGIN]:  # nothing was done
        driver.kept = []
    elif driver.kept or driver.get_transaction_status() != TRANSACTION_STATUS_IDLE:
        _send(driver, [b"COMMIT"])


def _rollback(connection: Any) -> None:
    driver = _driver(connection)
    driver.kept = []
    status = driver.get_transaction_status()
    if status == TRANSACTION_STATUS_UNKNOWN:  # it is lost, and says so
        driver.rollback()
    elif status != TRANSACTION_STATUS_IDLE:
        _send(driver, [b"ROLLBACK"])


def _driver(connection: Any) -> Any:
    """Of a connection of the pool's, or as it is."""
    return getattr(connection, "dbapi_connection", connection)


def _send(driver: Any, statements: list[bytes]) -> None:
    with driver.cursor() as cursor:
        cursor.execute(b";".join(statements))
