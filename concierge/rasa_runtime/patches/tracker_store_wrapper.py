"""Gives Rasa's agent our tracker store as it is, and keeps the garbage collector out of the turns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rasa.core.agent import Agent

from concierge.rasa_runtime.patches import Patch
from concierge.web_kit.garbage import settle

if TYPE_CHECKING:
    from rasa.core.tracker_store import TrackerStore
    from rasa.shared.core.domain import Domain


def _create_tracker_store(store: TrackerStore | None, domain: Domain | None) -> Any:
    """Rasa wraps every store so that an error of the database counts as a new conversation, and a failed save goes to a
    memory that nobody reads. Ours says so instead. Other stores are wrapped as ever.
    """
    from concierge.rasa_runtime.tracker_store import EventLogTrackerStore

    if not isinstance(store, EventLogTrackerStore):
        return PATCHES[0].original(store, domain)
    store.domain = domain
    store.on_domain = settle
    return store


PATCHES = [Patch(Agent, "_create_tracker_store", staticmethod(_create_tracker_store), "97499b594b45581b")]
