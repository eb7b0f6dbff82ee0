"""What LINE is sent: texts, pictures, and cards as a Flex Message, black on white.

developers.line.biz/en/reference/messaging-api/#message-objects, #flex-message
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from concierge.channels.messaging.model import Card, Part
from concierge.channels.messaging.splitting import shorten

_INK, _QUIET = "#111111", "#666666"
_NAME = 20  # characters of a sender's name
_ALTERNATIVE = 400  # characters, for notifications and for where cards cannot be shown


def message_of(part: Part) -> dict[str, Any]:
    message: dict[str, Any] = {"type": "text", "text": part.text}
    if part.file:
        message = {"type": "image", "originalContentUrl": part.file.link, "previewImageUrl": part.file.small}
    if part.cards:
        message = _carousel(part.cards)
    if part.author:
        message["sender"] = {"name": part.author[:_NAME]}
    if part.choices:
        actions = [
            {"type": "postback", "label": each.title, "data": each.reference, "displayText": each.title}
            for each in part.choices
        ]
        message["quickReply"] = {"items": [{"type": "action", "action": action} for action in actions]}
    return message


def _carousel(cards: Sequence[Card]) -> dict[str, Any]:
    alternative = shorten("; ".join(each.words.replace("\n", ", ") for each in cards), _ALTERNATIVE)
    bubbles = [_bubble(each) for each in cards]
    contents = bubbles[0] if len(bubbles) == 1 else {"type": "carousel", "contents": bubbles}
    return {"type": "flex", "altText": alternative, "contents": contents}


def _bubble(card: Card) -> dict[str, Any]:
    lines = [_text(card.title, weight="bold", color=_INK)]
    if card.text:
        lines.append(_text(card.text, size="sm", color=_QUIET, margin="md"))
    bubble: dict[str, Any] = {"type": "bubble", "body": _box(lines)}
    if card.image:
        fitted = {"size": "full", "aspectRatio": "1:1", "aspectMode": "cover"}
        bubble["hero"] = {"type": "image", "url": card.image, **fitted}
    actions = [{"type": "uri", "label": card.link.title, "uri": card.link.url}] if card.link else []
    for each in card.choices:
        said = card.title if len(card.choices) == 1 else each.title
        shown = {"label": each.title, "displayText": said}
        actions.append({"type": "postback", "data": each.reference, **shown})
    if actions:
        button = {"type": "button", "style": "link", "height": "sm", "color": _INK}
        bubble["footer"] = _box([{**button, "action": each} for each in actions])
    return bubble


def _text(text: str, **style: str) -> dict[str, Any]:
    return {"type": "text", "text": text, "wrap": True, **style}


def _box(contents: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "box", "layout": "vertical", "contents": contents}
