"""Takes every case to its other destinations, until each has taken it: each destination by a loop of its own, so that
one that is down holds up no other. What was delivered is on record: however many processes run it, and whenever they
start, it is sent once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from prometheus_client import Gauge

from concierge.conversations import ConversationLog, Notifications
from concierge.conversations.base import now
from concierge.conversations.handoffs import Delivery, DeliveryLost, Handoffs, Standing
from concierge.handoff.destination import MOST_STEPS, SECONDS, Destination, NotDelivered, Progress, Refused
from concierge.handoff.parcels import package_of
from concierge.storage import outage

logger = logging.getLogger(__name__)

WAIT_SECONDS = 15.0
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 300.0
LEASE_SECONDS = SECONDS * MOST_STEPS
ALARM_AFTER = timedelta(minutes=10)

_waiting = Gauge("concierge_handoffs_waiting", "Cases that a destination has not taken yet.", ["destination"])
_refused = Gauge("concierge_handoffs_refused", "Cases that a destination will never take.", ["destination"])
_dead = Gauge("concierge_handoffs_dead", "1: a destination has taken nothing for ten minutes.", ["destination"])


class _Persisted(Progress):
    """Notes go into the delivery's row."""

    def __init__(self, handoffs: Handoffs, delivery: Delivery) -> None:
        super().__init__(delivery.again, delivery.noted)
        self._handoffs, self._delivery = handoffs, delivery

    def note(self, **done: Any) -> None:
        self._handoffs.note(self._delivery, **done)


class HandoffDispatcher:
    """Sends each case's package to each destination until it is there; ``warnings`` is told of those that are dead."""

    def __init__(
        self, log: ConversationLog, destinations: Iterable[Destination], warnings: set[str] | None = None
    ) -> None:
        self._log = log
        self._handoffs = Handoffs(log)
        self._destinations = {each.name: each for each in destinations}
        self._since = now()
        self._alarmed: set[str] = set()
        self._warnings = warnings if warnings is not None else set()

    async def run(self, notifications: Notifications) -> None:
        """Until it is cancelled."""
        await asyncio.gather(*(self._keep_sending(name, notifications) for name in self._destinations))

    async def _keep_sending(self, name: str, notifications: Notifications) -> None:
        with notifications.watch_cases() as watch:
            while True:
                try:
                    pause = await self.round(name)
                except Exception as problem:
                    outage.report(logger, "Handoffs could not be sent on", problem)
                    pause = FIRST_PAUSE
                await watch.wait(pause)

    async def round(self, name: str) -> float:
        """Sends what is due to one destination. Returns the seconds until something is due again."""
        await asyncio.to_thread(self._handoffs.enrol, [name], self._since)
        while delivery := await asyncio.to_thread(self._handoffs.claim, name, LEASE_SECONDS):
            if not await asyncio.to_thread(self._try, delivery, self._destinations[name]):
                break
        await asyncio.to_thread(self.look)
        due = await asyncio.to_thread(self._handoffs.seconds_until_due, name)
        return max(0.05, min(WAIT_SECONDS, due if due is not None else WAIT_SECONDS))

    def _try(self, delivery: Delivery, destination: Destination) -> bool:
        """Whether the destination may take the next one."""
        case_id = delivery.case_id
        try:
            package = package_of(self._log, case_id)
            destination.deliver(package, _Persisted(self._handoffs, delivery))
            self._handoffs.sent(delivery)
            self._handoffs.reachable(destination.name)
        except DeliveryLost:
            logger.warning(
                "Case %s went to %s as it was erased, or sent by another process: if it was erased, have it erased "
                "there, too",
                case_id,
                destination.name,
            )
        except NotDelivered as problem:
            pause = self._pause(delivery, problem)
            level = logging.ERROR if problem.ours else logging.WARNING
            logger.log(level, "Case %s: %s; next try in %.0f s", case_id, problem, pause)
            self._handoffs.put_off(delivery, pause, str(problem), all_of_them=not problem.alone)
            return problem.alone
        except Refused as problem:
            logger.error(
                "Case %s: %s, and it will not be sent there again by itself. Once the reason is gone: concierge "
                "handoffs retry --case %s",
                case_id,
                problem,
                case_id,
            )
            self._handoffs.refuse(delivery, str(problem))
        except Exception as problem:  # this one must not keep the others from being sent
            outage.report(logger, f"Case {case_id} could not be sent to {destination.name}", problem)
            pause = FIRST_PAUSE if outage.passes(problem) else LONGEST_PAUSE
            self._handoffs.put_off(delivery, pause, type(problem).__name__)
        return True

    def _pause(self, delivery: Delivery, problem: NotDelivered) -> float:
        """Longer each time, or as long as the other side asked for."""
        grown = min(LONGEST_PAUSE, FIRST_PAUSE * float(2 ** min(delivery.tries, 10)))
        return max(problem.after or 0.0, grown)

    def look(self) -> None:
        """Tells the log and the figures how the destinations stand; once when one is dead, and once when it is back."""
        standings = {each.destination: each for each in self._handoffs.standings()}
        for name in self._destinations:
            found = standings.get(name)
            if found is None:
                continue
            dead = is_dead(found)
            _waiting.labels(name).set(found.waiting)
            _refused.labels(name).set(found.refused)
            _dead.labels(name).set(dead)
            if dead and name not in self._alarmed:
                self._alarmed.add(name)
                self._warnings.add(_warning(name))
                logger.error(
                    "%s has taken no case since %s: %s. %d wait for it, and are sent once it answers "
                    "(concierge handoffs status)",
                    name,
                    found.since,
                    found.error,
                    found.waiting,
                )
            elif not dead and name in self._alarmed:
                self._alarmed.discard(name)
                self._warnings.discard(_warning(name))
                logger.warning("%s takes cases again", name)


def _warning(name: str) -> str:
    return f"{name} takes no cases: see concierge handoffs status"


def is_dead(standing: Standing) -> bool:
    """Whether what waits for a destination has been tried in vain for so long that somebody has to look."""
    return standing.since is not None and now() - standing.since > ALARM_AFTER
