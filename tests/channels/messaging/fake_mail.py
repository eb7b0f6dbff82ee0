"""The house's mail server, as a provider: what it is given by SMTP, and mails that it hands over, signed."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import time
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from concierge.channels.messaging.mails import thread_of
from tests.channels.messaging.provider import SLOW_SECONDS, Call, Fake, Sent
from tests.ports import free_port

HOUSE = "service@house.example"
_BETWEEN = re.compile(r"\n\n(?!1\. )(?!Please answer)")  # messages; not within one that lists choices


class FakeMail(Fake):
    name = webhook = family = "email"
    buttons = False
    secret = "mail-secret"

    def __init__(self) -> None:
        super().__init__()
        self.first: dict[str, str] = {}
        self._server = Controller(self, hostname="127.0.0.1", port=free_port())
        self._server.start()

    def close(self) -> None:
        self._server.stop()

    def environment(self, url: str) -> dict[str, str]:
        return {
            "CONCIERGE_EMAIL_ADDRESS": HOUSE,
            "CONCIERGE_MAIL_FROM": HOUSE,
            "CONCIERGE_MAIL_SERVER": f"smtp://127.0.0.1:{self._server.port}",
            "CONCIERGE_EMAIL_SECRET": self.secret,
        }

    def address_of(self, customer: str) -> str:
        return f"c{customer}@example.com {thread_of(self.first.get(customer, customer))}"

    def letter(self, customer: str, number: int, at: float | None = None) -> EmailMessage:
        """As a customer's program writes it: an answer has the ids of the thread."""
        own = f"{number}.{customer}@example.com"
        letter = EmailMessage()
        letter["Message-ID"] = f"<{own}>"
        letter["From"], letter["To"] = f"Claire <c{customer}@example.com>", HOUSE
        letter["Date"] = formatdate(at or time.time())
        first = self.first.setdefault(customer, own)
        if first != own:
            before = [first, *(sent.id for sent in self.taken.get(customer, [])[-1:])]
            letter["In-Reply-To"], letter["References"] = f"<{before[-1]}>", " ".join(f"<{each}>" for each in before)
            letter["Subject"] = "Re: my order"
        return letter

    def signed(self, raw: bytes) -> dict[str, Any]:
        signature = hmac.new(self.secret.encode(), raw, hashlib.sha256).hexdigest()
        return {"content": raw, "headers": {"X-Concierge-Signature": f"sha256={signature}"}}

    def text(self, customer: str, text: str, number: int, at: float | None = None) -> dict[str, Any]:
        letter = self.letter(customer, number, at)
        quoted = "".join(f"> {line}\n" for sent in self.taken.get(customer, [])[-1:] for line in sent.text.splitlines())
        said = f"On Mon, Mar 3, 2026 at 10:00 AM House <{HOUSE}> wrote:\n\n{quoted}" if quoted else ""
        letter.set_content(f"{text}\n\n{said}")
        return self.signed(letter.as_bytes())

    def enclosure(self, customer: str, number: int, kind: str) -> dict[str, Any]:
        letter, (media_type, content) = self.letter(customer, number), self.sample(kind)
        main, _, sub = media_type.partition("/")
        del letter["Subject"]
        letter.set_content("")
        letter.add_attachment(content, maintype=main, subtype=sub, filename=f"bag.{sub}")
        return self.signed(letter.as_bytes())

    def answer(self, call: Call) -> tuple[int, Any]:
        raise AssertionError("nobody asks it by HTTP")

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        """Called by aiosmtpd."""
        with self.lock:
            trouble = self.trouble.popleft() if self.trouble else ""
            if trouble in ("429", "500"):
                return "451 4.7.1 try again later"
            if trouble not in ("cut", "hung"):
                self._take(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        if trouble in ("slow", "hung"):
            await asyncio.sleep(SLOW_SECONDS)
        if trouble in ("cut", "lost", "hung"):
            server.transport.abort()
        return "451 4.3.0 an error of mine" if trouble == "500 taken" else "250 taken"

    def _take(self, letter: EmailMessage) -> None:
        name, sender = parseaddr(str(letter["From"]))
        customer = str(letter["To"]).partition("@")[0].removeprefix("c")
        wanted = {
            "another sender than the mailbox": sender == HOUSE,
            "no thread": customer not in self.first or (letter["In-Reply-To"] and letter["References"]),
            "what is automatic says so, and nothing else": (letter["Auto-Submitted"] is None) == bool(name),
            "no Re:": str(letter["Subject"]).startswith("Re:"),
        }
        self.complaints += [what for what, true in wanted.items() if not true]
        own = str(letter["Message-ID"]).strip("<>")
        body = letter.get_body(("plain",))
        assert body is not None
        about = {**dict(letter.items()), "body": body.get_content()}
        for earlier in self.taken.get(customer, []):
            if earlier.id == own:  # as most mailboxes, which drop the second: other words in it would be lost
                self.complaints += ["other words"] if earlier.raw["body"] != about["body"] else []
                return
        for text in filter(None, _BETWEEN.split(body.get_content().replace("\r\n", "\n").strip())):
            self.take(customer, Sent(text, author=name, id=own, raw=about))
        for part in letter.iter_attachments():
            file = (part.get_filename() or "", part.get_content_type(), part.get_content())
            self.take(customer, Sent("", author=name, id=own, raw=about, file=file))
