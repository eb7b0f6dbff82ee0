"""Our bounded trackers lead to the same conversation as Rasa's unbounded ones, turn by turn."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from typing import Any

import pytest
from rasa.core.agent import Agent
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity

from concierge.rasa_runtime.window import customer_turns, shorten
from tests.rasa_runtime.walks import Speaker, Turn, action_names, walk

# WALKS=1000 takes about a quarter of an hour on one core.
WALKS = int(os.environ.get("WALKS", "100"))
LENGTH = 40


async def _compare(theirs: Speaker, ours: Speaker, steps: list[str], note: str) -> list[Turn]:
    turns = []
    for number, step in enumerate(steps):
        expected, actual = await theirs.step(step), await ours.step(step)
        assert actual == expected, f"{note}, step {number} of {steps[: number + 1]}"
        turns.append(actual)
    return turns


@pytest.fixture
def stock(make_agent: Callable[..., Agent]) -> Agent:
    return make_agent(InMemoryTrackerStore(Domain.empty()))


@pytest.mark.timeout(3600)
async def test_random_walks(stock: Agent, make_agent: Callable[..., Agent], make_store: Callable[..., Any]) -> None:
    store = make_store(turns=4)
    agent = make_agent(store)
    seen: set[str] = set()

    async def sometimes_restart(_: Agent) -> None:
        if random.random() < 0.1:
            store._live.clear()

    for seed in range(WALKS):
        theirs, ours = Speaker(stock, f"walk-{seed}"), Speaker(agent, f"walk-{seed}", sometimes_restart)
        turns = await _compare(theirs, ours, walk(seed, LENGTH), f"walk {seed}")
        seen.update(name for turn in turns for name in action_names(turn))
    if WALKS >= 40:
        # The walks went where it matters.
        assert {"order_form", "endless_form", "action_person", "action_known", "action_restart", "action_back"} <= seen
        assert {"action_default_fallback", "action_two_stage_fallback", "utter_known", "utter_glad"} <= seen


async def test_a_copy_is_where_a_replay_arrives(
    make_agent: Callable[..., Agent], make_store: Callable[..., Any]
) -> None:
    store = make_store(turns=4)
    agent = make_agent(store)

    def shown(tracker: DialogueStateTracker) -> tuple[Any, ...]:
        loop = tracker.active_loop and vars(tracker.active_loop)
        values = {name: (slot.value, slot.has_been_set) for name, slot in tracker.slots.items()}
        others = (tracker.followup_action, tracker.latest_action, tracker.latest_message, tracker.latest_bot_utterance)
        return tracker.current_state(EventVerbosity.ALL), values, loop, tracker.is_paused(), others

    for seed in range(20):
        speaker = Speaker(agent, f"copied-{seed}")
        for step in walk(seed, LENGTH):
            await speaker.step(step)
            tracker = await store.retrieve(speaker.sender)
            replayed = tracker.travel_back_in_time(float("inf"))
            copied = tracker.copy()
            assert shown(copied) == shown(replayed), f"walk {seed}, {step}"
            if copied.active_loop_name:
                copied.interrupt_loop(not copied.active_loop.is_interrupted)
                assert tracker.active_loop.is_interrupted != copied.active_loop.is_interrupted


async def test_long_stay_in_a_form_stays_small(
    stock: Agent, make_agent: Callable[..., Agent], make_store: Callable[..., Any]
) -> None:
    store = make_store(turns=4)
    steps = [
        "/greet",
        "/endless",
        *["what an odd message"] * 60,
        "/delivery",
        "what an odd message",
        "/stop",
        "/affirm",
    ]
    turns = await _compare(Speaker(stock, "form"), Speaker(make_agent(store), "form"), steps, "form")
    assert "utter_stopped" in action_names(turns[-2])
    assert len((await store.retrieve("form")).events) < 80


async def test_restart_of_the_process_in_the_middle_of_a_form_and_of_a_case(
    stock: Agent, make_agent: Callable[..., Agent], make_store: Callable[..., Any]
) -> None:
    store = make_store(turns=4)

    async def restart(_: Agent) -> None:
        store._live.clear()

    steps = ["/order", '/inform{"number": "BA1"}', *["/returns"] * 12, '/inform{"email": "a@b.c"}', "/person"]
    steps += [*["words for the advisor"] * 12, "EVENT resume", "/resumed", "/order", "/restart", "/order"]
    ours = Speaker(make_agent(store), "restart", restart)
    turns = await _compare(Speaker(stock, "restart"), ours, steps, "restart")
    assert "utter_order_found" in action_names(turns[14])
    assert not turns[20].replies, "an advisor has the conversation"
    assert action_names(turns[29])[0] == "utter_back"
    assert action_names(turns[30])[0] == "utter_known"
    assert action_names(turns[32])[0] == "order_form"


async def test_going_back_further_than_the_window(
    stock: Agent, make_agent: Callable[..., Agent], make_store: Callable[..., Any]
) -> None:
    steps = ["/greet", "/order", '/inform{"number": "BA1"}', '/inform{"email": "a@b.c"}', *["/greet", "/affirm"] * 8]
    steps += ["/back"] * 18 + ["/affirm", "/order"]
    store = make_store(turns=4)
    await _compare(Speaker(stock, "back"), Speaker(make_agent(store), "back"), steps, "back")


async def test_shortening_again_changes_nothing(
    make_agent: Callable[..., Agent], make_store: Callable[..., Any]
) -> None:
    store = make_store(turns=1000)
    speaker = Speaker(make_agent(store), "again")
    for step in walk(3, 60):
        await speaker.step(step)
    tracker = await store.retrieve("again")
    for turns in (4, 8):
        short = shorten(tracker, turns)
        assert short is not None
        rest = list(tracker.events)[short.replaced :]
        once = DialogueStateTracker.from_events("again", [*short.events, *rest], store.domain.slots)
        assert customer_turns(once.events) <= 2 * turns + 1
        again = shorten(once, turns)
        assert again is not None
        assert [event.as_dict() for event in again.events] == [event.as_dict() for event in short.events]
