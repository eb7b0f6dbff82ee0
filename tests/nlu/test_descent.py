"""The minimum is found, from anywhere, the same way each time."""

import numpy as np
import pytest

from concierge.nlu.descent import minimise


def _bowl(point: np.ndarray) -> tuple[float, np.ndarray]:
    """A long narrow valley around ones: a hundred times steeper across than along."""
    steep = np.geomspace(1, 100, len(point)).astype(np.float32)
    off = point - 1
    return float((steep * off * off).sum() / 2), steep * off


def _banana(point: np.ndarray) -> tuple[float, np.ndarray]:
    x, y = point.astype(np.float64)
    slope = [-2 * (1 - x) - 40 * x * (y - x * x), 20 * (y - x * x)]
    return (1 - x) ** 2 + 10 * (y - x * x) ** 2, np.array(slope, dtype=np.float32)


@pytest.mark.parametrize(
    ("loss", "start"), [(_bowl, np.zeros(30)), (_bowl, np.full(30, -50.0)), (_banana, np.array([-1.2, 1.0]))]
)
def test_the_minimum_is_found(loss, start):
    found = minimise(loss, start, 200)
    np.testing.assert_allclose(found, 1, atol=2e-2)
    assert np.array_equal(found, minimise(loss, start, 200))


def test_it_stays_where_nothing_is_lower():
    assert np.array_equal(minimise(_bowl, np.ones(5), 50), np.ones(5))


def test_it_ends_after_as_many_steps_as_allowed():
    after = [_bowl(minimise(_bowl, np.zeros(30), steps))[0] for steps in (0, 1, 5, 40)]
    assert after == sorted(after, reverse=True)
    assert after[0] == _bowl(np.zeros(30, dtype=np.float32))[0]
    assert after[-1] < after[0] / 1000
