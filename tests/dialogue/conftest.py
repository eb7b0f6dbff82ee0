"""The trained assistant, once; a log and orders of its own for each test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from concierge.settings import ROOT, get_settings


@pytest.fixture(scope="session")
def model() -> Path:
    """The model of the present training data; ``CONCIERGE_TEST_MODEL`` names another."""
    from concierge.training import ensure_model

    named = os.environ.get("CONCIERGE_TEST_MODEL")
    return Path(named) if named else ensure_model(ROOT)[0]


@pytest.fixture(scope="session")
def agent(model: Path) -> Any:
    from rasa.core.agent import Agent
    from rasa.utils.endpoints import EndpointConfig

    from concierge.rasa_runtime.patches import install
    from tests.dialogue.talk import InProcess

    install()
    loaded = Agent.load(
        str(model),
        action_endpoint=InProcess(),
        generator=EndpointConfig(type="concierge.answers.nlg.HouseAnswers"),
    )
    assert loaded.is_ready()
    return loaded


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An installation of its own: settings, log, and the documented demo orders."""
    from actions import resources
    from concierge.orders.demo_documented import documented_orders

    monkeypatch.setenv("CONCIERGE_VAR", str(tmp_path))
    get_settings.cache_clear()
    resources.forget()
    resources.orders().put(documented_orders(datetime.now(timezone.utc)))
    yield resources
    resources.orders().close()
    resources.forget()
    get_settings.cache_clear()


@pytest.fixture
def talk(agent: Any, shop: Any) -> Callable[..., Any]:
    """``talk()`` opens a conversation; ``talk(language="fr", region="EU")`` in another language or region."""
    from rasa.core.tracker_store import TrackerStore
    from rasa.utils.endpoints import EndpointConfig

    from tests.dialogue.talk import Talk

    store = EndpointConfig(type="concierge.rasa_runtime.tracker_store.EventLogTrackerStore")
    agent.tracker_store = agent.processor.tracker_store = TrackerStore.create(store, agent.domain)
    agent.action_endpoint.down = False
    return lambda **kwargs: Talk(agent, shop.log(), **kwargs)
