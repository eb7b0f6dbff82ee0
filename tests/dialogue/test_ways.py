"""The ways that docs/architecture.md draws are those that a real message takes: each step is called, in that order."""

from __future__ import annotations

import inspect
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from types import CodeType, FrameType
from typing import Any

import pytest

from actions.executor import HouseActions, answer
from concierge.rasa_runtime.embedded_actions import EmbeddedActions
from tools.architecture import ways


class Watch:
    """Every call of some functions, in order, on this thread and on those that are begun while it watches."""

    def __init__(self, functions: list[Callable[..., Any]]) -> None:
        self.codes = [inspect.unwrap(function).__code__ for function in functions]
        self.called: list[CodeType] = []

    def __enter__(self) -> Watch:
        threading.setprofile(self._see)
        sys.setprofile(self._see)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)
        threading.setprofile(None)

    def _see(self, frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code in self.codes:
            self.called.append(frame.f_code)


@pytest.fixture
def own_actions(agent: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Actions on threads that nobody has begun yet, so that what they call is seen."""
    actions = EmbeddedActions(partial(answer, HouseActions()))
    monkeypatch.setattr(agent.processor, "action_endpoint", actions)
    yield
    actions.close()


def function_at(place: str) -> Callable[..., Any]:
    module, _, name = place.partition(":")
    found: Any = import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return found


@pytest.mark.model
@pytest.mark.parametrize("name", ways())
async def test_a_real_message_takes_the_way(name: str, talk: Any, own_actions: None) -> None:
    way = ways()[name]
    steps = [step["code"] for step in way["steps"] if not step.get("outside")]
    customer = talk()
    with Watch([function_at(step) for step in steps]) as watch:
        answered = await customer.say(way["says"])
    assert answered.text
    called = iter(watch.called)
    missed = [step for step, code in zip(steps, watch.codes, strict=True) if code not in called]
    assert missed == []
