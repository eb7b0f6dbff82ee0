"""Mails as they come: who wrote, what they wrote themselves, in which thread, and what no person has written.

RFC 5322 (threads), RFC 3834 (automatic answers), RFC 3464 (what was not delivered), RFC 8601 (Authentication-Results).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from email import message_from_bytes
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from functools import lru_cache
from typing import Any

from mailparser_reply import EmailReplyParser

from concierge.channels.intake import visible
from concierge.channels.messaging.model import Attachment
from concierge.languages.registry import complete

_ID = re.compile(r"<([!-;=?-~]{1,250})>")  # ASCII, and no brackets
_MOST_IDS = 50
_OFFICES = re.compile(r"^(mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)([+-].*)?$")
# Exchange's word for mails that nobody is to answer by a machine (MS-OXCMAIL 2.1.3.2.20): DR, NDR, RN and NRN, which
# stand in people's mails, too, are about receipts, and “None” is what it says.
_SUPPRESSED = {"all", "oof", "autoreply"}
_BULK = {"bulk", "list", "junk", "auto_reply"}
_QUOTED = (
    "//blockquote",
    "//*[contains(@class, 'gmail_quote')]",
    "(//*[@id='divRplyFwdMsg'])[1]/following-sibling::*",
)
_ALSO_READ = ("nl", "ja", "ko", "zh")  # whose quotations the parser knows beside the house's languages
_KINDS = {"image": "photo", "audio": "voice message", "video": "video"}
_THREAD = 24  # hexadecimal digits
# What is read of a mail: its own words come first. Expressions of the parser take the square of a line's length, and of
# how many empty lines there are.
_MOST_WORDS, _MOST_MARKUP = 20_000, 1_000_000  # characters
_LONG_LINE = re.compile(r"([^\n]{400})(?=[^\n])")
_FOLD = "\ue000\n\ue000"  # a character for private use: no line begins after it, and no space ends before it


@dataclass(frozen=True)
class Mail:
    """``id``: its Message-ID, or what stands for it; ``before``: those that it answers, the oldest first."""

    id: str
    sender: str
    to: tuple[str, ...]
    at: datetime
    subject: str
    before: tuple[str, ...]
    parts: EmailMessage

    @property
    def words(self) -> str:
        """What was written in this mail, without what it quotes and without signatures; the subject first in a first
        mail, for many write nothing but that."""
        own = _own_words(_body(self.parts))
        opening = not self.before and self.subject and self.subject.casefold() not in own.casefold()
        return f"{self.subject}\n\n{own}".strip() if opening else own or self.subject

    @property
    def attachments(self) -> Iterator[Attachment]:
        """Not what only belongs to the letter's looks, such as a logo in a signature."""
        for number, part in enumerate(self.parts.iter_attachments()):
            if part.get_content_disposition() == "inline" and part.get("Content-ID"):
                continue
            media, content = part.get_content_type(), part.get_payload(decode=True)
            kind = _KINDS.get(part.get_content_maintype(), "file")
            yield Attachment(kind, f"{self.id}#{number}"[:200], media, content if isinstance(content, bytes) else b"")

    def is_of_a_machine(self, own: str) -> bool:
        """Whether answering it would be wrong: automatic answers, lists, reports, and what we have sent ourselves."""
        parts = self.parts
        automatic = header(parts, "Auto-Submitted").partition(";")[0].strip().casefold()
        return bool(
            self.sender in ("", own)
            or automatic not in ("", "no")
            or header(parts, "Return-Path").replace(" ", "") == "<>"
            or any(name.casefold().startswith("list-") for name in parts)
            or header(parts, "Precedence").strip().casefold() in _BULK
            or _SUPPRESSED & set(re.findall(r"\w+", header(parts, "X-Auto-Response-Suppress").casefold()))
            or header(parts, "X-Autoreply")
            or parts.get_content_type() == "multipart/report"
            or _OFFICES.match(self.sender.partition("@")[0])
        )

    def is_vouched_for(self, server: str) -> bool:
        """Whether our own mail server (``authserv-id``) says that the sender's domain stands behind it."""
        told = (each for each in all_headers(self.parts, "Authentication-Results"))
        ours = (each for each in told if each.partition(";")[0].split()[:1] == [server])
        return any(re.search(r"\bdmarc=pass\b", each) for each in ours)

    def bounced(self) -> tuple[str, str] | None:
        """The Message-ID of what was not delivered for good, and the status; ``None`` for anything else."""
        if self.parts.get_content_type() != "multipart/report":
            return None
        failed, status, about = False, "", ""
        for part in self.parts.walk():
            kind = part.get_content_type()
            if kind == "message/delivery-status":
                text = "\n".join(str(each) for each in part.get_payload()) if part.is_multipart() else str(part)
                failed = failed or bool(re.search(r"^Action:\s*failed", text, re.IGNORECASE | re.MULTILINE))
                found = re.search(r"^Status:\s*([245]\.\d{1,3}\.\d{1,3})", text, re.IGNORECASE | re.MULTILINE)
                status = found[1] if found else status
            elif kind == "text/rfc822-headers":
                about = about or _first_id(str(part.get_payload()))
            elif kind == "message/rfc822" and part.is_multipart():
                original: Any = part.get_payload(0)
                about = about or _first_id(f"Message-ID: {original['Message-ID'] or ''}")
        return (about, status) if failed and about else None


