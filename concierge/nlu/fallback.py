"""What to do with a doubt: two doubts, two answers.

A message that is not the house's business becomes ``out_of_scope``. One that is, but may mean two topics or none
clearly, becomes ``nlu_fallback``, which the dialogue answers by asking which was meant. Rasa's FallbackClassifier knows
one only.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY
from rasa.shared.nlu.training_data.message import Message

from concierge.nlu.classifier import SCOPE

OUT_OF_SCOPE = "out_of_scope"


class IntentOverride(GraphComponent, IntentClassifier):
    """A component without training that may put another intent in the place of the classifier's."""

    @classmethod
    def required_components(cls) -> list[type]:
        return [IntentClassifier]

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> IntentOverride:
        return cls(config)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Numbers between nought and one."""

    @staticmethod
    def put(message: Message, name: str, confidence: float) -> None:
        """The ranking keeps what was thought, behind the intent that is put before it."""
        intent = {"name": name, "confidence": confidence}
        kept = [entry for entry in message.get(INTENT_RANKING_KEY) or [] if entry["name"] != name]
        message.set(INTENT, intent, add_to_output=True)
        message.set(INTENT_RANKING_KEY, [dict(intent), *kept], add_to_output=True)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class ScopeFallback(IntentOverride):
    """Replaces the intent where it is doubtful."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "scope": 0.1,  # below this score a message is not the house's business
            "confidence": 0.3,  # below this the best intent is not to be acted on
            "margin": 0.1,  # the best intent must lead by this, unless it is sure enough by itself
        }

    def doubt(self, ranking: list[dict[str, Any]], score: float) -> str | None:
        """Why the best intent is not to be acted on; None where it may be."""
        best = ranking[0]["confidence"]
        runner_up = ranking[1]["confidence"] if len(ranking) > 1 else 0.0
        if ranking[0]["name"] == OUT_OF_SCOPE:
            return None
        if score < self._config["scope"]:
            return "out_of_scope"
        if best < self._config["confidence"]:
            return "unsure"
        if best - runner_up < self._config["margin"]:
            return "ambiguous"
        return None

    def process(self, messages: list[Message]) -> list[Message]:
        """Messages without a scope, such as a button's payload, pass unchanged."""
        for message in messages:
            judged, ranking = message.get(SCOPE), message.get(INTENT_RANKING_KEY)
            if not judged or not ranking:
                continue
            reason = self.doubt(ranking, judged["score"])
            if reason is None:
                continue
            if reason == "out_of_scope":
                self.put(message, OUT_OF_SCOPE, 1.0 - judged["score"])
            else:
                self.put(message, DEFAULT_NLU_FALLBACK_INTENT_NAME, ranking[0]["confidence"])
            message.set(SCOPE, {**judged, "reason": reason}, add_to_output=True)
        return messages
