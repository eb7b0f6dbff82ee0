"""Where else a handoff goes, beside the desk: which destinations are configured; a webhook, a mailbox. A delivery of
these two may come twice, after a crash; the ``idempotency_key`` tells. All block.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from typing import Any

from pydantic import SecretStr

from concierge.handoff import words
from concierge.handoff.bot_framework import BotFramework
from concierge.handoff.chatwoot import Chatwoot
from concierge.handoff.destination import Destination, NotDelivered, Progress, Refused, call
from concierge.handoff.zendesk import Zendesk
from concierge.mail.server import MailServer, NotSent
from concierge.settings import Settings

SIGNATURE = "X-Concierge-Signature"
TIMESTAMP = "X-Concierge-Timestamp"
MOST_CHARS = 200_000  # of what was said, in a letter


@dataclass(frozen=True)
class Webhook:
    """POSTs the package as JSON. ``X-Concierge-Signature`` is ``sha256=`` and the HMAC of timestamp, dot and body."""

    url: str
    secret: str
    name: str = "webhook"

    def deliver(self, package: Mapping[str, Any], progress: Progress) -> None:
        body = json.dumps(package, ensure_ascii=False).encode()
        at = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": str(package["idempotency_key"]),
            TIMESTAMP: at,
            SIGNATURE: sign(self.secret, at, body),
        }
        call("the webhook", "POST", self.url, content=body, headers=headers)


@dataclass(frozen=True)
class Mailbox:
    """Sends the summary as text, with the whole package attached. ``server`` as ``MailServer`` has it."""

    server: str
    sender: str
    recipient: str
    name: str = "e-mail"

    def deliver(self, package: Mapping[str, Any], progress: Progress) -> None:
        try:
            MailServer(self.server).send(letter(package, self.sender, self.recipient))
        except NotSent as problem:
            raise (Refused if problem.for_good else NotDelivered)(str(problem)) from problem


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """For the receiver too: compare with ``hmac.compare_digest``, and refuse a timestamp older than some minutes."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"sha256={digest}"


def letter(package: Mapping[str, Any], sender: str, recipient: str) -> EmailMessage:
    """Nothing that names the customer stands in the subject: subjects show on locked screens. Sent twice, it is the
    same letter, which most mailboxes then show once."""
    message = EmailMessage()
    message["Subject"] = words.subject(package)
    message["From"], message["To"] = sender, recipient
    key = str(package["idempotency_key"])
    called = hashlib.sha256(f"{package['case_id']} {key}".encode()).hexdigest()[:32]
    message["Date"], message["Message-ID"] = formatdate(), f"<{called}@concierge.invalid>"
    message["X-Concierge-Idempotency-Key"] = key
    message.set_content(f"{words.facts(package)}\n\n{words.conversation(package, MOST_CHARS)}\n")
    document = json.dumps(package, ensure_ascii=False, indent=1).encode()
    message.add_attachment(document, maintype="application", subtype="json", filename="handoff.json")
    return message


def configured(settings: Settings) -> list[Destination]:
    """Raises ``ValueError`` with a sentence when a destination is only half described."""
    found: list[Destination] = []
    if settings.handoff_webhook_url:
        needed = _needed("WEBHOOK_URL", WEBHOOK_SECRET=settings.handoff_webhook_secret)
        found.append(Webhook(settings.handoff_webhook_url, needed["WEBHOOK_SECRET"]))
    if settings.handoff_smtp is not None:
        if not settings.handoff_mail_from or not settings.handoff_mail_to:
            raise ValueError("CONCIERGE_HANDOFF_SMTP needs CONCIERGE_HANDOFF_MAIL_FROM and CONCIERGE_HANDOFF_MAIL_TO")
        server = settings.handoff_smtp.get_secret_value()
        found.append(Mailbox(server, settings.handoff_mail_from, settings.handoff_mail_to))
    if settings.handoff_directline_secret is not None:
        found.append(
            BotFramework(settings.handoff_directline_url, settings.handoff_directline_secret.get_secret_value())
        )
    if settings.handoff_chatwoot_url:
        account, inbox = settings.handoff_chatwoot_account, settings.handoff_chatwoot_inbox
        token = settings.handoff_chatwoot_token
        needed = _needed("CHATWOOT_URL", CHATWOOT_ACCOUNT=account, CHATWOOT_INBOX=inbox, CHATWOOT_TOKEN=token)
        where = int(needed["CHATWOOT_ACCOUNT"]), int(needed["CHATWOOT_INBOX"])
        found.append(Chatwoot(settings.handoff_chatwoot_url, *where, needed["CHATWOOT_TOKEN"]))
    if settings.handoff_zendesk_url:
        user, token = settings.handoff_zendesk_user, settings.handoff_zendesk_token
        needed = _needed("ZENDESK_URL", ZENDESK_USER=user, ZENDESK_TOKEN=token)
        found.append(Zendesk(settings.handoff_zendesk_url, needed["ZENDESK_USER"], needed["ZENDESK_TOKEN"]))
    return found


def _needed(what: str, **values: Any) -> dict[str, str]:
    """In plain, all of what a destination needs. Raises ``ValueError``."""
    plain = {name: each.get_secret_value() if isinstance(each, SecretStr) else each for name, each in values.items()}
    missing = [f"CONCIERGE_HANDOFF_{name}" for name, value in plain.items() if not value]
    if missing:
        raise ValueError(f"CONCIERGE_HANDOFF_{what} needs {' and '.join(missing)}")
    return {name: str(value) for name, value in plain.items()}
