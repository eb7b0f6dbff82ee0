"""Finds the rules that may apply by an index, where Rasa's RulePolicy tries every rule on every state.

Rasa's own test still decides; the index only leaves out rules whose last step asks for another intent or action.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.constants import PREVIOUS_ACTION, SHOULD_NOT_BE_SET, USER
from rasa.shared.core.domain import State
from rasa.shared.nlu.constants import ACTION_NAME, INTENT

_Index = dict[tuple[Any, Any], list[str]]


def _asked(value: Any) -> Any:
    """What a state must have for a rule's feature; ``None`` when it need not have anything."""
    return value if value and value != SHOULD_NOT_BE_SET else None


def _index(lookup: dict[str, str]) -> _Index:
    index: _Index = defaultdict(list)
    for key in lookup:
        states = RulePolicy._rule_key_to_state(key)
        last = states[-1] if states else {}
        if last.get(PREVIOUS_ACTION):
            action = _asked(last[PREVIOUS_ACTION].get(ACTION_NAME))
            index[action, _asked(last.get(USER, {}).get(INTENT))].append(key)
        else:  # a conversation's beginning: Rasa does not look at the rest
            index[None, None].append(key)
    return index


def _get_possible_keys(self: RulePolicy, lookup: dict[str, str], states: list[State]) -> set[str]:
    if not states:
        return set(lookup)
    indexes = self.__dict__.setdefault("_concierge_indexes", {})
    known = indexes.get(id(lookup))
    if known is None or known[0] is not lookup or known[1] != len(lookup):
        known = indexes[id(lookup)] = (lookup, len(lookup), _index(lookup))
    index: _Index = known[2]
    action = states[-1].get(PREVIOUS_ACTION, {}).get(ACTION_NAME)
    intent = states[-1].get(USER, {}).get(INTENT)
    groups = {(action, intent), (action, None), (None, intent), (None, None)}
    possible = {key for group in groups for key in index.get(group, ())}
    for turn, state in enumerate(reversed(states)):
        if not possible:
            break
        possible = {key for key in possible if self._is_rule_applicable(key, turn, state)}
    return possible


def install() -> None:
    RulePolicy._get_possible_keys = _get_possible_keys
