"""Which part of the last answer a follow-up asks about: “and how long does that take?” is about time.

The part becomes an entity with the part as its role, so that a story can tell one follow-up from another: of an entity
a policy sees the name and the role, never the value.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from concierge.languages.follow_up import find_part

FOLLOW_UP = "follow_up"
PART = "part"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class FollowUpPartExtractor(GraphComponent, EntityExtractorMixin):
    """Stands after whatever decides the intent: in other messages the same words mean no such thing."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> FollowUpPartExtractor:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds at most one entity to a message."""
        for message in messages:
            text = message.get(TEXT)
            if text and (message.get(INTENT) or {}).get("name") == FOLLOW_UP and (found := find_part(text)):
                part, words = found
                entity = {"entity": PART, "role": part, "value": part, "start": words.start(), "end": words.end()}
                extracted = self.add_extractor_name([entity])
                message.set(ENTITIES, message.get(ENTITIES, []) + extracted, add_to_output=True)
        return messages
