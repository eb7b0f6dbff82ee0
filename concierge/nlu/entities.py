"""What a message names: orders, e-mails, products, countries by rule; people, places and dates by spaCy.

The names come from the lookup tables and synonyms in data/entities.yml, so a new product family is a line of data. The
statistical part costs two milliseconds, so it reads only messages that show a sign of a name or a date.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from concierge.masking.contacts import EMAIL
from concierge.nlu.english import load_english
from concierge.nlu.patterns import DATE_SIGN, SIZE, order_number_spans

_LABELS = {"PERSON": "person", "GPE": "place", "LOC": "place", "FAC": "place", "DATE": "date"}


def _entity(name: str, value: str, start: int, end: int, confidence: float = 1.0) -> dict[str, Any]:
    return {"entity": name, "value": value, "start": start, "end": end, "confidence_entity": confidence}


class Names:
    """Finds phrases from ``{entity: {phrase: value}}``, whatever their case; the longest first, none inside another."""

    def __init__(self, patterns: dict[str, dict[str, str]]) -> None:
        nlp = load_english()
        # spaCy's entity ruler does the same, at four times the cost: it sets warnings aside and writes into the text.
        self._matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
        self._meant: dict[int, tuple[str, str]] = {}
        for entity, phrases in patterns.items():
            for phrase, value in phrases.items():
                key = f"{entity}/{value}"
                self._matcher.add(key, [nlp.make_doc(phrase)])
                self._meant[nlp.vocab.strings[key]] = (entity, value)

    def find(self, doc: Doc) -> Iterator[dict[str, Any]]:
        taken: set[int] = set()
        for key, start, end in sorted(self._matcher(doc), key=lambda match: (match[1] - match[2], match[1])):
            if taken.isdisjoint(range(start, end)):
                taken.update(range(start, end))
                last = doc[end - 1]
                yield _entity(*self._meant[key], doc[start].idx, last.idx + len(last))


def patterns_of(training_data: TrainingData, ordinary: list[str]) -> dict[str, dict[str, str]]:
    """Every entry of the lookup tables, and every synonym whose value is one of them.

    An entry that is an ordinary word ("Track") or a country's code ("IT") is a value only: text names it by a synonym.
    A synonym speaks of the first table that has its value: "Latvia" is no maker, though one is called LV.
    """
    patterns: dict[str, dict[str, str]] = {}
    heard: set[str] = set()
    for table in training_data.lookup_tables:
        if not isinstance(table["elements"], list):
            continue
        values = set(table["elements"])
        spoken = {value: value for value in values if value not in ordinary and not re.fullmatch("[A-Z]{2}", value)}
        synonyms = training_data.entity_synonyms.items()
        said = {phrase: value for phrase, value in synonyms if value in values and phrase not in heard}
        heard.update(said)
        patterns[table["name"]] = {**spoken, **said}
    return patterns


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class HouseEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Fills ``entities``. Values are canonical (``bag``, ``BA10483726``) wherever a rule found them."""

    FILE = "names.json"

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "statistical": True,  # people, places and dates
            "ordinary_words": ["Track", "Speed"],  # families whose name alone means something else
        }

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        patterns: dict[str, dict[str, str]] | None = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._nlp: Language = load_english()
        self._names = Names(patterns or {})

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> HouseEntityExtractor:
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Nothing is learnt: the names are copied into the model, so that it does not depend on the data's files."""
        patterns = patterns_of(training_data, self._config["ordinary_words"])
        with self._model_storage.write_to(self._resource) as folder:
            (folder / self.FILE).write_text(json.dumps(patterns, ensure_ascii=False), encoding="utf-8")
        self._names = Names(patterns)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> HouseEntityExtractor:
        with model_storage.read_from(resource) as folder:
            patterns = json.loads((folder / cls.FILE).read_text(encoding="utf-8"))
        return cls(config, model_storage, resource, patterns)

    def _by_rule(self, text: str, doc: Doc) -> Iterator[dict[str, Any]]:
        for number, place in order_number_spans(text):
            yield _entity("order_number", number, *place)
        for found in EMAIL.finditer(text):
            yield _entity("email", found.group().lower(), found.start(), found.end())
        for found in SIZE.finditer(text):
            yield _entity("size", found.group(1).upper(), found.start(1), found.end(1))
        yield from self._names.find(doc)

    def _worth_reading(self, text: str, doc: Doc, known: list[dict[str, Any]]) -> bool:
        """Whether there is a sign of a name or a date outside what the rules have found."""

        def unknown(place: int) -> bool:
            return not any(entity["start"] <= place < entity["end"] for entity in known)

        if not self._config["statistical"]:
            return False
        capitals = any(
            token.text[0].isupper()
            and not token.is_sent_start
            and token.i > 0
            and not token.is_stop
            and token.is_alpha
            and not token.is_upper
            and unknown(token.idx)
            for token in doc
        )
        return capitals or any(unknown(sign.start()) for sign in DATE_SIGN.finditer(text))

    def read(self, text: str) -> list[dict[str, Any]]:
        """Entities of a text in the order they occur, no two overlapping; rules go before statistics."""
        doc = self._nlp.make_doc(text)
        found: list[dict[str, Any]] = []

        def add(entity: dict[str, Any]) -> None:
            if all(entity["end"] <= other["start"] or entity["start"] >= other["end"] for other in found):
                found.append(entity)

        for entity in self._by_rule(text, doc):
            add(entity)
        if self._worth_reading(text, doc, found):
            for span in self._nlp(doc).ents:
                if span.label_ in _LABELS:
                    add(_entity(_LABELS[span.label_], span.text, span.start_char, span.end_char, 0.7))
        return sorted(found, key=lambda entity: entity["start"])

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds what is found to what other extractors found."""
        for message in messages:
            text = message.get(TEXT)
            if text:
                extracted = self.add_extractor_name(self.read(text))
                message.set(ENTITIES, message.get(ENTITIES, []) + extracted, add_to_output=True)
        return messages
