"""What a message of Slack's is made of besides its text: docs.slack.dev/reference/block-kit, and message metadata."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from concierge.channels.messaging.adapter import objects_at, text_at
from concierge.channels.messaging.model import Card, Choice, Part

LINK = "link"  # what the action of a button is called that only opens an address
_EVENT, _REFERENCE = "concierge_message", "reference"


def metadata(reference: str) -> dict[str, Any]:
    """By which our own message is known again; nobody is shown it."""
    return {"event_type": _EVENT, "event_payload": {_REFERENCE: reference}}


def found_in(messages: Sequence[dict[str, Any]], reference: str) -> str:
    """When the message with this reference, or the file that is called by it, was sent; empty where it is not there."""
    for each in messages:
        by_name = any(text_at(file, "name").startswith(f"{reference}.") for file in objects_at(each, "files"))
        if by_name or text_at(each, "metadata", "event_payload", _REFERENCE) == reference:
            return text_at(each, "ts")
    return ""


def blocks(part: Part) -> list[dict[str, Any]]:
    """Empty where the text is all there is."""
    if not part.choices and not part.cards:
        return []
    shown = [] if part.cards else [{"type": "section", "text": words(part.text)}]
    for number, card in enumerate(part.cards):
        shown += _card(card, f"{LINK}.{number}")
    return [*shown, _actions(_buttons(part.choices))] if part.choices else shown


def words(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def _card(card: Card, action: str) -> list[dict[str, Any]]:
    section: dict[str, Any] = {"type": "section", "text": words(card.words)}
    if card.image:
        section["accessory"] = {"type": "image", "image_url": card.image, "alt_text": card.title}
    buttons = _buttons(card.choices)
    if card.link:
        opens = {"type": "button", "action_id": action, "text": words(card.link.title), "url": card.link.url}
        buttons.insert(0, opens)
    return [section, _actions(buttons)] if buttons else [section]


def _buttons(choices: Sequence[Choice]) -> list[dict[str, Any]]:
    return [
        {"type": "button", "action_id": each.reference, "value": each.reference, "text": words(each.title)}
        for each in choices
    ]


def _actions(buttons: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "actions", "elements": buttons}
