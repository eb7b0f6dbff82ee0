"""Talks to the assistant as the website does, without HTTP: inbox, worker, turn and actions are production's."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any

from rasa.core.agent import Agent
from rasa.shared.core.trackers import DialogueStateTracker

from concierge.channels.language import CHOSEN
from concierge.channels.reception import Reception
from concierge.conversations import Message

CHANNEL = "website"
_BY_CHANCE = {"model_id", "decision_id"}  # Rasa's of the model, ours of a recorded decision
_PATIENCE = 120.0  # seconds; whoever measures waits for every answer


@dataclass
class Answer:
    """What the customer got for one message."""

    messages: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, stored: list[Message]) -> Answer:
        return cls([{**message.meta, **message.payload, "text": message.text} for message in stored])

    @property
    def text(self) -> str:
        return "\n".join(message["text"] for message in self.messages)

    @property
    def everything(self) -> str:
        """All that was sent, as JSON; without the ids that were made by chance: their digits may be anything."""
        kept = [{key: value for key, value in message.items() if key not in _BY_CHANCE} for message in self.messages]
        return json.dumps(kept, default=str)

    @property
    def replies(self) -> list[str]:
        return [message["utter"] for message in self.messages]

    @property
    def buttons(self) -> list[dict[str, str]]:
        return [button for message in self.messages for button in message.get("buttons") or []]

    @property
    def titles(self) -> list[str]:
        return [button["title"] for button in self.buttons]


class Talk:
    """One conversation. A customer for whom another language than English is named has chosen it, and keeps it."""

    def __init__(
        self, agent: Agent, reception: Reception, language: str = "en", region: str = "EU", **attributes: Any
    ) -> None:
        self._agent = agent
        self._reception = reception
        chosen = {} if language == "en" else {CHOSEN: True}
        if "verified_email" in attributes:
            attributes.setdefault("verified_until", int(time.time()) + 3600)
        self.id = reception.log.open(CHANNEL, None, language, region, {**attributes, **chosen}).id
        self._last = Answer()

    async def say(self, text: str) -> Answer:
        """Types it. A leading slash is text like any other: see ``choose``."""
        return await self._send(text)

    async def says(self, *texts: str) -> Answer:
        for text in texts:
            answer = await self.say(text)
        return answer

    async def press(self, title: str) -> Answer:
        """Presses a button of the last answer."""
        payloads = {button["title"]: button["payload"] for button in self._last.buttons}
        assert title in payloads, f"no button {title!r} among {list(payloads)}"
        return await self._send(title, payloads[title])

    async def press_as(self, title: str, payload: str) -> Answer:
        """Presses a button of any answer."""
        return await self._send(title, payload)

    async def choose(self, payload: str) -> Answer:
        """Presses a button that has this behind it, whether or not one was shown."""
        return await self._send(payload, payload)

    async def tracker(self) -> DialogueStateTracker:
        return await self._agent.processor.get_tracker(self.id)

    async def slot(self, name: str) -> Any:
        return (await self.tracker()).get_slot(name)

    async def _send(self, text: str, payload: str | None = None) -> Answer:
        with self._reception.notifications.watch(self.id) as watch:
            receipt = await self._reception.receive(self.id, text, payload=payload, watch=watch)
            if receipt.message.state != "done":
                self._last = Answer.of(await self._reception.answer(receipt, watch, _PATIENCE))
            else:  # logged, for the advisor
                self._last = Answer()
        return self._last
