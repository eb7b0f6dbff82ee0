"""Where a customer of the website may go on: each messenger that is configured, and another device, with an address for
this customer."""

from __future__ import annotations

from typing import Any

from concierge.channels.messaging.registry import configured
from concierge.channels.messaging.tickets import Tickets
from concierge.channels.resuming import AT_HAND, Resuming, Way
from concierge.channels.sentences import sentence
from concierge.conversations import Conversation
from concierge.conversations.moving import WENT_ON

_WEBSITE = "website"


class Ways:
    def __init__(self, key: str, resuming: Resuming) -> None:
        self._tickets = Tickets(key)
        self._resuming = resuming
        self._adapters = configured()

    def to_another_device(self, conversation: Conversation) -> str:
        """Whoever has it has the conversation, for half an hour; it proves nothing of them. Empty as ``of`` is."""
        return self._resuming.make(Way(conversation.id, proved=False), AT_HAND) if _goes_on(conversation) else ""

    def of(self, conversation: Conversation) -> list[dict[str, Any]]:
        """By title. None where nothing was said yet: there is nothing to go on with; and none for other programs."""
        if not _goes_on(conversation):
            return []
        ticket = self._tickets.make(conversation.id)
        words = sentence("go_on_here", conversation.language)
        ways = [(each.name, each.title, each.way_in(ticket, f"{words} {ticket}")) for each in self._adapters.values()]
        found = [{"channel": name, "title": _called(title), "address": way} for name, title, way in ways if way]
        return sorted(found, key=lambda each: each["title"])


def _goes_on(conversation: Conversation) -> bool:
    of_the_page = conversation.channel == _WEBSITE or WENT_ON in conversation.attributes
    return conversation.last_seq > 0 and of_the_page


def _called(title: str) -> str:
    """As customers know it, whoever carries it."""
    return title.removesuffix(" by Twilio")
