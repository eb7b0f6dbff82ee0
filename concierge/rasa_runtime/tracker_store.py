"""Rasa's tracker store on an append-only log of events, with live trackers of bounded length.

``endpoints.yml: tracker_store: {type: concierge.rasa_runtime.tracker_store.EventLogTrackerStore}``; options beside it:
``url`` (default: the conversation log's database), ``turns`` (customer turns a tracker keeps), ``live`` (how many
trackers are kept in memory).
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionReverted, Event, UserUtteranceReverted
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine import Engine

from concierge.rasa_runtime.errors import TrackerUnavailable
from concierge.rasa_runtime.event_log import Erased, EventLog, Snapshot, Stored, Version
from concierge.rasa_runtime.keyed_lock import KeyedLock
from concierge.rasa_runtime.live_tracker import LiveTracker
from concierge.rasa_runtime.patches import install
from concierge.rasa_runtime.window import Shortened, customer_turns, shorten
from concierge.settings import get_settings
from concierge.storage import database

logger = logging.getLogger(__name__)
Result = TypeVar("Result")

TURNS = 6
SLACK = 3  # turns a tracker may grow before it is shortened again
NO_SNAPSHOT = Snapshot(0, [])


@dataclass
class Origin:
    """What of a tracker is stored already: its first ``events`` events, as ``version``. ``None``: nothing yet."""

    version: Version | None
    events: int
    aligned: bool = True
    """False once others' events stand between its own: the object no longer shows what is stored."""
    full_at: int = TURNS + SLACK
    """With more customer turns than this the tracker is shortened."""


