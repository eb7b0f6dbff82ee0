"""What WhatsApp delivers: messages, edits, deletions, and what became of ours.

developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages: the page of each type,
…/edit, …/revoke, …/status; business-scoped-user-ids.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from concierge.channels.messaging.adapter import dig, moment, objects_at, place_at, text_at, words_of
from concierge.channels.messaging.model import Attachment, Event, Incoming, KnownTemplate, Receipt, Withdrawal
from concierge.conversations.provider_phone import PHONE

_KINDS = {
    "image": "photo",
    "audio": "voice message",
    "video": "video",
    "document": "file",
    "sticker": "sticker",
    "location": "location",
    "contacts": "contact",
    "order": "attachment",
    "unsupported": "attachment",
    "unknown": "attachment",
}
_STATES = {"sent": "sent", "delivered": "delivered", "read": "read", "played": "read", "failed": "failed"}


def message_events(channel: str, message: dict[str, Any]) -> Iterator[Event]:
    kind, phone = text_at(message, "type"), text_at(message, "from")
    about: dict[str, Any] = {
        "channel": channel,
        "key": text_at(message, "id"),
        # Since 2026 customers may have no number for us: the scoped id is what stays.
        "address": text_at(message, "from_user_id") or phone,
        "also": (phone,) if phone and text_at(message, "from_user_id") else (),
        "at": moment(text_at(message, "timestamp")),
        "details": {PHONE: f"+{phone}"} if phone else {},
    }
    if kind == "revoke":
        yield Withdrawal(channel, about["address"], text_at(message, "revoke", "original_message_id"))
        return
    if kind == "edit":  # also of a caption; what it stands below cannot change
        about["edits"] = text_at(message, "edit", "original_message_id")
        told = dig(message, "edit", "message")
        words = text_at(told, "text", "body") or text_at(told, text_at(told, "type"), "caption")
        if words:
            yield Incoming(**about, text=words)
    elif kind == "text":
        yield Incoming(**about, text=text_at(message, "text", "body"))
    elif kind == "interactive":
        reply = dig(message, "interactive", text_at(message, "interactive", "type"))
        yield Incoming(**about, text=text_at(reply, "title"), choice=text_at(reply, "id"))
    elif kind == "button":  # of a template
        yield Incoming(**about, text=text_at(message, "button", "text"))
    elif kind in _KINDS:
        sent = dig(message, kind)
        yield Incoming(**about, text=text_at(sent, "caption"), attachment=_attachment(kind, sent))


def _attachment(kind: str, sent: Any) -> Attachment:
    cards = [
        words_of(text_at(each, "name", "formatted_name"), text_at(each, "phones", 0, "phone")) for each in _all(sent)
    ]
    shown = (text_at(sent, "name"), text_at(sent, "address"), text_at(sent, "filename"), *cards)
    return Attachment(
        _KINDS[kind],
        text_at(sent, "id"),
        text_at(sent, "mime_type"),
        about=words_of(*shown),
        place=place_at(dig(sent, "latitude"), dig(sent, "longitude")),
    )


def _all(sent: Any) -> list[dict[str, Any]]:
    return objects_at({"cards": sent}, "cards")


def status_events(channel: str, status: dict[str, Any]) -> Iterator[Event]:
    state = _STATES.get(text_at(status, "status"))
    if state:
        yield Receipt(
            channel,
            state,
            text_at(status, "id"),
            text_at(status, "biz_opaque_callback_data"),
            error=f"meta_{text_at(status, 'errors', 0, 'code')}" if state == "failed" else "",
        )


def known_template(told: dict[str, Any]) -> KnownTemplate:
    """…/whatsapp/templates/template-management"""
    body = next((each for each in objects_at(told, "components") if text_at(each, "type").upper() == "BODY"), None)
    named = {name: text_at(told, key) for name, key in (("name", "name"), ("code", "language"), ("id", "id"))}
    return KnownTemplate(**named, state=text_at(told, "status").lower(), text=text_at(body, "text"))
