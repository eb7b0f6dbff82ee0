"""Counts failed logins, in this process. An attempt is counted before it is checked: a burst cannot slip by."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable


class FailureLimit:
    """At most ``most`` failures of one key within ``seconds``. Remembers the ``keys`` used last."""

    def __init__(
        self, most: int, seconds: float, keys: int = 10_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.most = most
        self.seconds = seconds
        self._keys = keys
        self._clock = clock
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, key: str) -> float:
        """Seconds until this key may try again; nought when it may now."""
        failures = self._failures.get(key)
        if not failures:
            return 0.0
        now = self._clock()
        while failures and failures[0] <= now - self.seconds:
            failures.popleft()
        if len(failures) < self.most:
            return 0.0
        return failures[0] + self.seconds - now

    def count(self, key: str) -> None:
        self._failures.setdefault(key, deque(maxlen=self.most)).append(self._clock())
        self._failures.move_to_end(key)
        while len(self._failures) > self._keys:
            self._failures.popitem(last=False)

    def uncount(self, key: str) -> None:
        """The attempt counted last was not a failure."""
        if self._failures.get(key):
            self._failures[key].pop()

    def forget(self, key: str) -> None:
        self._failures.pop(key, None)
