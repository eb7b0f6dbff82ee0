"""Writes to customers of the website who have not read what an advisor has answered, at the address they have left or
proved; with a link back, and, where the e-mail channel is on, in a thread that they may answer.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from concierge.channels.resuming import HOLDS, Resuming, Way
from concierge.conversations import ConversationLog
from concierge.conversations.mail_threads import UNREAD_SECONDS, Letter, MailThreads
from concierge.handoff.waiting import reply_address
from concierge.mail.letters import answer_letter
from concierge.mail.server import MailServer, NotSent
from concierge.settings import Settings, variables
from concierge.storage import outage

logger = logging.getLogger(__name__)

ROUND_SECONDS = 5.0
AT_ONCE = 20
_ADDRESS, _PLUS, _IMAP, _SECRET = (f"CONCIERGE_EMAIL_{name}" for name in ("ADDRESS", "PLUS", "IMAP", "SECRET"))


def threads_of(log: ConversationLog, settings: Settings, unread_seconds: float = UNREAD_SECONDS) -> MailThreads:
    return MailThreads(log, settings.signing_key, reply_address, unread_seconds)


class AnswerMails:
    """Raises ``ValueError`` where no mail server is set."""

    def __init__(self, log: ConversationLog, settings: Settings, unread_seconds: float = UNREAD_SECONDS) -> None:
        if settings.mail_server is None:
            raise ValueError("CONCIERGE_MAIL_SERVER is not set")
        self._threads = threads_of(log, settings, unread_seconds)
        self._server = MailServer(settings.mail_server.get_secret_value())
        self._resuming = Resuming(settings)
        email = variables((_ADDRESS, _PLUS, _IMAP, _SECRET))
        self._may_answer = _ADDRESS in email and (_IMAP in email or _SECRET in email)
        self._sender = email[_ADDRESS] if self._may_answer else settings.mail_from
        self._plus = email.get(_PLUS, "").lower() == "true"

    async def keep_sending(self, run: Callable[..., Any]) -> None:
        """Until cancelled. ``run`` calls what blocks."""
        while True:
            try:
                await run(self.work)
            except Exception as problem:
                outage.report(logger, "Answers could not be mailed", problem)
            await asyncio.sleep(ROUND_SECONDS)

    def work(self) -> None:
        """One round. Blocks. Ends where the mail server does not answer."""
        for letter in self._threads.due(AT_ONCE):
            try:
                self._server.send(self._letter(letter))
            except NotSent as problem:
                logger.warning("Conversation %s: its answer was not mailed: %s", letter.conversation_id, problem)
                if problem.for_good:  # this address takes nothing: the answer stays in the conversation
                    self._threads.sent(letter)
                    continue
                self._threads.put_off(letter)
                return
            self._threads.sent(letter)
            logger.info("Conversation %s: an answer was mailed", letter.conversation_id)

    def _letter(self, letter: Letter) -> Any:
        return answer_letter(
            [(message.author, message.text if message.kind == "text" else "") for message in letter.messages],
            self._resuming.make(Way(letter.conversation_id, letter.proved)),
            HOLDS.days,
            language=letter.language,
            sender=self._sender,
            recipient=letter.recipient,
            name=f"{letter.thread}.{letter.messages[-1].seq}.1",
            reply_to=letter.thread if self._plus and self._may_answer else "",
            may_answer=self._may_answer,
        )
