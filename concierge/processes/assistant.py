"""Runs Rasa for itself: it takes work from the inbox, answers into the log, and serves nothing but its health.

Rasa's HTTP API (``rasa run --enable-api``) can read and write every conversation, and its channels would speak past the
log: neither is here. The health is told on loopback only.
"""

from __future__ import annotations

import asyncio
import logging
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from concierge.conversations import LogAccess
from concierge.settings import Settings, get_settings
from concierge.storage.database import open_engine
from concierge.web_kit import health, logs, server

if TYPE_CHECKING:
    from sanic import Sanic

    from concierge.rasa_runtime.embedded_actions import EmbeddedActions

logger = logging.getLogger(__name__)

HOST = "127.0.0.1"
TRACKER_STORE = "concierge.rasa_runtime.tracker_store.EventLogTrackerStore"
FINISH_SECONDS = 20.0  # for the turns that run when the process is told to stop; an action may take as long


def serve(model: Path, settings: Settings) -> None:
    """Blocks until the process is told to stop. Raises ``SystemExit`` with a sentence for a taken port."""
    listening = server.listen(HOST, settings.assistant_health_port, "CONCIERGE_ASSISTANT_HEALTH_PORT")
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    import rasa.core.run
    import rasa.utils.common
    from rasa.core.utils import AvailableEndpoints
    from rasa.utils.log_utils import configure_structlog
    from sanic import Sanic

    from concierge.rasa_runtime import patches

    patches.install()
    rasa.utils.common.configure_logging_and_warnings(logging.getLevelName(settings.log_level))
    # Rasa's command does this; without it every message's text is printed, at the level DEBUG, whatever is set.
    configure_structlog(logging.getLevelName(settings.log_level))
    _log_as_json(settings)
    endpoints = AvailableEndpoints.read_endpoints(str(settings.root / "endpoints.yml"))
    if settings.actions == "server" and endpoints.action is not None:
        endpoints.action.url = settings.action_server
    app = Sanic("concierge_assistant", configure_logging=False)
    access = LogAccess(settings.database, settings.listen_url)
    if endpoints.tracker_store is not None and endpoints.tracker_store.type == TRACKER_STORE:
        # The log's eight threads and the trackers' four share its connections; actions have their own, of which a
        # crowd of them that waits for a slow database may take all (docs/operating.md).
        endpoints.tracker_store.kwargs["engine"] = access.engine
    _health(app, settings, access)
    app.register_listener(
        partial(rasa.core.run.load_agent_on_start, str(model), endpoints, None), "before_server_start"
    )
    app.register_listener(rasa.core.run.close_resources, "after_server_stop")
    if settings.actions == "embedded":
        endpoints.action = _embedded_actions(app)
    _work(app, settings, access)
    server.run(app, listening)


def _log_as_json(settings: Settings) -> None:
    """Where it is wanted; otherwise lines are as Rasa writes them."""
    if settings.log_format == "json":
        logs.configure(settings, "assistant")


def _work(app: Sanic, settings: Settings, access: LogAccess) -> None:
    from concierge.assistant.measures import Telling
    from concierge.assistant.worker import Worker

    worker, telling = Worker(access, proof_hours=settings.proof_hours), Telling(access)

    async def start(app: Sanic, loop: Any) -> None:
        worker.start(lambda: getattr(app.ctx, "agent", None))
        telling.start()

    async def stop(app: Sanic, loop: Any) -> None:
        await worker.stop(FINISH_SECONDS)
        await telling.stop()
        await access.close()

    app.register_listener(start, "after_server_start")
    app.register_listener(stop, "before_server_stop")


def _health(app: Sanic, settings: Settings, access: LogAccess) -> None:
    def model() -> str:
        agent = getattr(app.ctx, "agent", None)
        return "" if agent is not None and agent.is_ready() else "not loaded"

    parts = {"model": model, "database": health.database(access.engine)}
    if not settings.orders.startswith(("http://", "https://")):
        parts["orders"] = health.database(open_engine(settings.orders))
    found = health.Health(parts, wished=frozenset({"orders"}))  # general questions are answered without them
    health.mount(app, lambda: found)
    server.prepare(app, settings)


def _embedded_actions(app: Sanic) -> EmbeddedActions:
    """The house's actions, and what they do between calls, for as long as the application runs."""
    from actions.executor import HouseActions, answer
    from concierge.dialogue import promised_answers, resources
    from concierge.mail.codes import keep_sending
    from concierge.rasa_runtime.embedded_actions import EmbeddedActions

    embedded = EmbeddedActions(partial(answer, HouseActions()))

    async def start(app: Sanic, loop: Any) -> None:
        embedded.keep(promised_answers.keep_working)
        if get_settings().sends_mail:
            embedded.keep(partial(keep_sending, resources.current().code_mail))

    async def stop(app: Sanic, loop: Any) -> None:
        await asyncio.to_thread(embedded.close)

    app.register_listener(start, "after_server_start")
    app.register_listener(stop, "after_server_stop")
    return embedded


@click.command()
@click.option("--model", type=click.Path(exists=True, path_type=Path), help="Default: the model of the present data.")
def assistant(model: Path | None) -> None:
    """What answers: understanding, dialogue, actions. Has no address but its health, on 127.0.0.1."""
    settings = get_settings()
    _log_as_json(settings)  # before anything is imported that warns
    from concierge.conversations import upgrade
    from concierge.languages import lexicon
    from concierge.storage.schema_version import check
    from concierge.trackers import tables
    from concierge.training import model_path

    path = model or model_path(settings.root)
    if not path.exists():
        raise click.ClickException("No model for the present training data. Run: concierge train")
    os.chdir(settings.root)
    lexicon.check()
    check(settings.database, upgrade)
    check(tables.address(settings), tables.upgrade)
    serve(path, settings)
