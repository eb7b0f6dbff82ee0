"""The action server: on 127.0.0.1 only, without CORS, and without personal data in its error answers.

The SDK's own server listens on every interface, allows any origin and returns the whole request when an action fails.
"""

from __future__ import annotations

import asyncio
from typing import Any

from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json

from actions.executor import HouseActions, answer
from concierge.dialogue import promised_answers, resources
from concierge.mail.codes import keep_sending
from concierge.settings import get_settings
from concierge.web_kit import server
from concierge.web_kit.health import Health, mount
from concierge.web_kit.strict_http import StrictRequest

REQUEST_MAX_SIZE = 20_000_000


def create_app(name: str = "concierge_actions") -> Sanic:
    app = Sanic(name, configure_logging=False)
    app.config.REQUEST_MAX_SIZE = REQUEST_MAX_SIZE
    executor = HouseActions()

    app.register_listener(_keep_promises, "after_server_start")
    app.register_listener(_stop_promises, "before_server_stop")

    found = Health({})
    mount(app, lambda: found)
    app.request_class = StrictRequest

    @app.get("/health")
    async def health(_: Request) -> HTTPResponse:
        return json({"status": "ok", "actions": len(executor.actions)})

    @app.post("/webhook")
    async def webhook(request: Request) -> HTTPResponse:
        status, body = await answer(executor, request.body)
        return HTTPResponse(body, status, content_type="application/json")

    return app


async def _keep_promises(app: Sanic, loop: Any) -> None:
    running = asyncio.get_running_loop()
    app.ctx.kept = [running.create_task(promised_answers.keep_working())]
    if get_settings().sends_mail:
        app.ctx.kept.append(running.create_task(keep_sending(resources.current().code_mail)))


async def _stop_promises(app: Sanic, loop: Any) -> None:
    for task in app.ctx.kept:
        task.cancel()


def serve() -> None:
    """Blocks until the process is told to stop. Raises ``SystemExit`` with a sentence for a taken port."""
    listening = server.listen("127.0.0.1", get_settings().actions_port, "CONCIERGE_ACTIONS_PORT")
    server.run(create_app(), listening)
