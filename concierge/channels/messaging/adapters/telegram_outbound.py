"""What Telegram is sent besides files: core.telegram.org/bots/api#sendmessage, #sendphoto, #inlinekeyboardmarkup."""

from __future__ import annotations

from typing import Any

from concierge.channels.messaging.model import Part


def message_of(part: Part) -> tuple[str, dict[str, Any]]:
    """The method, and what it is called with besides the chat."""
    # No parse_mode: what customers and advisors write must not become markup.
    text = part.cards[0].words if part.cards else part.text
    method, body = "sendMessage", {"text": text, "link_preview_options": {"is_disabled": True}}
    if part.cards and part.cards[0].image:
        method, body = "sendPhoto", {"photo": part.cards[0].image, "caption": part.cards[0].words}
    return method, {**body, **keyboard_of(part)}


def keyboard_of(part: Part) -> dict[str, Any]:
    """Empty where the part has no buttons."""
    link, choices = (part.cards[0].link, part.cards[0].choices) if part.cards else (part.link, part.choices)
    rows = [[{"text": each.title, "callback_data": each.reference}] for each in choices]
    rows = [[{"text": link.title, "url": link.url}], *rows] if link else rows
    return {"reply_markup": {"inline_keyboard": rows}} if rows else {}
