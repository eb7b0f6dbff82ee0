"""Talks to the trained assistant as a channel does: the real model, the real actions, the real log and orders."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.shared.core.events import ConversationResumed
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from actions.executor import HouseActions, answer
from concierge.answers.several import Part, questions
from concierge.conversations.log import ConversationLog

EMAIL = "claire@example.com"  # of the documented demo orders
_addresses = itertools.count()


class InProcess(EndpointConfig):
    """An action endpoint without a network: what goes over it is still JSON both ways."""

    def __init__(self) -> None:
        super().__init__(url="http://in-process/webhook")
        self.executor = HouseActions()
        self.down = False
        self.calls: list[str] = []

    async def request(self, method: str = "post", *args: Any, **kwargs: Any) -> Any:
        if self.down:
            raise ClientResponseError(500, "down", "{}")
        self.calls.append(kwargs["json"]["next_action"])
        status, body = await answer(self.executor, json.dumps(kwargs["json"]))
        if status != 200:
            raise ClientResponseError(status, "the action failed", body)
        return json.loads(body)


class Collected(OutputChannel):
    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        return "website"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        self.messages.append(message)


@dataclass
class Answer:
    """What the customer got for one message."""

    messages: list[dict[str, Any]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(message.get("text") or "" for message in self.messages)

    @property
    def everything(self) -> str:
        """All that was sent, as JSON; without Rasa's clock and model id, whose digits may happen to be anything."""
        own = {"timestamp", "model_id"}
        kept = [{key: value for key, value in message.items() if key not in own} for message in self.messages]
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
    """One conversation."""

    def __init__(self, agent: Agent, log: ConversationLog, language: str = "en", region: str = "EU", **attributes: Any):
        self._agent = agent
        self.log = log
        if "verified_email" in attributes:
            attributes.setdefault("verified_until", int(time.time()) + 3600)
        opened = log.open("website", f"test-{next(_addresses)}", language, region, attributes)
        self.id = opened.id
        self._slots = {"language": language, "region": region}
        self._last = Answer()

    async def say(self, text: str) -> Answer:
        await self._prepare()
        out = Collected()
        self.log.append(self.id, "customer", text)
        for part in await questions(self._agent.parse_message, text) if not text.startswith("/") else [Part(text)]:
            message = UserMessage(part.text, out, self.id, parse_data=part.understood, input_channel="website")
            await self._agent.handle_message(message)
        for message in out.messages:
            self.log.append(self.id, "assistant", message.get("text") or "", meta={"utter": message.get("utter")})
        language = await self.slot("language")
        if language != self.log.get(self.id).language:
            self.log.update(self.id, language=language)
        self._last = Answer(out.messages)
        return self._last

    async def press(self, title: str) -> Answer:
        """Presses a button of the last answer."""
        payloads = {button["title"]: button["payload"] for button in self._last.buttons}
        assert title in payloads, f"no button {title!r} among {list(payloads)}"
        return await self.say(payloads[title])

    async def says(self, *texts: str) -> Answer:
        for text in texts:
            answer = await self.say(text)
        return answer

    async def trigger(self, intent: str, entities: Sequence[dict[str, Any]] = ()) -> Answer:
        """A control row of the log, as the channel's worker brings it."""
        out = Collected()
        async with self._agent.lock_store.lock(self.id):
            tracker = await self.tracker()
            tracker.update(ConversationResumed())
            await self._agent.processor.trigger_external_user_uttered(intent, list(entities), tracker, out)
            await self._agent.processor.save_tracker(tracker)
        self._last = Answer(out.messages)
        return self._last

    async def tracker(self) -> DialogueStateTracker:
        return await self._agent.processor.get_tracker(self.id)

    async def slot(self, name: str) -> Any:
        return (await self.tracker()).get_slot(name)

    async def _prepare(self) -> None:
        """The worker brings language and region into the tracker before Rasa gets the message."""
        from rasa.shared.core.events import SlotSet

        known = self.log.get(self.id)
        wanted = {"language": known.language, "region": known.region}
        async with self._agent.lock_store.lock(self.id):
            tracker = await self._agent.processor.fetch_tracker_and_update_session(self.id)
            changes = [SlotSet(name, value) for name, value in wanted.items() if tracker.get_slot(name) != value]
            tracker.update_with_events(changes, self._agent.domain)
            await self._agent.processor.save_tracker(tracker)
