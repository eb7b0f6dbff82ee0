"""A mail of ours: in the thread of what it answers, under an id that is the same for each try (RFC 5322)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import formataddr, formatdate

from concierge.channels.messaging.mails import thread_of
from concierge.channels.messaging.model import Outlet, Part

OF_RECIPIENT = 8  # letters of an id that tell whom it went to: two may answer the same mail, each in a log of their own

_REPLY = re.compile(r"^\s*(re|aw|sv|rv|rif|tr|antw|ynt)\s*(\[\d+\])?\s*[:：]", re.IGNORECASE)


def letter_of(to: Outlet, parts: Sequence[Part], sender: str, *, plus: bool) -> EmailMessage:
    """``sender``: the house's address; ``plus``: it also takes name+anything@domain."""
    recipient, _, thread = to.address.partition(" ")
    subject, first, author = str(to.details.get("subject") or ""), parts[0], parts[-1].author
    name, _, domain = sender.lower().partition("@")
    letter = EmailMessage()
    letter["Subject"] = subject if _REPLY.match(subject) else f"Re: {subject}".strip()
    letter["From"] = formataddr((author, sender)) if author else sender
    letter["To"] = recipient
    if plus:
        letter["Reply-To"] = f"{name}+{thread}@{domain}"
    letter["Date"] = formatdate()
    whose = thread_of(recipient)[:OF_RECIPIENT]
    letter["Message-ID"] = f"<{thread}.{first.seq}.{first.number}.{whose}@{domain}>"
    if last := str(to.details.get("last") or ""):
        letter["In-Reply-To"] = f"<{last}>"
        letter["References"] = " ".join(f"<{each}>" for each in to.details.get("references") or [last])
    if not any(part.author for part in parts):
        letter["Auto-Submitted"] = "auto-replied"  # RFC 3834: no machine answers it
    letter.set_content("\n\n".join(part.text for part in parts if part.text))
    for file in (part.file for part in parts if part.file):
        main, _, sub = file.media_type.partition("/")
        letter.add_attachment(file.content, maintype=main, subtype=sub, filename=file.title)
    return letter
