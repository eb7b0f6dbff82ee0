"""What the channels of one process share: log, wake-ups, limits. Made once per Sanic application."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any

from prometheus_client import Counter
from sanic import Sanic

from concierge.channels import intake, language
from concierge.channels.answer_mails import threads_of
from concierge.channels.refusals import Refusal
from concierge.channels.revalidation import Revalidation
from concierge.channels.sentences import own_reply
from concierge.channels.view import View
from concierge.conversations import LogAccess, Message, Receipt, Reply, upgrade
from concierge.conversations.mailed_codes import MailedCodes, sealed
from concierge.conversations.notifications import Watch
from concierge.conversations.portraits import Portraits
from concierge.files import Kept
from concierge.policy.proofs import load_proofs
from concierge.settings import Settings, get_settings
from concierge.storage import outage
from concierge.web_kit.limits import OpenLimit, RateLimit

logger = logging.getLogger(__name__)

# Of one conversation. A page says that somebody writes every three seconds at most, and has one stream; a few pages may
# be open at once.
_CALLS_PER_MINUTE = 60  # of each kind: typing, leaving, opening again, signing in, opening a stream
_READS_PER_MINUTE = 1200
_STREAMS = 10
_UPLOADS_PER_MINUTE = 20
_UPLOADS_AT_ONCE = 3
_UPLOADS_IN_ALL = 8  # at once in the process: each is held in memory
_ALBUM = timedelta(seconds=60)
_LOOK_SECONDS = 1.0  # between two looks for an answer where nothing wakes
FILE_NOTED = "file_noted"  # what is said to a file, as a message's problem
_NAME = "concierge_reception"
_received = Counter("concierge_messages_received", "Customers' messages that were accepted.", ["channel"])


class Reception(LogAccess):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.database, settings.listen_url)
        self.settings = settings
        self.codes = MailedCodes(self.log, settings.signing_key, load_proofs().code_digits)
        self.mail_threads = threads_of(self.log, settings)
        self.view = View(self.log, self.cases, mails=settings.sends_mail)
        self.portraits = Portraits(self.log.engine)
        self.messages = RateLimit(settings.messages_per_minute, 60)
        self.sessions = RateLimit(settings.sessions_per_hour, 3600)
        self.calls = RateLimit(_CALLS_PER_MINUTE, 60)
        self.reads = RateLimit(_READS_PER_MINUTE, 60)
        self.streams = OpenLimit(_STREAMS)
        self.revalidation = Revalidation(self)
        self.uploads = RateLimit(_UPLOADS_PER_MINUTE, 60)
        self.uploading = OpenLimit(_UPLOADS_AT_ONCE)
        self.all_uploading = OpenLimit(_UPLOADS_IN_ALL)

    @classmethod
    def of(cls, app: Sanic) -> Reception:
        """The application's; the first channel to ask makes it and ties it to the application's life."""
        found: Reception | None = getattr(app.ctx, _NAME, None)
        if found is None:
            found = cls(get_settings())
            setattr(app.ctx, _NAME, found)
            app.register_listener(found._open, "before_server_start")
            app.register_listener(found._close, "before_server_stop")
        return found

    async def receive(
        self,
        conversation_id: str,
        raw: str,
        *,
        client_key: str | None = None,
        payload: str | None = None,
        attachment: dict[str, Any] | None = None,
        edits: int = 0,
        watch: Watch | None = None,
    ) -> Receipt:
        """A customer's words into the log. ``payload`` is what the assistant had put behind a button titled ``raw``;
        ``attachment`` tells of something that is no words, which ``raw`` stands for: the assistant says that it cannot
        open it, and an advisor sees what it was. ``edits``: the message that these words are in place of. ``watch``:
        the conversation's, of whoever then waits for the ``answer``.

        Raises ``Refusal`` (too many messages), ``ConversationNotFound`` and what a database raises.
        """
        self.count(self.messages, conversation_id, "too_many_messages")
        raw, code = await self._without_code(conversation_id, raw) if payload is None else (raw, "")
        taken = intake.take(raw, self.settings.max_message_chars)
        meta = {**taken.meta, **({intake.CODE: code} if code else {})}
        if taken.masked:
            meta["masked"] = list(taken.masked)
        if edits:
            meta["edits"] = edits
        if payload is not None:
            meta["payload"] = payload
        elif attachment is not None:
            meta["problem"] = "attachment_noted"
        elif not code and (taken.problem or not intake.without_command(taken.text)):
            meta["problem"] = taken.problem or "no_words"
        words = payload is None and attachment is None
        scores = language.evidence(taken.text) if words else {}
        if words and (written_in := language.understood_only(taken.text)):
            meta[language.WRITTEN_IN] = written_in
        if watch is not None:
            watch.skip_next()
        receipt: Receipt = await self.run(
            self.log.receive,
            conversation_id,
            taken.text,
            payload={"attachment": attachment} if attachment is not None else None,
            client_key=client_key,
            meta=meta,
            language=partial(language.settle, scores),
            heard=not {"payload", "problem"} & meta.keys(),
        )
        if not receipt.message.repeated:
            _received.labels(receipt.channel).inc()
        elif watch is not None:  # nothing was changed, and so nothing told of
            watch.mark(conversation_id)
        if taken.masked and not receipt.message.repeated:
            kinds = ", ".join(taken.masked)
            logger.info("Message %s of %s: masked %s", receipt.message.seq, conversation_id, kinds)
            if receipt.owner == "advisor":
                await self._beside_a_person(receipt)
        return receipt

    async def receive_file(self, conversation_id: str, file: Kept, *, client_key: str) -> Message:
        """A customer's file, which is in the store, into the log. The assistant thanks for it, once for several that
        come together; an advisor who has the conversation sees it, and the assistant is silent.

        Raises as ``receive`` does.
        """
        self.count(self.messages, conversation_id, "too_many_messages")
        told: dict[str, Any] = {"payload": {"attachment": {"kind": file.kind}}, "client_key": client_key, "file": file}
        shown = f"[{file.kind}]"
        if await self.is_one_of_several(conversation_id):
            message: Message = await self.run(self.log.append, conversation_id, "customer", shown, kind="file", **told)
        else:
            meta = {"problem": FILE_NOTED}
            received = await self.run(self.log.receive, conversation_id, shown, kind="file", meta=meta, **told)
            message = received.message
        if not message.repeated:
            _received.labels((await self.run(self.log.get, conversation_id)).channel).inc()
        return message

    async def is_one_of_several(self, conversation_id: str) -> bool:
        """The customer's latest message was a file, too: an album comes as so many messages, and is noted once."""
        last = await self.run(self.log.last_messages, conversation_id, 1, "customer")
        if not last or "attachment" not in last[0].payload:
            return False
        return bool(datetime.now(timezone.utc) - last[0].created_at < _ALBUM)

    async def _without_code(self, conversation_id: str, raw: str) -> tuple[str, str]:
        """The words without the one-time code that was asked for here, and its seal: the code itself is not kept."""
        found = intake.take_code(raw, load_proofs().code_digits) if self.settings.sends_mail else None
        if found is None or not await self.run(self.codes.is_expected, conversation_id):
            return raw, ""
        text, code = found
        return text, sealed(code, conversation_id, self.settings.signing_key)

    async def answer(self, receipt: Receipt, watch: Watch, seconds: float) -> list[Message]:
        """What the assistant says to a message, once its turn has ended; nothing where that takes longer.

        ``watch``: the one that the message was received with. Raises what a database raises, unless it passes.
        """
        message = receipt.message
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        if not message.repeated:
            await watch.wait(min(seconds, _LOOK_SECONDS))
        while True:
            try:
                rows: list[Message] = await self.run(self.log.messages, message.conversation_id, message.seq - 1)
                if not rows:  # erased
                    return []
                if rows[0].state in ("done", "failed"):
                    return [row for row in rows if row.is_reply_to(message.seq)]
            except Exception as problem:
                if not outage.passes(problem):
                    raise
            left = deadline - loop.time()
            if left <= 0:
                return []
            await watch.wait(min(left, _LOOK_SECONDS))

    async def _beside_a_person(self, receipt: Receipt) -> None:
        """While an advisor has the conversation the assistant takes no turn, so what must be said is said here."""
        message = receipt.message
        try:
            await self._notice(receipt, own_reply("secrets_removed", receipt.language))
        except Exception as problem:  # the customer's message is kept; it must not be sent again for this
            problem_name = type(problem).__name__
            logger.warning("Message %s of %s: not told of it: %s", message.seq, message.conversation_id, problem_name)

    async def _notice(self, receipt: Receipt, said: Reply) -> None:
        message = receipt.message
        key = f"notice.{message.seq}"
        await self.run(self.log.append, message.conversation_id, "assistant", said.text, client_key=key, meta=said.meta)

    def count(self, limit: RateLimit, key: str, error: str = "too_many_requests") -> None:
        """Raises ``Refusal`` when it has been too often."""
        wait = limit.take(key)
        if wait:
            raise Refusal(error, wait)

    async def _open(self, app: Sanic, loop: Any = None) -> None:
        await self.blocking(upgrade, self.engine)
        await self.blocking(language.load)

    async def _close(self, app: Sanic, loop: Any = None) -> None:
        await self.revalidation.close()
        await self.close()
