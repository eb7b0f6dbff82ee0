"""Advisors' passwords as digests, by Argon2. Apart from the advisors, for fronts have no use of it."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

_hasher = PasswordHasher()
# Checked when the login is unknown, so that the answer takes as long as for a known one.
_nobody = _hasher.hash(secrets.token_urlsafe(16))


def digest(password: str) -> str:
    return str(_hasher.hash(password))


def is_right(digest: str | None, password: str) -> bool:
    """``None``: there is nobody of that login."""
    try:
        _hasher.verify(digest or _nobody, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return digest is not None
