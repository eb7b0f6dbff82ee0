"""The messaging channels as they are mounted, at ``/webhooks/messaging/<webhook>``; all else is in ``messaging``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sanic import Blueprint, Sanic

from concierge.channels.messaging.door import PATH, Door
from concierge.channels.mounting import Mounted, MountedChannel
from concierge.channels.refusals import answer_for


class MessagingChannel(MountedChannel):
    def __init__(self) -> None:
        super().__init__()
        self._door = Door()

    @classmethod
    def name(cls) -> str:
        return "messaging"

    def _mount(self, app: Sanic) -> None:
        super()._mount(app)
        self._door.tie(app, self.reception)

    def blueprint(self, on_new_message: Callable[[Any], Any] | None = None) -> Blueprint:
        messaging = Mounted("messaging", self._mount)
        for method in ("GET", "POST"):
            messaging.answer_with(self._door.answer, PATH, method, f"deliver_{method.lower()}")
        messaging.exception(Exception)(answer_for)
        return messaging
