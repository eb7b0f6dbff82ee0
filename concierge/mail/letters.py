"""What is written to customers by e-mail, in their language: ``sentences/<language>.yml``."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import formataddr, formatdate, parseaddr
from functools import lru_cache
from pathlib import Path

import yaml

from concierge.languages.registry import DEFAULT, complete

FOLDER = Path(__file__).parent / "sentences"


def code_letter(code: str, minutes: int, *, language: str, sender: str, recipient: str, name: str) -> EmailMessage:
    """A mail with a one-time code; ``name`` is the mail's own, the same whenever it is sent again.

    The code is not in the subject: subjects show on locked screens.
    """
    said = _sentences().get(language) or _sentences()[DEFAULT]
    message = EmailMessage()
    message["Subject"] = said["code_subject"]
    message["From"], message["To"] = sender, recipient
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{name}@{parseaddr(sender)[1].rpartition('@')[2] or 'concierge.invalid'}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office note comes back
    message.set_content(said["code_text"].format(code=code, minutes=minutes))
    message["Content-Language"] = language  # behind the content, which takes away such headers
    return message


def answer_letter(
    said: Sequence[tuple[str, str]],
    link: str,
    days: int,
    *,
    language: str,
    sender: str,
    recipient: str,
    name: str,
    reply_to: str,
    may_answer: bool,
) -> EmailMessage:
    """What an advisor, or the assistant, has answered: (author, words) each, no author for the assistant, no words for
    a file; with a ``link`` back into the conversation, which holds for so many days. ``reply_to``: what stands behind
    the + of the sender's address; ``may_answer``: whether an answer by mail is read."""
    sentences = _sentences().get(language) or _sentences()[DEFAULT]
    authors = list(dict.fromkeys(author for author, _ in said if author))
    address = parseaddr(sender)[1]
    local, _, domain = address.rpartition("@")
    message = EmailMessage()
    message["Subject"] = sentences["answer_subject"]
    message["From"] = formataddr((authors[-1], address)) if authors else sender
    message["To"] = recipient
    if reply_to:
        message["Reply-To"] = f"{local}+{reply_to}@{domain}"
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{name}@{domain or 'concierge.invalid'}>"
    message["Auto-Submitted"] = "no" if authors else "auto-replied"  # RFC 3834
    opening = sentences["answer_by"].format(advisor=authors[-1]) if authors else sentences["answer_by_assistant"]
    words = "\n\n".join(text or sentences["answer_file"] for _, text in said)
    ways = sentences["answer_ways" if may_answer else "answer_way"].format(link=link, days=days)
    message.set_content("\n\n".join((sentences["greeting"], opening, words, ways, sentences["closing"])) + "\n")
    message["Content-Language"] = language
    return message


def transcript_letter(pdf: bytes, text: str, *, language: str, sender: str, recipient: str, name: str) -> EmailMessage:
    """The conversation as it is, attached; as ``text``, too, where that is not empty."""
    said = _sentences().get(language) or _sentences()[DEFAULT]
    message = EmailMessage()
    message["Subject"] = said["transcript_subject"]
    message["From"], message["To"] = sender, recipient
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{name}@{parseaddr(sender)[1].rpartition('@')[2] or 'concierge.invalid'}>"
    message.set_content(said["transcript_text"])
    message.add_attachment(pdf, "application", "pdf", filename=f"{said['transcript_file']}.pdf")
    if text:
        message.add_attachment(text, "plain", filename=f"{said['transcript_file']}.txt")
    message["Content-Language"] = language
    return message


@lru_cache(maxsize=1)
def _sentences() -> dict[str, dict[str, str]]:
    return {code: yaml.safe_load((FOLDER / f"{code}.yml").read_text(encoding="utf-8")) for code in complete()}
