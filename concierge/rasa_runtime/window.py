"""Shortens a tracker without changing what any policy predicts from it.

A tracker's predictions follow from its state (slots, active loop, pause) and from the last few *applied* events: those
that were neither reverted nor folded into a form. So an old part may be replaced by events that rebuild the state,
followed by its last applied turns: applying is a fold, and folding an applied list again gives that same list.
Policies that learn from stories do not see the turns that only rules know, and look back beyond them; so of the turns
that they do see the last ones are kept too, however long ago they were.
Only plain Rasa events are used, so everything in Rasa that replays a tracker's events keeps working.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
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
    """Cuts before the last customer turn, keeping ``turns`` turns before it, and as many of those that stories know.

    ``None`` when it cannot be cut. A story or rule longer than ``turns`` turns would need a longer tracker.
    """
    everything = list(tracker.events)
    cut = _last_turn(everything)
    if not cut:
        return None
    slots = list(tracker.slots.values())
    head = DialogueStateTracker.from_events(tracker.sender_id, everything[:cut], slots)
    segments = _segments(head.applied_events(), DialogueStateTracker(tracker.sender_id, slots))
    kept = _kept(segments, turns)
    whole = DialogueStateTracker(tracker.sender_id, slots)
    short = DialogueStateTracker(tracker.sender_id, slots)
    events: list[Event] = []
    for index, segment in enumerate(segments):
        if index in kept:
            for event in [*_bridge(short, whole, segment.events[0].timestamp), *segment.events]:
                short.update(event)
                events.append(event)
        for event in segment.events:
            whole.update(event)
    events = _coalesce(events)
    rebuilt = DialogueStateTracker.from_events(tracker.sender_id, events, slots)
    # The proof is above and in the tests; should Rasa or an action do something unheard of, keep everything.
    return Shortened(events, cut) if _state(rebuilt) == _state(head) else None


def _last_turn(events: Sequence[Event]) -> int:
    """Index of the action_listen before the last customer message; 0 when there is none."""
    spoken = False
    for index in range(len(events) - 1, -1, -1):
        event = events[index]
        spoken = spoken or isinstance(event, UserUttered)
        if spoken and isinstance(event, ActionExecuted) and event.action_name == ACTION_LISTEN_NAME:
            return index
    return 0


@dataclass
class _Segment:
    """A piece of a conversation that begins with an action_listen (the first one perhaps with something else)."""

    events: list[Event]
    hidden_before: bool
    hidden_after: bool = False
    states: int = 0
    """How many of its states a policy that learns from stories sees."""
    inherits: bool = False
    """Whether its first action is seen or not as the action before it was."""

    @property
    def spoken(self) -> bool:
        return any(isinstance(event, UserUttered) for event in self.events)


def _segments(events: list[Event], tracker: DialogueStateTracker) -> list[_Segment]:
    """The events in pieces; ``tracker`` is new. What stories see is as in ``Domain.states_for_tracker_history``."""
    segments: list[_Segment] = []
    hidden = False
    for event in events:
        acting = isinstance(event, ActionExecuted)
        if not segments or (acting and event.action_name == ACTION_LISTEN_NAME):
            segments.append(_Segment([], hidden_before=hidden))
        segment = segments[-1]
        if acting:
            inherits = bool(tracker.followup_action) or tracker.latest_action_name == tracker.active_loop_name
            if not segment.events:
                segment.inherits = inherits
            hidden = hidden if inherits else event.hide_rule_turn
            segment.states += not hidden
        segment.events.append(event)
        segment.hidden_after = hidden
        tracker.update(event)
    return segments


def _kept(segments: list[_Segment], turns: int) -> set[int]:
    kept: set[int] = set()
    recent = states = 0
    for index in range(len(segments) - 1, -1, -1):
        segment = segments[index]
        if recent < turns or (segment.states and states < 2 * turns):
            kept.add(index)
            states += segment.states
        recent += segment.spoken
    # Where an action is seen or not as the one before it was, that one must have been so as well.
    for index in sorted(kept)[1:]:
        before = max(other for other in kept if other < index)
        if segments[index].inherits and segments[before].hidden_after != segments[index].hidden_before:
            kept.update(range(before + 1, index))
    return kept


def _bridge(start: DialogueStateTracker, end: DialogueStateTracker, timestamp: float) -> list[Event]:
    """Events that bring a tracker in the state of ``start`` into the state of ``end``."""
    events: list[Event] = []
    old = {name: _slot(slot) for name, slot in start.slots.items()}
    if any(was_set and not end.slots[name].has_been_set for name, (_, was_set) in old.items()):
        events.append(AllSlotsReset(timestamp=timestamp))
        old = {}
    events += [
        SlotSet(name, slot.value, timestamp=timestamp)
        for name, slot in end.slots.items()
        if slot.has_been_set and old.get(name) != _slot(slot)
    ]
    if start.active_loop_name != end.active_loop_name:
        events.append(ActiveLoop(end.active_loop_name, timestamp=timestamp))
    if end.is_active_loop_rejected and not start.is_active_loop_rejected:
        events.append(ActionExecutionRejected(end.active_loop_name, timestamp=timestamp))
    if start.is_paused() != end.is_paused():
        change = ConversationPaused if end.is_paused() else ConversationResumed
        events.append(change(timestamp=timestamp))
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
