"""Products with many numbers of eight bits, by onnxruntime.

Nearly all the time of a product of one message with some million numbers is their way from memory: a quarter of the
bytes takes a quarter of the time, and of the room. What is multiplied is made bytes, too, so products are true to some
thousandths.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_BLOCK = 128  # numbers of a vector that share a scale
OPSETS = {"": 18, "com.microsoft": 1}
IR_VERSION = 9  # of these
_HALF = 127  # of a byte


def rounded(matrix: np.ndarray, block: int) -> tuple[np.ndarray, np.ndarray]:
    """As onnxruntime's MatMulNBits has it: bytes, of which 128 is nought, and the scale of each block of a row."""
    blocks = matrix.reshape(len(matrix), -1, block)
    scales = np.maximum(np.abs(blocks).max(axis=2), np.finfo(np.float32).tiny) / np.float32(_HALF)
    return (np.rint(blocks / scales[:, :, None]) + (_HALF + 1)).astype(np.uint8), scales


def session(graph: Path | bytes, brought: Mapping[str, np.ndarray] | None = None) -> InferenceSession:
    """What runs an ONNX graph; ``brought`` are the weights that it leaves out, by name."""
    import onnxruntime

    weights = {name: onnxruntime.OrtValue.ortvalue_from_numpy(each) for name, each in (brought or {}).items()}
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # small matrices only wait for more
    # Texts are of many lengths: what is kept for one is of no use to the next.
    options.enable_cpu_mem_arena = options.enable_mem_pattern = False
    options.add_external_initializers(list(weights), list(weights.values()))
    model = graph if isinstance(graph, bytes) else str(graph)
    made = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    made._model_bytes = None  # all the weights once more, to begin anew where a graphics processor fails
    return made


def graph_of(vectors: np.ndarray) -> np.ndarray:
    """The graph of :class:`Cosines` with its numbers, as bytes for a component's arrays; empty without vectors."""
    from onnx import TensorProto, helper, numpy_helper

    if not len(vectors):
        return np.zeros(0, dtype=np.uint8)
    whole = _in_blocks(vectors)
    number, width = whole.shape
    weights = [
        numpy_helper.from_array(each, name)
        for name, each in zip(("bytes", "scales"), rounded(whole, _BLOCK), strict=True)
    ]
    # The level of accuracy says that what is multiplied is made bytes, too.
    told: dict[str, Any] = {"K": width, "N": number, "bits": 8, "block_size": _BLOCK, "accuracy_level": 4}
    product = helper.make_node("MatMulNBits", ["rows", "bytes", "scales"], ["cosines"], domain="com.microsoft", **told)
    rows, cosines = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["messages", size])
        for name, size in (("rows", width), ("cosines", number))
    )
    model = helper.make_model(
        helper.make_graph([product], "cosines", [rows], [cosines], weights),
        opset_imports=[helper.make_opsetid(*each) for each in OPSETS.items()],
        ir_version=IR_VERSION,
    )
    return np.frombuffer(model.SerializeToString(deterministic=True), dtype=np.uint8)


class Cosines:
    """Of unit vectors to all those of which the graph was made: a row per vector, and a column per one of these."""

    def __init__(self, graph: np.ndarray) -> None:
        self._session = session(graph.tobytes())

    def __call__(self, vectors: np.ndarray) -> np.ndarray:
        found: np.ndarray = self._session.run(None, {"rows": _in_blocks(vectors)})[0]
        return found


def _in_blocks(vectors: np.ndarray) -> np.ndarray:
    """With as many noughts behind each as fill its last block."""
    number, width = vectors.shape
    whole = np.zeros((number, max(1, -(-width // _BLOCK)) * _BLOCK), dtype=np.float32)
    whole[:, :width] = vectors
    return whole
