"""A tiny trained assistant with rules, stories and forms, its action server, trackers in a database of their own."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rasa.core.agent import Agent
from rasa.model_training import train
from rasa.utils.endpoints import EndpointConfig
from rasa.utils.log_utils import configure_structlog

from concierge.rasa_runtime.lock_store import FairLockStore
from concierge.rasa_runtime.patches import tracker_store_wrapper
from concierge.rasa_runtime.tracker_store import EventLogTrackerStore
from tests.postgres import postgres_schema
from tests.rasa_runtime.action_server import ActionServer

ASSISTANT = Path(__file__).parent / "assistant"


@pytest.fixture(scope="session", autouse=True)
def _quiet() -> None:
    configure_structlog(logging.WARNING)  # else it renders every debug message of Rasa


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the assistant's folder with its model in it."""
    folder = tmp_path_factory.mktemp("tiny") / "assistant"
    shutil.copytree(ASSISTANT, folder)
    result = train(
        str(folder / "domain.yml"),
        str(folder / "config.yml"),
        [str(folder / "data.yml")],
        output=str(folder / "models"),
        fixed_model_name="tiny",
    )
    assert result.model
    return folder


@pytest.fixture(scope="session")
def model(project: Path) -> Path:
    return project / "models" / "tiny.tar.gz"


@pytest.fixture(scope="session")
def actions() -> Iterator[ActionServer]:
    server = ActionServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def _leave_the_collector_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracker_store_wrapper, "settle", lambda: None)


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'trackers.db'}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """SQLite and, where one answers, PostgreSQL in a schema of its own."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'trackers.db'}"
        return
    with postgres_schema("runtime") as schema:
        yield schema.url()


@pytest.fixture
def make_agent(model: Path, actions: ActionServer) -> Callable[..., Agent]:
    def make(store: Any, path: str = "/webhook", endpoint: EndpointConfig | None = None) -> Agent:
        endpoint = endpoint or EndpointConfig(actions.url(path))
        return Agent.load(model, tracker_store=store, lock_store=FairLockStore(), action_endpoint=endpoint)

    return make


@pytest.fixture
def make_store(database: str) -> Iterator[Callable[..., EventLogTrackerStore]]:
    stores: list[EventLogTrackerStore] = []

    def make(url: str = database, **options: Any) -> EventLogTrackerStore:
        stores.append(EventLogTrackerStore(host=url, **options))
        return stores[-1]

    yield make
    for store in stores:
        store.log.close()
