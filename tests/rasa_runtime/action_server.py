"""Real actions, and paths under which they misbehave; behind HTTP, or embedded. For the runtime's tests."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from aiohttp import web
from rasa_sdk import Action, FormValidationAction
from rasa_sdk.events import ActionExecuted, ConversationPaused, SlotSet
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

from actions.executor import answer
from concierge.rasa_runtime.embedded_actions import EmbeddedActions


class ValidateOrderForm(FormValidationAction):
    def name(self) -> str:
        return "validate_order_form"

    def validate_number(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        return {"number": None if value == "bad" else value}


class ValidateEndlessForm(FormValidationAction):
    def name(self) -> str:
        return "validate_endless_form"

    def validate_answer(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        return {"answer": None}


class Known(Action):
    def name(self) -> str:
        return "action_known"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        return [SlotSet("known", True)]


class Remember(Action):
    """Says and sets what it sees, so that a difference in what it is sent becomes a difference in the conversation."""

    def name(self) -> str:
        return "action_remember"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        seen = sorted((name, value) for name, value in tracker.slots.items() if name != "remembered" and value)
        dispatcher.utter_message(text=f"{tracker.latest_message['intent']['name']} {tracker.active_loop_name} {seen}")
        return [SlotSet("remembered", [tracker.latest_message["text"], (tracker.get_slot("remembered") or [None])[0]])]


class Person(Action):
    def name(self) -> str:
        return "action_person"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        return [ActionExecuted("action_listen"), ConversationPaused()]


async def _slow(action: str, dispatcher: Any, tracker: Any) -> list[Any]:
    await asyncio.sleep(30)
    return [SlotSet("remembered", "late")]


async def _blocking(action: str, dispatcher: Any, tracker: Any) -> list[Any]:
    time.sleep(BLOCKS_SECONDS)  # noqa: ASYNC251 - an action that should not
    return [SlotSet("remembered", "late")]


async def _blocking_in_a_thread(action: str, dispatcher: Any, tracker: Any) -> list[Any]:
    await asyncio.to_thread(time.sleep, BLOCKS_SECONDS)
    return [SlotSet("remembered", "late")]


async def _broken(action: str, dispatcher: Any, tracker: Any) -> list[Any]:
    raise ValueError("secret@example.com")


async def _rejecting(action: str, dispatcher: Any, tracker: Any) -> list[Any]:
    raise ActionExecutionRejection(action)


async def _nonsense(action: str, dispatcher: Any, tracker: Any) -> list[Any]:
    return [{"event": "slot"}]


async def _not_json(action: str, dispatcher: Any, tracker: Any) -> list[Any]:
    return [SlotSet("remembered", {1, 2})]


_KEPT: list[Any] = [{"text": "the same every time", "buttons": [{"title": "Yes", "payload": "/affirm"}]}]


async def _meddling(action: str, dispatcher: Any, tracker: Any) -> list[Any]:
    """Changes what it was given, and says what it keeps for the next time."""
    tracker.latest_message["intent"]["name"] = tracker.latest_message["text"] = "changed"
    for known in (tracker.slots, *tracker.events):
        known.clear()
    dispatcher.messages += _KEPT
    return []


BLOCKS_SECONDS = 2.5
BEHAVIOUR = {
    "/slow": _slow,
    "/blocking": _blocking,
    "/blocking-in-a-thread": _blocking_in_a_thread,
    "/broken": _broken,
    "/rejecting": _rejecting,
    "/nonsense": _nonsense,
    "/not-json": _not_json,
    "/meddling": _meddling,
}


class Executor(ActionExecutor):
    """With ``claire`` every action behaves in its own way; others get what they ask for."""

    def __init__(self, behaviour: Callable[..., Any] | None = None) -> None:
        super().__init__()
        for action in (ValidateOrderForm, ValidateEndlessForm, Known, Remember, Person):
            self.register_action(action)
        for name, usual in self.actions.items():
            self.actions[name] = partial(self._run, behaviour, name, usual)

    def _run(self, behaviour: Any, name: str, usual: Any, dispatcher: Any, tracker: Any, domain: Any) -> Any:
        if behaviour is None or tracker.sender_id != "claire":
            return usual(dispatcher, tracker, domain)
        if behaviour is _meddling:
            for part in domain.values():
                part.clear()
        return behaviour(name, dispatcher, tracker)


class ActionServer:
    """Runs in a thread. ``bodies`` are the requests it has received; ``url(path)`` for /webhook, or a misbehaviour."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.port = 0
        self._executors = {"/webhook": Executor(), **{path: Executor(done) for path, done in BEHAVIOUR.items()}}
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def url(self, path: str = "/webhook") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def embedded(self, path: str = "/webhook") -> EmbeddedActions:
        """The same in this process; to be closed."""
        return EmbeddedActions(partial(self._answer, path))

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(10)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        app = web.Application(client_max_size=2**26)
        for path in self._executors:
            app.router.add_post(path, self._webhook)
        app.router.add_post("/html", self._html)
        runner = web.AppRunner(app)
        self._loop.run_until_complete(runner.setup())
        site = web.TCPSite(runner, "127.0.0.1", 0)
        self._loop.run_until_complete(site.start())
        self.port = runner.addresses[0][1]
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        self._loop.close()

    async def _answer(self, path: str, request: str | bytes) -> tuple[int, str]:
        self.bodies.append(json.loads(request))
        return await answer(self._executors[path], request)

    async def _webhook(self, request: web.Request) -> web.Response:
        status, body = await self._answer(request.path, await request.read())
        return web.Response(text=body, status=status, content_type="application/json")

    async def _html(self, request: web.Request) -> web.Response:
        return web.Response(text="<html>", content_type="application/json")
