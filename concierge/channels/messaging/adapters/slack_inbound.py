"""What Slack delivers: words, edits, deletions and files of direct messages, and taps.

docs.slack.dev: the event message.im and its subtypes; block_actions payloads.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from concierge.channels.messaging.adapter import dig, moment, objects_at, text_at
from concierge.channels.messaging.adapters import slack_blocks
from concierge.channels.messaging.model import Attachment, Delivery, Event, Incoming, Unreadable, Withdrawal

_KINDS = {"image": "photo", "audio": "voice message", "video": "video"}


def events_of(channel: str, delivery: Delivery) -> Iterator[Event]:
    if is_form(delivery):
        yield from _tapped(channel, _payload(delivery))
        return
    event = dig(delivery.json, "event")
    kind = text_at(event, "subtype")
    if dig(event, "type") != "message" or dig(event, "channel_type") != "im":
        return
    address, key = text_at(event, "channel"), text_at(event, "ts")
    if kind == "message_deleted" and not dig(event, "previous_message", "bot_id"):
        yield Withdrawal(channel, address, text_at(event, "deleted_ts"))
        return
    about: dict[str, Any] = {"channel": channel, "address": address, "at": moment(key)}
    if kind == "message_changed":
        event = dig(event, "message")
        key, about["edits"] = f"{key}.edited", text_at(event, "ts")
    # Other bots, and we, are no customers.
    if dig(event, "bot_id") or text_at(event, "subtype") not in ("", "file_share"):
        return
    for number, file in enumerate(objects_at(event, "files") if not about.get("edits") else []):
        media_type = text_at(file, "mimetype")
        sent = Attachment(_KINDS.get(media_type.partition("/")[0], "file"), text_at(file, "id"), media_type)
        yield Incoming(**about, key=f"{key}.{number}", attachment=sent)
    if text := text_at(event, "text"):
        yield Incoming(**about, key=key, order=1, text=_plain(text))


def is_form(delivery: Delivery) -> bool:
    return delivery.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")


def _payload(delivery: Delivery) -> dict[str, Any]:
    try:
        found = json.loads(dict(delivery.form).get("payload", ""))
    except (ValueError, RecursionError):
        raise Unreadable("no payload") from None
    return found if isinstance(found, dict) else {}


def _tapped(channel: str, payload: dict[str, Any]) -> Iterator[Event]:
    action = dig(payload, "actions", 0)
    # Of a button that has opened an address Slack tells, too.
    opened = text_at(action, "action_id").startswith(slack_blocks.LINK)
    if dig(payload, "type") != "block_actions" or not action or opened:
        return
    tapped_at = text_at(action, "action_ts")
    yield Incoming(
        channel,
        f"{text_at(payload, 'container', 'message_ts')}.{tapped_at}",
        text_at(payload, "channel", "id"),
        moment(tapped_at),
        text=text_at(action, "text", "text"),
        choice=text_at(action, "value"),
    )


def _plain(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
