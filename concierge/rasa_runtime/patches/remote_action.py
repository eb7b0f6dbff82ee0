"""Calls of custom actions: small, in time, checked at once, and never failing in silence.

Rasa 3.6 has no settings for these. The methods are replaced on ``RemoteAction`` itself, because Rasa's forms module
holds its own reference to the class.
"""

from __future__ import annotations

import asyncio
import atexit
import time
from collections import deque
from typing import Any

import aiohttp
import jsonschema
import rasa
import rasa.core.actions.action as rasa_action
from jsonschema.exceptions import best_match
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from sanic.response import json_dumps

from concierge.rasa_runtime import failures
from concierge.rasa_runtime.patches import Patch
from concierge.settings import get_settings

IDLE_SECONDS = 1.0
TURNS = 3  # customer turns that an action is shown; slots, form and latest message are beside them
_TRY_AGAIN = 503


class ActionFailed(RasaException):
    """An action gave no usable answer. Rasa logs it and goes on; ``failures`` tells the channel."""


def _compiled(schema: dict[str, Any]) -> Any:
    return jsonschema.validators.validator_for(schema)(schema)


_SCHEMA = RemoteAction.action_response_format_spec()
_validator = _compiled(_SCHEMA)
_EVENT = _SCHEMA["properties"]["events"]["items"]
_any_event = _compiled({key: value for key, value in _EVENT.items() if key != "oneOf"})
_event_of_type = {one["properties"]["event"]["const"]: _compiled(one) for one in _EVENT["oneOf"]}


def _validate(self: RemoteAction, result: Any) -> bool:
    """As Rasa's, which compiles the schema anew for every answer (14 ms) and tries each event as each of its types."""
    if _is_plain(result):
        return True
    error = best_match(_validator.iter_errors(result))
    if error is not None:
        error.message += ". The action's answer is not what Rasa's documentation of custom actions asks for."
        raise error
    return True


def _is_plain(result: Any) -> bool:
    """Whether an answer is right, each event being what it says it is. The whole schema decides about any other."""
    if not isinstance(result, dict):
        return False
    events, responses = result.get("events", []), result.get("responses", [])
    if not isinstance(events, list) or not isinstance(responses, list):
        return False
    for event in events:
        validator = _event_of_type.get(event.get("event")) if isinstance(event, dict) else None
        if validator is None or not _any_event.is_valid(event) or not validator.is_valid(event):
            return False
    return all(isinstance(response, dict) for response in responses)


class _Kept:
    """Lends one action endpoint's connections out again and again: Rasa opens one for every call.

    They are dropped after a second without a call, long before a server does so at the moment of the next one.
    """

    def __init__(self, endpoint: EndpointConfig) -> None:
        self._endpoint = endpoint
        self._loop: asyncio.AbstractEventLoop | None = None
        self._connector: aiohttp.TCPConnector | None = None
        atexit.register(self._close)

    def __call__(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        if self._connector is None or self._loop is not loop or self._connector.closed:
            self._close()
            self._loop, self._connector = loop, aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE_SECONDS)
        login = self._endpoint.basic_auth
        return aiohttp.ClientSession(
            headers=self._endpoint.headers,
            auth=aiohttp.BasicAuth(login["username"], login["password"]) if login else None,
            connector=self._connector,
            connector_owner=False,
            json_serialize=json_dumps,
        )

    def _close(self) -> None:
        if self._connector is not None:
            self._connector.close()


def _recent(tracker: DialogueStateTracker) -> list[dict[str, Any]]:
    events: deque[Event] = deque()
    turns = 0
    for event in reversed(tracker.events):
        events.appendleft(event)
        turns += isinstance(event, UserUttered)
        if turns == TURNS:
            break
    return [_brief(event) for event in events]


def _brief(event: Event) -> dict[str, Any]:
    """A customer's message without what was nearly understood: of the latest one that stands in ``latest_message``."""
    document: dict[str, Any] = event.as_dict()
    if isinstance(event, UserUttered):
        parsed = document.get("parse_data") or {}
        document["parse_data"] = {key: parsed[key] for key in ("intent", "entities", "text") if key in parsed}
    return document


def _request(self: RemoteAction, tracker: DialogueStateTracker, domain: Domain) -> dict[str, Any]:
    """As Rasa's, with the last turns instead of the whole session, and of the domain what the SDK's forms and slot
    validation read; the whole domain for the actions that ask for it (``send_domain: true``).
    """
    document = domain.as_dict()
    if not _asks_for_domain(self.name(), document):
        document = {key: document[key] for key in ("slots", "forms") if key in document}
    return {
        "next_action": self.name(),
        "sender_id": tracker.sender_id,
        "tracker": {**tracker.current_state(EventVerbosity.NONE), "events": _recent(tracker)},
        "version": rasa.__version__,
        "domain": document,
    }


def _asks_for_domain(action: str, domain: dict[str, Any]) -> bool:
    """Rasa takes ``validate_…`` for asking, too: with 400 KB of replies, that was most of what a form's turn cost."""
    entries = (entry for entry in domain.get("actions", ()) if isinstance(entry, dict))
    return any((entry.get(action) or {}).get("send_domain") for entry in entries)


async def _run(self: RemoteAction, *args: Any, **kwargs: Any) -> list[Event]:
    started = time.monotonic()
    endpoint = self.action_endpoint
    if endpoint is not None and endpoint.url and not isinstance(endpoint.session, _Kept):
        endpoint.session = _Kept(endpoint)
    try:
        return await _RUN.original(self, *args, **kwargs)
    except ActionExecutionRejection:
        raise
    except Exception as error:
        reason = _reason(self, error)
        detail = f"{type(error).__name__}: {error}"[:500]
        failures.report(failures.ActionFailure(self.name(), reason, time.monotonic() - started, detail))
        # Slot validation goes on after a RasaException only; anything else would cost the whole turn.
        raise ActionFailed(f"Custom action '{self.name()}' failed ({reason}).") from error


def _reason(action: RemoteAction, error: Exception) -> str:
    if not action.action_endpoint:
        return "not_configured"
    cause = error.__cause__ or error.__context__
    for one in (error, cause):
        if isinstance(one, asyncio.TimeoutError):
            return "timeout"
        if isinstance(one, aiohttp.ClientConnectionError):
            return "unreachable"
        if isinstance(one, ClientResponseError):
            return failures.PASSING if one.status == _TRY_AGAIN else "error"
        if isinstance(one, (jsonschema.ValidationError, ValueError)):
            return "invalid"
    return "error"


_RUN = Patch(RemoteAction, "run", _run, "ccabf6f1160d527a")
PATCHES = [
    _RUN,
    Patch(RemoteAction, "_validate_action_result", _validate, "f8cdb4be68123961"),
    Patch(RemoteAction, "_action_call_format", _request, "428795b944f22edb"),
    Patch(rasa_action, "DEFAULT_REQUEST_TIMEOUT", get_settings().action_timeout, "983bd614bb5afece"),
]
