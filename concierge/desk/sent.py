"""What customers and advisors send each other besides words: files to be saved, never pages of the desk."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import quote

from sanic import Blueprint
from sanic.exceptions import PayloadTooLarge
from sanic.request import Request
from sanic.response import HTTPResponse, json, raw

from concierge.conversations import CustomerGone, Message, NotYours
from concierge.conversations.model import Case
from concierge.conversations.sent_files import KEPT, WAITING
from concierge.desk import guard
from concierge.desk.board import desk_key, own_key
from concierge.desk.refusals import Refusal
from concierge.desk.services import Services, services_of
from concierge.desk.work import GONE, key_of, not_yours
from concierge.files import LARGEST, PHOTOS_AND_PAPERS, NotKept
from concierge.masking.texts import secrets
from concierge.serialisation import as_json
from concierge.storage import outage
from concierge.web_kit import uploads

logger = logging.getLogger(__name__)
sent = Blueprint("desk_sent", url_prefix="/api")

UPLOADS = 4  # at once in the process: each is held in memory
_LARGEST = f"{LARGEST // 1_000_000} MB"
_LONGEST_TITLE = 120
_REFUSED: dict[str, Callable[[], Refusal]] = {
    "channel": lambda: Refusal(
        409, "channel_takes_no_files", "This file cannot be sent on the customer's channel. Tell them in words."
    ),
    "empty": lambda: Refusal(400, "file_empty", "The file is empty."),
    "broken": lambda: Refusal(400, "file_broken", "The file could not be opened."),
    "too_large": lambda: Refusal(413, "file_too_large", f"The file is too large: {_LARGEST} are possible."),
    "infected": lambda: Refusal(
        422, "file_not_safe", "The check of files found something harmful in it. Nothing was sent, and it was not kept."
    ),
    "unknown_kind": lambda: Refusal(
        415, "file_unknown_kind", "Only photos (JPG, PNG, WebP, HEIC) and PDF files can be sent."
    ),
}
_NOT_LOOKED_AT = "The file cannot be taken just now. Try again in a moment; nothing was sent."
INERT = {"Content-Security-Policy": "default-src 'none'; sandbox"}  # beside the headers of every answer of the desk


def refused(reason: str) -> Refusal:
    """Of a file that is not kept, by ``NotKept``'s reason."""
    return _REFUSED[reason]()


@asynccontextmanager
async def received(request: Request) -> AsyncIterator[bytes]:
    """The request's body, a file. Until it is done with, it counts among those that are taken at once.

    Raises ``Refusal``.
    """
    with request.app.ctx.uploading.hold("") as room:
        if not room:
            raise Refusal(503, "busy", "Other files are being sent just now. Try again in a moment.", retry_after=2)
        try:
            content = await uploads.body_of(request, LARGEST)
        except PayloadTooLarge:
            raise refused("too_large") from None
        yield content


@sent.post("/cases/<case_id:str>/files", stream=True)
async def send(request: Request, case_id: str) -> HTTPResponse:
    """The request's body, to the customer of a case that the advisor has. Raises ``CaseNotFound``."""
    services, advisor = services_of(request), request.ctx.advisor
    key = key_of({"client_key": request.headers.get("x-client-key")})
    case = await asyncio.to_thread(services.cases.get, case_id)
    if case.advisor_id != advisor.id or not case.live:
        raise await not_yours(services, case_id, advisor.id)
    channel = (await asyncio.to_thread(services.log.get, case.conversation_id)).channel
    if channel not in services.channels_with_files:
        raise refused("channel")
    async with received(request) as content:
        title = secrets(guard.clean(uploads.name_of(request))).strip()[-_LONGEST_TITLE:]
        own = desk_key(advisor.id, key)
        message = await asyncio.to_thread(
            _keep, services, case, content, channel=channel, title=title, advisor_id=advisor.id, key=own
        )
    shown = services.log.with_files([message])
    return json({"message": as_json(own_key(shown[0]))}, status=200 if message.repeated else 201)


def _keep(
    services: Services, case: Case, content: bytes, *, channel: str, title: str, advisor_id: str, key: str
) -> Message:
    files, conversation_id = services.files, case.conversation_id
    if (known := services.log.by_client_key(conversation_id, key)) is not None:
        return known
    try:
        kept = files.keep(conversation_id, content, title=title, only=PHOTOS_AND_PAPERS)
    except NotKept as problem:
        raise refused(problem.reason) from None
    except OSError as problem:  # of the store, or of who looks at the file first: nothing is kept unseen
        outage.report(logger, "An advisor's file could not be kept", problem)
        raise Refusal(503, "busy", _NOT_LOOKED_AT, retry_after=5) from None
    message = None
    try:
        if not services.reaches(channel, kept.media_type, kept.size):
            raise refused("channel")
        message = services.cases.say(case.id, advisor_id, "", key, kept)
    except CustomerGone:
        raise Refusal(409, "customer_gone", GONE) from None
    except NotYours:
        raise Refusal(409, "changed", "The case has just changed. Nothing was sent.") from None
    finally:
        if message is None or message.repeated:
            files.remove(conversation_id, kept.name)
    return message


@sent.get("/cases/<case_id:str>/files/<seq:int>")
async def download(request: Request, case_id: str, seq: int) -> HTTPResponse:
    """The file of the message with this number; ``?small=1``: a photo's small picture. Raises ``CaseNotFound``."""
    small = request.args.get("small") == "1"
    content, media_type, name = await asyncio.to_thread(_read, services_of(request), case_id, seq, small)
    headers = {**INERT, "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    if small:  # it is drawn once for each message, and never changes
        headers["Cache-Control"] = "private, max-age=86400"
    return raw(content, headers=headers, content_type=media_type)


def _read(services: Services, case_id: str, seq: int, small: bool) -> tuple[bytes, str, str]:
    case = services.cases.get(case_id)
    found = services.log.file_of(case.conversation_id, seq) if 0 < seq < 2**31 else None
    if found is None:
        raise Refusal(404, "no_such_file", "Nothing was sent with this message that could be opened.")
    if found.state == WAITING:
        raise Refusal(409, "file_on_its_way", "The file is being fetched. Try again in a moment.")
    if found.state != KEPT:
        raise Refusal(410, "file_not_kept", f"The file could not be kept ({found.reason}). Ask for it in another form.")
    if small and not found.small:
        raise Refusal(404, "no_such_file", "There is no small picture of this file.")
    try:
        content = services.files.read(found.conversation_id, found.name, small)
    except FileNotFoundError:
        raise Refusal(410, "file_not_kept", "The file is no longer there.") from None
    return content, "image/jpeg" if small else found.media_type, found.called
