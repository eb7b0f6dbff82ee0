"""Keeps the garbage collector out of what somebody waits for."""

from __future__ import annotations

import gc


def settle(*, seldom: bool = True) -> None:
    """Once a process has what it keeps for life: that is not searched for garbage again; ``seldom``: nor is the rest as
    often, which an assistant's long turns are worth, and a server that keeps what many requests left is not.

    Full collections were pauses of 200 to 500 ms in the middle of an assistant's turn, where they went through the
    model's objects; in a front one was timed, alone, at 37 ms.
    """
    gc.collect()
    gc.freeze()
    if seldom:
        gc.set_threshold(20_000, 20, 20)
