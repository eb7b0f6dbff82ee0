"""A link of the house's mails that a customer sends into a messenger: it proves its order there, too.

What signs it is not kept: of the address only the page is left in the log.
"""

from __future__ import annotations

import logging
import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from concierge.channels.links import FRAGMENT, Links, NotALink
from concierge.channels.messaging.model import Incoming
from concierge.conversations import Conversation

if TYPE_CHECKING:
    from concierge.channels.reception import Reception

logger = logging.getLogger(__name__)

OPENED, OVER = "link_opened", "link_over"  # what is said, where there is something to say
_TOKEN = re.compile(rf"#{FRAGMENT}=([\w.-]+)", re.ASCII)
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


class PastedLinks:
    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._links = Links(reception.settings)

    async def take(self, conversation: Conversation, incoming: Incoming) -> tuple[Incoming, str]:
        """The message without what signs a link, and what is to be said of it: ``OPENED`` where there is nothing beside
        it, ``OVER``, or nothing. A mail may only quote one. Raises what a database raises."""
        found = _TOKEN.search(incoming.text) if incoming.channel != "email" else None
        if found is None:
            return incoming, ""
        words = _TOKEN.sub("", incoming.text)
        opened = await self._open(conversation, found[1])
        alone = not _ADDRESS.sub("", words).strip()
        say = OVER if opened is False else OPENED if opened and alone else ""
        return replace(incoming, text=words), say

    async def _open(self, conversation: Conversation, token: str) -> bool | None:
        """``None`` for what never was a link to an order."""
        reception = self._reception
        run, log = reception.run, reception.log
        try:
            link = self._links.read(token)
        except NotALink as problem:
            return False if problem.reason == "expired" else None
        if await run(log.is_revoked, link.digest, link.order, link.made_at):
            return False
        until = min(link.until, int(time.time() + reception.settings.proof_hours * 3600))
        opened: bool = await run(log.open_by_link, conversation.id, link.order, link.purpose, until)
        logger.info(
            "Conversation %s: a link for %s %s", conversation.id, link.purpose, "opened" if opened else "did not"
        )
        return opened
