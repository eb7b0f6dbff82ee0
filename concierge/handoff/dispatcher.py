"""Takes every open case to its other destinations, until each has taken it. What was delivered is on record in the log,
so a restart neither forgets a case nor sends it again.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from concierge.conversations import ConversationLog, ConversationNotFound, Notifications
from concierge.conversations import schema as tables
from concierge.conversations.model import DESK, LIVE
from concierge.handoff.destinations import Destination, NotDelivered
from concierge.handoff.package import build, schema, with_case
from concierge.storage import outage

logger = logging.getLogger(__name__)

SENT = "handoff_sent"
WAIT_SECONDS = 15.0
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 300.0

_cases, _messages = tables.cases, tables.messages


@dataclass
class Attempts:
    """Of one delivery; ``next_at`` is on this process's monotonic clock, in seconds."""

    made: int = 0
    next_at: float = 0.0

    def failed(self, after: float | None) -> float:
        """Returns the pause before the next try: longer each time, or as long as the other side asked for."""
        pause = min(LONGEST_PAUSE, max(after or 0, FIRST_PAUSE * 2 ** min(self.made, 10)))
        self.made += 1
        self.next_at = time.monotonic() + pause
        return pause


class HandoffDispatcher:
    """Sends each case's package to each destination until it is there; what was delivered is remembered in the log."""

    def __init__(self, log: ConversationLog, destinations: Iterable[Destination]) -> None:
        self._log = log
        self._destinations = list(destinations)
        self._attempts: dict[tuple[str, str], Attempts] = {}

    async def run(self, notifications: Notifications) -> None:
        """Until it is cancelled."""
        with notifications.watch_cases() as watch:
            while True:
                try:
                    pause = await self.round()
                except Exception as problem:
                    outage.report(logger, "Handoffs could not be sent on", problem)
                    pause = FIRST_PAUSE
                await watch.wait(pause)

    async def round(self) -> float:
        """Tries what is due. Returns the seconds until something is due again."""
        due = await asyncio.to_thread(self._due)
        for case_id, conversation_id, destination in due:
            await self._try(case_id, conversation_id, destination)
        now = time.monotonic()
        waits = [attempts.next_at - now for attempts in self._attempts.values()]
        return max(0.05, min([WAIT_SECONDS, *waits]))

    async def _try(self, case_id: str, conversation_id: str, destination: Destination) -> None:
        key = (case_id, destination.name)
        attempts = self._attempts.setdefault(key, Attempts())
        if attempts.next_at > time.monotonic():
            return
        try:
            package = await asyncio.to_thread(self._package, case_id)
            await asyncio.to_thread(destination.deliver, package)
        except NotDelivered as problem:
            pause = attempts.failed(problem.after)
            logger.warning("Case %s: %s; next try in %.0f s", case_id, problem, pause)
            return
        except Exception as problem:  # this one must not keep the others from being sent
            outage.report(logger, f"Case {case_id} could not be sent to {destination.name}", problem)
            attempts.failed(None if outage.passes(problem) else LONGEST_PAUSE)
            return
        payload = {"event": SENT, "case": case_id, "destination": destination.name, "audience": DESK}
        try:
            await asyncio.to_thread(
                self._log.append,
                conversation_id,
                "system",
                "",
                kind="event",
                payload=payload,
                client_key=_record(case_id, destination),
            )
        except ConversationNotFound:  # erased at this very moment: there it has to be erased by hand
            logger.warning("Case %s was erased as it went to %s: have it erased there, too", case_id, destination.name)
        self._attempts.pop(key, None)

    def _due(self) -> list[tuple[str, str, Destination]]:
        """Deliveries of open cases that are not on record."""
        query = sa.select(_cases.c.id, _cases.c.conversation_id).where(_cases.c.status.in_(LIVE))
        with self._log.engine.begin() as connection:
            live = connection.execute(query.order_by(_cases.c.created_at)).all()
            pairs = [(row, each) for row in live for each in self._destinations]
            wanted = {_record(row.id, each): (row.id, row.conversation_id, each) for row, each in pairs}
            known = sa.select(_messages.c.client_key).where(
                _messages.c.conversation_id.in_([row.conversation_id for row in live]),
                _messages.c.client_key.in_(list(wanted)),
            )
            done = set(connection.execute(known).scalars()) if wanted else set()
        due = [each for record, each in wanted.items() if record not in done]
        open_keys = {(case_id, destination.name) for case_id, _, destination in due}
        self._attempts = {key: attempts for key, attempts in self._attempts.items() if key in open_keys}
        return due

    def _package(self, case_id: str) -> dict[str, Any]:
        """As it was handed over; a plain one made from the log where there is none that can be read."""
        columns = [column for column in _cases.c if column.name != "package"]
        query = sa.select(*columns, sa.cast(_cases.c.package, sa.Text).label("text")).where(_cases.c.id == case_id)
        with self._log.engine.begin() as connection:
            case = connection.execute(query).mappings().one()
        try:
            package = json.loads(case["text"] or "null")
        except ValueError:
            package = None
        if not isinstance(package, dict) or any(key not in package for key in schema()["required"]):
            package = build(
                self._log,
                case["conversation_id"],
                reason=case["reason"],
                priority=case["priority"],
                queue=case["queue"],
                slots={},
                latest_intent=None,
                order=None,
                decisions=self._log.decisions(case["conversation_id"]),
            )
        return with_case(package, case_id)


def _record(case_id: str, destination: Destination) -> str:
    return f"sent:{destination.name}:{case_id}"
