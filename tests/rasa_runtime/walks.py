"""Random conversations, held at the same time with Rasa's own tracker store and with ours."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.shared.core.events import (
    ActionExecuted,
    AllSlotsReset,
    ConversationResumed,
    Event,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

COMMON = [
    "/greet",
    "/returns",
    "/delivery",
    "/affirm",
    "/deny",
    "/order",
    '/inform{"number": "BA1"}',
    '/inform{"number": "bad"}',
    '/inform{"email": "a@b.c"}',
    '/inform{"mood": "glad"}',
    '/inform{"mood": "cross"}',
    "/stop",
    "/endless",
    "/remember",
    "/nlu_fallback",
    "/out_of_scope",
    "my order please",
    "what an odd message",
]
RARE = ["/person", "/restart", "/back", "/session_start", "EVENT resume", "EVENT forget", "EVENT know"]
EVENTS: dict[str, Callable[[], list[Event]]] = {
    "EVENT resume": lambda: [ConversationResumed()],
    "EVENT forget": lambda: [AllSlotsReset()],
    "EVENT know": lambda: [SlotSet("known", True), SlotSet("email", "x@y.z")],
}


def walk(seed: int, length: int) -> list[str]:
    """Steps of one conversation. Sometimes it dwells: a customer stuck in a form, or one who goes back and back."""
    generator = random.Random(seed)
    steps: list[str] = []
    while len(steps) < length:
        if generator.random() < 0.06:
            steps += [
                generator.choice(["what an odd message", "/nlu_fallback", "/returns", "/back"])
            ] * generator.randint(3, 9)
        else:
            steps.append(generator.choice(RARE if generator.random() < 0.15 else COMMON))
    return steps[:length]


@dataclass(init=False)
class Turn:
    """What can be seen of one step: replies, events with their policies, and the state it ends in."""

    replies: list[Any]
    events: list[dict[str, Any]]
    state: dict[str, Any]

    def __init__(self, replies: list[dict[str, Any]], events: list[Event], tracker: DialogueStateTracker) -> None:
        self.replies = [(reply.get("text"), reply.get("buttons")) for reply in replies]
        self.events = _carried_over_once([_plain(event) for event in events])
        state = tracker.current_state()
        self.state = {key: state[key] for key in ("slots", "paused", "followup_action", "latest_action")}
        self.state["loop"] = (
            tracker.active_loop_name,
            tracker.is_active_loop_rejected,
            tracker.is_active_loop_interrupted,
        )
        self.state["set"] = {name for name, slot in tracker.slots.items() if slot.has_been_set}


def _plain(event: Event) -> dict[str, Any]:
    document = event.as_dict()
    document.pop("timestamp", None)
    if isinstance(event, UserUttered):
        document.pop("message_id", None)
        document["parse_data"] = {key: value for key, value in document["parse_data"].items() if key != "message_id"}
    return document


class Speaker:
    """One side: an agent and its conversation. ``before`` runs before each step (a restart, a second replica …)."""

    def __init__(self, agent: Agent, sender: str, before: Callable[[Agent], Awaitable[None]] | None = None) -> None:
        self.agent = agent
        self.sender = sender
        self._before = before

    async def step(self, step: str) -> Turn:
        if self._before:
            await self._before(self.agent)
        store = self.agent.tracker_store
        saved: list[DialogueStateTracker] = []
        save = store.save

        async def spying(tracker: DialogueStateTracker) -> None:
            saved.append(tracker)
            await save(tracker)

        store.save = spying  # type: ignore[method-assign]
        try:
            replies, start = await (self._post(step) if step in EVENTS else self._say(step))
        finally:
            del store.save
        events = list(saved[-1].events)
        return Turn(replies, events[start(events) :], saved[-1])

    async def _post(self, step: str) -> tuple[list[dict[str, Any]], Callable[[list[Event]], int]]:
        async with self.agent.lock_store.lock(self.sender):
            tracker = await self.agent.processor.fetch_tracker_with_initial_session(self.sender)
            new = EVENTS[step]()
            tracker.update_with_events(new, self.agent.domain)
            await self.agent.tracker_store.save(tracker)
        return [], lambda events: len(events) - len(new)

    async def _say(self, text: str) -> tuple[list[dict[str, Any]], Callable[[list[Event]], int]]:
        channel = CollectingOutputChannel()
        await self.agent.handle_message(UserMessage(text, channel, self.sender, input_channel="test"))
        return channel.messages, lambda events: max(
            index for index, event in enumerate(events) if isinstance(event, UserUttered) and event.text == text
        )


def _carried_over_once(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A new session repeats every slot that was ever set in the old one; only the last value of each means anything."""
    result: list[dict[str, Any]] = []
    carrying = False
    for event in events:
        carrying = event["event"] == "session_started" or (carrying and event["event"] == "slot")
        if carrying and event["event"] == "slot":
            result = [other for other in result if (other["event"], other.get("name")) != ("slot", event["name"])]
        result.append(event)
    if any(event["event"] == "session_started" for event in events):
        result.sort(key=lambda event: (event["event"] == "slot", event.get("name") if event["event"] == "slot" else ""))
    return result


def action_names(turn: Turn) -> list[str]:
    return [event["name"] for event in turn.events if event["event"] == ActionExecuted.type_name]
