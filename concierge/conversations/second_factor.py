"""One-time codes by time (RFC 6238), as authenticator apps make them: six digits, SHA-1, steps of thirty seconds."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import struct
import time
from urllib.parse import quote

STEP = 30  # seconds
DIGITS = 6
_AROUND = (0, -1, 1)  # a phone's clock may be a step off


def new_secret() -> str:
    """160 bits in base32, which is what apps take."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def address(secret: str, login: str) -> str:
    """What an app reads from a link or a QR code."""
    return f"otpauth://totp/{quote(f'Concierge desk:{login}')}?secret={secret}&issuer={quote('Concierge desk')}"


def code_at(secret: str, step: int) -> str:
    """Raises ``ValueError`` for a secret that is not base32."""
    try:
        key = base64.b32decode(secret, casefold=True)
    except binascii.Error as problem:
        raise ValueError("the secret is not base32") from problem
    digest = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(secret: str, code: str, after: int = 0, at: float | None = None) -> int | None:
    """The time step that the code is of; None for a wrong one, and for one that is not later than ``after``."""
    given = "".join(code.split())
    now = int((time.time() if at is None else at) // STEP)
    for step in (now + each for each in _AROUND):
        if step > after and hmac.compare_digest(code_at(secret, step).encode(), given.encode()):
            return step
    return None
