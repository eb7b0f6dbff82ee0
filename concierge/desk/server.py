"""Runs the desk as its own process."""

from __future__ import annotations

from concierge.desk.app import create_app
from concierge.settings import Settings, get_settings
from concierge.web_kit import logs, server


def serve(settings: Settings | None = None) -> None:
    """Blocks until it is told to stop. Raises ``SystemExit`` with a sentence for a taken port or a wrong setting."""
    settings = settings or get_settings()
    listening = server.listen(settings.host, settings.desk_port, "CONCIERGE_DESK_PORT")
    logs.configure(settings, "desk")
    try:
        app = create_app(settings)
    except ValueError as problem:
        raise SystemExit(f"The desk cannot start: {problem}.") from problem
    server.run(app, listening)
