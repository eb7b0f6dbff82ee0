"""Writes the graph of the English encoder, without its weights: ``python -m tools.english_graph``.

It is ONNX, of the operators that onnxruntime's own optimiser would make of a transformer. The weights are brought when
the assistant starts (``concierge/nlu/english_encoder.py``), so the graph changes with neither the adapter nor the
package. ``embedded`` is the sum of the embeddings, ``mean`` that over a text's word pieces.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from onnx import ModelProto, TensorProto, helper, numpy_helper
from onnx.external_data_helper import set_external_data

from concierge.nlu.eight_bits import IR_VERSION, OPSETS
from concierge.nlu.english_encoder import BLOCK, DENSE, DIMENSIONS, GRAPH, LAYERS, NORMALISED, NORMS

HEADS, INNER = 12, 4 * DIMENSIONS
EPSILON = 1e-12
SIZES = {  # of what goes into each dense layer, and of what comes out
    "attention.self": (DIMENSIONS, 3 * DIMENSIONS),
    "attention.output.dense": (DIMENSIONS, DIMENSIONS),
    "intermediate.dense": (DIMENSIONS, INNER),
    "output.dense": (INNER, DIMENSIONS),
}


class _Graph:
    def __init__(self) -> None:
        self.nodes = []
        self.initializers = []

    def add(self, operator: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: object) -> str:
        """A node, of onnxruntime's own operators where ONNX has none such; its first output."""
        own = operator in {"MatMulNBits", "MultiHeadAttention", "SkipLayerNormalization", "FastGelu"}
        domain = "com.microsoft" if own else ""
        self.nodes.append(helper.make_node(operator, inputs, outputs, domain=domain, **attributes))
        return outputs[0]

    def given(self, name: str, kind: int, *shape: int) -> str:
        """A weight, to be brought."""
        tensor = TensorProto(name=name, data_type=kind, dims=shape)
        tensor.raw_data = b""
        set_external_data(tensor, location="brought")
        tensor.ClearField("raw_data")
        self.initializers.append(tensor)
        return name

    def constant(self, name: str, *numbers: int) -> str:
        self.initializers.append(numpy_helper.from_array(np.array(numbers, dtype=np.int64), name))
        return name

    def dense(self, of: str, name: str, x: str) -> str:
        inside, outside = SIZES[name]
        weights = [
            self.given(f"{of}{name}.bytes", TensorProto.UINT8, outside, inside // BLOCK, BLOCK),
            self.given(f"{of}{name}.scales", TensorProto.FLOAT, outside, inside // BLOCK),
        ]
        bias = self.given(f"{of}{name}.bias", TensorProto.FLOAT, outside)
        # The level of accuracy says that what is multiplied is made bytes, too.
        told = {"K": inside, "N": outside, "bits": 8, "block_size": BLOCK, "accuracy_level": 4}
        return self.add("MatMulNBits", [x, *weights, "", "", bias], [f"{of}{name}"], **told)

    def norm(self, name: str) -> list[str]:
        return [self.given(f"{name}.{part}", TensorProto.FLOAT, DIMENSIONS) for part in ("weight", "bias")]

    def layer(self, of: str, x: str, thirds: str) -> str:
        asked = [f"{of}{name}" for name in ("query", "key", "value")]
        self.add("Split", [self.dense(of, "attention.self", x), thirds], asked, axis=-1)
        attended = self.add("MultiHeadAttention", asked, [f"{of}attended"], num_heads=HEADS)
        first, last = (f"{of}{name}" for name in NORMS)
        added = self.dense(of, "attention.output.dense", attended)
        x = self.add("SkipLayerNormalization", [added, x, *self.norm(first)], [first], epsilon=EPSILON)
        inner = self.add("FastGelu", [self.dense(of, "intermediate.dense", x)], [f"{of}inner"])
        added = self.dense(of, "output.dense", inner)
        return self.add("SkipLayerNormalization", [added, x, *self.norm(last)], [last], epsilon=EPSILON)


def graph() -> ModelProto:
    """The whole of it."""
    assert set(SIZES) == set(DENSE)
    made = _Graph()
    x = made.add("LayerNormalization", ["embedded", *made.norm(NORMALISED)], [NORMALISED], axis=-1, epsilon=EPSILON)
    thirds = made.constant("thirds", DIMENSIONS, DIMENSIONS, DIMENSIONS)
    for number in range(LAYERS):
        x = made.layer(f"encoder.layer.{number}.", x, thirds)
    made.add("ReduceMean", [x, made.constant("tokens", 1)], ["mean"], keepdims=0)
    shapes = {"embedded": ["texts", "tokens", DIMENSIONS], "mean": ["texts", DIMENSIONS]}
    ends = [[helper.make_tensor_value_info(name, TensorProto.FLOAT, shapes[name])] for name in shapes]
    return helper.make_model(
        helper.make_graph(made.nodes, "english_encoder", *ends, made.initializers),
        opset_imports=[helper.make_opsetid(*each) for each in OPSETS.items()],
        ir_version=IR_VERSION,
    )


def main() -> None:
    GRAPH.write_bytes(graph().SerializeToString(deterministic=True))


if __name__ == "__main__":
    main()
