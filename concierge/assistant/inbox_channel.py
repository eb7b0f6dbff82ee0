"""The working half as a channel of Rasa's, for the plain ``rasa run``: it has no address, and works off the inbox.

``concierge assistant`` needs none of it. Where ``rasa run`` serves the channels of ``credentials.yml`` itself, this one
in the same file answers what they have taken in.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic

from concierge.assistant.worker import Worker
from concierge.channels.mounting import Mounted
from concierge.channels.reception import Reception


class InboxChannel(InputChannel):
    @classmethod
    def name(cls) -> str:
        return "inbox"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        return Mounted("inbox", _work)


def _work(app: Sanic) -> None:
    reception = Reception.of(app)
    worker = Worker(reception, proof_hours=reception.settings.proof_hours)

    async def start(app: Sanic, loop: Any) -> None:
        worker.start(lambda: getattr(app.ctx, "agent", None))

    async def stop(app: Sanic, loop: Any) -> None:
        await worker.stop()

    app.register_listener(start, "after_server_start")
    app.register_listener(stop, "before_server_stop")
