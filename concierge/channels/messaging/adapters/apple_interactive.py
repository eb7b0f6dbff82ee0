"""Apple's quick replies and list pickers: what a device can show, how they are sent, and what was picked.

register.apple.com/resources/messages/msp-rest-api: common-specs (capability-list), type-interactive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from concierge.channels.messaging.adapter import dig, objects_at, text_at
from concierge.channels.messaging.model import Limits, Part

CAPABILITIES = "capabilities"  # of an outlet's details: what the device that the customer last wrote from can show
_QUICK, _LIST = "QUICK", "LIST"
_BID = "com.apple.messages.MSMessageExtensionBalloonPlugin:0000000000:com.apple.icloud.apps.messages.business.extension"
_SUMMARY = 200  # characters


def capabilities_of(header: str) -> str:
    """As they are kept: those that make a difference here."""
    told = {each.strip().upper() for each in header.split(",")}
    return ",".join(each for each in (_QUICK, _LIST) if each in told)


def fitted(limits: Limits, details: Mapping[str, Any]) -> Limits:
    """What is left of them on this device. Apple tells with each message, and what it does not name is not sent."""
    able = str(details.get(CAPABILITIES) or "").split(",")
    return replace(
        limits,
        buttons=limits.buttons if _QUICK in able else 0,
        rows=limits.rows if _LIST in able else 0,
    )


def chosen(data: Any) -> tuple[str, str]:
    """Title, and what we had put behind it."""
    quick, picked = dig(data, "data", "quick-reply"), dig(data, "data", "listPicker", "sections", 0, "items", 0)
    if quick:
        index, choice = dig(quick, "selectedIndex"), text_at(quick, "selectedIdentifier")
        items = objects_at(quick, "items")
        one = next((each for each in items if choice and text_at(each, "identifier") == choice), None)
        picked = one or (items[index] if type(index) is int and 0 <= index < len(items) else {"identifier": choice})
    return text_at(picked, "title"), text_at(picked, "identifier")


def offer(part: Part) -> dict[str, Any]:
    items = [{"identifier": each.reference, "title": each.title} for each in part.choices]
    about = {"version": "1.0", "requestIdentifier": part.reference}
    if not part.as_list:
        return {"bid": _BID, "data": {**about, "quick-reply": {"summaryText": part.text[:_SUMMARY], "items": items}}}
    below = [{"subtitle": each.detail} if each.detail else {} for each in part.choices]
    rows = [{**each, **below[number], "order": number, "style": "default"} for number, each in enumerate(items)]
    section = {"title": part.menu, "order": 0, "multipleSelection": False, "items": rows}
    shown = {"title": part.menu, "style": "small"}
    picker = {**about, "mspVersion": "1.0", "listPicker": {"sections": [section]}}
    return {"bid": _BID, "data": picker, "receivedMessage": shown, "replyMessage": shown}
