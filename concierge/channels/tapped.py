"""What a button means that was tapped: the same as when it was offered, however much was said since."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from concierge.conversations import ConversationLog, Message

Buttons = Callable[[Message], list[dict[str, Any]]]


def chosen(
    log: ConversationLog, conversation_id: str, seq: int, index: int, buttons_of: Buttons
) -> tuple[str, str] | None:
    """Title and payload of a button that the assistant did offer, by its place among ``buttons_of`` a message; ``None``
    where it did not. Blocks."""
    message = next(iter(log.messages(conversation_id, seq - 1, 1)), None)
    if message is None or message.seq != seq or message.role != "assistant":
        return None
    buttons = buttons_of(message)
    if index >= len(buttons):
        return None
    (latest,) = log.last_messages(conversation_id, 1, "assistant")
    return buttons[index]["title"], payload_of(buttons[index], message, since=latest.seq > seq)


def payload_of(button: dict[str, str], message: Message, *, since: bool) -> str:
    """What the assistant had put behind a ``button`` of its ``message``. ``since``: it has said more since then, maybe
    of another order, and what was offered beside an order's card is still about that order."""
    payload, number = button["payload"], _order_of(message)
    return f"{payload}{json.dumps({'order_number': number})}" if since and number and "{" not in payload else payload


def _order_of(message: Message) -> str:
    """The number that stands on an order's card; empty where there are several, or none."""
    cards = message.payload.get("cards") or []
    numbers = {str(each.get("subtitle") or "") for each in cards if each.get("type") == "order"}
    return numbers.pop() if len(numbers) == 1 else ""
