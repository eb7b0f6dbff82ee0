"""Links by which somebody chooses their password: to sign in for the first time, or after it was forgotten.

A link names the password that it replaces, and so is good for one: whatever changes it meanwhile makes it worthless.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from concierge.conversations.base import now
from concierge.conversations.schema import advisors
from concierge.desk.sessions import claims_of, purpose_key, sign
from concierge.storage.database import read

DAYS = 7


class Invitations:
    """Blocks."""

    def __init__(self, engine: Engine, signing_key: str) -> None:
        self._engine = engine
        self._key = purpose_key(signing_key, "invitation")

    def token(self, advisor_id: str) -> str:
        """Good for a week, once. Raises ``LookupError``."""
        known = self._credential(advisor_id)
        if known is None:
            raise LookupError(advisor_id)
        at = now()
        return sign({"sub": advisor_id, "jti": _digest(known[1])}, self._key, at, at + timedelta(days=DAYS))

    def login(self, token: str) -> str | None:
        """Whose password it sets; None for a link that is used, too old, or not ours."""
        claims = claims_of(token, self._key)
        known = self._credential(claims["sub"]) if claims else None
        return known[0] if claims and known and _digest(known[1]) == claims["jti"] else None

    def _credential(self, advisor_id: str) -> tuple[str, str] | None:
        query = sa.select(advisors.c.login, advisors.c.password_hash).where(
            advisors.c.id == advisor_id, advisors.c.active
        )
        with read(self._engine) as connection:
            row = connection.execute(query).first()
        return (row.login, row.password_hash) if row else None


def _digest(password_hash: str) -> str:
    return hashlib.sha256(password_hash.encode()).hexdigest()[:32]
