"""Tells a channel that an action failed while a message was processed; Rasa itself logs it and goes on in silence.

    with failures.watch() as failed:
        await agent.handle_message(message)
    if failed: ...

Where the trouble passes by itself, going on would leave a form with half of what happened: the turn ends there, and
``watch`` raises ``TurnUndone``. Imports no Rasa.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from concierge.rasa_runtime.errors import TurnUndone

PASSING = "passing"


@dataclass(frozen=True)
class ActionFailure:
    action: str
    reason: str
    """``passing`` (503), ``unreachable``, ``timeout``, ``error`` (5xx), ``invalid`` (an answer that is none) or
    ``not_configured``."""
    seconds: float
    detail: str


class _Ended(BaseException):
    """Not an ``Exception``: after one of those Rasa goes on, with the action's events missing."""

    def __init__(self, failure: ActionFailure) -> None:
        super().__init__(failure.action)
        self.failure = failure


_watched: ContextVar[list[ActionFailure] | None] = ContextVar("concierge_action_failures", default=None)


@contextmanager
def watch() -> Iterator[list[ActionFailure]]:
    """Collects the failures of the current task and of those it starts, in order. May be nested: the inner one wins.

    Raises ``TurnUndone`` in the place of what an action with a ``passing`` failure has ended.
    """
    seen: list[ActionFailure] = []
    token = _watched.set(seen)
    try:
        yield seen
    except _Ended as ended:
        failure = ended.failure
        raise TurnUndone(f"{failure.action}: {failure.detail}", failure.action) from ended
    finally:
        _watched.reset(token)


def report(failure: ActionFailure) -> None:
    """Does not return where the failure passes by itself and somebody watches who can take the turn again."""
    seen = _watched.get()
    if seen is not None:
        seen.append(failure)
        if failure.reason == PASSING:
            raise _Ended(failure)


def seen() -> bool:
    """Whether an action has failed in what is watched."""
    return bool(_watched.get())
