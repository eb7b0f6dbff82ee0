"""Spelling: word and character n-grams, weighted by how rare they are.

What a text says in n-grams never seen in training counts in its length, so a text in another language comes out short
and leaves the word to the sentence encoder. That, and one pass over the text instead of two vectorizers, is why this is
not Rasa's CountVectorsFeaturizer.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import math
import re
from array import array
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from typing import Any

import numpy as np
import scipy.sparse
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import FEATURIZER_CLASS_ALIAS
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from concierge.nlu.normaliser import normalised

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_NUMBER = re.compile(r"\d+")


def word_grams(text: str, longest: int) -> Iterable[str]:
    """Runs of one to ``longest`` words; every number counts as the same word."""
    words = [_NUMBER.sub("0", word) for word in _WORD.findall(text.lower().replace("’", "'"))]
    for size in range(1, longest + 1):
        for start in range(len(words) - size + 1):
            yield " ".join(words[start : start + size])


def char_grams(text: str, shortest: int, longest: int) -> Iterable[str]:
    """Runs of characters inside words, word boundaries included."""
    words = _WORD.findall(text.lower().replace("’", "'"))
    return chain.from_iterable(_grams_of_word(word, shortest, longest) for word in words)


@lru_cache(4096)
def _grams_of_word(word: str, shortest: int, longest: int) -> tuple[str, ...]:
    padded = f" {_NUMBER.sub('0', word)} "
    return tuple(
        padded[start : start + size]
        for size in range(shortest, longest + 1)
        for start in range(max(1, len(padded) - size + 1))
    )


class Vocabulary:
    """Maps n-grams to columns and weights. Two namespaces share one matrix: words first, characters after."""

    def __init__(self, words: dict[str, float], chars: dict[str, float], config: dict[str, Any]) -> None:
        self.config = config
        self._columns: list[dict[str, int]] = []
        self._weights = array("d")  # by column: a pair for each n-gram would take five megabytes more
        for weights in (words, chars):
            self._columns.append({gram: column for column, gram in enumerate(weights, len(self._weights))})
            self._weights.extend(weights.values())
        self.size = len(self._weights)
        self._unseen = config["unseen"]

    def _grams(self, text: str) -> tuple[Iterable[str], Iterable[str]]:
        return (
            word_grams(text, self.config["words"]),
            char_grams(text, self.config["chars"][0], self.config["chars"][1]),
        )

    @classmethod
    def learn(cls, texts: list[str], config: dict[str, Any]) -> Vocabulary:
        """N-grams found in at least ``min_texts`` of the texts, with their inverse document frequency."""
        self = cls({}, {}, config)
        seen: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        for text in texts:
            for counter, grams in zip(seen, self._grams(text), strict=True):
                counter.update(set(grams))
        total = len(texts)
        tables = [
            {g: 1.0 + math.log((1 + total) / (1 + n)) for g, n in sorted(counter.items()) if n >= config["min_texts"]}
            for counter in seen
        ]
        return cls(tables[0], tables[1], {**config, "unseen": 1.0 + math.log((1 + total) / 2)})

    def row(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """Columns and values of a text; each namespace has length one at most."""
        columns: list[int] = []
        values: list[float] = []
        unseen = self._unseen
        for known, grams in zip(self._columns, self._grams(text), strict=True):
            counts = Counter(grams)
            square = 0.0
            found: list[float] = []
            for gram, count in counts.items():
                column = known.get(gram)
                value = unseen if column is None else self._weights[column]
                if count > 1:
                    value *= 1.0 + math.log(count)
                square += value * value
                if column is not None:
                    columns.append(column)
                    found.append(value)
            norm = math.sqrt(square) or 1.0
            values.extend(value / norm for value in found)
        return np.asarray(columns, dtype=np.int32), np.asarray(values, dtype=np.float32)

    def to_json(self) -> str:
        blocks = [{gram: self._weights[column] for gram, column in each.items()} for each in self._columns]
        return json.dumps({"config": self.config, "blocks": blocks})

    @classmethod
    def from_json(cls, document: str) -> Vocabulary:
        loaded = json.loads(document)
        return cls(loaded["blocks"][0], loaded["blocks"][1], loaded["config"])


class _Row(Features):
    """Rasa's way to a sparse row's fingerprint is to write every number out: a tenth of a training."""

    def fingerprint(self) -> str:
        return hashlib.sha256(self.features.indices.tobytes() + self.features.data.tobytes()).hexdigest()


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class NgramFeaturizer(SparseFeaturizer, GraphComponent):
    """Sentence features only; see the module for what it does differently."""

    FILE = "ngrams.json"

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            **SparseFeaturizer.get_default_config(),
            "words": 2,
            "chars": [2, 5],
            "min_texts": 2,
            "unseen": 1.0,
        }

    def __init__(
        self,
        config: dict[str, Any],
        name: str,
        model_storage: ModelStorage,
        resource: Resource,
        vocabulary: Vocabulary | None = None,
    ) -> None:
        super().__init__(name, config)
        self._model_storage = model_storage
        self._resource = resource
        self._vocabulary = vocabulary

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """The ranges are plain numbers; nothing can clash."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> NgramFeaturizer:
        return cls(config, execution_context.node_name, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learns the vocabulary and keeps it as JSON."""
        keys = ("words", "chars", "min_texts", "unseen")
        texts = [normalised(message) for message in training_data.intent_examples if message.get(TEXT)]
        self._vocabulary = Vocabulary.learn(texts, {key: self._config[key] for key in keys})
        with self._model_storage.write_to(self._resource) as folder:
            (folder / self.FILE).write_text(self._vocabulary.to_json(), encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> NgramFeaturizer:
        with model_storage.read_from(resource) as folder:
            vocabulary = Vocabulary.from_json((folder / cls.FILE).read_text(encoding="utf-8"))
        return cls(config, execution_context.node_name, model_storage, resource, vocabulary)

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds one sparse row to every message that has text."""
        if self._vocabulary is None:
            return messages
        origin = self._config[FEATURIZER_CLASS_ALIAS] or self._identifier
        for message in messages:
            if message.get(TEXT):
                columns, values = self._vocabulary.row(normalised(message))
                row = scipy.sparse.csr_matrix((values, columns, [0, len(columns)]), shape=(1, self._vocabulary.size))
                message.add_features(_Row(row, FEATURE_TYPE_SENTENCE, TEXT, origin))
        return messages

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Rasa's cache looks at this class's source only."""
        return inspect.getsource(Vocabulary) + inspect.getsource(word_grams) + inspect.getsource(_grams_of_word)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data
