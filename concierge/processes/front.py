"""Serves everything that customers and their systems reach: the channels of ``credentials.yml``, and the shop page.

It verifies, limits, masks, stores and streams. What understands messages runs elsewhere, and takes them from the log:
without it they wait there.
"""

from __future__ import annotations

import logging

import click
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, empty, json
from sqlalchemy.exc import SQLAlchemyError

from concierge.channels.credentials import BadCredentials, channels
from concierge.channels.reception import Reception
from concierge.conversations.told_metrics import ToldMetrics
from concierge.settings import Settings, get_settings
from concierge.storage import outage
from concierge.web_kit import health, logs, metrics, server

logger = logging.getLogger(__name__)

_ROUTE = "/webhooks"


def create_app(settings: Settings, name: str = "concierge_front") -> Sanic:
    """``name`` must differ between apps of one process. Raises ``BadCredentials``."""
    app = Sanic(name, configure_logging=False)
    # Open streams reconnect by themselves; nothing is lost with them.
    app.config.update({"GRACEFUL_SHUTDOWN_TIMEOUT": 3.0, "ACCESS_LOG": False, "MOTD": False})
    reception = Reception.of(app)
    found = health.Health({"database": health.database(reception.engine)})
    health.mount(app, lambda: found)
    server.prepare(app, settings)
    _tell_of_assistants(app, reception)
    server.watch_proxies(app, settings, found)
    for channel in channels(settings.root / "credentials.yml"):
        app.blueprint(channel.blueprint(), url_prefix=f"{_ROUTE}/{channel.url_prefix()}")
    app.add_route(root, "/", methods=["GET"], name="root")
    return app


def _tell_of_assistants(app: Sanic, reception: Reception) -> None:
    """``/metrics/assistants``: what the assistants count, whom nobody can ask. Every front tells the same."""
    left = ToldMetrics(reception.engine)

    async def metrics_of_assistants(request: Request) -> HTTPResponse:
        try:
            return metrics.told(await reception.blocking(lambda: metrics.together(left.all())))
        except SQLAlchemyError as problem:
            outage.report(logger, "What the assistants count could not be read", problem)
            return empty(503)

    app.add_route(metrics_of_assistants, "/metrics/assistants", methods=["GET"], name="metrics_of_assistants")


async def root(request: Request) -> HTTPResponse:
    """What is asked by whoever wants to know whether there is a server."""
    return json({"status": "ok"})


def serve(settings: Settings) -> None:
    """Blocks until the process is told to stop. Raises ``SystemExit`` with a sentence for what cannot be served."""
    listening = server.listen(settings.host, settings.front_port, "CONCIERGE_FRONT_PORT")
    logs.configure(settings, "front")
    try:
        app = create_app(settings)
    except BadCredentials as problem:
        raise SystemExit(f"The front cannot start: {problem}.") from problem
    server.run(app, listening)


@click.command()
def front() -> None:
    """What customers reach: website channel, REST, shop page."""
    from concierge.conversations import upgrade
    from concierge.storage.schema_version import check

    settings = get_settings()
    check(settings.database, upgrade)
    serve(settings)