def read(raw: bytes) -> Mail:
    """Reads any bytes: what is missing or broken is empty."""
    from email import policy  # half a megabyte, which a front without a mailbox need not have

    parts = message_from_bytes(raw, policy=policy.default)
    assert isinstance(parts, EmailMessage), "by its policy"
    before = [*_ID.findall(header(parts, "References")), *_ID.findall(header(parts, "In-Reply-To"))]
    own = _ID.findall(header(parts, "Message-ID"))
    sender = _addresses(parts, "From")
    to = [each for name in ("Delivered-To", "X-Original-To", "To", "Cc") for each in _addresses(parts, name)]
    return Mail(
        id=own[0] if own else f"raw.{hashlib.sha256(raw).hexdigest()}",
        sender=sender[0] if len(sender) == 1 else "",
        to=tuple(to[:_MOST_IDS]),
        at=_moment(header(parts, "Date")),
        subject=" ".join(header(parts, "Subject").split())[:300],
        before=tuple(dict.fromkeys(before))[-_MOST_IDS:],
        parts=parts,
    )


def thread_of(message_id: str) -> str:
    """The name of the thread that began with this mail: nobody who has not seen the mail can tell it."""
    return hashlib.sha256(message_id.encode("utf-8", "surrogatepass")).hexdigest()[:_THREAD]


def header(parts: EmailMessage, name: str) -> str:
    found = all_headers(parts, name)
    return found[0] if found else ""


def all_headers(parts: EmailMessage, name: str) -> list[str]:
    try:
        return [visible(str(each)) for each in parts.get_all(name, [])]
    except Exception:  # Python's own parser of headers stumbles over some
        return []


def _addresses(parts: EmailMessage, name: str) -> list[str]:
    found = [address.strip().lower() for _, address in getaddresses(all_headers(parts, name))]
    return [each for each in found if re.fullmatch(r"[^@\s<>]{1,64}@[^@\s<>]{1,120}", each)]


def _moment(date: str) -> datetime:
    try:
        found = parsedate_to_datetime(date)
        found = found if found.tzinfo else found.replace(tzinfo=timezone.utc)
        return min(found.astimezone(timezone.utc), datetime.now(timezone.utc))
    except (ValueError, TypeError, OverflowError):
        return datetime.now(timezone.utc)


def _body(parts: EmailMessage) -> str:
    part = parts.get_body(("plain", "html"))
    if part is None:
        return ""
    try:
        text = str(part.get_content())
    except (LookupError, ValueError, KeyError):  # a character set that there is not
        payload = part.get_payload(decode=True)
        text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    return _without_markup(text) if part.get_content_subtype() == "html" else text


def _without_markup(html: str) -> str:
    html = html[:_MOST_MARKUP]
    if not html.strip():
        return ""
    import lxml.html  # with inscriptis five megabytes, which a front without a mailbox need not have
    from inscriptis import get_text

    try:
        tree = lxml.html.fromstring(html.encode("utf-8", "replace"), parser=lxml.html.HTMLParser(encoding="utf-8"))
        for quoted in _QUOTED:
            for each in tree.xpath(quoted):
                each.drop_tree()
        return str(get_text(lxml.html.tostring(tree, encoding="unicode")))
    except (lxml.etree.ParserError, ValueError, AssertionError):  # nothing but a comment; the quotation is all there is
        return re.sub(r"<[^>]*>", " ", html)


def _own_words(body: str) -> str:
    """Without quotations and signatures."""
    short = re.sub(r"\n\s*\n", "\n\n", body[:_MOST_WORDS])
    replies = _reader().read(text=_LONG_LINE.sub(rf"\1{_FOLD}", short)).replies
    return (replies[0].body.replace(_FOLD, "") if replies else short).strip()


@lru_cache(maxsize=1)
def _reader() -> EmailReplyParser:
    return EmailReplyParser(languages=[*complete(), *_ALSO_READ])


def _first_id(headers: str) -> str:
    line = re.search(r"^Message-ID:\s*<([^<>\s]{1,250})>", headers, re.IGNORECASE | re.MULTILINE)
    return line[1] if line else ""
