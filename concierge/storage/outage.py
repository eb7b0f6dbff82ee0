"""A database that does not answer: whether it passes by itself, and one line a minute about it in the log.

Everything that needs the database fails then, many times a second, and for the same reason.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

import sqlalchemy as sa

EVERY_SECONDS = 60.0
# PEP 249's names: those of SQLAlchemy and those of the drivers themselves.
_PASSING = {"OperationalError", "InterfaceError"}


def passes(problem: BaseException) -> bool:
    """Whether a database's trouble passes by itself, so that the same may be tried again.

    A lock that is held too long, a pool that has run dry, a server that went away, stopped, or became read-only.
    """
    if isinstance(problem, sa.exc.DBAPIError) and problem.connection_invalidated:
        return True
    return isinstance(problem, sa.exc.TimeoutError) or any(each.__name__ in _PASSING for each in type(problem).__mro__)


def reason_of(problem: BaseException) -> str:
    """The error's kind, and the first line of what the database said: neither the statement nor its values."""
    original = problem.orig if isinstance(problem, sa.exc.DBAPIError) else problem
    told = str(original).strip().splitlines()[:1] if passes(problem) else []
    return ": ".join([type(problem).__name__, *told])


class Outages:
    """Safe to use from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._told_at: dict[str, float] = {}
        self._untold: dict[str, int] = {}

    def report(self, logger: logging.Logger, what: str, problem: BaseException) -> None:
        """``what`` could not be done. At most a line a minute for a reason that passes by itself, and how often it was
        met since the last one; any other problem at once, with its traceback."""
        if not passes(problem):
            logger.error("%s: %s", what, type(problem).__name__, exc_info=problem)
            return
        original = getattr(problem, "orig", problem)
        kind = getattr(original, "pgcode", None) or reason_of(problem)
        with self._lock:
            now = self._clock()
            if now - self._told_at.get(kind, -EVERY_SECONDS) < EVERY_SECONDS:
                self._untold[kind] = self._untold.get(kind, 0) + 1
                return
            self._told_at[kind] = now
            untold = self._untold.pop(kind, 0)
        since = f" (and {untold} times since this was last said)" if untold else ""
        logger.warning("%s; it is tried again. %s%s", what, reason_of(problem), since)


report = Outages().report
