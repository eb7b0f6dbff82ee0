"""Ports for the processes that tests start."""

from __future__ import annotations

import os
import random
import socket
from itertools import count

# Below what systems lend to connections (Linux: from 32768): between the choice of a port and its use, seconds in
# which a process starts, nobody else is given it. Each of pytest's workers has a part of its own.
FIRST, EACH, PARTS = 20000, 1500, 8
_PART = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % PARTS
_NEXT = count(random.randrange(EACH))  # not where another run on this machine begins


def free_port() -> int:
    """One that nobody listens at; it is not given a second time."""
    for _ in range(EACH):
        port = FIRST + _PART * EACH + next(_NEXT) % EACH
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # one that was closed a moment ago is free
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise RuntimeError(f"none of {EACH} ports from {FIRST + _PART * EACH} on is free")
