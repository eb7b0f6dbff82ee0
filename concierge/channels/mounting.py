"""What a channel is: routes below ``/webhooks/<name>``, and the reception of the application they are mounted on.

A channel's class is named in ``credentials.yml``, as Rasa's are, and is made as Rasa makes them. The front mounts it;
so does the plain ``rasa run``, for which a channel need be no subclass of Rasa's: nothing here imports it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from sanic import Blueprint, Sanic
from sanic.exceptions import SanicException

from concierge.channels.reception import Reception
from concierge.channels.refusals import answer_for
from concierge.settings import get_settings
from concierge.web_kit.strict_http import StrictRequest

_MAX_REQUEST = 1_000_000  # bytes; Sanic's own limit is a hundred times that
_RESPONSE_SECONDS = 90
_ANSWERED = "concierge_refusals"  # an application's handler of errors is named once


class Mounted(Blueprint):
    """``on_mount`` is called with the application when the blueprint is registered."""

    def __init__(self, name: str, on_mount: Callable[[Sanic], None]) -> None:
        super().__init__(name)
        self.ctx.on_mount = on_mount

    def answer_with(
        self, handler: Callable[..., Any], path: str, method: str, name: str, *, stream: bool = False
    ) -> None:
        """Adds a route; one that is to ``stream`` reads the request's body itself.

        Sanic marks its handlers, and a bound method takes no marks: hence the wrapping.
        """
        self.add_route(partial(handler), path, methods=[method], name=name, stream=stream)

    def register(self, app: Sanic, options: dict[str, Any]) -> Any:
        app.request_class = StrictRequest
        if not hasattr(app.ctx, _ANSWERED):
            # A blueprint's own handlers are asked only once a route is found; else Sanic answers with a page of HTML.
            app.error_handler.add(SanicException, answer_for)
            setattr(app.ctx, _ANSWERED, True)
        app.config.REQUEST_MAX_SIZE = _MAX_REQUEST
        app.config.RESPONSE_TIMEOUT = max(app.config.RESPONSE_TIMEOUT, _RESPONSE_SECONDS)
        self.ctx.on_mount(app)
        return super().register(app, options)


class MountedChannel:
    """One that hands its messages to the reception of the application it is mounted on.

    A subclass has ``name`` and ``blueprint``, which returns a ``Mounted``.
    """

    def __init__(self) -> None:
        self._settings = get_settings()
        self._reception: Reception | None = None

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> MountedChannel:
        """``credentials``: what ``credentials.yml`` has below the channel's name."""
        return cls()

    @classmethod
    def name(cls) -> str:
        raise NotImplementedError

    def url_prefix(self) -> str:
        return self.name()

    def blueprint(self, on_new_message: Callable[[Any], Any] | None = None) -> Blueprint:
        """``on_new_message`` is Rasa's: messages go into the log instead, which is the assistant's inbox."""
        raise NotImplementedError

    def get_output_channel(self) -> None:
        """Nothing is sent past the log, which Rasa's HTTP API would do."""

    @property
    def reception(self) -> Reception:
        assert self._reception is not None, "the channel is not mounted yet"
        return self._reception

    def _mount(self, app: Sanic) -> None:
        self._reception = Reception.of(app)
