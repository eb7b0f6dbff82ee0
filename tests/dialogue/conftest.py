"""The trained assistant, once; a log and orders of its own for each test."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime, timezone
from functools import partial
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
def agent(model: Path) -> Iterator[Any]:
    """As ``concierge assistant`` loads it: its lock store, its generator, its actions in the same process."""
    from concierge.evaluation.production import load_agent

    loaded, actions = load_agent(model)
    assert loaded.is_ready()
    yield loaded
    actions.close()


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A mail server that the installation sends its codes through; to be asked for before ``shop`` or ``talk``."""
    from tests.mail_server import mail_server

    with mail_server() as server:
        monkeypatch.setenv("CONCIERGE_MAIL_SERVER", server.address)
        monkeypatch.setenv("CONCIERGE_MAIL_FROM", "Client Service <service@example.com>")
        yield server


@pytest.fixture(scope="session")
def stocked(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As ``migrated``, with what the demo shop has in stock."""
    from concierge.demo.stock import demo_stock
    from concierge.orders.sql import SqlOrderBook

    folder = shutil.copytree(migrated, tmp_path_factory.mktemp("stocked"), dirs_exist_ok=True)
    book = SqlOrderBook(f"sqlite:///{folder / 'orders.db'}")
    book.put_stock(demo_stock())
    book.close()  # the last connection puts what was written into the file
    return folder


@pytest.fixture
def shop(tmp_path: Path, stocked: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An installation of its own: settings, log, and the documented demo orders."""
    from concierge.demo.documented import documented_orders
    from concierge.dialogue import resources

    shutil.copytree(stocked, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("CONCIERGE_VAR", str(tmp_path))
    monkeypatch.setenv("CONCIERGE_MESSAGES_PER_MINUTE", "100000")
    get_settings.cache_clear()
    resources.current.cache_clear()
    resources.current().orders().put(documented_orders(datetime.now(timezone.utc)))
    yield resources.current()
    resources.current().orders().close()
    resources.current.cache_clear()
    get_settings.cache_clear()


@pytest.fixture
async def talk(agent: Any, shop: Any) -> AsyncIterator[Callable[..., Any]]:
    """``talk()`` opens a conversation; ``talk(language="fr", region="EU")`` in another language or region."""
    from concierge.assistant.worker import Worker
    from concierge.channels.reception import Reception
    from concierge.evaluation.production import bring_trackers
    from tests.dialogue.talk import Talk

    shop.log()  # brings the tables
    bring_trackers(agent)
    reception = Reception(get_settings())
    worker = Worker(reception, proof_hours=reception.settings.proof_hours)
    worker.start(lambda: agent)
    yield partial(Talk, agent, reception)
    await worker.stop()
    await reception.close()
