"""What Rasa says, on its way into the conversation log. The log is written first; channels deliver from there.

Nothing is said twice in answer to one message: whatever is passed on goes through ``once``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from rasa.core.channels.channel import OutputChannel

from concierge.conversations import Reply
from concierge.languages.short_form import sentences
from concierge.serialisation import as_json

# What Rasa's messages are made of; the rest of a message is what the generator and the action told about it.
_PARTS = ("text", "buttons", "quick_replies", "image", "attachment", "custom", "elements", "timestamp")
_OF_RASA = ("model_id", "assistant_id")  # the same with every message, and with the events
_KINDS = {"text", "quick_replies", "cards", "image", "file", "form"}
_OF_THE_NEXT = {"utter_next_item", "utter_one_by_one"}  # they name the item that the words after them are of
_SAYS_SOMETHING = 3  # words: a “yes” may begin two answers


class ReplyCollector(OutputChannel):
    """Collects the replies of one turn for one channel. ``spoken`` is set when the first is there; ``anew`` finds other
    words for what has been said before."""

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self.replies: list[Reply] = []
        self.spoken = asyncio.Event()
        self.anew: Callable[[Reply], Reply] = lambda reply: reply

    def name(self) -> str:  # of this turn's channel: the generator may have words for it alone
        return self._channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        self.pass_on([self.anew(reply) for reply in replies_of(message)])

    def pass_on(self, replies: list[Reply]) -> None:
        for reply in replies:
            self._add(reply)
        self.spoken.set()

    def _add(self, reply: Reply) -> None:
        if (new := once(reply, self.replies)) is not None:
            self.replies.append(new)


class Draft(ReplyCollector):
    """The replies to the parts of a message, all of them: it is not known yet which of two that are alike stands."""

    def _add(self, reply: Reply) -> None:
        self.replies.append(reply)


def once(reply: Reply, before: Sequence[Reply]) -> Reply | None:
    """The reply without the sentences that stand in those before it, or in itself, already; ``None`` where nothing is
    left. What stands behind words that lead to it is of something else, though it be the same."""
    if not reply.text or (before and _leads(before[-1])):
        return reply
    said = {sentence for each in before for sentence in sentences(each.text)}
    text = "\n".join(_new_lines(reply.text, said))
    if text.strip():
        return reply if text == reply.text else replace(reply, text=text)
    last = next(each for each in reversed(before) if each.text)
    if not last.payload:  # its buttons are not lost
        last.kind, last.payload = reply.kind, reply.payload
    return None


def _new_lines(text: str, said: set[str]) -> Iterator[str]:
    led = False
    for line in text.split("\n"):
        found = sentences(line)
        new = [each for each in found if led or each not in said or len(each.split()) < _SAYS_SOMETHING]
        if new or not found:
            yield line if new == found == list(dict.fromkeys(new)) else " ".join(dict.fromkeys(new))
        said.update(found)
        led = line.rstrip().endswith(":")


def _leads(reply: Reply) -> bool:
    return reply.text.rstrip().endswith(":") or reply.meta.get("utter") in _OF_THE_NEXT


def replies_of(message: dict[str, Any]) -> list[Reply]:
    """A message of Rasa's as replies in the log's kinds; none for one that says nothing."""
    known = {*_PARTS, *_OF_RASA}
    meta = as_json({key: value for key, value in message.items() if key not in known and value is not None})
    if "utter_action" in meta:
        meta.setdefault("utter", meta.pop("utter_action"))
    text = message.get("text") or ""
    buttons = _buttons([*(message.get("buttons") or []), *(message.get("quick_replies") or [])])
    custom = message.get("custom")
    found = []
    if isinstance(custom, dict) and custom:
        kind = custom.get("kind")
        payload = {**custom, **({"buttons": buttons} if buttons else {})}
        found.append(Reply(text, kind if kind in _KINDS else "form", as_json(payload), meta))
    elif message.get("elements"):
        cards = [_card(element) for element in message["elements"] if isinstance(element, dict)]
        found.append(Reply(text, "cards", {"cards": cards, **({"buttons": buttons} if buttons else {})}, meta))
    elif buttons:
        found.append(Reply(text, "quick_replies", {"buttons": buttons}, meta))
    elif text.strip():
        found.append(Reply(text.strip(), "text", {}, meta))
    for part, kind in (("image", "image"), ("attachment", "file")):
        address = message.get(part)
        if isinstance(address, str) and address and not (part == "attachment" and address == message.get("image")):
            found.append(Reply("", kind, {"url": address}, meta))
    return found


def _buttons(buttons: list[Any]) -> list[dict[str, str]]:
    return [
        {"title": str(button.get("title") or ""), "payload": str(button.get("payload") or button.get("title") or "")}
        for button in buttons
        if isinstance(button, dict) and (button.get("title") or button.get("payload"))
    ]


def _card(element: dict[str, Any]) -> dict[str, Any]:
    card = {key: element[key] for key in ("title", "subtitle", "image_url") if element.get(key)}
    return {**card, "buttons": _buttons(element.get("buttons") or [])}
