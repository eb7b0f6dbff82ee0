"""What Messenger and Instagram deliver: messages, edits, deletions, taps, and what became of ours.

developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events: messages,
message-edits, message-echoes, message-reads, message-deliveries.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from concierge.channels.messaging.adapter import dig, moment, objects_at, place_at, text_at
from concierge.channels.messaging.model import Attachment, Event, Incoming, Receipt, Withdrawal

_MILLISECONDS = 0.001
_KINDS = {
    "image": "photo",
    "audio": "voice message",
    "video": "video",
    "file": "file",
    "sticker": "sticker",
    "location": "location",
}
# A story that mentions the house may not be kept; a shared post is a page, no file.
_FETCHED = {"image", "audio", "video", "file"}


def events_of(channel: str, account: str, event: dict[str, Any]) -> Iterator[Event]:
    """``account``: whose own messages are no customer's."""
    customer, message = text_at(event, "sender", "id"), dig(event, "message")
    if dig(message, "is_echo"):
        yield Receipt(channel, "sent", text_at(message, "mid"), text_at(message, "metadata"))
        return
    for state, name in (("delivered", "delivery"), ("read", "read")):
        if told := dig(event, name):
            if until := dig(told, "watermark"):
                yield Receipt(channel, state, address=customer, until=moment(until, _MILLISECONDS))
            elif text_at(told, "mid"):  # Instagram's
                yield Receipt(channel, state, text_at(told, "mid"))
    referral = dig(event, "referral") or dig(event, "postback", "referral")
    if (ref := text_at(referral, "ref")) and customer != account:  # came by an address of ours
        key = f"{customer}.{text_at(event, 'timestamp')}.referral"
        at = moment(dig(event, "timestamp"), _MILLISECONDS)
        yield Incoming(channel, key, customer, at, text=ref, opens=True)
        return
    edited = dig(event, "message_edit")
    said = message or edited or dig(event, "postback")
    if customer == account or not text_at(said, "mid"):
        return
    if dig(said, "is_deleted"):
        yield Withdrawal(channel, customer, text_at(said, "mid"))
        return
    about: dict[str, Any] = {
        "channel": channel,
        "key": text_at(said, "mid"),
        "address": customer,
        "at": moment(dig(event, "timestamp"), _MILLISECONDS),
    }
    if message is not None:
        yield from _message(about, message)
    elif edited is not None:
        key = f"{about['key']}.edit{text_at(edited, 'num_edit')}"
        yield Incoming(**{**about, "key": key}, edits=about["key"], text=text_at(edited, "text"))
    else:
        payload = text_at(said, "payload")
        yield Incoming(**about, text=text_at(said, "title"), choice=payload, opens=payload == "GET_STARTED")


def _message(about: dict[str, Any], message: dict[str, Any]) -> Iterator[Event]:
    attached = objects_at(message, "attachments")
    unknown = not attached and not text_at(message, "text")
    for number, each in enumerate(attached or ([{}] if unknown else [])):
        # A caption is its own text; several pictures of one message are several rows.
        alone = {**about, "key": f"{about['key']}.{number}"}
        kind, source = text_at(each, "type"), text_at(each, "payload", "url")
        where = dig(each, "payload", "coordinates")
        sent = Attachment(
            _KINDS.get(kind, "attachment"),
            source if kind in _FETCHED else "",
            about=text_at(each, "title") if kind == "location" else "",
            place=place_at(dig(where, "lat"), dig(where, "long")),
        )
        yield Incoming(**alone, attachment=sent)
    if text := text_at(message, "text"):
        yield Incoming(**about, text=text, order=1, choice=text_at(message, "quick_reply", "payload"))
