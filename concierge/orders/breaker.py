"""Stops calling a system that does not answer, so that customers are not kept waiting for it, and tries it again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Breaker:
    """Opens after ``failures`` failed calls in a row; after ``rest`` seconds lets one call through to see."""

    def __init__(self, failures: int = 5, rest: float = 20.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._rest, self._clock = failures, rest, clock
        self._failed = 0
        self._open_until = 0.0
        self._lock = threading.Lock()

    def allows(self) -> bool:
        """Whether to call now. True obliges the caller to report with ``succeeded`` or ``failed``."""
        with self._lock:
            if self._failed < self._limit:
                return True
            if self._clock() < self._open_until:
                return False
            self._open_until = self._clock() + self._rest  # this one is the trial; the others wait for it
            return True

    def succeeded(self) -> None:
        with self._lock:
            self._failed = 0

    def failed(self) -> None:
        with self._lock:
            self._failed += 1
            if self._failed >= self._limit:
                self._open_until = self._clock() + self._rest

    @property
    def seconds_left(self) -> float:
        """Until the next trial; 0 when calls go through."""
        with self._lock:
            return max(0.0, self._open_until - self._clock()) if self._failed >= self._limit else 0.0
