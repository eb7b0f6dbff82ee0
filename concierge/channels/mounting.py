"""Channels that reach the application they are mounted on: Rasa mounts them under /webhooks/<name> only."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from rasa.core.channels.channel import InputChannel, OutputChannel
from sanic import Blueprint, Sanic
from sanic.exceptions import SanicException

from concierge.channels.reception import Reception
from concierge.channels.refusals import answer_for
from concierge.channels.reply_collector import ReplyCollector
from concierge.settings import get_settings
from concierge.web_kit.strict_http import StrictRequest

_MAX_REQUEST = 1_000_000  # bytes; Sanic's own limit is a hundred times that
_RESPONSE_SECONDS = 90


class Mounted(Blueprint):
    """``on_mount`` is called with the application when Rasa registers the blueprint."""

    def __init__(self, name: str, on_mount: Callable[[Sanic], None]) -> None:
        super().__init__(name)
        self.ctx.on_mount = on_mount

    def answer_with(self, handler: Callable[..., Any], path: str, method: str, name: str) -> None:
        """Adds a route. Sanic marks its handlers, and a bound method takes no marks: hence the wrapping."""
        self.add_route(partial(handler), path, methods=[method], name=name)

    def register(self, app: Sanic, options: dict[str, Any]) -> Any:
        app.request_class = StrictRequest
        # A blueprint's own handlers are asked only once a route is found; else Sanic answers with a page of HTML.
        app.error_handler.add(SanicException, answer_for)
        app.config.REQUEST_MAX_SIZE = _MAX_REQUEST
        app.config.RESPONSE_TIMEOUT = max(app.config.RESPONSE_TIMEOUT, _RESPONSE_SECONDS)
        self.ctx.on_mount(app)
        return super().register(app, options)


class MountedChannel(InputChannel):
    """One that hands its messages to the reception of the application it is mounted on."""

    def __init__(self) -> None:
        self._settings = get_settings()
        self._reception: Reception | None = None

    def get_output_channel(self) -> OutputChannel:
        return ReplyCollector(self.name())

    @property
    def reception(self) -> Reception:
        assert self._reception is not None, "the channel is not mounted yet"
        return self._reception

    def _mount(self, app: Sanic) -> None:
        self._reception = Reception.of(app)
