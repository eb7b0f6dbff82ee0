"""What customers send from the website's page besides words, and what they are sent: theirs alone.

A file is in the store before its message is in the log: what the log tells of is there.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from sanic.exceptions import PayloadTooLarge
from sanic.request import Request
from sanic.response import HTTPResponse, json

from concierge.channels import intake
from concierge.channels.file_answers import answer_with
from concierge.channels.reception import Reception
from concierge.channels.refusals import Refusal, file_refusal, name_of
from concierge.channels.view import PAGE_KEY
from concierge.conversations import ConversationNotFound, Message
from concierge.conversations.model import DESK
from concierge.conversations.sent_files import INFECTED, KEPT
from concierge.files import LARGEST, PHOTOS_AND_PAPERS, NotKept, Store
from concierge.masking.texts import identifier, secrets
from concierge.storage import outage
from concierge.web_kit import uploads

logger = logging.getLogger(__name__)

_MAX_KEY = 100
_LONGEST_TITLE = 120
_MOST = 60  # in one conversation, from its customer: a repair needs a handful
_NO_STORE = {"Cache-Control": "no-store"}


class WebsiteFiles:
    def __init__(self, files: Store, conversation_of: Callable[[Request], str], signing_key: str) -> None:
        self._files = files
        self._conversation_of = conversation_of
        self._signing_key = signing_key
        self._drawing = asyncio.Semaphore(2)  # threads: one draws, the next is read; the others stay free for words

    async def take(self, request: Request, reception: Reception) -> HTTPResponse:
        """A file as the request's body. Answers as ``/messages`` does. Raises ``Refusal``."""
        conversation_id = self._conversation_of(request)
        given = {"client_key": request.headers.get("x-client-key", "")}
        key = name_of(given, "client_key", _MAX_KEY)
        if key is None:
            raise Refusal("bad_request")
        key = PAGE_KEY + identifier(key, self._signing_key)
        reception.count(reception.uploads, conversation_id)
        known = await reception.run(reception.log.by_client_key, conversation_id, key)
        with reception.uploading.hold(conversation_id) as allowed, reception.all_uploading.hold("") as room:
            if not allowed:
                raise Refusal("too_many_requests", 1)
            if not room:
                raise Refusal("busy", 2)
            try:
                content = await uploads.body_of(request, LARGEST)
            except PayloadTooLarge:
                raise Refusal("file_too_large") from None
            message = known or await self._keep(reception, conversation_id, content, _title(request), key)
        return json({"seq": message.seq}, status=202, headers=_NO_STORE)

    async def give(self, request: Request, reception: Reception, seq: int) -> HTTPResponse:
        """The file of a message of the request's own conversation; ``?small=1``: a photo's small picture."""
        conversation_id = self._conversation_of(request)
        reception.count(reception.reads, conversation_id)
        found = await reception.run(reception.log.file_of, conversation_id, seq) if seq < 2**31 else None
        small = request.args.get("small") == "1"
        if found is None or found.state != KEPT or (small and not found.small):
            raise Refusal("not_found")
        try:
            content = await reception.run(self._files.read, conversation_id, found.name, small)
        except FileNotFoundError:
            raise Refusal("not_found") from None
        return answer_with(found, content, small=small, cache="private, max-age=86400")

    async def _keep(self, reception: Reception, conversation_id: str, content: bytes, title: str, key: str) -> Message:
        sent = await reception.run(reception.log.count_files, conversation_id, "customer")
        if sent >= _MOST:
            raise Refusal("too_many_files")
        try:
            async with self._drawing:
                kept = await reception.blocking(
                    self._files.keep, conversation_id, content, title=title, only=PHOTOS_AND_PAPERS
                )
        except OSError as problem:  # of the store, or of who looks at the file first: nothing is kept unseen
            outage.report(logger, "A customer's file could not be kept", problem)
            raise Refusal("busy", 5) from None
        except NotKept as problem:
            if problem.reason == "infected":
                await reception.run(_tell_the_desk, reception, conversation_id)
            raise Refusal(file_refusal(problem.reason)) from None
        try:
            message = await reception.receive_file(conversation_id, kept, client_key=key)
        except (ConversationNotFound, Refusal):
            await reception.blocking(self._files.remove, conversation_id, kept.name)
            raise
        if message.repeated:  # the same request came twice at once
            await reception.blocking(self._files.remove, conversation_id, kept.name)
        return message


def _tell_the_desk(reception: Reception, conversation_id: str) -> None:
    payload = {"event": INFECTED, "audience": DESK}
    try:
        reception.log.append(conversation_id, "system", "", kind="event", payload=payload)
    except ConversationNotFound:  # erased at this very moment
        return


def _title(request: Request) -> str:
    return secrets(intake.visible(uploads.name_of(request)).strip())[-_LONGEST_TITLE:]
