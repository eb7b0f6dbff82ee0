"""When somebody of client service is there, as the website's page tells it before and while one waits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from concierge.queues.hours import Hours
from concierge.queues.reader import queues


def hours_of_service() -> Hours:
    """Of the queue that takes whatever no other does. Raises ``BadQueues``."""
    return queues().all[-1].hours


def told(hours: Hours, at: datetime, language: str) -> dict[str, Any]:
    """``until`` while it is open, ``opens`` while it is not, in the place's own time zone.

    Neither where it never closes, nor where it never opens.
    """
    opens, closes = hours.opens(at), hours.closes(at)
    named = bool(hours.name)

    def local(moment: datetime | None) -> str | None:
        return moment.astimezone(hours.zone).isoformat() if moment and named else None

    return {
        "open": opens == at,
        "place": hours.place(language),
        "zone": str(hours.zone),
        "until": local(closes),
        "opens": local(opens) if opens != at else None,
    }
