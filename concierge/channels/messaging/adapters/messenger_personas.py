"""Personas: an advisor's name above each of their messages on Messenger.

developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/personas: a name of at most
fifty characters, and a picture, which Meta fetches; …/docs/graph-api/reference/page/personas.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from concierge.channels.messaging.adapter import objects_at, text_at
from concierge.channels.messaging.model import NotSent

_NAME = 50
_PAGES = 20  # of the page's personas, at most
_AGAIN = 600.0  # seconds after which a name that had none is asked for again


class Personas:
    """Of one page, by name. Without a picture there are none."""

    def __init__(self, account: str, picture: str) -> None:
        self._path, self._picture = f"{account}/personas", picture
        self._ids: dict[str, str] = {}
        self._none_until: dict[str, float] = {}
        self._looking = asyncio.Lock()

    async def of(self, author: str, graph: Callable[[str, Mapping[str, Any] | None], Awaitable[Any]]) -> str:
        """The id of the author's, which is made where there is none yet; empty where that cannot be."""
        name = author[:_NAME].strip()
        if not name or not self._picture or self._none_until.get(name, 0.0) > time.monotonic():
            return ""
        async with self._looking:  # or two messages of one advisor would make two
            if name not in self._ids:
                try:
                    await self._find(graph)
                    if name not in self._ids:
                        made = await graph(self._path, {"name": name, "profile_picture_url": self._picture})
                        self._ids[name] = text_at(made, "id")
                except NotSent:  # words without a name are better than none
                    self._none_until[name] = time.monotonic() + _AGAIN
                    return ""
        return self._ids[name]

    def forget(self, persona: str) -> None:
        """Meta has refused a message of theirs: they may be gone."""
        self._ids = {name: id for name, id in self._ids.items() if id != persona}

    async def _find(self, graph: Callable[[str, Mapping[str, Any] | None], Awaitable[Any]]) -> None:
        after = ""
        for _ in range(_PAGES):
            found = await graph(f"{self._path}?fields=id,name&limit=100{after}", None)
            for each in objects_at(found, "data"):
                self._ids.setdefault(text_at(each, "name"), text_at(each, "id"))
            cursor = text_at(found, "paging", "cursors", "after")
            if not cursor or not text_at(found, "paging", "next"):
                return
            after = f"&after={cursor}"
