"""Our store goes to Rasa's agent as it is; any other is wrapped as ever."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rasa.core.agent import Agent
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore
from rasa.shared.core.domain import Domain

from concierge.rasa_runtime.patches import install


def test_ours_is_not_wrapped(make_store: Callable[..., Any]) -> None:
    install()
    store, domain = make_store(), Domain.empty()
    assert Agent(domain=domain, tracker_store=store).tracker_store is store
    assert store.domain is domain


def test_another_is() -> None:
    install()
    agent = Agent(domain=Domain.empty(), tracker_store=InMemoryTrackerStore(Domain.empty()))
    assert isinstance(agent.tracker_store, FailSafeTrackerStore)
