"""The messaging channels as they are mounted, at ``/webhooks/messaging/<webhook>``; all else is in ``messaging``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse

from concierge.channels import file_links
from concierge.channels.file_links import FileLinks
from concierge.channels.messaging.door import PATH, Door
from concierge.channels.mounting import Mounted, MountedChannel
from concierge.channels.refusals import answer_for
from concierge.files.opening import open_files


class MessagingChannel(MountedChannel):
    def __init__(self) -> None:
        super().__init__()
        self._door = Door()
        self._files, self._links = open_files(self._settings), FileLinks(self._settings)

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
        messaging.answer_with(self._door.answer, f"{PATH}/message", "POST", "deliver_message")  # as Apple appends it
        messaging.answer_with(self.file, file_links.PATH, "GET", "file")
        messaging.answer_with(self.file, file_links.PATH, "HEAD", "file_head")
        messaging.exception(Exception)(answer_for)
        return messaging

    async def file(self, request: Request, token: str) -> HTTPResponse:
        return await file_links.give(request, self.reception, self._files, self._links, token)
