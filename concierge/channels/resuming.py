"""Links that take a customer back into their conversation: in the mail that tells them of an advisor's answer, on
another device that they have at hand, and from a messenger to the website.

As the token of a page they open one conversation, for some days, or half an hour. One that went to an address which
nobody has proved is no more than such a token: see ``_needs_proof`` of the website's channel.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from concierge.channels.links import FRAGMENT, page_of
from concierge.channels.messaging import tickets
from concierge.settings import Settings
from concierge.web_kit import signed

HOLDS = timedelta(days=7)
AT_HAND = timedelta(seconds=tickets.SECONDS)  # as every other way to go on elsewhere
_AUDIENCE = "concierge-resume"


@dataclass(frozen=True)
class Way:
    """Back into this conversation. ``proved``: the link went to an address that was the customer's by a proof."""

    conversation_id: str
    proved: bool


class Resuming:
    def __init__(self, settings: Settings) -> None:
        self._key = settings.signing_key
        self._page = page_of(settings)

    def make(self, way: Way, holds: timedelta = HOLDS, since: datetime | None = None) -> str:
        """The address of the page with the widget, and the way behind it; the same for the same ``since``."""
        began = time.time() if since is None else since.timestamp()
        claims = {"sub": way.conversation_id, "proved": way.proved}
        return f"{self._page}#{FRAGMENT}={signed.sign(claims, self._key, _AUDIENCE, began + holds.total_seconds())}"

    def read(self, token: Any) -> Way | None:
        """``None`` for one that is not ours, was changed or has run out."""
        try:
            claims = signed.read(token, self._key, _AUDIENCE)
        except signed.NotOurs:
            return None
        return Way(str(claims["sub"]), claims.get("proved") is True)
