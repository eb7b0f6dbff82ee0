"""Calls of actions, over HTTP and embedded: small and in time; a failure is known to who speaks to the customer."""

from __future__ import annotations

import asyncio
import copy
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import jsonschema
import pytest
import rasa.core.actions.action as rasa_action
from rasa.core.actions.action import RemoteAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.shared.core.events import ActionExecutionRejected, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from concierge.rasa_runtime import failures
from concierge.rasa_runtime.embedded_actions import LANES, EmbeddedActions
from concierge.rasa_runtime.patches.remote_action import _event_of_type
from concierge.settings import get_settings
from tests.rasa_runtime.action_server import BLOCKS_SECONDS, ActionServer

embedded_only = pytest.mark.parametrize("make_agent", ["embedded"], indirect=True)
server_only = pytest.mark.parametrize("make_agent", ["server"], indirect=True)


@pytest.fixture(params=["server", "embedded"])
def make_agent(
    request: pytest.FixtureRequest, make_agent: Callable[..., Agent], actions: ActionServer
) -> Iterator[Callable[..., Agent]]:
    """In both ways that actions can run."""
    opened: list[EmbeddedActions] = []

    def make(store: Any, path: str = "/webhook") -> Agent:
        if request.param == "server":
            return make_agent(store, path)
        opened.append(actions.embedded(path))
        return make_agent(store, endpoint=opened[-1])

    yield make
    for each in opened:
        each.close()


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
    ("path", "reason"),
    [
        *(("/slow", "timeout"), ("/blocking-in-a-thread", "timeout")),
        *(("/broken", "error"), ("/not-json", "error"), ("/nonsense", "invalid")),
    ],
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


@server_only
async def test_an_answer_that_is_not_json(make_agent: Callable[..., Agent], make_store: Any) -> None:
    replies, failed = await say(make_agent(make_store(), "/html"), "/remember")
    assert replies == []
    assert [failure.reason for failure in failed] == ["invalid"]


@server_only
async def test_an_action_server_that_is_down(make_agent: Callable[..., Agent], make_store: Any) -> None:
    agent = make_agent(make_store())
    agent.processor.action_endpoint = EndpointConfig("http://127.0.0.1:9/webhook")
    _, failed = await say(agent, "/remember")
    assert [failure.reason for failure in failed] == ["unreachable"]


async def test_a_rejection_reaches_rasa_and_is_no_failure(make_agent: Callable[..., Agent], make_store: Any) -> None:
    store = make_store()
    _, failed = await say(make_agent(store, "/rejecting"), "/remember")
    assert failed == []
    tracker = await store.retrieve_full_tracker("claire")
    rejected = [event.action_name for event in tracker.events if isinstance(event, ActionExecutionRejected)]
    assert rejected[:1] == ["action_remember"]


async def test_an_action_changes_nothing_but_by_what_it_returns(
    make_agent: Callable[..., Agent], make_store: Any
) -> None:
    store = make_store()
    agent = make_agent(store, "/meddling")
    domain = copy.deepcopy(agent.domain.as_dict())
    for _ in range(2):
        channel = CollectingOutputChannel()
        await agent.handle_message(UserMessage("/remember", channel, "claire"))
        (message,) = channel.messages
        assert message["text"] == "the same every time"
        assert message["buttons"] == [{"title": "Yes", "payload": "/affirm"}]
    tracker = await store.retrieve("claire")
    assert tracker.latest_message.text == "/remember"
    assert tracker.latest_message.intent["name"] == "remember"
    assert set(tracker.slots) >= {"mood", "known", "remembered"}
    assert agent.domain.as_dict() == domain


async def test_no_action_endpoint_at_all(make_agent: Callable[..., Agent], make_store: Any) -> None:
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


@embedded_only
@pytest.mark.parametrize("path", ["/blocking", "/blocking-in-a-thread"])
async def test_an_action_that_blocks_delays_no_other_conversation_s_action(
    path: str, make_agent: Callable[..., Agent], make_store: Any
) -> None:
    agent = make_agent(make_store(), path)
    blocked = asyncio.ensure_future(say(agent, "/remember", "claire"))
    await asyncio.sleep(0.1)
    started = time.monotonic()
    for number in range(5):
        replies, failed = await say(agent, "/remember", f"other {number}")
        assert replies == ["remember None []"]
        assert failed == []
    assert time.monotonic() - started < BLOCKS_SECONDS / 2
    assert not blocked.done()
    assert (await blocked)[1] == []


@embedded_only
async def test_the_late_answer_of_an_action_that_blocked_too_long_is_dropped(
    make_agent: Callable[..., Agent], make_store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rasa_action, "DEFAULT_REQUEST_TIMEOUT", 0.3)
    store = make_store()
    agent = make_agent(store, "/blocking")
    started = time.monotonic()
    _, failed = await say(agent, "/remember")
    assert time.monotonic() - started < BLOCKS_SECONDS / 2
    assert [failure.reason for failure in failed] == ["timeout"]
    assert (await say(agent, "/greet"))[0] == ["Good day."], "its own conversation goes on, too"
    await asyncio.sleep(BLOCKS_SECONDS)
    assert (await store.retrieve("claire")).get_slot("remembered") is None
    assert (await say(agent, "/greet"))[0] == ["Good day."]


@embedded_only
async def test_more_calls_than_there_are_threads_are_all_answered(
    make_agent: Callable[..., Agent], make_store: Any
) -> None:
    agent = make_agent(make_store())
    endpoint = agent.processor.action_endpoint
    known = RemoteAction("action_known", endpoint)
    tracker = DialogueStateTracker.from_events("other", [])
    call = known._action_call_format(tracker, agent.domain)
    answers = await asyncio.gather(*(endpoint.request(json=call, timeout=20) for _ in range(3 * LANES)))
    assert len(answers) == 3 * LANES
    assert all(answer["events"][0]["name"] == "known" for answer in answers)
    assert len(endpoint._lanes) <= LANES


async def test_what_is_kept_running_beside_the_calls_runs_once_and_ends(actions: ActionServer) -> None:
    seen: list[str] = []

    async def work() -> None:
        seen.append("began")
        try:
            while True:
                await asyncio.to_thread(seen.append, "worked")
                await asyncio.sleep(0.01)
        finally:
            seen.append("ended")

    embedded = actions.embedded()
    embedded.keep(work)
    await asyncio.sleep(0.2)
    await asyncio.to_thread(embedded.close)
    assert seen[0] == "began"
    assert seen[-1] == "ended"
    assert set(seen[1:-1]) == {"worked"}


async def test_an_action_gets_the_last_turns_and_the_forms(
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
