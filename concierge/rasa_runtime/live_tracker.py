"""A tracker that remembers what policies ask it for again and again, several times for every message."""

from __future__ import annotations

import copy
import operator
from collections.abc import Iterator
from itertools import islice
from typing import Any

from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    Event,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker

# Events that change nothing about those before them; so do actions that are no loops.
_PLAIN = frozenset({BotUttered, DefinePrevUserUtteredFeaturization, SlotSet, UserUttered})


class LiveTracker(DialogueStateTracker):
    """Answers as Rasa's tracker does."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._applied: tuple[int, Event | None, list[Event]] = (0, None, [])
        self._loops: set[str] = set()
        self._past: dict[bool, _Past] = {}

    def copy(self) -> DialogueStateTracker:
        """As Rasa's, which replays every event to arrive where this tracker is already; it does so for every action."""
        copied = DialogueStateTracker(self.sender_id, (), self._max_event_history, is_rule_tracker=self.is_rule_tracker)
        copied.slots = {name: _copied_slot(slot) for name, slot in self.slots.items()}
        copied.events = self.events.copy()
        copied.active_loop = copy.copy(self.active_loop)  # forms write into it
        for name in ("sender_source", "followup_action", "latest_action", "latest_message", "latest_bot_utterance"):
            setattr(copied, name, getattr(self, name))
        copied._paused = self._paused
        return copied

    def applied_events(self) -> list[Event]:
        count, last, applied = self._applied
        if count > len(self.events) or (count and self.events[count - 1] is not last):
            count, applied = 0, []
        new = list(islice(self.events, count, None))
        if new:
            if count and all(map(self._is_plain, new)):
                applied += new
            else:
                applied = super().applied_events()
                self._loops = {event.name for event in self.events if isinstance(event, ActiveLoop) and event.name}
            self._applied = (len(self.events), self.events[-1], applied)
        return list(applied)

    def _is_plain(self, event: Event) -> bool:
        kind = type(event)
        return kind in _PLAIN or (kind is ActionExecuted and event.action_name not in self._loops)

    def last_states(self, domain: Domain, count: int) -> list[State]:
        """The last of :meth:`past_states`, at most ``count``."""
        return self._past_of(domain, False).states(self.applied_events(), False, count)

    def past_states(
        self,
        domain: Domain,
        omit_unset_slots: bool = False,
        ignore_rule_only_turns: bool = False,
        rule_only_data: dict[str, Any] | None = None,
    ) -> list[State]:
        if ignore_rule_only_turns:  # what is not seen changes what is seen later: not to be had piece by piece
            return super().past_states(domain, omit_unset_slots, ignore_rule_only_turns, rule_only_data)
        return self._past_of(domain, omit_unset_slots).states(self.applied_events(), omit_unset_slots)

    def _past_of(self, domain: Domain, omit_unset_slots: bool) -> _Past:
        past = self._past.get(omit_unset_slots)
        if past is None or not past.begins(domain, self.applied_events()):
            past = self._past[omit_unset_slots] = _Past(domain, self.init_copy())
        return past


class _Past:
    """The states before each action so far; of a longer list of events only what is new is worked out."""

    def __init__(self, domain: Domain, tracker: DialogueStateTracker) -> None:
        self._domain = domain
        self._tracker = tracker
        self._applied: list[Event] = []
        self._states: list[State] = []
        self._new: list[Event] = []

    def begins(self, domain: Domain, applied: list[Event]) -> bool:
        return (
            domain is self._domain
            and len(self._applied) <= len(applied)
            and all(map(operator.is_, self._applied, applied))
        )

    def states(self, applied: list[Event], omit_unset_slots: bool, count: int | None = None) -> list[State]:
        self._new = applied[len(self._applied) :]
        found = self._domain.states_for_tracker_history(self, omit_unset_slots=omit_unset_slots)
        self._applied = applied
        self._states += found[:-1]
        first = 0 if count is None else max(0, len(self._states) + 1 - count)
        # Policies take features out of what they are given.
        return [*map(_copied, self._states[first:]), found[-1]]

    def generate_all_prior_trackers(self) -> Iterator[tuple[DialogueStateTracker, bool]]:
        """As a tracker's: all that ``Domain.states_for_tracker_history`` asks of one."""
        for event in self._new:
            if isinstance(event, ActionExecuted):
                yield self._tracker, event.hide_rule_turn
            self._tracker.update(event)
        yield self._tracker, False


def _copied_slot(slot: Slot) -> Slot:
    """What ``copy.copy`` gives, without the way over pickling."""
    copied = object.__new__(type(slot))
    copied.__dict__.update(slot.__dict__)
    return copied


def _copied(state: State) -> State:
    return {name: dict(part) if isinstance(part, dict) else part for name, part in state.items()}
