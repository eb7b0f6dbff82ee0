"""What providers tell besides messages: how far ours have come, what was deleted, who wants no more, who types."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING

from concierge.channels.messaging import fitting
from concierge.channels.messaging.media import Media
from concierge.channels.messaging.model import Event, Receipt, Standing, Typing, Withdrawal
from concierge.conversations import ConversationNotFound
from concierge.conversations.outbox import Outbox
from concierge.masking.texts import identifier

if TYPE_CHECKING:
    from concierge.channels.reception import Reception

_LONGEST_KEY = 120
_MOST_FILES = 10  # of one message
_TYPING_SECONDS = 15.0  # a sign that no end of may come is believed for so long


def stored_key(channel: str, kept: str, signing_key: str) -> str:
    """The provider's id of a message, as it may be stored: it is the same for each delivery."""
    if len(kept) > _LONGEST_KEY:
        kept = hashlib.sha256(kept.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{channel}.{identifier(kept, signing_key)}"


class Beside:
    def __init__(self, reception: Reception, outbox: Outbox, media: Media) -> None:
        self._reception, self._outbox, self._media = reception, outbox, media

    async def take(self, event: Event) -> None:
        """Raises what the database does."""
        if isinstance(event, Receipt):
            await self._receipt(event)
        elif isinstance(event, Withdrawal):
            await self._withdraw(event)
        elif isinstance(event, Standing):
            await self._stand(event)
        elif isinstance(event, Typing):
            await self._typing(event)

    async def _receipt(self, receipt: Receipt) -> None:
        run, outbox = self._reception.blocking, self._outbox
        if receipt.until is not None:
            await run(outbox.receipt_until, receipt.channel, receipt.address, receipt.until, receipt.state)
            return
        ours = fitting.part_place(receipt.reference)
        known = False
        if ours and receipt.provider_id:
            about = (receipt.channel, ours, receipt.provider_id, receipt.state, receipt.error)
            known = await run(outbox.receipt_for, *about)
        if not known:
            await run(outbox.receipt, receipt.channel, receipt.provider_id, receipt.state, receipt.error)

    async def _withdraw(self, withdrawal: Withdrawal) -> None:
        """Each row that the message came to: its words, and every file beside them."""
        run, log = self._reception.blocking, self._reception.log
        conversation = await run(log.find, withdrawal.channel, withdrawal.address)
        if conversation is None or not withdrawal.key:
            return
        parts = [withdrawal.key, *(f"{withdrawal.key}.{number}" for number in range(_MOST_FILES))]
        signing_key = self._reception.settings.signing_key
        keys = [stored_key(withdrawal.channel, each, signing_key) for each in parts]
        files = await run(log.withdraw, conversation.id, [*keys, *(f"{key}.attachment" for key in keys)])
        for name in files:
            await self._media.remove(conversation.id, name)

    async def _stand(self, standing: Standing) -> None:
        run, log = self._reception.blocking, self._reception.log
        conversation = await run(log.find, standing.channel, standing.address)
        if conversation is not None:
            await run(self._outbox.stand, conversation.id, standing.stopped)

    async def _typing(self, typing: Typing) -> None:
        """Of a conversation that is there: one begins with words."""
        run, log = self._reception.blocking, self._reception.log
        conversation = await run(log.find, typing.channel, typing.address)
        if conversation is not None:
            with suppress(ConversationNotFound):  # erased between the two
                await run(log.typing, conversation.id, "customer", _TYPING_SECONDS if typing.writes else 0.0)
