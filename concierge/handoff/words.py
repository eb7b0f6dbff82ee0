"""A package in words, for systems whose people read it as a note or as a letter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from concierge.handoff.names import channel, name

_WHO = {"user": "Customer", "bot": "Assistant", "agent": "Advisor"}
_LEFT_OUT = "… earlier messages are left out …"


def subject(package: Mapping[str, Any]) -> str:
    """Nothing that names the customer stands in it: subjects show on locked screens."""
    return f"[{package['priority']}] {name(str(package['reason']))[:80]}"


def facts(package: Mapping[str, Any]) -> str:
    """The summary, who it is as far as that is known, and the numbers that both systems know the case by."""
    customer = package["customer"]
    known = [each for each in (customer["name"], customer["email"]) if each]
    proved = "proved by an order of theirs" if customer["verified"] else "not proved"
    lines = [
        str(package["summary"]),
        "",
        f"Customer: {', '.join(known)} ({proved})" if known else "Customer: not known by name",
        f"By {channel(str(package['conversation']['channel']))}, language {customer['language']}, "
        f"queue {package['queue'] or 'none'}.",
        f"Case {package['case_id']}, conversation {package['conversation']['id']}.",
    ]
    return "\n".join(lines)


def conversation(package: Mapping[str, Any], most: int) -> str:
    """What was said, a paragraph each, in at most so many characters: the newest is kept."""
    said = package["attachments"][0]["content"]
    kept: list[str] = []
    room = most - len(_LEFT_OUT) - 2
    for each in reversed(said["activities"]):
        paragraph = _paragraph(each)[:most]
        room -= len(paragraph) + 2
        if room < 0:
            return "\n\n".join([_LEFT_OUT, *reversed(kept)])
        kept.append(paragraph)
    return "\n\n".join([*([_LEFT_OUT] if "omitted" in said else []), *reversed(kept)])


def last_words(package: Mapping[str, Any]) -> str:
    """The customer's."""
    said = package["attachments"][0]["content"]["activities"]
    return next((each["text"] for each in reversed(said) if each["from"]["role"] == "user" and each["text"]), "")


def _paragraph(activity: Mapping[str, Any]) -> str:
    who = activity["from"]
    at = datetime.fromisoformat(str(activity["timestamp"]).replace("Z", "+00:00"))
    speaker = who["name"] or _WHO.get(str(who["role"]), str(who["role"]))
    return f"{speaker}, {at:%d %b %H:%M %Z}:\n{activity['text'] or '[not a text]'}"
