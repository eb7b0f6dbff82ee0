"""A real action server with the SDK's executor, and paths under which it misbehaves. For the runtime's tests."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from aiohttp import web
from rasa_sdk import Action, FormValidationAction
from rasa_sdk.events import ActionExecuted, ConversationPaused, SlotSet
from rasa_sdk.executor import ActionExecutor


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


class ActionServer:
    """Runs in a thread. ``bodies`` are the requests it has received; ``url(path)`` for /webhook, /slow, /broken …"""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.port = 0
        self._executor = ActionExecutor()
        for action in (ValidateOrderForm, ValidateEndlessForm, Known, Remember, Person):
            self._executor.register_action(action)
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def url(self, path: str = "/webhook") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(10)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        app = web.Application(client_max_size=2**26)
        app.router.add_post("/webhook", self._webhook)
        app.router.add_post("/slow", self._slow)
        app.router.add_post("/broken", self._broken)
        app.router.add_post("/nonsense", self._nonsense)
        app.router.add_post("/not-json", self._not_json)
        runner = web.AppRunner(app)
        self._loop.run_until_complete(runner.setup())
        site = web.TCPSite(runner, "127.0.0.1", 0)
        self._loop.run_until_complete(site.start())
        self.port = runner.addresses[0][1]
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        self._loop.close()

    async def _webhook(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.bodies.append(body)
        return web.json_response(await self._executor.run(body))

    async def _slow(self, request: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.json_response({"events": [], "responses": []})

    async def _broken(self, request: web.Request) -> web.Response:
        return web.json_response({"error": "no"}, status=500)

    async def _nonsense(self, request: web.Request) -> web.Response:
        return web.json_response({"events": [{"event": "slot"}], "responses": []})

    async def _not_json(self, request: web.Request) -> web.Response:
        return web.Response(text="<html>", content_type="application/json")
