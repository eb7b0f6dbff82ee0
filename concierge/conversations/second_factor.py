"""One-time codes by time (RFC 6238), as authenticator apps make them: six digits, SHA-1, steps of thirty seconds."""

from __future__ import annotations

import hmac
import time

from pyotp import TOTP, random_base32

_ISSUER = "Concierge desk"
_AROUND = (0, -1, 1)  # a phone's clock may be a step off


def new_secret() -> str:
    """160 bits in base32, which is what apps take."""
    return random_base32()


def address(secret: str, login: str) -> str:
    """What an app reads from a link or a QR code."""
    return TOTP(secret).provisioning_uri(name=login, issuer_name=_ISSUER)


def code_at(secret: str, step: int) -> str:
    """Raises ``ValueError`` for a secret that is not base32."""
    return TOTP(secret).generate_otp(step)


def step_of(secret: str, code: str, after: int = 0, at: float | None = None) -> int | None:
    """The time step that the code is of; None for a wrong one, and for one that is not later than ``after``.

    The library's own check says no more than yes or no, and a step that was used must be known again.
    """
    given = "".join(code.split())
    now = int((time.time() if at is None else at) // TOTP(secret).interval)
    for step in (now + each for each in _AROUND):
        if step > after and hmac.compare_digest(code_at(secret, step).encode(), given.encode()):
            return step
    return None
