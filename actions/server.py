"""The action server: on 127.0.0.1 only, without CORS, and without personal data in its error answers.

The SDK's own server listens on every interface, allows any origin and returns the whole request when an action fails.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from typing import Any

import rasa_sdk.utils
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException
from sanic import Sanic
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse, json

from actions import recall

logger = logging.getLogger(__name__)

REQUEST_MAX_SIZE = 20_000_000


def create_app(name: str = "concierge_actions") -> Sanic:
    app = Sanic(name, configure_logging=False)
    app.config.REQUEST_MAX_SIZE = REQUEST_MAX_SIZE
    executor = ActionExecutor()
    executor.register_package("actions")

    app.register_listener(_start_recall, "after_server_start")
    app.register_listener(_stop_recall, "before_server_stop")

    @app.get("/health")
    async def health(_: Request) -> HTTPResponse:
        return json({"status": "ok", "actions": len(executor.actions)})

    @app.post("/webhook")
    async def webhook(request: Request) -> HTTPResponse:
        call = _json(request)
        if not isinstance(call, dict):
            return json({"error": "not an action call"}, status=400)
        action, conversation = call.get("next_action"), call.get("sender_id")
        rasa_sdk.utils.check_version_compatibility(call.get("version"))
        try:
            return json(await executor.run(call))
        except ActionExecutionRejection as rejection:
            return json({"error": "rejected", "action_name": rejection.action_name}, status=400)
        except ActionNotFoundException:
            logger.error("No action %s (conversation %s)", action, conversation)
            return json({"error": "no such action", "action_name": str(action)}, status=404)
        except Exception as error:
            where = "".join(traceback.format_tb(error.__traceback__)[-4:])  # the message may hold the customer's words
            logger.error(
                "Action %s failed (conversation %s): %s\n%s", action, conversation, type(error).__name__, where
            )
            return json({"error": "the action failed", "action_name": str(action)}, status=500)

    return app


async def _start_recall(app: Sanic, loop: Any) -> None:
    app.ctx.recall = asyncio.get_running_loop().create_task(recall.keep_working())


async def _stop_recall(app: Sanic, loop: Any) -> None:
    app.ctx.recall.cancel()


def _json(request: Request) -> Any:
    try:
        return request.json
    except SanicException:
        return None


def serve(host: str, port: int) -> None:
    """Blocks until the process is told to stop."""
    create_app().run(host=host, port=port, access_log=False, debug=False)
