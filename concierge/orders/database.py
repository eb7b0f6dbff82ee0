"""The database of the orders and of what is asked of them: tables up to date, failures ``OrdersUnavailable``."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Engine, make_url

from concierge.orders.book import OrdersUnavailable
from concierge.orders.tables import upgrade
from concierge.storage.database import open_engine
from concierge.storage.schema_version import SchemaTooNew

Result = TypeVar("Result")
PATIENCE = 4.0  # seconds for another writer or an unreachable server, well under the customer's patience
PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8, 0.8, 0.8)  # seconds before it is tried again with another connection
_LOST_WHILE_OPENING = ("closed the connection", "terminating connection")


class Database:
    """An engine whose tables are up to date, and whose failures are ``OrdersUnavailable``."""

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
            if parsed.get_backend_name() == "postgresql":
                # A look-up reads three rows: before a big import is analysed, PostgreSQL would start workers for it.
                limits = "-cmax_parallel_workers_per_gather=0 -cjit=off"
                given = parsed.query.get("options", "")  # comes after ours, and so wins
                parsed = parsed.update_query_dict({"options": f"{limits} {given}"})
            self.engine: Engine = open_engine(parsed, busy_seconds=PATIENCE, statement_seconds=PATIENCE)
        except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError) as error:
            raise ValueError(f"CONCIERGE_ORDERS_URL is not a database's address: {error}") from None
        self.name = parsed.render_as_string(hide_password=True)
        self._prepared = False
        self._preparing = threading.Lock()

    @contextmanager
    def guard(self) -> Iterator[Engine]:
        """The engine, ready for use."""
        try:
            if not self._prepared:
                self._prepare()
            yield self.engine
        except SchemaTooNew as error:
            raise OrdersUnavailable(str(error)) from error
        except (sa.exc.DBAPIError, sa.exc.TimeoutError, OSError) as error:
            raise OrdersUnavailable(f"orders database {self.name} does not answer: {_first_line(error)}") from error

    def attempt(self, work: Callable[[Engine], Result]) -> Result:
        """``work`` with the engine; from the start, with another connection, where one is lost on the way.

        For what may be repeated: reading, and writing under a key.
        """
        last_try = time.monotonic() + PATIENCE
        for pause in (*PAUSES, None):
            try:
                with self.guard() as engine:
                    return work(engine)
            except OrdersUnavailable as error:
                if pause is None or time.monotonic() > last_try or not _lost(error.__cause__):
                    raise
                time.sleep(pause)
        raise AssertionError("unreachable")

    def _prepare(self) -> None:
        with self._preparing:
            if self._prepared:
                return
            last_try = time.monotonic() + PATIENCE
            while True:
                try:
                    upgrade(self.engine)
                    break
                except sa.exc.OperationalError as error:
                    # Turning a new SQLite file to WAL fails at once while another process does the same: SQLite's
                    # busy time-out does not cover it.
                    if "locked" not in str(error.orig) or time.monotonic() > last_try:
                        raise
                    time.sleep(0.05)
            self._prepared = True

    def close(self) -> None:
        self.engine.dispose()


def _lost(error: BaseException | None) -> bool:
    """Whether there was a connection: one that is being opened, too, can be lost, which SQLAlchemy does not tell."""
    if not isinstance(error, sa.exc.DBAPIError):
        return False
    return error.connection_invalidated or any(words in str(error.orig) for words in _LOST_WHILE_OPENING)


def _first_line(error: Exception) -> str:
    """What happened, without the statement or its values."""
    cause = getattr(error, "orig", None) or error
    return (str(cause).strip().splitlines() or [type(cause).__name__])[0]
