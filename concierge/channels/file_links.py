"""Links to what customers were sent, for providers that fetch it and for customers to open: signed, for a while.

Whoever has one may open that file, and nothing else: it is what the customer was sent.
"""

from __future__ import annotations

import time

from sanic.request import Request
from sanic.response import HTTPResponse

from concierge.channels.file_answers import answer_with
from concierge.channels.reception import Reception
from concierge.channels.refusals import Refusal
from concierge.conversations.sent_files import KEPT
from concierge.files import Store
from concierge.settings import Settings
from concierge.web_kit import signed

PATH = "/files/<token:str>"
SECONDS = 3 * 24 * 3600
_PREFIX = "/webhooks/messaging/files/"
_AUDIENCE = "concierge-file"


class FileLinks:
    def __init__(self, settings: Settings) -> None:
        self._key, self._base = settings.signing_key, settings.public_url.rstrip("/")

    @property
    def there_are(self) -> bool:
        """Whether it is known under which address customers and providers reach the front."""
        return bool(self._base)

    def to(self, conversation_id: str, seq: int, small: bool = False) -> str:
        claims = {"sub": conversation_id, "seq": seq, "small": small}
        return f"{self._base}{_PREFIX}{signed.sign(claims, self._key, _AUDIENCE, time.time() + SECONDS)}"

    def read(self, token: str) -> tuple[str, int, bool]:
        """Conversation, message, and whether the small picture is meant. Raises ``Refusal``."""
        try:
            claims = signed.read(token, self._key, _AUDIENCE, "seq", "small")
            return str(claims["sub"]), int(claims["seq"]), claims["small"] is True
        except (signed.NotOurs, ValueError):
            raise Refusal("link_to_file_over") from None


async def give(request: Request, reception: Reception, files: Store, links: FileLinks, token: str) -> HTTPResponse:
    """Answers a request for the file of a link. Raises ``Refusal``."""
    conversation_id, seq, small = links.read(token)
    reception.count(reception.reads, f"files:{conversation_id}")
    found = await reception.run(reception.log.file_of, conversation_id, seq)
    if found is None or found.state != KEPT or (small and not found.small):
        raise Refusal("link_to_file_over")
    try:
        content = await reception.blocking(files.read, conversation_id, found.name, small)
    except FileNotFoundError:
        raise Refusal("link_to_file_over") from None
    return answer_with(found, content, small=small, cache="private, no-store")
