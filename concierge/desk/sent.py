"""What customers have sent besides words, for advisors: as a file to be saved, never as a page of the desk."""

from __future__ import annotations

import asyncio

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, raw

from concierge.conversations.sent_files import KEPT, WAITING
from concierge.desk.refusals import Refusal
from concierge.desk.services import Services, services_of
from concierge.files import FileStore
from concierge.files.content import ENDINGS

sent = Blueprint("desk_sent", url_prefix="/api")

_POLICY = {"Content-Security-Policy": "default-src 'none'; sandbox"}  # beside the headers of every answer of the desk


@sent.get("/cases/<case_id:str>/files/<seq:int>")
async def download(request: Request, case_id: str, seq: int) -> HTTPResponse:
    """The file of the message with this number. Raises ``CaseNotFound``."""
    content, media_type, name = await asyncio.to_thread(_read, services_of(request), case_id, seq)
    headers = {**_POLICY, "Content-Disposition": f'attachment; filename="{name}"'}
    return raw(content, headers=headers, content_type=media_type)


def _read(services: Services, case_id: str, seq: int) -> tuple[bytes, str, str]:
    case = services.cases.get(case_id)
    found = services.log.file_of(case.conversation_id, seq) if seq < 2**31 else None
    if found is None:
        raise Refusal(404, "no_such_file", "Nothing was sent with this message that could be opened.")
    if found.state == WAITING:
        raise Refusal(409, "file_on_its_way", "The file is being fetched. Try again in a moment.")
    if found.state != KEPT:
        raise Refusal(410, "file_not_kept", f"The file could not be kept ({found.reason}). Ask for it in another form.")
    try:
        content = FileStore(services.settings.files).read(found.conversation_id, found.name)
    except FileNotFoundError:
        raise Refusal(410, "file_not_kept", "The file is no longer there.") from None
    kind = found.kind.replace(" ", "-")
    return content, found.media_type, f"{kind}-{found.seq}.{ENDINGS.get(found.media_type, 'bin')}"
