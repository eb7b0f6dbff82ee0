"""The pipeline of config.yml without Rasa around it: for cross-validation, experiments and public data sets.

It is made of the same parts as the components; tests/nlu/test_pipeline.py holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.data import get_data_files, is_nlu_file
from rasa.shared.importers.utils import training_data_from_paths
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import read_model_configuration

from concierge.nlu import english_encoder
from concierge.nlu.encoder import encode
from concierge.nlu.fallback import ScopeFallback
from concierge.nlu.importer import in_order
from concierge.nlu.intent_model import IntentModel
from concierge.nlu.ngrams import NgramFeaturizer, Vocabulary
from concierge.nlu.normaliser import OTHER_BRAND, Normaliser
from concierge.nlu.sentence_encoder import DIMENSIONS
from concierge.nlu.softmax import Features

Example = tuple[str, str]  # text, intent


def load_training_data(folder: Path) -> TrainingData:
    """Everything under ``folder`` that Rasa would train on."""
    return in_order(training_data_from_paths(get_data_files([str(folder)], is_nlu_file), "en"))


def examples_of(data: TrainingData) -> list[Example]:
    return [(m.get(TEXT), m.get(INTENT)) for m in data.intent_examples if m.get(TEXT)]


def brands_of(data: TrainingData) -> list[str]:
    return [name for table in data.lookup_tables if table["name"] == OTHER_BRAND for name in table["elements"]]


def settings_of(config: Path) -> dict[str, dict[str, Any]]:
    """Settings of the pipeline's components by class name."""
    pipeline = read_model_configuration(config)["pipeline"]
    return {step["name"].rsplit(".", 1)[-1]: {k: v for k, v in step.items() if k != "name"} for step in pipeline}


@dataclass
class Pipeline:
    """Reads, featurizes and classifies texts. ``encoder`` and ``ngrams`` switch one half of the features off, or put
    another encoder in its place: unit vectors of texts, as rows. ``second`` switches the second opinion off."""

    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    brands: Sequence[str] = ()
    encoder: Callable[[list[str]], np.ndarray] | None = encode
    ngrams: bool = True
    mending: bool = True
    second: bool = True

    def train(self, examples: Sequence[Example]) -> Pipeline:
        texts = [text for text, _ in examples]
        self._normaliser = Normaliser.learn(texts, self.brands)
        config = {**NgramFeaturizer.get_default_config(), **self.settings.get("NgramFeaturizer", {})}
        self._vocabulary = Vocabulary.learn([self._read(text) for text in texts], config)
        self.model = IntentModel.fit(
            self.features(texts),
            [intent for _, intent in examples],
            self.settings.get("HouseIntentClassifier", {}),
            english_encoder.encode_english([self._read(text) for text in texts]) if self.second else None,
        )
        self._gate = ScopeFallback({**ScopeFallback.get_default_config(), **self.settings.get("ScopeFallback", {})})
        return self

    def _read(self, text: str) -> str:
        return self._normaliser.read(text) if self.mending else text

    def features(self, texts: Sequence[str]) -> Features:
        """A row for each text."""
        read = [self._read(text) for text in texts]
        dense = self.encoder(read) if self.encoder else np.zeros((len(read), DIMENSIONS), dtype=np.float32)
        rows = [self._vocabulary.row(text) for text in read]
        columns = np.concatenate([row[0] for row in rows])
        values = np.concatenate([row[1] for row in rows]) * np.float32(self.ngrams)
        starts = np.cumsum([0, *(len(row[0]) for row in rows)])
        return Features(dense, scipy.sparse.csr_matrix((values, columns, starts), (len(read), self._vocabulary.size)))

    def predict(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Probabilities of ``model.intents`` and scope scores."""
        read = [self._read(text) for text in texts]
        second = (lambda rows: english_encoder.encode_english([read[row] for row in rows])) if self.second else None
        return self.model.predict(self.features(texts), second)

    def understand(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """What the assistant would act on: intent after the gate, the best guess before it, confidence and scope."""
        results = []
        for row, score in zip(*self.predict(texts), strict=True):
            best = np.argsort(-row)[:3]
            ranking = [{"name": self.model.intents[i], "confidence": float(row[i])} for i in best]
            reason = self._gate.doubt(ranking, float(score))
            acted = ranking[0]["name"]
            if reason:
                acted = "out_of_scope" if reason == "out_of_scope" else DEFAULT_NLU_FALLBACK_INTENT_NAME
            results.append({"acted": acted, "reason": reason, "scope": float(score), "ranking": ranking})
        return results
