"""What the channels themselves have the assistant say: through the generator, or in plain words when that cannot."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from rasa.core.agent import Agent

from concierge.assistant.reply_collector import replies_of
from concierge.channels.sentences import own_reply, sentence
from concierge.conversations import Conversation, Reply

logger = logging.getLogger(__name__)

TALK_TO_ADVISOR = "/talk_to_advisor"


class Speech:
    """For one conversation. The reply ``utter_<code>`` of the domain wins over the channel's own sentence."""

    def __init__(self, agent: Agent | None, conversation: Conversation) -> None:
        self._generator: Any = getattr(getattr(agent, "processor", None), "nlg", None)
        self._conversation = conversation

    def say(
        self,
        code: str,
        values: Mapping[str, Any] | None = None,
        *,
        offer_advisor: bool = False,
        also: Sequence[str] = (),
        otherwise: str = "",
    ) -> Reply:
        """``values`` are what the reply names; ``also``: replies of the domain in the same message; ``otherwise``: the
        code of the channel's own sentence, where it has none of this code."""
        reply = self._generated(code, also, values or {}) or own_reply(otherwise or code, self._conversation.language)
        if offer_advisor and not reply.payload.get("buttons"):
            title = sentence("talk_to_advisor", self._conversation.language)
            reply.payload["buttons"] = [{"title": title, "payload": TALK_TO_ADVISOR}]
            reply.kind = "quick_replies"
        return reply

    def _generated(self, code: str, also: Sequence[str], values: Mapping[str, Any]) -> Reply | None:
        if not hasattr(self._generator, "generate_from_slots"):
            return None
        name = f"utter_{code}"
        if name not in (getattr(self._generator, "responses", None) or {}):
            return None
        slots = {"language": self._conversation.language, "region": self._conversation.region}
        try:
            message = self._generator.generate_from_slots(
                name, slots, self._conversation.channel, values=values, also=[{"response": reply} for reply in also]
            )
        except Exception:
            logger.exception("The reply %s could not be made", name)
            return None
        found = replies_of({"utter": name, **message}) if message else []
        return found[0] if found else None


def without_advisor(reply: Reply) -> Reply:
    """The reply as it is shown to whoever an advisor is called for already: without the button for one."""
    buttons = [each for each in reply.payload.get("buttons") or () if each.get("payload") != TALK_TO_ADVISOR]
    if len(buttons) == len(reply.payload.get("buttons") or ()):
        return reply
    rest = {key: value for key, value in reply.payload.items() if key != "buttons"}
    kind = "text" if reply.kind == "quick_replies" and not buttons else reply.kind
    return replace(reply, kind=kind, payload={**rest, **({"buttons": buttons} if buttons else {})})
