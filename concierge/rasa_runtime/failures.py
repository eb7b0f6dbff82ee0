"""Tells a channel that an action failed while a message was processed; Rasa itself logs it and goes on in silence.

    with failures.watch() as failed:
        await agent.handle_message(message)
    if failed: ...

Imports no Rasa.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class ActionFailure:
    action: str
    reason: str
    """``unreachable``, ``timeout``, ``error`` (5xx), ``invalid`` (an answer that is none) or ``not_configured``."""
    seconds: float
    detail: str


_watched: ContextVar[list[ActionFailure] | None] = ContextVar("concierge_action_failures", default=None)


@contextmanager
def watch() -> Iterator[list[ActionFailure]]:
    """Collects the failures of the current task and of those it starts, in order. May be nested: the inner one wins."""
    seen: list[ActionFailure] = []
    token = _watched.set(seen)
    try:
        yield seen
    finally:
        _watched.reset(token)


def report(failure: ActionFailure) -> None:
    seen = _watched.get()
    if seen is not None:
        seen.append(failure)
