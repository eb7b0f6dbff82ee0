"""The assistant's own memory of a conversation: Rasa's events, and what they left in its slots. Imports no Rasa."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from concierge.privacy.stores.base import Counts, Selection
from concierge.privacy.traces import overwrite, settle
from concierge.settings import Settings
from concierge.storage.database import open_engine, read, write
from concierge.trackers import tables

# Rasa's own, the conversation's under other names, and questions that were open.
_NOT_TOLD = {
    "language", "region", "question", "answer", "requested_slot", "order_asking", "handoff", "session_started_metadata",
}  # fmt: skip
_NOTES = {"advisor_note"}


class TrackerStore:
    name = "trackers"

    def __init__(self, settings: Settings) -> None:
        self._engine = open_engine(tables.address(settings))
        tables.upgrade(self._engine)

    def count(self, selection: Selection) -> Counts:
        with read(self._engine) as connection:
            return {"tracker events": sum(tables.count(connection, each) for each in selection.conversations)}

    def export(self, selection: Selection, notes: bool = False) -> dict[str, Any]:
        hidden = _NOT_TOLD if notes else _NOT_TOLD | _NOTES
        with read(self._engine) as connection:
            events = {each: tables.export(connection, each) for each in selection.conversations}
        told = {each: _remembered(found, hidden) for each, found in events.items()}
        return {"remembered": {each: slots for each, slots in told.items() if slots}}

    def erase(self, selection: Selection) -> Counts:
        at = datetime.now(timezone.utc)
        with write(self._engine) as connection:
            overwrite(connection)
            gone = sum(tables.close(connection, each, at) for each in selection.conversations)
        settle(self._engine)
        return {"tracker events": gone}

    def close(self) -> None:
        self._engine.dispose()

    def forget_closed(self, before: datetime) -> int:
        """The marks of conversations erased before then go: no turn of theirs can still be running."""
        with write(self._engine) as connection:
            return tables.forget_closed(connection, before)


def _remembered(events: list[dict[str, Any]], hidden: set[str]) -> dict[str, Any]:
    slots = {event["name"]: event.get("value") for event in events if event.get("event") == "slot"}
    return {name: value for name, value in slots.items() if value is not None and name not in hidden}
