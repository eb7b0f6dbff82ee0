"""What providers deliver, into the log: through the website's intake, once, before they get their answer."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from concierge.channels import language
from concierge.channels.messaging import fitting
from concierge.channels.messaging.adapter import Adapter
from concierge.channels.messaging.lineup import Lineup
from concierge.channels.messaging.media import Media
from concierge.channels.messaging.model import Event, Incoming
from concierge.channels.messaging.model import Receipt as ProviderReceipt
from concierge.channels.messaging.sending import Sender
from concierge.channels.refusals import Refusal
from concierge.channels.sentences import sentence
from concierge.conversations import Conversation, ConversationNotFound, Message
from concierge.conversations.outbox import Outbox
from concierge.conversations.outbox_states import Place
from concierge.languages.registry import supported
from concierge.masking.pseudonyms import disguised
from concierge.masking.texts import identifier

if TYPE_CHECKING:
    from collections.abc import Mapping

    from concierge.channels.reception import Reception

logger = logging.getLogger(__name__)

_LONGEST_KEY = 120
_LONGEST_ADDRESS = 200
_LOOKS_BACK = 5  # messages, for what a typed number may choose from
_FLOOD = "too_many_messages"
_INTRODUCED = "introduced"
_ALBUM = timedelta(seconds=60)


class Receiving:
    def __init__(
        self, reception: Reception, outbox: Outbox, adapters: Mapping[str, Adapter], sender: Sender, media: Media
    ) -> None:
        self._reception = reception
        self._outbox = outbox
        self._adapters = adapters
        self._sender = sender
        self._media = media
        self._lineup = Lineup(self._store)

    async def take(self, events: Iterable[Event]) -> None:
        """All of one delivery. Raises what the database does, and then all of it may come again."""
        every = list(events)
        await asyncio.gather(*(self._lineup.put(each) for each in every if isinstance(each, Incoming)))
        for each in every:
            if isinstance(each, ProviderReceipt):
                await self._receipt(each)

    async def _receipt(self, receipt: ProviderReceipt) -> None:
        run, outbox = self._reception.blocking, self._outbox
        if receipt.until is not None:
            await run(outbox.receipt_until, receipt.channel, receipt.address, receipt.until, receipt.state)
            return
        ours = _ours(receipt.reference)
        known = False
        if ours and receipt.provider_id:
            about = (receipt.channel, ours, receipt.provider_id, receipt.state, receipt.error)
            known = await run(outbox.receipt_for, *about)
        if not known:
            await run(outbox.receipt, receipt.channel, receipt.provider_id, receipt.state, receipt.error)

    async def _store(self, incoming: Incoming) -> None:
        if not 0 < len(incoming.address) <= _LONGEST_ADDRESS or not incoming.key:
            logger.warning("%s: a message without a sender or an id was passed over", incoming.channel)
            return
        try:
            await self._into(await self._conversation(incoming), incoming)
        except ConversationNotFound:  # erased between the two
            await self._into(await self._conversation(incoming), incoming)

    async def _into(self, conversation: Conversation, incoming: Incoming) -> None:
        reception = self._reception
        about = (conversation.id, incoming.channel, incoming.at, incoming.details)
        await reception.blocking(self._outbox.hear, *about)
        key = self._key(incoming)
        if incoming.opens:
            if conversation.owner == "assistant":
                await self._introduce(conversation, f"{_INTRODUCED}.{key}")
            return
        if not conversation.last_seq:
            await self._introduce(conversation, _INTRODUCED)
        owner = ""
        try:
            if incoming.attachment is not None:
                owner = await self._attachment(conversation, incoming, f"{key}.attachment")
            if incoming.text.strip() or incoming.attachment is None:
                text, payload = await self._chosen(conversation, incoming)
                receipt = await reception.receive(conversation.id, text, client_key=key, payload=payload)
                owner = receipt.owner
        except Refusal as refusal:
            if refusal.error != _FLOOD:
                raise
            # Answered with 2xx all the same: providers that are refused bring it again, or give up on us.
            await self._say(conversation, _FLOOD, f"flood.{int(time.time() // 60)}")
            logger.info("Conversation %s: too many messages, one was not taken", conversation.id)
            return
        self._sender.seen(incoming, owner == "assistant")

    async def _attachment(self, conversation: Conversation, incoming: Incoming, key: str) -> str:
        """Whose turn it is then."""
        sent, log = incoming.attachment, self._reception.log
        assert sent is not None, "asked for by the caller"
        kept = {"kind": sent.kind, "id": sent.id[:200], "media_type": sent.media_type[:100]}
        shown = f"[{sent.kind}]"
        if await self._is_one_of_several(conversation):
            about = {"payload": {"attachment": kept}, "client_key": key}
            await self._file(
                incoming, await self._reception.run(log.append, conversation.id, "customer", shown, **about)
            )
            return conversation.owner
        receipt = await self._reception.receive(conversation.id, shown, client_key=key, attachment=kept)
        await self._file(incoming, receipt.message)
        if receipt.owner == "advisor" and not receipt.message.repeated:
            await self._say(conversation, "attachment_noted", f"noted.{receipt.message.seq}")
        return receipt.owner

    async def _file(self, incoming: Incoming, message: Message) -> None:
        """Notes that it is to be fetched; what came with the delivery is kept at once."""
        sent, run = incoming.attachment, self._reception.run
        assert sent is not None, "asked for by the caller"
        if not sent.content and not (sent.id and self._adapters[incoming.channel].fetches):
            return
        about = (message.conversation_id, message.seq, incoming.channel, sent.kind, sent.id)
        file_id = await run(self._reception.log.expect_file, *about)
        if sent.content:
            await self._media.keep(file_id, message.conversation_id, sent.content)

    async def _is_one_of_several(self, conversation: Conversation) -> bool:
        """The customer's latest message was a photo, too: an album comes as so many messages, and is noted once."""
        last = await self._reception.run(self._reception.log.last_messages, conversation.id, 1, "customer")
        return bool(last and "attachment" in last[0].payload and _now() - last[0].created_at < _ALBUM)

    async def _introduce(self, conversation: Conversation, key: str) -> None:
        """Customers are told that a machine answers (EU AI Act, article 50; Meta's policy asks it, too)."""
        await self._say(conversation, "machine_speaks", key)

    async def _say(self, conversation: Conversation, code: str, key: str) -> None:
        spoken, log = conversation.language, self._reception.log
        said, meta = sentence(code, spoken), {"utter": f"utter_{code}", "language": spoken}
        await self._reception.run(log.append, conversation.id, "assistant", said, client_key=key, meta=meta)

    async def _conversation(self, incoming: Incoming) -> Conversation:
        reception = self._reception
        run, log = reception.run, reception.log
        known: Conversation | None = None
        for each in (*incoming.threads, incoming.address):
            if (known := await run(log.find, incoming.channel, each)) is not None:
                break
        for other in incoming.also if known is None else ():
            if (known := await run(log.find, incoming.channel, other)) is not None:
                await run(log.update, known.id, address=incoming.address)
                break
        if known is not None:
            return known
        hinted = supported(incoming.language)
        spoken = language.settle(language.evidence(incoming.text), hinted, {})
        network = disguised(f"{incoming.channel}:{incoming.address}", reception.settings.signing_key)
        opened: Conversation = await run(
            log.open,
            incoming.channel,
            incoming.address,
            language=spoken,
            attributes={"network": network},
            new_id=uuid.uuid4().hex,
        )
        return opened

    async def _chosen(self, conversation: Conversation, incoming: Incoming) -> tuple[str, str | None]:
        """What was said, and what the assistant had put behind it where it is one of its own buttons."""
        log, run = self._reception.log, self._reception.run
        where = fitting.place(incoming.choice) if incoming.choice else None
        if where is not None:
            seq, index = where
            found = await run(log.messages, conversation.id, seq - 1, 1)
            buttons = fitting.buttons_of(found[0]) if found and found[0].seq == seq else []
            if index < len(buttons) and found[0].role == "assistant":
                return buttons[index]["title"], buttons[index]["payload"]
        for message in reversed(await run(log.last_messages, conversation.id, _LOOKS_BACK)):
            if message.role == "customer":
                break
            if message.role == "assistant" and fitting.offered(message):
                return self._typed(message, incoming)
        return incoming.text, None

    def _typed(self, message: Message, incoming: Incoming) -> tuple[str, str | None]:
        """A number where the choices were numbered, or a title in full."""
        said = " ".join(incoming.text.split()).strip(".) ").casefold()
        numbered = fitting.numbered(message, self._adapters[incoming.channel].limits)
        for number, choice in enumerate(fitting.offered(message), 1):
            if said == choice.title.casefold() or (numbered and said == str(number)):
                place = fitting.place(choice.reference)
                assert place is not None, "as it was offered"
                button = fitting.buttons_of(message)[place[1]]
                return button["title"], button["payload"]
        return incoming.text, None

    def _key(self, incoming: Incoming) -> str:
        """The provider's id, as it may be stored: it is the same for each delivery."""
        kept = incoming.key
        if len(kept) > _LONGEST_KEY:
            kept = hashlib.sha256(kept.encode("utf-8", "surrogatepass")).hexdigest()
        return f"{incoming.channel}.{identifier(kept, self._reception.settings.signing_key)}"


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _ours(reference: str) -> Place | None:
    """As ``Part.reference`` writes it."""
    conversation_id, _, place = reference.partition(".")
    seq, _, part = place.partition(".")
    if not conversation_id or not (seq.isascii() and seq.isdecimal() and part.isascii() and part.isdecimal()):
        return None
    return Place(conversation_id, int(seq), int(part)) if len(seq) + len(part) < 12 else None
