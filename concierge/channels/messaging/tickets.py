"""Going on in a messenger: a short signed ticket, which comes back with the customer's first words there.

It names the conversation and when it was made, holds for half an hour, and opens nothing once a later one was used
(``ConversationLog.go_on``). 43 letters of base64url: as much as fits behind Telegram's ``?start=``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
import uuid
from dataclasses import dataclass

SECONDS = 1800
_SIGNED, _SIGNATURE = 20, 12  # bytes: a UUID and seconds since 1970; of the HMAC, 96 bits
_WRITTEN = re.compile(r"(?<![\w-])[A-Za-z0-9_-]{43}(?![\w-])", re.ASCII)
_CONTEXT = b"concierge-ticket"


@dataclass(frozen=True)
class Ticket:
    conversation_id: str
    made_at: int  # seconds since 1970


class Tickets:
    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def make(self, conversation_id: str) -> str:
        """Raises ``ValueError`` for a conversation whose id is no UUID."""
        said = uuid.UUID(conversation_id).bytes + int(time.time()).to_bytes(4, "big")
        return base64.urlsafe_b64encode(said + self._signature(said)).decode().rstrip("=")

    def found_in(self, text: str) -> Ticket | None:
        """The ticket among these words; one that has ended is none."""
        for each in _WRITTEN.findall(text):
            data = base64.urlsafe_b64decode(each + "=")
            said, given = data[:_SIGNED], data[_SIGNED:]
            made_at = int.from_bytes(said[-4:], "big")
            if hmac.compare_digest(given, self._signature(said)) and 0 <= time.time() - made_at <= SECONDS:
                return Ticket(uuid.UUID(bytes=said[:16]).hex, made_at)
        return None

    def _signature(self, said: bytes) -> bytes:
        return hmac.new(self._key, _CONTEXT + said, hashlib.sha256).digest()[:_SIGNATURE]
