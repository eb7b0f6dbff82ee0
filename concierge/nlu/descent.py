"""Minimises a smooth function of many numbers in single precision, by L-BFGS (Liu and Nocedal, 1989).

SciPy's works in double precision, keeps bounds for every number and holds Python's lock meanwhile: a quarter of a fit,
and two fits side by side wait for each other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np

_MEMORY = 10  # steps that the curvature is told from
_TRIALS = 20  # lengths of one step
_FALL = 1e-4  # of what the slope promises, at least (Armijo)
_FLATTENING = 0.9  # of the slope that may be left after a step (Wolfe)
_NOISE = 1e-7  # of a value: less is single precision's rounding


def minimise(loss: Callable[[np.ndarray], tuple[float, np.ndarray]], start: np.ndarray, iterations: int) -> np.ndarray:
    """The flat array where ``loss``, which returns a value and the slope there, is least; or the best found."""
    point = start.astype(np.float32)
    value, slope = loss(point)
    steps: deque[tuple[np.ndarray, np.ndarray, float]] = deque(maxlen=_MEMORY)
    for _ in range(iterations):
        direction = _direction(slope, steps)
        promised = float(direction @ slope)
        if promised >= 0:
            break
        length, shortest, longest = 1.0, 0.0, np.inf
        for _ in range(_TRIALS):
            tried = point + np.float32(length) * direction
            new_value, new_slope = loss(tried)
            if new_value > value + _FALL * length * promised:
                longest = length
            elif float(new_slope @ direction) < _FLATTENING * promised:
                shortest = length
            else:
                break
            length = (shortest + longest) / 2 if longest < np.inf else 2 * length
        fallen = value - new_value
        if fallen < 0:
            break
        step, turn = tried - point, new_slope - slope
        curved = float(step @ turn)
        if curved > 0:
            steps.append((step, turn, curved))
        point, value, slope = tried, new_value, new_slope
        if fallen <= _NOISE * abs(value):
            break
    return point


def _direction(slope: np.ndarray, steps: deque[tuple[np.ndarray, np.ndarray, float]]) -> np.ndarray:
    """Against the slope, corrected by the curvature that the last steps met."""
    direction = -slope
    if not steps:
        return direction / max(1.0, float(np.linalg.norm(slope)))
    shares = []
    for step, turn, curved in reversed(steps):
        share = np.float32(float(step @ direction) / curved)
        direction -= share * turn
        shares.append(share)
    _, turn, curved = steps[-1]
    direction *= np.float32(curved / float(turn @ turn))
    for (step, turn, curved), share in zip(steps, reversed(shares), strict=True):
        direction += (share - np.float32(float(turn @ direction) / curved)) * step
    return direction
