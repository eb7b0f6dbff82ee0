"""Where else a handoff goes, beside the desk: a webhook of another system, a mailbox. Each delivery may come twice; the
``idempotency_key`` tells. Both block.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any, Protocol

import httpx

from concierge.mail.server import MailServer, NotSent
from concierge.settings import Settings

SIGNATURE = "X-Concierge-Signature"
TIMESTAMP = "X-Concierge-Timestamp"
SECONDS = 10.0


class NotDelivered(Exception):
    """The message is for the operator, without personal data; ``after``: the seconds the other side asked for."""

    def __init__(self, why: str, after: float | None = None) -> None:
        super().__init__(why)
        self.after = after


class Destination(Protocol):
    """Where packages go besides the desk. Blocks."""

    @property
    def name(self) -> str:
        """Stable: deliveries are remembered under it."""

    def deliver(self, package: Mapping[str, Any]) -> None:
        """Raises ``NotDelivered``."""


@dataclass(frozen=True)
class Webhook:
    """POSTs the package as JSON. ``X-Concierge-Signature`` is ``sha256=`` and the HMAC of timestamp, dot and body."""

    url: str
    secret: str
    name: str = "webhook"

    def deliver(self, package: Mapping[str, Any]) -> None:
        body = json.dumps(package, ensure_ascii=False).encode()
        at = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": str(package["idempotency_key"]),
            TIMESTAMP: at,
            SIGNATURE: sign(self.secret, at, body),
        }
        try:
            answer = httpx.post(self.url, content=body, headers=headers, timeout=SECONDS)
        except httpx.HTTPError as problem:
            raise NotDelivered(f"the webhook cannot be reached ({type(problem).__name__})") from problem
        if not answer.is_success:
            after = answer.headers.get("retry-after", "")
            raise NotDelivered(
                f"the webhook answered {answer.status_code}", float(after) if after.isdecimal() else None
            )


@dataclass(frozen=True)
class Mailbox:
    """Sends the summary as text, with the whole package attached. ``server`` as ``MailServer`` has it."""

    server: str
    sender: str
    recipient: str
    name: str = "e-mail"

    def deliver(self, package: Mapping[str, Any]) -> None:
        try:
            MailServer(self.server).send(letter(package, self.sender, self.recipient))
        except NotSent as problem:
            raise NotDelivered(str(problem)) from problem


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """For the receiver too: compare with ``hmac.compare_digest``, and refuse a timestamp older than some minutes."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"sha256={digest}"


def letter(package: Mapping[str, Any], sender: str, recipient: str) -> EmailMessage:
    """Nothing that names the customer stands in the subject: subjects show on locked screens."""
    message = EmailMessage()
    message["Subject"] = f"[{package['priority']}] {str(package['reason']).replace('_', ' ')[:80]}"
    message["From"], message["To"] = sender, recipient
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain="concierge.invalid")
    message["X-Concierge-Idempotency-Key"] = str(package["idempotency_key"])
    message.set_content(f"{package['summary']}\n\nCase {package['case_id']}, queue {package['queue'] or 'none'}.\n")
    document = json.dumps(package, ensure_ascii=False, indent=1).encode()
    message.add_attachment(document, maintype="application", subtype="json", filename="handoff.json")
    return message


def configured(settings: Settings) -> list[Destination]:
    """Raises ``ValueError`` with a sentence when a destination is only half described."""
    found: list[Destination] = []
    if settings.handoff_webhook_url:
        if settings.handoff_webhook_secret is None:
            raise ValueError("CONCIERGE_HANDOFF_WEBHOOK_URL needs CONCIERGE_HANDOFF_WEBHOOK_SECRET, to be signed with")
        found.append(Webhook(settings.handoff_webhook_url, settings.handoff_webhook_secret.get_secret_value()))
    if settings.handoff_smtp is not None:
        if not settings.handoff_mail_from or not settings.handoff_mail_to:
            raise ValueError("CONCIERGE_HANDOFF_SMTP needs CONCIERGE_HANDOFF_MAIL_FROM and CONCIERGE_HANDOFF_MAIL_TO")
        server = settings.handoff_smtp.get_secret_value()
        found.append(Mailbox(server, settings.handoff_mail_from, settings.handoff_mail_to))
    return found
