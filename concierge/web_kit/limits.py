"""How often something may happen, and how often at once, for one key: counted in this process."""

from __future__ import annotations

import ipaddress
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sanic.request import Request


class RateLimit:
    """``most`` in ``seconds``, refilled evenly, so that a burst up to ``most`` passes. Remembers the keys used last."""

    def __init__(
        self, most: int, seconds: float, keys: int = 20_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._per_second = most / seconds
        self._keys = keys
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> float:
        """Nought when it is allowed, and counted; otherwise the seconds until it will be."""
        now = self._clock()
        left, at = self._left.pop(key, (float(self._most), now))
        left = min(self._most, left + (now - at) * self._per_second)
        wait = 0.0 if left >= 1 else (1 - left) / self._per_second
        self._left[key] = (left if wait else left - 1, now)
        if len(self._left) > self._keys:
            self._left.popitem(last=False)
        return wait


class OpenLimit:
    """How many of something may be open at once for one key."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: Counter[str] = Counter()

    def keys(self) -> set[str]:
        """Those for which something is open."""
        return set(self._open)

    @contextmanager
    def hold(self, key: str) -> Iterator[bool]:
        """False when there are too many already: then it does not count, and must not be opened."""
        allowed = self._open[key] < self._most
        if not allowed:
            yield False
            return
        self._open[key] += 1
        try:
            yield True
        finally:
            self._open[key] -= 1
            if not self._open[key]:
                del self._open[key]


def network_of(request: Request, proxies: int) -> str:
    """Where the request comes from: the address that the outermost of our ``proxies`` saw, or the peer's.

    An IPv6 customer has a whole /64, so that is what is counted.
    """
    address = request.ip or ""
    if proxies:
        hops = [
            hop.strip() for hop in ",".join(request.headers.getall("x-forwarded-for", [])).split(",") if hop.strip()
        ]
        if hops:
            address = hops[max(0, len(hops) - proxies)]
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
