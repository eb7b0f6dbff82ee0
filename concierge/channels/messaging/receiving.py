"""What providers deliver, into the log: through the website's intake, once, before they get their answer."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from concierge.channels import intake, language
from concierge.channels.messaging import fitting
from concierge.channels.messaging.adapter import Adapter
from concierge.channels.messaging.beside import Beside, stored_key
from concierge.channels.messaging.lineup import Lineup
from concierge.channels.messaging.media import Media
from concierge.channels.messaging.model import Event, Incoming
from concierge.channels.messaging.pasted_links import PastedLinks
from concierge.channels.messaging.sending import Sender
from concierge.channels.messaging.tickets import Ticket, Tickets
from concierge.channels.refusals import Refusal
from concierge.channels.sentences import own_reply
from concierge.channels.tapped import chosen
from concierge.conversations import Conversation, ConversationNotFound, Message, Receipt, satisfaction
from concierge.conversations.outbox import Outbox
from concierge.conversations.outbox_standing import KEY, STOPPED
from concierge.languages.registry import supported
from concierge.masking.pseudonyms import disguised

if TYPE_CHECKING:
    from collections.abc import Mapping

    from concierge.channels.reception import Reception

logger = logging.getLogger(__name__)

_LONGEST_ADDRESS = 200
_LONGEST_ABOUT = 200
_LOOKS_BACK = 5  # messages, for what a typed number may choose from
_FLOOD = "too_many_messages"
_INTRODUCED = "introduced"
_EMAIL = "email"  # the channel


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
        self._tickets = Tickets(reception.settings.signing_key)
        self._links = PastedLinks(reception)
        self._told = Beside(reception, outbox, media)

    async def take(self, events: Iterable[Event]) -> None:
        """All of one delivery. Raises what the database does, and then all of it may come again."""
        every = list(events)
        await asyncio.gather(*(self._lineup.put(each) for each in every if isinstance(each, Incoming)))
        for each in every:
            if not isinstance(each, Incoming):
                await self._told.take(each)

    async def _hear(self, conversation: Conversation, incoming: Incoming) -> None:
        """Who writes to us wants our messages, where the channel has it so."""
        stands = self._adapters[incoming.channel].stop_stands
        details = {**incoming.details, KEY: incoming.key, **({} if stands else {STOPPED: None})}
        heard = (conversation.id, incoming.channel, incoming.at, details)
        await self._reception.blocking(self._outbox.hear, *heard)

    async def _store(self, incoming: Incoming) -> None:
        if not 0 < len(incoming.address) <= _LONGEST_ADDRESS or not incoming.key:
            logger.warning("%s: a message without a sender or an id was passed over", incoming.channel)
            return
        if ticket := self._tickets.found_in(incoming.text):
            await self._go_on(ticket, incoming)
            return
        try:
            await self._into(await self._conversation(incoming), incoming)
        except ConversationNotFound:  # erased between the two
            await self._into(await self._conversation(incoming), incoming)

    async def _go_on(self, ticket: Ticket, incoming: Incoming) -> None:
        """The conversation of the website comes here; the ticket itself, and what stands beside it, is not kept."""
        reception = self._reception
        about = (ticket.conversation_id, ticket.made_at, incoming.channel, incoming.address)
        try:
            joined = await reception.blocking(reception.log.go_on, *about)
        except ConversationNotFound:
            joined = False
        conversation = await self._conversation(replace(incoming, text=""))
        await self._hear(conversation, incoming)
        key = self._key(incoming)
        await self._say(conversation, "went_on" if joined else "not_gone_on", f"went_on.{key}")
        told = "goes on" if joined else "a ticket was over"
        logger.info("Conversation %s: %s on %s", conversation.id, told, incoming.channel)

    async def _into(self, conversation: Conversation, incoming: Incoming) -> None:
        # It answers a mail that went out beside the website.
        beside = incoming.channel == _EMAIL and conversation.channel != _EMAIL
        if not beside:
            await self._hear(conversation, incoming)
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
                owner = await self._words(conversation, incoming, key, beside)
        except Refusal as refusal:
            if refusal.error != _FLOOD:
                raise
            # Answered with 2xx all the same: providers that are refused bring it again, or give up on us.
            await self._say(conversation, _FLOOD, f"flood.{int(time.time() // 60)}")
            logger.info("Conversation %s: too many messages, one was not taken", conversation.id)
            return
        if incoming.choice:
            self._sender.acknowledge(incoming)
        if owner == "assistant":  # a person shows by looking that they have read (messaging/presence.py)
            self._sender.seen(incoming, answering=True)

    async def _words(self, conversation: Conversation, incoming: Incoming, key: str, beside: bool) -> str:
        """Whose turn it is then; empty where there is nothing to answer any more."""
        reception = self._reception
        incoming, about_link = await self._links.take(conversation, incoming)
        text, payload = await self._chosen(conversation, incoming)
        edits = await self._edited(conversation, incoming) if incoming.edits else 0
        if edits is None:
            return ""
        if about_link and conversation.owner == "assistant":
            await reception.run(reception.log.append, conversation.id, "customer", text, client_key=key)
            await self._say(conversation, about_link, f"{about_link}.{key}")
            return ""
        about: dict[str, Any] = {"client_key": key, "payload": payload, "edits": edits}
        receipt = await reception.receive(conversation.id, text, **about)
        await self._note(receipt, payload, beside=beside)
        return str(receipt.owner)

    async def _note(self, receipt: Receipt, payload: str | None, *, beside: bool) -> None:
        run, log, message = self._reception.blocking, self._reception.log, receipt.message
        if receipt.owner == "advisor" and (score := satisfaction.tapped(payload)):  # the assistant does not see it
            await run(satisfaction.answer, log, message.conversation_id, score, "")
        if beside:
            await run(self._reception.mail_threads.heard, message.conversation_id, message.seq)

    async def _edited(self, conversation: Conversation, incoming: Incoming) -> int | None:
        """The seq of the message that these words are in place of, nought where it is not known; ``None`` where
        nothing of it has changed but how the provider shows it."""
        key = self._key(incoming, incoming.edits)
        known = await self._reception.blocking(self._reception.log.by_client_key, conversation.id, key)
        if known is None:
            return 0
        return None if known.text == incoming.text.strip() else int(known.seq)

    async def _attachment(self, conversation: Conversation, incoming: Incoming, key: str) -> str:
        """Whose turn it is then."""
        sent, log = incoming.attachment, self._reception.log
        assert sent is not None, "asked for by the caller"
        told: dict[str, Any] = {"media_type": sent.media_type[:100], **({"place": sent.place} if sent.place else {})}
        kept = {"kind": sent.kind, "id": "" if "://" in sent.id else sent.id[:200], **told}
        shown = f"[{sent.kind}] {intake.take(sent.about, _LONGEST_ABOUT).text}".strip()
        if await self._reception.is_one_of_several(conversation.id):
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

    async def _introduce(self, conversation: Conversation, key: str) -> None:
        """Customers are told that a machine answers (EU AI Act, article 50; Meta's policy asks it, too)."""
        await self._say(conversation, "machine_speaks", key)

    async def _say(self, conversation: Conversation, code: str, key: str) -> None:
        said, log = own_reply(code, conversation.language), self._reception.log
        await self._reception.run(log.append, conversation.id, "assistant", said.text, client_key=key, meta=said.meta)

    async def _conversation(self, incoming: Incoming) -> Conversation:
        reception = self._reception
        run, log = reception.run, reception.log
        known: Conversation | None = None
        for each in incoming.threads if incoming.channel == _EMAIL else ():
            sender, _, thread = each.partition(" ")
            if answered := await run(reception.mail_threads.find, thread, sender):
                found: Conversation = await run(log.get, answered)
                return found
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
            tapped: tuple[str, str] | None = await run(chosen, log, conversation.id, *where, fitting.buttons_of)
            if tapped is not None:
                return tapped
        for message in reversed(await run(log.last_messages, conversation.id, _LOOKS_BACK)):
            if message.role == "customer":
                break
            if message.role == "assistant" and fitting.offered(message):
                return self._typed(message, incoming)
        return incoming.text, None

    def _typed(self, message: Message, incoming: Incoming) -> tuple[str, str | None]:
        """A number where the choices were numbered, or a title in full."""
        said = " ".join(incoming.text.split()).strip(".) ").casefold()
        # The question may have gone to another device than this answer comes from.
        numbered = fitting.numbered(message, self._adapters[incoming.channel].limits_for({}))
        for number, choice in enumerate(fitting.offered(message), 1):
            if said == choice.title.casefold() or (numbered and said == str(number)):
                place = fitting.place(choice.reference)
                assert place is not None, "as it was offered"
                button = fitting.buttons_of(message)[place[1]]
                return button["title"], button["payload"]
        return incoming.text, None

    def _key(self, incoming: Incoming, kept: str = "") -> str:
        return stored_key(incoming.channel, kept or incoming.key, self._reception.settings.signing_key)
