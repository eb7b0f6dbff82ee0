"""Runs the desk as its own process."""

from __future__ import annotations

import errno
import logging
import socket

from concierge.desk.app import create_app
from concierge.settings import Settings, get_settings
from concierge.web_kit import server

logger = logging.getLogger(__name__)


def serve(settings: Settings | None = None) -> None:
    """Blocks until it is told to stop. Raises ``SystemExit`` with a sentence for a taken port or a wrong setting."""
    settings = settings or get_settings()
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for noisy in ("sanic.root", "sanic.access", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        app = create_app(settings)
    except ValueError as problem:
        raise SystemExit(f"The desk cannot start: {problem}.") from problem
    server.run(app, sock=_listen(settings))


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.desk_port))
    except OSError as problem:
        listening.close()
        if problem.errno != errno.EADDRINUSE:
            raise SystemExit(f"The desk cannot listen on {settings.host}: {problem.strerror}.") from problem
        raise SystemExit(
            f"Port {settings.desk_port} is taken. Stop what uses it, or set CONCIERGE_DESK_PORT to another port."
        ) from problem
    return listening
