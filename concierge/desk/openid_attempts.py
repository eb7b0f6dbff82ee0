"""Sign-ins that are under way at an OpenID Connect provider.

A row in the database for each, so that any desk may take what comes back, and takes it once: a state that is replayed,
or comes from another browser than the one that was sent, is of no attempt.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from concierge.conversations.base import now
from concierge.conversations.schema import openid_attempts
from concierge.storage.database import write

MINUTES = 10


class Attempt(NamedTuple):
    nonce: str
    verifier: str  # of the code challenge (RFC 7636)


class Attempts:
    """Blocks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, browser: str) -> tuple[str, Attempt]:
        """A new state, and what belongs to it. ``browser``: the secret in its cookie."""
        state, attempt = secrets.token_urlsafe(32), Attempt(secrets.token_urlsafe(32), secrets.token_urlsafe(48))
        at = now()
        row = {
            "state": _digest(state),
            "browser": _digest(browser),
            "nonce": attempt.nonce,
            "verifier": attempt.verifier,
            "expires_at": at + timedelta(minutes=MINUTES),
        }
        with write(self._engine) as connection:
            connection.execute(openid_attempts.delete().where(openid_attempts.c.expires_at <= at))
            connection.execute(openid_attempts.insert(), row)
        return state, attempt

    def take(self, state: str, browser: str) -> Attempt | None:
        """None unless this browser began it, a short while ago, and it was not taken before."""
        table = openid_attempts
        this = table.c.state == _digest(state)
        mine = this, table.c.browser == _digest(browser), table.c.expires_at > now()
        with write(self._engine) as connection:
            row = connection.execute(sa.select(table.c.nonce, table.c.verifier).where(*mine).with_for_update()).first()
            if row is None or not connection.execute(table.delete().where(this)).rowcount:
                return None
        return Attempt(row.nonce, row.verifier)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
