"""Lets one file add a topic: the intents and entities that the data speaks of join the domain without being listed."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.importers.utils import training_data_from_paths
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.common import cached_method

from concierge.answers.buttons import fill_in_titles
from concierge.rasa_runtime import patches

ENTITIES = (
    "category",
    "colour",
    "country",
    "date",
    "email",
    "order_number",
    "other_brand",
    "person",
    "place",
    "product_family",
    "size",
)


@lru_cache(maxsize=1)
def _read(paths: tuple[str, ...], texts: tuple[str, ...], language: str) -> TrainingData:
    data = in_order(training_data_from_paths(paths, language))
    fill_in_titles(data.responses)
    return data


def in_order(data: TrainingData) -> TrainingData:
    """The examples by intent and text: what is learnt does not depend on the file that an example stands in."""
    data.training_examples.sort(key=lambda example: (example.get(INTENT) or "", example.get(TEXT) or ""))
    return data


class TopicImporter(RasaFileImporter):
    """Rasa's file importer, with the domain completed from the training data (config.yml: ``importers``)."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        patches.install(patches.TRAINING)
        super().__init__(*arguments, **named)

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Made of the files once, where Rasa asks two importers half a dozen times; not to be changed."""
        texts = tuple(Path(path).read_text(encoding="utf-8") for path in self._nlu_files)
        return _read(tuple(self._nlu_files), texts, language or "en")

    @cached_method
    def get_domain(self) -> Domain:
        """What domain.yml says, plus the intents with examples and the entities that our extractor finds."""
        domain = super().get_domain()
        intents = sorted(self.get_nlu_data().intents)
        missing_entities = [
            {name: {"influence_conversation": False}} for name in ENTITIES if name not in domain.entities
        ]
        missing_intents = [name for name in intents if name not in domain.intents]
        return domain.merge(Domain.from_dict({"intents": missing_intents, "entities": missing_entities}))
