"""Action calls are in time and small, and a failure is known to whoever speaks to the customer."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
import rasa.core.actions.action as rasa_action
from rasa.core.actions.action import RemoteAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.shared.core.events import SlotSet, UserUttered
from rasa.utils.endpoints import EndpointConfig

from concierge.rasa_runtime import failures
from concierge.rasa_runtime.action_calls import _event_of_type
from concierge.settings import get_settings
from tests.rasa_runtime.action_server import ActionServer


async def say(agent: Agent, text: str, sender: str = "claire") -> tuple[list[str], list[failures.ActionFailure]]:
    channel = CollectingOutputChannel()
    with failures.watch() as failed:
        await agent.handle_message(UserMessage(text, channel, sender))
    return [message["text"] for message in channel.messages], failed


async def test_an_action_that_works_reports_nothing(make_agent: Callable[..., Agent], make_store: Any) -> None:
    replies, failed = await say(make_agent(make_store()), "/remember")
    assert replies == ["remember None []"]
    assert failed == []


@pytest.mark.parametrize(
    ("path", "reason"), [("/slow", "timeout"), ("/broken", "error"), ("/nonsense", "invalid"), ("/not-json", "invalid")]
)
async def test_a_failure_is_reported(
    path: str, reason: str, make_agent: Callable[..., Agent], make_store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rasa_action, "DEFAULT_REQUEST_TIMEOUT", 0.3)
    started = time.monotonic()
    replies, failed = await say(make_agent(make_store(), path), "/remember")
    assert time.monotonic() - started < 3
    assert replies == []
    assert [(failure.action, failure.reason) for failure in failed] == [("action_remember", reason)]


async def test_an_action_server_that_is_down(make_agent: Callable[..., Agent], make_store: Any) -> None:
    _, failed = await say(make_agent(make_store(), url="http://127.0.0.1:9/webhook"), "/remember")
    assert [failure.reason for failure in failed] == ["unreachable"]


async def test_no_action_server_at_all(make_agent: Callable[..., Agent], make_store: Any) -> None:
    agent = make_agent(make_store())
    agent.processor.action_endpoint = None
    _, failed = await say(agent, "/remember")
    assert [failure.reason for failure in failed] == ["not_configured"]


async def test_slot_validation_that_fails_does_not_cost_the_turn(
    make_agent: Callable[..., Agent], make_store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rasa_action, "DEFAULT_REQUEST_TIMEOUT", 0.3)
    store = make_store()
    agent = make_agent(store, "/slow")
    _, failed = await say(agent, "/order")
    assert failed[0].action == "validate_order_form"
    tracker = await store.retrieve_full_tracker("claire")
    assert "/order" in [event.text for event in tracker.events if isinstance(event, UserUttered)]


async def test_a_hanging_action_delays_only_its_own_conversation(
    make_agent: Callable[..., Agent], make_store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rasa_action, "DEFAULT_REQUEST_TIMEOUT", 2.0)
    agent = make_agent(make_store(), "/slow")
    hanging = asyncio.ensure_future(say(agent, "/remember", "claire"))
    await asyncio.sleep(0.1)
    started = time.monotonic()
    for number in range(5):
        replies, failed = await say(agent, "/greet", f"other {number}")
        assert replies == ["Good day."]
        assert failed == [], "another conversation's failure is not ours"
    assert time.monotonic() - started < 1
    assert not hanging.done()
    _, failed = await hanging
    assert [failure.reason for failure in failed] == ["timeout"]


async def test_the_action_server_gets_the_last_turns_and_the_forms(
    make_agent: Callable[..., Agent], make_store: Any, actions: ActionServer
) -> None:
    agent = make_agent(make_store())
    await say(agent, '/inform{"mood": "glad"}')
    for number in range(20):
        await say(agent, ("/greet", "/returns", "/delivery", "/returns")[number % 4])
    actions.bodies.clear()
    replies, _ = await say(agent, "/remember")
    assert replies == ["remember None [('mood', 'glad')]"]
    (body,) = actions.bodies
    said = [event["text"] for event in body["tracker"]["events"] if event["event"] == "user"]
    assert said == ["/delivery", "/returns", "/remember"]
    assert body["tracker"]["latest_message"]["text"] == "/remember"
    assert body["tracker"]["slots"]["mood"] == "glad"
    assert set(body["domain"]) == {"slots", "forms"}
    assert body["domain"]["forms"]["order_form"]["required_slots"] == ["number", "email"]
    assert len(json.dumps(body)) < 12_000
    actions.bodies.clear()
    await say(agent, "/order")
    await say(agent, '/inform{"number": "BA10000001"}')
    validated = [body for body in actions.bodies if body["next_action"] == "validate_order_form"]
    assert validated
    assert all(set(body["domain"]) == {"slots", "forms"} for body in validated)


async def test_the_compiled_validation_decides_as_rasas(monkeypatch: pytest.MonkeyPatch) -> None:
    action = RemoteAction("action_x", EndpointConfig("http://127.0.0.1:9"))
    good = {"events": [SlotSet("a", 1).as_dict(), {"event": "pause", "timestamp": None}], "responses": [{"text": "x"}]}
    every = [{"event": name, "name": "a", "value": 1, "entities": []} for name in _event_of_type]
    for event in [*every, *({**event, "timestamp": "noon"} for event in every), {"event": "unheard of"}]:
        try:
            jsonschema.validate({"events": [event]}, RemoteAction.action_response_format_spec())
        except jsonschema.ValidationError:
            with pytest.raises(jsonschema.ValidationError):
                action._validate_action_result({"events": [event]})
        else:
            assert action._validate_action_result({"events": [event]})
    bad: list[Any] = [
        None,
        [],
        {"events": [{"event": "slot"}]},
        {"events": "no"},
        {"responses": ["text"]},
        {"events": [{}]},
    ]
    assert action._validate_action_result(good)
    for answer in bad:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(answer, RemoteAction.action_response_format_spec())
        with pytest.raises(jsonschema.ValidationError):
            action._validate_action_result(answer)
    started = time.perf_counter()
    for _ in range(20):
        action._validate_action_result(good)
    assert (time.perf_counter() - started) / 20 < 0.005


def test_the_time_limit_is_the_settings() -> None:
    assert get_settings().action_timeout == rasa_action.DEFAULT_REQUEST_TIMEOUT
