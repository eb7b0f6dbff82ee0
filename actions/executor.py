"""Runs actions, the same way in the assistant's process and in the action server; discreet when one fails."""

from __future__ import annotations

import logging
import traceback
from typing import Any

import rasa_sdk.utils
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException
from sanic.request import json_loads
from sanic.response import json_dumps

from concierge.storage import outage

logger = logging.getLogger(__name__)
# It tells of every action that it registers and of every slot that is empty, and at DEBUG what an action returned.
logging.getLogger("rasa_sdk").setLevel(logging.WARNING)


class HouseActions(ActionExecutor):
    """This package's actions: the SDK takes every Action class that any module of the process defines."""

    def __init__(self) -> None:
        super().__init__()
        self.register_package(__package__)

    def register_action(self, action: Any) -> None:
        if action.__module__.partition(".")[0] == __package__:
            super().register_action(action)


async def answer(executor: ActionExecutor, request: str | bytes) -> tuple[int, str]:
    """What HTTP answers to one of Rasa's calls: the status and, in JSON, the body. Logs errors with ids only.

    503: a database did not answer, and will again. The turn is then taken again, so what an action writes must bear
    being written twice.
    """
    try:
        call = json_loads(request)
    except ValueError:
        call = None
    if not isinstance(call, dict):
        return 400, json_dumps({"error": "not an action call"})
    action, conversation = call.get("next_action"), call.get("sender_id")
    rasa_sdk.utils.check_version_compatibility(call.get("version"))
    try:
        return 200, json_dumps(await executor.run(call))
    except ActionExecutionRejection as rejection:
        return 400, json_dumps({"error": "rejected", "action_name": rejection.action_name})
    except ActionNotFoundException:
        logger.error("No action %s (conversation %s)", action, conversation)
        return 404, json_dumps({"error": "no such action", "action_name": str(action)})
    except Exception as error:
        if outage.passes(error):
            outage.report(logger, f"Action {action} was broken off (conversation {conversation})", error)
            return 503, json_dumps({"error": "try again", "action_name": str(action)})
        where = "".join(traceback.format_tb(error.__traceback__)[-4:])  # the message may hold the customer's words
        logger.error("Action %s failed (conversation %s): %s\n%s", action, conversation, type(error).__name__, where)
        return 500, json_dumps({"error": "the action failed", "action_name": str(action)})
