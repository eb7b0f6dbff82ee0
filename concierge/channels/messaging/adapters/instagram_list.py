"""Instagram's list of a conversation: whether a message whose answer was lost is in it.

developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/conversations-api, and for
what is no text developers.facebook.com/docs/graph-api/reference/message (attachments). It tells of the twenty latest
messages, and names ours by the id that sending them brings, but not by our reference: so the same words, or cards with
the same title, count only where they came after the latest message that is known, and one message is not taken for
another. A picture has another address there: it is known by being one.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from concierge.channels.messaging.adapter import dig, moment, objects_at, text_at
from concierge.channels.messaging.model import Outlet, Part

_CLOCKS = timedelta(seconds=30)  # Instagram's and ours may differ by; and it tells whole seconds
_NEVER = datetime.min.replace(tzinfo=timezone.utc)


def fields_for(part: Part) -> str:
    """Of a message, what tells whether it is this part."""
    return "id,created_time,from,message" + (",attachments" if part.cards or part.file else "")


def unknown_to_us(found: Any, account: str, to: Outlet, part: Part) -> str:
    """The id; empty where it is not there, or cannot be told."""
    latest = objects_at(found, "data", 0, "messages", "data")
    since: list[dict[str, Any]] = []
    for each in latest:  # the latest first
        if to.before and text_at(each, "id") == to.before:
            break
        since.append(each)
    else:
        if to.before or to.since is None:
            return ""
        since = [each for each in latest if _at(each) > to.since - _CLOCKS]
    ours = (each for each in since if text_at(each, "from", "id") == account)
    return next((text_at(each, "id") for each in ours if _is(part, each)), "")


def _is(part: Part, message: dict[str, Any]) -> bool:
    shown = dig(message, "attachments", "data", 0)
    if part.cards:
        return text_at(shown, "generic_template", "title") == part.cards[0].title
    if part.file:
        return bool(dig(shown, "image_data")) and not dig(shown, "generic_template")
    return text_at(message, "message").strip() == part.text.strip()


def _at(message: dict[str, Any]) -> datetime:
    """As the Graph API writes times, or in seconds since 1970, as this list's page says."""
    told = text_at(message, "created_time")
    if told.isdecimal():
        return moment(told)
    try:
        return datetime.strptime(told, "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return _NEVER
