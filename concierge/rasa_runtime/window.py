"""Shortens a tracker without changing what any policy predicts from it.

A tracker's predictions follow from its state (slots, active loop, pause) and from the last few *applied* events: those
that were neither reverted nor folded into a form. So an old part may be replaced by events that rebuild the state,
followed by its last applied turns: applying is a fold, and folding an applied list again gives that same list.
Only plain Rasa events are used, so everything in Rasa that replays a tracker's events keeps working.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    ConversationPaused,
    Event,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker

# A form that asks again and again leaves slots and replies, but no turns: beyond this many only the last ones count.
LONG_RUN = 12


class Shortened(NamedTuple):
    events: list[Event]
    """Take the place of the first ``replaced`` events of the tracker."""
    replaced: int


def customer_turns(events: Iterable[Event]) -> int:
    return sum(isinstance(event, UserUttered) for event in events)


def shorten(tracker: DialogueStateTracker, turns: int) -> Shortened | None:
    """Cuts before the last customer turn, keeping ``turns`` applied turns before it. ``None`` when it cannot be cut."""
    everything = list(tracker.events)
    cut = _turn_start(everything, 1)
    if not cut:
        return None
    slots = list(tracker.slots.values())
    head = DialogueStateTracker.from_events(tracker.sender_id, everything[:cut], slots)
    applied = head.applied_events()
    start = _turn_start(applied, turns)
    before = DialogueStateTracker.from_events(tracker.sender_id, applied[:start], slots)
    timestamp = applied[start].timestamp if start < len(applied) else everything[cut].timestamp
    events = _coalesce([*_rebuilding(before, timestamp), *applied[start:]])
    rebuilt = DialogueStateTracker.from_events(tracker.sender_id, events, slots)
    # The proof is in the docstring and in the tests; should Rasa or an action do something unheard of, keep everything.
    return Shortened(events, cut) if _state(rebuilt) == _state(head) else None


def _turn_start(events: Sequence[Event], turns: int) -> int:
    """Index of the action_listen before the last ``turns`` customer messages; 0 when there are fewer."""
    found = 0
    for index in range(len(events) - 1, -1, -1):
        event = events[index]
        if isinstance(event, UserUttered):
            found += 1
        elif found >= turns and isinstance(event, ActionExecuted) and event.action_name == ACTION_LISTEN_NAME:
            return index
    return 0


def _rebuilding(tracker: DialogueStateTracker, timestamp: float) -> list[Event]:
    """Events that bring a new tracker into the state of this one."""
    events: list[Event] = [
        SlotSet(slot.name, slot.value, timestamp=timestamp) for slot in tracker.slots.values() if slot.has_been_set
    ]
    if tracker.active_loop is not None and tracker.active_loop.name:
        events.append(ActiveLoop(tracker.active_loop.name, timestamp=timestamp))
        if tracker.is_active_loop_rejected:
            events.append(ActionExecutionRejected(tracker.active_loop.name, timestamp=timestamp))
    if tracker.is_paused():
        events.append(ConversationPaused(timestamp=timestamp))
    return events


def _coalesce(events: list[Event]) -> list[Event]:
    """Of a long run of slots and replies only the last of each: nothing can be predicted in the middle of one."""
    result: list[Event] = []
    run: list[Event] = []
    for event in [*events, None]:
        if isinstance(event, (SlotSet, BotUttered)):
            run.append(event)
            continue
        result += run if len(run) <= LONG_RUN else _last_of_each(run)
        run = []
        if event is not None:
            result.append(event)
    return result


def _last_of_each(run: list[Event]) -> list[Event]:
    last = {event.key if isinstance(event, SlotSet) else "": index for index, event in enumerate(run)}
    return [run[index] for index in sorted(last.values())]


def _slot(slot: Slot) -> tuple[object, bool]:
    return slot.value, slot.has_been_set


def _state(tracker: DialogueStateTracker) -> tuple[object, ...]:
    return (
        {name: _slot(slot) for name, slot in tracker.slots.items()},
        tracker.active_loop_name,
        tracker.is_active_loop_rejected,
        tracker.is_paused(),
    )
