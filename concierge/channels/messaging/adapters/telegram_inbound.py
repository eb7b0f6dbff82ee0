"""What Telegram delivers besides plain words: files, places, taps, and who blocks the bot.

core.telegram.org/bots/api#update, #message, #callbackquery, #chatmemberupdated
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from concierge.channels.messaging.adapter import dig, objects_at, place_at, text_at, words_of
from concierge.channels.messaging.model import Attachment, Event, Standing

KINDS = {
    "venue": "location",  # which has a location beside it
    "photo": "photo",
    "voice": "voice message",
    "audio": "voice message",
    "video": "video",
    "video_note": "video",
    "document": "file",
    "animation": "video",
    "sticker": "sticker",
    "location": "location",
    "contact": "contact",
}


def standing_of(channel: str, told: Any) -> Iterator[Event]:
    """Of the bot itself: “kicked” from a private conversation, by whoever blocks it."""
    state, customer = text_at(told, "new_chat_member", "status"), text_at(told, "chat", "id")
    if dig(told, "chat", "type") == "private" and customer and state in ("kicked", "member"):
        yield Standing(channel, customer, "blocked_by_customer" if state == "kicked" else "")


def title_of(message: Any, reference: str) -> str:
    rows = dig(message, "reply_markup", "inline_keyboard")
    buttons = [button for row in rows if isinstance(row, list) for button in row] if isinstance(rows, list) else []
    return next((text_at(each, "text") for each in buttons if dig(each, "callback_data") == reference), "")


def attachment_of(message: Any, kind: str) -> Attachment:
    sizes = objects_at(message, kind)
    sent = sizes[-1] if sizes else dig(message, kind)  # the largest size of a photo is the last
    where = dig(sent, "location") or sent  # a venue has a location inside
    return Attachment(
        KINDS[kind],
        text_at(sent, "file_id"),
        text_at(sent, "mime_type"),
        about=words_of(*(text_at(sent, name) for name in ("title", "address", "emoji", "first_name", "phone_number"))),
        place=place_at(dig(where, "latitude"), dig(where, "longitude")),
    )
