"""Plays conversations through production's path, each over databases of its own: none meets what another did."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from rasa.core.agent import Agent

from concierge.demo.documented import documented_orders
from concierge.demo.orders import fill_documented
from concierge.evaluation.conversations import Conversation, Judged, Said, State, judge, worst
from concierge.evaluation.production import Production, installed, settle_in
from concierge.evaluation.talk import Answer, Talk
from concierge.languages.registry import supported
from concierge.memory.memory import Memory
from concierge.orders.sql import SqlOrderBook

_SLOTS = {"order": "verified_order", "email": "order_email", "item": "active_line", "task": "task"}
_NUMBER = re.compile(r"\bBA\d{8}\b")


@dataclass(frozen=True)
class PlayedTurn:
    """``confidence``: of what was understood; nought where nothing had to be."""

    said: str
    answer: Said
    judged: Judged
    confidence: float


@dataclass(frozen=True)
class Played:
    conversation: Conversation
    turns: Sequence[PlayedTurn]

    @property
    def score(self) -> str | None:
        """Of its worst turn."""
        return worst(turn.judged for turn in self.turns)

    @property
    def why(self) -> list[str]:
        return [f"{turn.said!r}: {'; '.join(turn.judged.why)}" for turn in self.turns if turn.judged.why]


@asynccontextmanager
async def on_its_own(agent: Agent) -> AsyncIterator[Production]:
    """An installation with the documented demo orders, gone afterwards."""
    with TemporaryDirectory(prefix="concierge-play-") as var:
        settle_in(Path(var))
        async with installed(agent) as house:
            fill_documented(cast(SqlOrderBook, house.resources.orders()), datetime.now(timezone.utc))
            yield house


async def play(house: Production, conversation: Conversation) -> Played:
    """Turn by turn to its end, whatever the turns bring."""
    talk = house.talk(supported(conversation.language), conversation.region)  # as a channel opens it
    shown: list[list[dict[str, str]]] = []
    turns: list[PlayedTurn] = []
    for turn in conversation.turns:
        words, payload = _what_is_done(turn, shown)
        if not words:
            turns.append(PlayedTurn(f"[{turn['press']}]", Said("", (), ()), Judged("wrong", ["no such button"]), 0.0))
            continue
        answer = await (talk.press_as(words, payload) if payload else talk.say(words))
        shown.append(answer.buttons)
        said = Said(answer.text, answer.titles, _names(answer))
        judged = judge(turn, said, await _state(house, talk, conversation))
        turns.append(PlayedTurn(words, said, judged, _confidence(house, talk)))
    return Played(conversation, turns)


def _what_is_done(turn: Any, shown: Sequence[Sequence[dict[str, str]]]) -> tuple[str, str | None]:
    """What is typed or pressed, and what is behind the button; nothing where there is no such button."""
    if "press" not in turn:
        return turn["say"], None
    for buttons in reversed(shown):
        for button in buttons:
            if re.search(turn["press"], button["title"], re.IGNORECASE):
                return button["title"], button["payload"]
    return turn.get("or_say", ""), None


def _names(answer: Answer) -> list[str]:
    return [str(message.get("utter", "")) for message in answer.messages]


async def _state(house: Production, talk: Talk, conversation: Conversation) -> State:
    slots = (await talk.tracker()).current_slot_values()
    known = {name: slots.get(slot) for name, slot in _SLOTS.items()} | {"language": slots.get("language")}
    known |= {told.what: told.value for told in Memory(slots.get("memory")).everything()}
    log = house.resources.log()
    decisions = log.decisions(talk.id)
    latest = decisions[-1] if decisions else None
    decision = {"kind": latest.kind, "outcome": latest.outcome, "reply": latest.document["response"]} if latest else {}
    case = house.resources.cases().live(talk.id)
    written = " ".join(str(turn.get("say", "")) for turn in conversation.turns).upper()
    numbers = sorted(set(_NUMBER.findall(written)))
    recorded = [each for number in numbers for each in _recorded(house, number, talk.id)]
    return State(known, decision, recorded, case.reason if case else "none")


def _recorded(house: Production, number: str, conversation: str) -> list[str]:
    """What was asked for of this order since it was put there."""
    order = house.resources.orders().get(number)
    first = next((each for each in documented_orders(datetime.now(timezone.utc)) if each.number == number), None)
    if order is None or first is None:
        return []
    before = {each.id for each in first.returns}
    back = [f"{each.kind} {number} {line}" for each in order.returns if each.id not in before for line in each.lines]
    return [*back, *(f"repair {number} {each.line}" for each in order.repairs)]


def _confidence(house: Production, talk: Talk) -> float:
    *_, row = (row for row in house.resources.log().messages(talk.id) if row.role == "customer")
    return float(row.meta.get("confidence") or 0.0)
