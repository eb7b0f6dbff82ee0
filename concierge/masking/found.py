"""What is found in a text, and what stands there instead."""

from __future__ import annotations

from typing import NamedTuple

DOTS = "••••"


class Found(NamedTuple):
    start: int
    end: int
    kind: str
    shown: str
