"""An order number in a message is never overheard: it is information, whatever else was written around it."""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from concierge.intents import Kind, of_kind
from concierge.nlu.beside_number import INFORM
from concierge.nlu.classifier import SCOPE
from concierge.nlu.fallback import IntentOverride
from concierge.orders.numbers import find_numbers, mistyped_number

# Each of these means less than an order number that stands beside it.
_SMALL_TALK = of_kind(Kind.SMALL_TALK) | {"affirm"}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class OrderNumberFallback(IntentOverride):
    """Stands after the ``ScopeFallback``. The task beside the number is known from the ranking."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"confidence": 0.7}  # a topic that is surer than this is answered

    def process(self, messages: list[Message]) -> list[Message]:
        """Messages without a scope, such as a button's payload, pass unchanged."""
        for message in messages:
            intent = message.get(INTENT) or {}
            if message.get(SCOPE) and self._informs(message.get(TEXT) or "", intent):
                self.put(message, INFORM, 1.0)
        return messages

    def _informs(self, text: str, intent: dict[str, Any]) -> bool:
        name = intent.get("name")
        if name in of_kind(Kind.NOT_UNDERSTOOD):
            mistyped = mistyped_number(text)
            return bool(find_numbers(text)) or bool(mistyped and mistyped.said[0].isalpha())
        doubtful = name in _SMALL_TALK or (intent.get("confidence") or 0.0) < self._config["confidence"]
        return doubtful and name not in {INFORM} | of_kind(Kind.PERSON) and bool(find_numbers(text))
