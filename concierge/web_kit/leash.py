"""Ends a process whose supervisor is gone, however it went: a child left behind would hold the port of the next start.

The supervisor holds one end of a pipe and writes nothing. When it dies the other end reads as closed, on every system;
the process then stops as if it had been told to.
"""

from __future__ import annotations

import os
import signal
import threading
import time

DESCRIPTOR = "CONCIERGE_SUPERVISED_BY"  # the number of the pipe's end: not a setting
_LONGEST_STOP = 40.0


def follow() -> None:
    """Ties this process to its supervisor, if it has one."""
    number = os.environ.pop(DESCRIPTOR, "")
    if number.isascii() and number.isdigit():
        threading.Thread(target=_wait, args=(int(number),), name="leash", daemon=True).start()


def _wait(descriptor: int) -> None:
    try:
        while os.read(descriptor, 1):
            pass
    except OSError:  # closed by somebody else: nothing to follow
        return
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_LONGEST_STOP)
    os._exit(1)
