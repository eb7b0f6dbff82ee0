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
from email.utils import formataddr, formatdate
from typing import Any

from concierge.channels.messaging import mails
from concierge.channels.messaging.adapter import Adapter, fits
from concierge.channels.messaging.calling import Api
from concierge.channels.messaging.mailbox import Mailbox, MailboxDown
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
    Variable,
)
from concierge.mail.server import MailServer, NotSent
from concierge.storage import outage

logger = logging.getLogger(__name__)

_ADDRESS, _SMTP, _IMAP = "CONCIERGE_EMAIL_ADDRESS", "CONCIERGE_MAIL_SERVER", "CONCIERGE_EMAIL_IMAP"
_SECRET, _PLUS, _VOUCHER = "CONCIERGE_EMAIL_SECRET", "CONCIERGE_EMAIL_PLUS", "CONCIERGE_EMAIL_AUTHSERV"
POLL_SECONDS, DOWN_SECONDS = 5.0, 30.0
_MOST_REFERENCES = 20
_REPLY = re.compile(r"^\s*(re|aw|sv|rv|rif|tr|antw|ynt)\s*(\[\d+\])?\s*[:：]", re.IGNORECASE)


class Email(Adapter):
    name = "email"
    title = "E-mail"
    webhook = "email"
    variables = (
        Variable(_ADDRESS, "the address that customers write to, and that answers come from"),
        Variable(_SMTP, "the mail server that takes what is sent"),
        Variable(_IMAP, "the mailbox: imaps://user:password@host", default="", secret=True),
        Variable(_SECRET, "signs mails that the house's mail server hands over", default="", secret=True),
        Variable(_PLUS, "true where the server takes name+anything@domain", default="false"),
        Variable(_VOUCHER, "authserv-id of the house's mail server, whose word on DMARC is asked for", default=""),
    )
    # A mail is one message; what an answer comes to in several parts goes into one mail.
    limits = Limits(text=20_000, unit=len, batch=10, rate=5)
    receipts = "failed, where it bounces"
    once = "at least once: a mail whose answer was lost has the same Message-ID, which most mailboxes show once"
    cannot = ("buttons: they are numbered", "receipts", "typing")

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self._own = values[_ADDRESS].lower()
        self._name, _, self._domain = self._own.partition("@")
        ours = rf"([0-9a-f]{{24}})\.\d+\.\d+@{re.escape(self._domain)}"
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
        try:
            await asyncio.to_thread(MailServer(self.values[_SMTP]).send, letter)
        except NotSent as problem:
            raise (Refused if problem.for_good else NotNow)(str(problem)[:90]) from None
        return [letter["Message-ID"].strip("<>")] * len(parts)

    def _letter(self, to: Outlet, parts: Sequence[Part]) -> EmailMessage:
        recipient, _, thread = to.address.partition(" ")
        subject, first, author = str(to.details.get("subject") or ""), parts[0], parts[-1].author
        letter = EmailMessage()
        letter["Subject"] = subject if _REPLY.match(subject) else f"Re: {subject}".strip()
        letter["From"] = formataddr((author, self.values[_ADDRESS])) if author else self.values[_ADDRESS]
        letter["To"] = recipient
        if self.values[_PLUS].lower() == "true":
            letter["Reply-To"] = f"{self._name}+{thread}@{self._domain}"
        letter["Date"] = formatdate()
        letter["Message-ID"] = f"<{thread}.{first.seq}.{first.number}@{self._domain}>"
        if last := str(to.details.get("last") or ""):
            letter["In-Reply-To"] = f"<{last}>"
            letter["References"] = " ".join(f"<{each}>" for each in to.details.get("references") or [last])
        if not any(part.author for part in parts):
            letter["Auto-Submitted"] = "auto-replied"  # RFC 3834: no machine answers it
        letter.set_content("\n\n".join(part.text for part in parts))
        return letter

    async def check(self, api: Api) -> list[str]:
        problems = []
        if not self.values[_IMAP] and not self.values[_SECRET]:
            problems.append(f"No mail comes in: set {_IMAP}, or {_SECRET} for mails that are handed over.")
        if self.values[_IMAP]:
            box = Mailbox(self.values[_IMAP])
            try:
                await asyncio.to_thread(box.reach)
            except MailboxDown as problem:
                problems.append(f"The mailbox {'refuses our login' if problem.ours else 'was not reached'} ({_IMAP}).")
            finally:
                box.close()
        try:
            await asyncio.to_thread(MailServer(self.values[_SMTP]).reach)
        except NotSent as problem:
            problems.append(f"What is sent: {problem} ({_SMTP}).")
        return problems
