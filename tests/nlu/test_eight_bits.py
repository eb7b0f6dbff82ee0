"""Numbers of eight bits: how near they are, and their products."""

from __future__ import annotations

import numpy as np
import pytest

from concierge.nlu import eight_bits


def test_numbers_of_eight_bits_are_as_near_as_half_a_step() -> None:
    matrix = np.random.default_rng(1).normal(size=(5, 64)).astype(np.float32)
    matrix[1, :32] = 0
    numbers, scales = eight_bits.rounded(matrix, 32)
    assert numbers.shape == (5, 2, 32)
    back = (numbers.astype(np.float32) - 128) * scales[:, :, None]
    assert (np.abs(back - matrix.reshape(back.shape)) <= scales[:, :, None] * 0.501).all()


@pytest.mark.parametrize("width", [3, 128, 200, 384])
def test_cosines_are_true_to_some_thousandths(width: int) -> None:
    vectors = np.random.default_rng(7).standard_normal((1000, width)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    found = eight_bits.Cosines(eight_bits.graph_of(vectors))(vectors[400:403])
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, vectors[400:403] @ vectors.T, atol=0.01)


def test_vectors_without_columns_are_like_none() -> None:
    assert not eight_bits.Cosines(eight_bits.graph_of(np.zeros((4, 0))))(np.zeros((2, 0))).any()
