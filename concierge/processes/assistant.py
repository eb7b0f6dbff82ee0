"""Serves Rasa with our channels, without Rasa's HTTP API.

The API (``rasa run --enable-api``) can read and write every conversation, so it does not belong on the port that
customers reach. What a load balancer needs of it, ``/status``, is here: 409 until a model is loaded, as in Rasa.
"""

from __future__ import annotations

import asyncio
import logging
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from concierge.settings import Settings, get_settings
from concierge.storage.database import open_engine
from concierge.web_kit import health, server

if TYPE_CHECKING:
    from sanic import Sanic

    from concierge.rasa_runtime.embedded_actions import EmbeddedActions

logger = logging.getLogger(__name__)


def serve(model: Path, settings: Settings) -> None:
    """Blocks until the process is told to stop. Raises ``SystemExit`` with a sentence for a taken port."""
    listening = server.listen(settings.host, settings.assistant_port, "CONCIERGE_ASSISTANT_PORT")
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    import rasa.core.run
    import rasa.utils.common
    from rasa.core.utils import AvailableEndpoints
    from rasa.utils.log_utils import configure_structlog
    from sanic.request import Request
    from sanic.response import HTTPResponse, json

    from concierge.rasa_runtime import patches

    patches.install()
    rasa.utils.common.configure_logging_and_warnings(logging.getLevelName(settings.log_level))
    # Rasa's command does this; without it every message's text is printed, at the level DEBUG, whatever is set.
    configure_structlog(logging.getLevelName(settings.log_level))
    endpoints = AvailableEndpoints.read_endpoints(str(settings.root / "endpoints.yml"))
    if settings.actions == "server" and endpoints.action is not None:
        endpoints.action.url = settings.action_server
    channels = rasa.core.run.create_http_input_channels(None, str(settings.root / "credentials.yml"))
    app: Sanic = rasa.core.run.configure_app(
        channels, enable_api=False, endpoints=endpoints, port=settings.assistant_port
    )
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = 3.0  # open streams reconnect by themselves; nothing is lost with them
    _health(app, settings)

    @app.get("/status")
    async def status(request: Request) -> HTTPResponse:
        agent = getattr(app.ctx, "agent", None)
        if agent is None or not agent.is_ready():
            return json({"status": "failure", "reason": "ModelNotLoaded"}, status=409)
        return json({"model_file": agent.processor.model_filename, "model_id": agent.model_id})

    @app.middleware("request")
    async def no_greeting(request: Request) -> HTTPResponse | None:
        """Rasa's own answer at ``/`` tells its version."""
        return json({"status": "ok"}) if request.path == "/" else None

    app.register_listener(
        partial(rasa.core.run.load_agent_on_start, str(model), endpoints, None), "before_server_start"
    )
    app.register_listener(rasa.core.run.close_resources, "after_server_stop")
    if settings.actions == "embedded":
        endpoints.action = _embedded_actions(app)
    server.run(app, listening)


def _health(app: Sanic, settings: Settings) -> None:
    from concierge.channels.reception import Reception

    def model() -> str:
        agent = getattr(app.ctx, "agent", None)
        return "" if agent is not None and agent.is_ready() else "not loaded"

    parts = {"model": model, "database": health.database(Reception.of(app).engine)}
    if not settings.orders.startswith(("http://", "https://")):
        parts["orders"] = health.database(open_engine(settings.orders))
    found = health.Health(parts, wished=frozenset({"orders"}))  # general questions are answered without them
    health.mount(app, lambda: found)
    server.prepare(app, settings)
    server.watch_proxies(app, settings, found)


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
    """The assistant: channels, understanding, dialogue."""
    from concierge.conversations import upgrade
    from concierge.languages import lexicon
    from concierge.rasa_runtime import tables
    from concierge.storage.schema_version import check
    from concierge.training import model_path

    settings = get_settings()
    path = model or model_path(settings.root)
    if not path.exists():
        raise click.ClickException("No model for the present training data. Run: concierge train")
    os.chdir(settings.root)
    lexicon.check()
    check(settings.database, upgrade)
    check(tables.address(settings), tables.upgrade)
    serve(path, settings)
