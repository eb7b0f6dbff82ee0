"""The stories of data/stories, remembered word for word: Rasa's MemoizationPolicy with nothing left out of sight.

Rasa's own policy does not see turns that are in no story. A question about care between a lost label and “who pays?”
would be overlooked, and the answer be one about the label. Here every turn counts, so a story decides only where it has
really been told.
"""

from __future__ import annotations

from typing import Any

from rasa.core.constants import POLICY_MAX_HISTORY
from rasa.core.policies.memoization import MemoizationPolicy
from rasa.core.policies.policy import PolicyPrediction
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.trackers import DialogueStateTracker

from concierge.rasa_runtime.live_tracker import LiveTracker


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class StoryPolicy(MemoizationPolicy):
    """Predicts with confidence 1 what a story says, and nothing where the last ``max_history`` states are in none."""

    def _prediction_states(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        use_text_for_last_user_input: bool = False,
        rule_only_data: dict[str, Any] | None = None,
    ) -> list[State]:
        count = self.config[POLICY_MAX_HISTORY]
        live = isinstance(tracker, LiveTracker)
        states = tracker.last_states(domain, count) if live else tracker.past_states(domain)[-count:]
        self.featurizer._choose_last_user_input([states], use_text_for_last_user_input)
        return states

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """As Rasa's, which also copies the states for a debugging message in every step of every turn."""
        action = self.recall(self._prediction_states(tracker, domain), tracker, domain, rule_only_data)
        return self._prediction(self._prediction_result(action, tracker, domain))
