"""E-mail: a mailbox of the house's, asked by IMAP, or mails that its mail server hands over, each with a signature.

A conversation is a thread with one sender: its address is theirs and the thread's name. Whoever learns of a thread and
writes from another address begins one of their own.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

from concierge.channels.messaging import mails
from concierge.channels.messaging.adapter import Adapter, fits
from concierge.channels.messaging.adapters.email_letter import OF_RECIPIENT, letter_of
from concierge.channels.messaging.calling import Api
from concierge.channels.messaging.model import (
    Delivery,
    Event,
    Incoming,
    Limits,
    NotNow,
    Outlet,
    Part,
    Receipt,
    Refused,
    Unclear,
    Variable,
)
from concierge.mail.server import MailServer, NotSent
from concierge.storage import outage

if TYPE_CHECKING:
    from concierge.channels.messaging.mailbox import Mailbox

logger = logging.getLogger(__name__)

_ADDRESS, _SMTP, _IMAP = "CONCIERGE_EMAIL_ADDRESS", "CONCIERGE_MAIL_SERVER", "CONCIERGE_EMAIL_IMAP"
_SENT = "CONCIERGE_EMAIL_SENT"
_SECRET, _PLUS, _VOUCHER = "CONCIERGE_EMAIL_SECRET", "CONCIERGE_EMAIL_PLUS", "CONCIERGE_EMAIL_AUTHSERV"
POLL_SECONDS, DOWN_SECONDS = 5.0, 30.0
_MOST_REFERENCES = 20


class Email(Adapter):
    name = "email"
    title = "E-mail"
    webhook = "email"
    variables = (
        Variable(_ADDRESS, "the address that customers write to, and that answers come from"),
        Variable(_SMTP, "the mail server that takes what is sent"),
        Variable(_IMAP, "the mailbox: imaps://user:password@host", default="", secret=True),
        Variable(_SENT, "its folder in which the mail server itself keeps what it sends: Sent Items", default=""),
        Variable(_SECRET, "signs mails that the house's mail server hands over", default="", secret=True),
        Variable(_PLUS, "true where the server takes name+anything@domain", default="false"),
        Variable(_VOUCHER, "authserv-id of the house's mail server, whose word on DMARC is asked for", default=""),
    )
    # A mail is one message; what an answer comes to in several parts goes into one mail.
    limits = Limits(text=20_000, unit=len, batch=10, rate=5)
    receipts = "failed, where it bounces"
    uploads = dict.fromkeys(("image/jpeg", "image/png", "image/webp", "application/pdf"), 10_000_000)
    once = f"once, where {_SENT} can be asked; else most mailboxes drop the second, by its Message-ID"
    cannot = ("buttons: they are numbered", "receipts", "typing")

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self._own = values[_ADDRESS].lower()
        self._name, _, self._domain = self._own.partition("@")
        ours = rf"([0-9a-f]{{24}})\.\d+\.\d+(?:\.[0-9a-f]{{{OF_RECIPIENT}}})?@{re.escape(self._domain)}"
        self._ours = re.compile(ours)
        self._token = re.compile(rf"{re.escape(self._name)}\+([0-9a-f]{{24}})@{re.escape(self._domain)}")

    def verified(self, delivery: Delivery) -> bool:
        secret = self.values[_SECRET]
        given = delivery.headers.get("x-concierge-signature", "")
        return bool(secret) and fits(secret, given, delivery.body, prefix="sha256=")

    def parse(self, delivery: Delivery) -> Iterator[Event]:
        mail = mails.read(delivery.body)
        if bounced := mail.bounced():
            about, status = bounced
            yield Receipt(self.name, "failed", about, error=f"bounced {status}".strip())
            return
        if mail.is_of_a_machine(self._own) or self._token.fullmatch(mail.sender):
            logger.info("E-mail: a mail that a machine has sent was passed over")
            return
        details = {
            "subject": mail.subject,
            "last": mail.id,
            "references": [*mail.before, mail.id][-_MOST_REFERENCES:],
        }
        names = self._threads(mail)
        root = mail.before[0] if mail.before and names else mail.id
        about_it: dict[str, Any] = {
            "channel": self.name,
            "address": f"{mail.sender} {mails.thread_of(root)}",
            "threads": tuple(f"{mail.sender} {each}" for each in names),
            "at": mail.at,
            "details": details,
        }
        if words := mail.words:
            yield Incoming(**about_it, key=mail.id, text=words)
        for number, each in enumerate(mail.attachments, 1):
            yield Incoming(**about_it, key=f"{mail.id}#{number}", order=number, attachment=each)

    def _threads(self, mail: mails.Mail) -> list[str]:
        """By our own token, which is in an address or in our mails' ids; then by any mail that it answers. Whom our
        mail server does not vouch for, where it is asked, goes on in none."""
        if self.values[_VOUCHER] and not mail.is_vouched_for(self.values[_VOUCHER]):
            return []
        tokens = [found[1] for each in mail.to if (found := self._token.fullmatch(each))]
        tokens += [found[1] for each in reversed(mail.before) if (found := self._ours.fullmatch(each))]
        return list(dict.fromkeys([*tokens, *map(mails.thread_of, reversed(mail.before))]))

    async def listen(self, take: Callable[[Delivery], Awaitable[None]]) -> None:
        if not self.values[_IMAP]:
            return
        # With imapclient a megabyte, which a front without a mailbox need not have.
        from concierge.channels.messaging.mailbox import Mailbox, MailboxDown

        box = Mailbox(self.values[_IMAP])
        try:
            while True:
                try:
                    await self._round(box, take)
                    await asyncio.sleep(POLL_SECONDS)
                except MailboxDown as problem:
                    logger.warning("The mailbox of %s: %s; again in %.0f s", self.title, problem, DOWN_SECONDS)
                    await asyncio.sleep(DOWN_SECONDS)
        finally:
            box.close()

    async def _round(self, box: Mailbox, take: Callable[[Delivery], Awaitable[None]]) -> None:
        """A mail is seen once it is stored; until then it comes again."""
        for number, raw in (await asyncio.to_thread(box.new)).items():
            aside = False
            try:
                await take(Delivery("IMAP", "", {}, raw))
            except Exception as problem:
                if outage.passes(problem):
                    outage.report(logger, "Mails are left in their mailbox", problem)
                    return
                kind = type(problem).__name__
                logger.error("Mail %s of the mailbox was not understood, and is flagged there: %s", number, kind)
                aside = True
            await asyncio.to_thread(box.taken, number, aside=aside)

    async def send(self, api: Api, to: Outlet, parts: Sequence[Part]) -> list[str]:
        letter = self._letter(to, parts)
        name = letter["Message-ID"].strip("<>")
        if not (to.again and await self._sent_before(name)):
            try:
                await asyncio.to_thread(MailServer(self.values[_SMTP]).send, letter)
            except NotSent as problem:
                kind = Refused if problem.for_good else Unclear if problem.unclear else NotNow
                raise kind(str(problem)[:90]) from None
        return [name] * len(parts)

    async def _sent_before(self, name: str) -> bool:
        """Whether the mail server has kept a copy of our mail, where it keeps any."""
        if not self.values[_IMAP] or not self.values[_SENT]:
            return False
        from concierge.channels.messaging.mailbox import MailboxDown, holds

        try:
            return await asyncio.to_thread(holds, self.values[_IMAP], self.values[_SENT], name)
        except MailboxDown as problem:
            raise NotNow(f"mailbox_{problem}"[:90], ours=problem.ours) from None

    def _letter(self, to: Outlet, parts: Sequence[Part]) -> EmailMessage:
        plus = self.values[_PLUS].lower() == "true"
        return letter_of(to, parts, self.values[_ADDRESS], plus=plus)

    async def check(self, api: Api) -> list[str]:
        problems = []
        if not self.values[_IMAP] and not self.values[_SECRET]:
            problems.append(f"No mail comes in: set {_IMAP}, or {_SECRET} for mails that are handed over.")
        if self.values[_IMAP]:
            from concierge.channels.messaging.mailbox import problems_of

            folders = {_IMAP: "", **({_SENT: self.values[_SENT]} if self.values[_SENT] else {})}
            problems += await asyncio.to_thread(problems_of, self.values[_IMAP], folders)
        try:
            await asyncio.to_thread(MailServer(self.values[_SMTP]).reach)
        except NotSent as problem:
            problems.append(f"What is sent: {problem} ({_SMTP}).")
        return problems
