"""The indexed look-up on a live tracker predicts what Rasa's own does on a replayed one, at every step of a walk."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from rasa.core.agent import Agent
from rasa.core.policies.rule_policy import DEFAULT_RULES, LOOP_RULES, RULES, RulePolicy
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.trackers import DialogueStateTracker

from concierge.rasa_runtime.live_tracker import LiveTracker
from concierge.rasa_runtime.patches import rule_policy
from tests.rasa_runtime.walks import Speaker, walk

WALKS = int(os.environ.get("WALKS", "40"))
LENGTH = 40


def _every_key(self: RulePolicy, lookup: dict[str, str], states: list[State]) -> set[str]:
    keys = set(lookup)
    for turn, state in enumerate(reversed(states)):
        keys = {key for key in keys if self._is_rule_applicable(key, turn, state)}
    return keys


def _as_rasa(policy: RulePolicy, tracker: DialogueStateTracker, domain: Domain) -> Any:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(RulePolicy, "_get_possible_keys", _every_key)
        patched.setattr(RulePolicy, "_prediction_states", rule_policy._STATES.original)
        patched.setattr(RulePolicy, "_find_action_from_rules", rule_policy._FIND.original)
        return ours(policy, tracker, domain)


ours = RulePolicy._predict


def _shown(predicted: Any) -> Any:
    prediction, source = predicted
    return {**vars(prediction), "source": source}


@pytest.mark.timeout(3600)
async def test_the_same_rules(
    make_agent: Callable[..., Agent], make_store: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: set[str] = set()
    rules: set[str] = set()

    def predict(policy: RulePolicy, tracker: DialogueStateTracker, domain: Domain) -> Any:
        assert isinstance(tracker, LiveTracker)
        replayed = DialogueStateTracker.from_events(tracker.sender_id, list(tracker.events), domain.slots)
        assert tracker.applied_events() == replayed.applied_events()
        assert tracker.past_states(domain) == replayed.past_states(domain)
        found = ours(policy, tracker, domain)
        assert _shown(found) == _shown(_as_rasa(policy, replayed, domain))
        seen.add(found[1])
        rules.update(policy.lookup[RULES])
        return found

    monkeypatch.setattr(RulePolicy, "_predict", predict)
    agent = make_agent(make_store(turns=4))
    for seed in range(WALKS):
        speaker = Speaker(agent, f"walk-{seed}")
        for step in walk(seed, LENGTH):
            await speaker.step(step)
    assert {f"{LOOP_RULES}order_form", f"{DEFAULT_RULES}restart"} <= seen
    assert len(seen & rules) > len(rules) / 2
