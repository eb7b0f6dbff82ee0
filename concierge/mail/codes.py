"""Sends one-time codes: at once where the mail server takes them, else again and again until it does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong

from concierge.conversations.mailed_codes import MailedCode, MailedCodes
from concierge.mail.letters import code_letter
from concierge.mail.server import MailServer, NotSent
from concierge.policy.proofs import load_proofs
from concierge.settings import Settings
from concierge.storage import outage

logger = logging.getLogger(__name__)

AT_ONCE = 20  # mails of one round
SOON = 6.0  # seconds that a customer waits to hear whether the mail is out: less than any action may take
ROUND_SECONDS = 1.0
_SENDERS = 4  # mails that are sent at the same time while their customers wait


class CodeMail:
    """Blocks. ``codes`` opens the queue when it is first used; ``sender`` is the mails' From."""

    def __init__(self, server: MailServer, sender: str, codes: Callable[[], MailedCodes]) -> None:
        self._server = server
        self._sender = sender
        self._codes = codes
        self._pool = ThreadPoolExecutor(_SENDERS, thread_name_prefix="mail")

    def send_soon(self, code: MailedCode, seconds: float = SOON) -> bool:
        """Whether the mail server has taken it within ``seconds``. What takes longer goes on without whoever waits."""
        try:
            return self._pool.submit(self.send, code).result(seconds)
        except TookTooLong:
            return False

    def send(self, code: MailedCode) -> bool:
        """Whether the mail server has taken it. If not, it is tried again by ``work``."""
        try:
            self._send(code)
        except NotSent:
            return False
        return True

    def work(self) -> None:
        """One round: sends what waits and nobody else is sending. Ends where the mail server does not answer."""
        for code in self._codes().due(AT_ONCE):
            try:
                self._send(code)
            except NotSent as problem:
                if not problem.for_good:
                    return

    def _send(self, code: MailedCode) -> None:
        """Raises ``NotSent``; what becomes of the mail is noted, and said in the log by ids."""
        lasts = load_proofs().code_lasts
        letter = code_letter(
            self._codes().code(code),
            round(lasts.total_seconds() / 60),
            language=code.language,
            sender=self._sender,
            recipient=code.recipient,
            name=f"code.{code.id}",
        )
        try:
            self._server.send(letter)
        except NotSent as problem:
            logger.warning("Code %s of conversation %s: %s", code.id, code.conversation_id, problem)
            if problem.for_good:
                self._codes().failed(code)
            else:
                self._codes().put_off(code)
            raise
        self._codes().sent(code, lasts)


def code_mail(settings: Settings, codes: Callable[[], MailedCodes]) -> CodeMail:
    """Raises ``ValueError`` where no mail server is set."""
    if settings.mail_server is None:
        raise ValueError("CONCIERGE_MAIL_SERVER is not set")
    return CodeMail(MailServer(settings.mail_server.get_secret_value()), settings.mail_from, codes)


async def keep_sending(mail: Callable[[], CodeMail]) -> None:
    """Until cancelled: what could not be sent at once, also of a process that ended meanwhile."""
    while True:
        await asyncio.sleep(ROUND_SECONDS)
        try:
            await asyncio.to_thread(mail().work)
        except Exception as problem:
            outage.report(logger, "Codes could not be sent", problem)
            await asyncio.sleep(ROUND_SECONDS * 5)
