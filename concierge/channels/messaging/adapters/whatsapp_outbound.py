"""What WhatsApp is sent besides files: …/whatsapp/messages: send-messages, interactive-reply-buttons-messages,
interactive-list-messages, interactive-cta-url-messages.
"""

from __future__ import annotations

from typing import Any

from concierge.channels.messaging.model import Card, Choice, Link, Part


def content_of(part: Part) -> dict[str, Any]:
    if part.template:
        filled = [{"type": "text", "text": each} for each in part.template.values]
        components = [{"type": "body", "parameters": filled}] if filled else []
        named = {"name": part.template.name, "language": {"code": part.template.code}}
        return {"type": "template", "template": {**named, "components": components}}
    if part.cards:
        return _shown(part.cards[0])
    if part.link:
        return _linked(part.text, part.link)
    if not part.choices:
        return {"type": "text", "text": {"body": part.text, "preview_url": False}}
    if part.as_list:
        rows = [_row(each) for each in part.choices]
        shown: dict[str, Any] = {"type": "list", "action": {"button": part.menu, "sections": [{"rows": rows}]}}
    else:
        shown = {"type": "button", "action": {"buttons": [_reply(each) for each in part.choices]}}
    return {"type": "interactive", "interactive": {**shown, "body": {"text": part.text}}}


def _row(choice: Choice) -> dict[str, str]:
    row = {"id": choice.reference, "title": choice.title}
    return {**row, "description": choice.detail} if choice.detail else row


def _reply(choice: Choice) -> dict[str, Any]:
    return {"type": "reply", "reply": {"id": choice.reference, "title": choice.title}}


def _shown(card: Card) -> dict[str, Any]:
    if card.choices:
        # A link beside buttons is one in words.
        words = f"{card.words}\n{card.link.url}" if card.link else card.words
        shown = {"type": "button", "body": {"text": words}, "action": {"buttons": [*map(_reply, card.choices)]}}
    elif card.link:
        shown = _linked(card.words, card.link)["interactive"]
    elif card.image:
        return {"type": "image", "image": {"link": card.image, "caption": card.words}}
    else:
        return {"type": "text", "text": {"body": card.words, "preview_url": False}}
    if card.image:
        shown = {**shown, "header": {"type": "image", "image": {"link": card.image}}}
    return {"type": "interactive", "interactive": shown}


def _linked(text: str, link: Link) -> dict[str, Any]:
    action = {"name": "cta_url", "parameters": {"display_text": link.title, "url": link.url}}
    return {"type": "interactive", "interactive": {"type": "cta_url", "body": {"text": text}, "action": action}}
