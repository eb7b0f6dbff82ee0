"""A mail server on loopback that speaks SMTP, and keeps what it takes: aiosmtpd, in a thread of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from tests.ports import free_port

CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
NOBODY = "gone@example.com"  # an address that it refuses, as a real one does


class _Handler:
    """What aiosmtpd calls."""

    def __init__(self, mails: list[EmailMessage]) -> None:
        self._mails = mails

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address == NOBODY:
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self._mails.append(mail)
        return "250 taken"


class MailServer:
    """``mails`` in the order they came; ``stop`` and ``start`` take it down and bring it back at the same address."""

    def __init__(self) -> None:
        self.port = free_port()
        self.mails: list[EmailMessage] = []
        self._running: Controller | None = None

    @property
    def address(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def code(self) -> str:
        """The one in the newest mail."""
        return CODE.findall(self.mails[-1].get_content())[0]

    def start(self) -> None:
        self._running = Controller(_Handler(self.mails), hostname="127.0.0.1", port=self.port)
        self._running.start()

    def stop(self) -> None:
        if self._running is not None:
            self._running.stop()
            self._running = None


@contextmanager
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()
