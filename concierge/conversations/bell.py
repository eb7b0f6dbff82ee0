"""Tells other processes, by PostgreSQL's NOTIFY, which conversations have changed: all since it last did, at once.

Not in the transaction that changes them: one that notifies takes a lock of the whole server until it is durable, so
that such commits wait for each other, and a thousand messages a second would be that lock's. What is told here has
been committed, and is a hint: what a process that dies between the two has not told is found by those who look now
and then.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import threading
import uuid
import weakref
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from concierge.storage import outage
from concierge.storage.compiled_statements import CompiledStatement
from concierge.storage.database import hasten, write

logger = logging.getLogger(__name__)

CHANNEL = "concierge"
WORK = "+"  # before the id: something was left in the conversation's inbox
_LONGEST = 7500  # bytes of a notification; PostgreSQL takes 8,000
_IDLE_SECONDS = 10.0  # without anything to tell, the thread ends
_CLOSE_SECONDS = 2.0
_NOTIFY = CompiledStatement(sa.text("SELECT pg_notify('concierge', :told)"))


class Bell:
    """Of one log. ``tell`` may be called from any thread, and waits for nothing."""

    def __init__(self, engine: Engine) -> None:
        self.origin = uuid.uuid4().hex[:12]  # whoever rings hears it, too
        self._engine = engine
        self._untold: dict[str, bool] = {}
        self._telling = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        atexit.register(_at_exit, weakref.ref(self))

    def tell(self, conversation_id: str, work: bool) -> None:
        """``work``: something was left in its inbox."""
        with self._changed:
            self._untold[conversation_id] = work or self._untold.get(conversation_id, False)
            if self._thread is None:
                self._thread = threading.Thread(target=self._ring, name="bell", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def close(self) -> None:
        """Waits, not for long, until all has been told. Blocks."""
        with self._changed:
            self._changed.wait_for(self._is_quiet, _CLOSE_SECONDS)

    def _is_quiet(self) -> bool:
        return self._thread is None or not (self._untold or self._telling)

    def _ring(self) -> None:
        while True:
            with self._changed:
                if not self._untold:
                    self._changed.wait(_IDLE_SECONDS)
                if not self._untold:
                    self._thread = None
                    return
                # Taken out before it is told: what changes once more meanwhile is told once more.
                told, self._untold, self._telling = self._untold, {}, True
            try:
                self._send(told)
            except Exception as problem:  # those who wait look by themselves
                outage.report(logger, "Other processes could not be told of a change", problem)
            with self._changed:
                self._telling = False
                self._changed.notify_all()

    def _send(self, told: dict[str, bool]) -> None:
        with write(self._engine) as connection:
            hasten(connection)  # a crash takes with it only hints that nobody could hear any more
            _NOTIFY.later(connection, *({"told": each} for each in written(self.origin, told)))


def written(origin: str, told: dict[str, bool]) -> list[str]:
    """Notifications that name these conversations, each no longer than PostgreSQL takes."""
    notices = [origin]
    for conversation_id, work in told.items():
        word = f" {WORK if work else ''}{conversation_id}"
        if len(notices[-1]) + len(word.encode()) > _LONGEST:
            notices.append(origin)
        notices[-1] += word
    return notices


def heard(payload: str) -> tuple[str, list[tuple[str, bool]]]:
    """Who has told of it, and of which conversations, with whether something was left in their inbox."""
    origin, *words = payload.split(" ")
    return origin, [(word.removeprefix(WORK), word.startswith(WORK)) for word in words]


def _at_exit(bell: weakref.ref[Any]) -> None:
    there = bell()
    if there is not None:
        with contextlib.suppress(Exception):
            there.close()
