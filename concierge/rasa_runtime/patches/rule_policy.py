"""Finds the rules that may apply by an index, where Rasa's RulePolicy tries every rule on every state.

Rasa's own test still decides; the index only leaves out rules whose last step asks for another intent or action. And of
a conversation only as many states are worked out as the longest rule has steps.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RulePolicy
from rasa.shared.core.constants import ACTION_LISTEN_NAME, PREVIOUS_ACTION, SHOULD_NOT_BE_SET, USER
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME, INTENT

from concierge.rasa_runtime.live_tracker import LiveTracker
from concierge.rasa_runtime.patches import Patch


class _Index:
    """The rules of one look-up, by action and intent of their last step."""

    def __init__(self, lookup: dict[str, str]) -> None:
        self.lookup = lookup
        self.size = len(lookup)
        self.longest = 1
        self._keys: dict[tuple[Any, Any], list[str]] = defaultdict(list)
        for key in lookup:
            states = RulePolicy._rule_key_to_state(key)
            last = states[-1] if states else {}
            self.longest = max(self.longest, len(states))
            if last.get(PREVIOUS_ACTION):
                action = _asked(last[PREVIOUS_ACTION].get(ACTION_NAME))
                self._keys[action, _asked(last.get(USER, {}).get(INTENT))].append(key)
            else:  # a conversation's beginning: Rasa does not look at the rest
                self._keys[None, None].append(key)

    def possible(self, action: Any, intent: Any) -> Iterator[str]:
        for group in {(action, intent), (action, None), (None, intent), (None, None)}:
            yield from self._keys.get(group, ())


def _asked(value: Any) -> Any:
    """What a state must have for a rule's feature; ``None`` when it need not have anything."""
    return value if value and value != SHOULD_NOT_BE_SET else None


def _index(policy: RulePolicy, lookup: dict[str, str]) -> _Index:
    indexes: dict[int, _Index] = policy.__dict__.setdefault("_concierge_indexes", {})
    known = indexes.get(id(lookup))
    if known is None or known.lookup is not lookup or known.size != len(lookup):
        known = indexes[id(lookup)] = _Index(lookup)
    return known


def _get_possible_keys(self: RulePolicy, lookup: dict[str, str], states: list[State]) -> set[str]:
    if not states:
        return set(lookup)
    action = states[-1].get(PREVIOUS_ACTION, {}).get(ACTION_NAME)
    intent = states[-1].get(USER, {}).get(INTENT)
    possible = set(_index(self, lookup).possible(action, intent))
    for turn, state in enumerate(reversed(states)):
        if not possible:
            break
        possible = {key for key in possible if self._is_rule_applicable(key, turn, state)}
    return possible


def _lookups(policy: RulePolicy) -> list[_Index]:
    known = (policy.lookup.get(name) for name in (RULES, RULES_FOR_LOOP_UNHAPPY_PATH))
    return [_index(policy, lookup) for lookup in known if lookup is not None]


def _prediction_states(
    self: RulePolicy,
    tracker: DialogueStateTracker,
    domain: Domain,
    use_text_for_last_user_input: bool = False,
    rule_only_data: dict[str, Any] | None = None,
) -> list[State]:
    if not isinstance(tracker, LiveTracker):
        found: list[State] = _STATES.original(self, tracker, domain, use_text_for_last_user_input, rule_only_data)
        return found
    states = tracker.last_states(domain, max((index.longest for index in _lookups(self)), default=1))
    self.featurizer._choose_last_user_input([states], use_text_for_last_user_input)
    return states


def _find_action_from_rules(
    self: RulePolicy, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
) -> tuple[str | None, str | None, bool]:
    # Rasa asks for the customer's text first, then for the intent: without a rule about texts, all of it for nothing.
    if use_text_for_last_user_input and not any(
        True for index in _lookups(self) for _ in index.possible(ACTION_LISTEN_NAME, None)
    ):
        return None, None, False
    action, source, returning = _FIND.original(self, tracker, domain, use_text_for_last_user_input)
    if action is None and source not in self.lookup[RULES] and isinstance(tracker, LiveTracker):
        # What no rule knows goes by the name of all its states.
        states = _STATES.original(self, tracker, domain, use_text_for_last_user_input, self._get_rule_only_data())
        source = self._create_feature_key(states)
    return action, source, returning


_KEYS = Patch(RulePolicy, "_get_possible_keys", _get_possible_keys, "2915fd81711e194c")
_STATES = Patch(RulePolicy, "_prediction_states", _prediction_states, "ed9b82bed2f26ad7")
_FIND = Patch(RulePolicy, "_find_action_from_rules", _find_action_from_rules, "be6da6ee0f5429bd")
PATCHES = [_KEYS, _STATES, _FIND]
