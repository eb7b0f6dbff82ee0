"""The product in this process, with a database of its own: what is measured is the path that customers take."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from rasa.core.agent import Agent
from rasa.core.lock_store import LockStore
from rasa.core.tracker_store import TrackerStore
from rasa.core.utils import AvailableEndpoints

from actions.executor import HouseActions, answer
from concierge.assistant.worker import Worker
from concierge.channels.reception import Reception
from concierge.dialogue import resources
from concierge.dialogue.resources import Resources
from concierge.evaluation.talk import Talk
from concierge.rasa_runtime.embedded_actions import EmbeddedActions
from concierge.rasa_runtime.patches import install
from concierge.settings import ROOT, get_settings

_NO_LIMIT = "1000000000"


class Production(NamedTuple):
    agent: Agent
    reception: Reception
    resources: Resources

    def talk(self, language: str = "en", region: str = "EU", **attributes: Any) -> Talk:
        """A new conversation; ``attributes`` as ``ConversationLog.open`` takes them."""
        return Talk(self.agent, self.reception, language, region, **attributes)


def load_agent(model: Path) -> tuple[Agent, EmbeddedActions]:
    """As ``concierge assistant`` loads it: its lock store, its generator, its actions in the same process. The actions
    are to be closed."""
    install()
    endpoints = AvailableEndpoints.read_endpoints(str(ROOT / "endpoints.yml"))
    actions = EmbeddedActions(partial(answer, HouseActions()))
    agent = Agent.load(
        str(model),
        lock_store=LockStore.create(endpoints.lock_store),
        generator=endpoints.nlg,
        action_endpoint=actions,
    )
    return agent, actions


def bring_trackers(agent: Agent) -> None:
    """The tracker store of the present settings."""
    store = AvailableEndpoints.read_endpoints(str(ROOT / "endpoints.yml")).tracker_store
    agent.tracker_store = agent.processor.tracker_store = TrackerStore.create(store, agent.domain)


def settle_in(var: Path) -> None:
    """From here on this process is an installation in ``var``, whatever its environment and ``.env`` say of databases:
    simulated customers never meet real ones."""
    os.environ.update(
        CONCIERGE_VAR=str(var),
        CONCIERGE_DATABASE_URL=f"sqlite:///{var / 'concierge.db'}",
        CONCIERGE_ORDERS_URL=f"sqlite:///{var / 'orders.db'}",
        CONCIERGE_MESSAGES_PER_MINUTE=_NO_LIMIT,
        CONCIERGE_LOG_LEVEL="ERROR",
    )
    get_settings.cache_clear()
    resources.current.cache_clear()


@asynccontextmanager
async def production(model: Path) -> AsyncIterator[Production]:
    """The trained assistant over the databases of the present settings."""
    agent, actions = load_agent(model)
    try:
        async with installed(agent) as house:
            yield house
    finally:
        actions.close()


@asynccontextmanager
async def installed(agent: Agent) -> AsyncIterator[Production]:
    """A loaded assistant over the databases of the present settings."""
    house = resources.current()
    house.log()  # brings the tables
    bring_trackers(agent)
    reception = Reception(get_settings())
    worker = Worker(reception, proof_hours=reception.settings.proof_hours)
    worker.start(lambda: agent)
    try:
        yield Production(agent, reception, house)
    finally:
        await worker.stop()
        await reception.close()
        house.orders().close()