class EventLogTrackerStore(TrackerStore):
    """Appends only new events, in order; a tracker that somebody else has written behind is merged, never overwritten.

    Raises :class:`~concierge.rasa_runtime.errors.TrackerUnavailable` where it cannot read or store; when it is made,
    ``SchemaTooNew`` where the database is a newer program's.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        host: str | None = None,
        event_broker: EventBroker | None = None,
        turns: int = TURNS,
        live: int = 256,
        *,
        engine: Engine | None = None,
        **kwargs: Any,
    ) -> None:
        """``engine``: of the conversation log, where that is open and ``host`` names no other database."""
        self.log = EventLog(host or get_settings().database, None if host else engine)
        try:
            self.log.prepare()
        except TrackerUnavailable:
            # The database may come up later than the assistant: each turn tries again, and fails audibly.
            logger.exception("Conversations cannot be stored at present.")
        self._turns = turns
        self._live: OrderedDict[str, DialogueStateTracker] = OrderedDict()
        self._live_limit = live
        self._saving = KeyedLock()
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="trackers")
        self.on_domain: Callable[[], None] | None = None
        """Called when a model has been loaded and its domain is known."""
        super().__init__(domain, event_broker, **kwargs)

    @property
    def domain(self) -> Domain:
        return self._domain

    @domain.setter
    def domain(self, domain: Domain | None) -> None:
        self._domain = domain or Domain.empty()
        self._live.clear()  # their slots are the old domain's
        if domain is not None and self.on_domain is not None:
            self.on_domain()

    def init_tracker(self, sender_id: str) -> DialogueStateTracker:
        tracker = LiveTracker(sender_id, self.domain.slots, max_event_history=self.max_event_history)
        _mark(tracker, Origin(None, 0, full_at=self._turns + SLACK))
        return tracker

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation with its last turns: the same object for as long as nobody has written or changed it."""
        version = await database.run(self.log.engine, self._threads, self.log.head, sender_id)
        if version is None:
            self._live.pop(sender_id, None)
            return None
        tracker = self._live.get(sender_id)
        if tracker is not None:
            origin = _origin(tracker)
            # More events than stored: a turn is in progress, or was broken off and must not be seen.
            if origin and origin.version == version and origin.events == len(tracker.events):
                self._live.move_to_end(sender_id)
                return tracker
        stored = await self._in_thread(self.log.read, sender_id)
        if stored is None:
            return None
        tracker = self._revive(sender_id, stored)
        self._keep(tracker)
        return tracker

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """The conversation with every event there ever was."""
        stored = await self._in_thread(lambda: self.log.read(conversation_id, whole=True))
        return self._revive(conversation_id, stored) if stored else None

    async def exists(self, conversation_id: str) -> bool:
        return await self._in_thread(self.log.head, conversation_id) is not None

    async def keys(self) -> Iterable[str]:
        return await self._in_thread(self.log.senders)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Appends what is new in the tracker. A tracker that did not come from here replaces what is stored.

        Of a conversation that was erased for good meanwhile nothing is stored, and nobody is told.
        """
        async with self._saving.hold(tracker.sender_id):
            origin = _origin(tracker)
            events = list(islice(tracker.events, origin.events if origin else 0, None))
            try:
                if origin is None:
                    await self._replace(tracker, events)
                elif events:
                    await self._append(tracker, origin, events)
            except Erased:
                logger.info("Conversation '%s' was erased while it was worked on: nothing is stored", tracker.sender_id)
                self._live.pop(tracker.sender_id, None)
                return
        self._publish(tracker.sender_id, events)

    async def erase(self, sender_id: str) -> int:
        """Deletes the conversation; returns how many events it had."""
        self._live.pop(sender_id, None)
        return await self._in_thread(self.log.erase, sender_id)

    async def _append(self, tracker: DialogueStateTracker, origin: Origin, events: list[Event]) -> None:
        forgotten = self._has_gone_back(tracker, origin, events)
        shortened, snapshot = (None, NO_SNAPSHOT) if forgotten else self._shorten(tracker, origin)
        documents = [event.as_dict() for event in events]
        version, met = await database.run(
            self.log.engine, self._threads, self.log.append, tracker.sender_id, origin.version, documents, snapshot
        )
        aligned = origin.aligned and not met
        _mark(tracker, Origin(version, origin.events + len(events), aligned, origin.full_at))
        if aligned and not forgotten:
            self._keep(self._renew(tracker, shortened, version) if shortened else tracker)
        else:
            self._live.pop(tracker.sender_id, None)  # the next turn reads what is stored

    def _has_gone_back(self, tracker: DialogueStateTracker, origin: Origin, events: list[Event]) -> bool:
        """Whether turns were taken back: a shortened tracker has not all of the earlier ones to show instead."""
        shortened = origin.version is not None and origin.version.seq != origin.events
        if not shortened or not any(isinstance(event, (UserUtteranceReverted, ActionReverted)) for event in events):
            return False
        before = DialogueStateTracker.from_events(
            tracker.sender_id, list(islice(tracker.events, origin.events)), self.domain.slots
        )
        return customer_turns(tracker.applied_events()) < customer_turns(before.applied_events())

    async def _replace(self, tracker: DialogueStateTracker, events: list[Event]) -> None:
        documents = [event.as_dict() for event in events]
        version = await self._in_thread(self.log.replace, tracker.sender_id, documents)
        _mark(tracker, Origin(version, len(events)))
        self._live.pop(tracker.sender_id, None)

    def _shorten(self, tracker: DialogueStateTracker, origin: Origin) -> tuple[Shortened | None, Snapshot | None]:
        if not origin.aligned or customer_turns(tracker.events) <= origin.full_at:
            return None, None
        shortened = shorten(tracker, self._turns)
        if shortened is None:
            return None, None
        stored = origin.version.seq if origin.version else 0
        seq = stored + shortened.replaced - origin.events
        return shortened, Snapshot(seq, [event.as_dict() for event in shortened.events])

    def _renew(self, tracker: DialogueStateTracker, shortened: Shortened, version: Version) -> DialogueStateTracker:
        """A shorter tracker for the next turn; the old object may still be read by whoever holds it."""
        events = [*shortened.events, *islice(tracker.events, shortened.replaced, None)]
        return self._tracker(tracker.sender_id, events, version)

    def _revive(self, sender_id: str, stored: Stored) -> DialogueStateTracker:
        events = [event for event in map(Event.from_parameters, stored.events) if event is not None]
        return self._tracker(sender_id, events, stored.version)

    def _tracker(self, sender_id: str, events: list[Event], version: Version) -> DialogueStateTracker:
        tracker = LiveTracker.from_events(sender_id, events, self.domain.slots)
        full_at = max(self._turns, customer_turns(events)) + SLACK
        _mark(tracker, Origin(version, len(events), full_at=full_at))
        return tracker

    def _keep(self, tracker: DialogueStateTracker) -> None:
        self._live[tracker.sender_id] = tracker
        self._live.move_to_end(tracker.sender_id)
        while len(self._live) > self._live_limit:
            self._live.popitem(last=False)

    def _publish(self, sender_id: str, events: list[Event]) -> None:
        """To the event broker, after the commit: a consumer never hears of what was not stored."""
        if self.event_broker is not None:
            for event in events:
                self.event_broker.publish({"sender_id": sender_id, **event.as_dict()})

    async def _in_thread(self, work: Callable[..., Result], *args: Any) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *args)


def _mark(tracker: DialogueStateTracker, origin: Origin) -> None:
    tracker.__dict__["_concierge_origin"] = origin


def _origin(tracker: DialogueStateTracker) -> Origin | None:
    return tracker.__dict__.get("_concierge_origin")


install()
