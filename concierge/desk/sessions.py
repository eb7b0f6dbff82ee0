"""Advisors' sessions: a row in the database for each, and a signed cookie that names it.

Signing out deletes the row, a new password or a deactivation all of an advisor's. Every request reads it, by its key
and together with the advisor: a session that is over is over at once, in every process and after a restart.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sanic.request import Request
from sanic.response import BaseHTTPResponse
from sqlalchemy.engine import Engine

from concierge.conversations import Advisor
from concierge.conversations.base import now
from concierge.conversations.schema import advisor_sessions, advisors
from concierge.storage.compiled_statements import CompiledStatement
from concierge.storage.database import read, write
from concierge.web_kit import signed

COOKIE = "concierge_desk"
HOURS = 10
_AUDIENCE = "desk"

_CHECK = CompiledStatement(
    sa.select(advisors.c.id, advisors.c.login, advisors.c.name, advisors.c.role)
    .join_from(advisor_sessions, advisors)
    .where(
        advisor_sessions.c.id == sa.bindparam("session"),
        advisor_sessions.c.advisor_id == sa.bindparam("advisor"),
        advisor_sessions.c.expires_at > sa.bindparam("now"),
        advisors.c.active,
    )
)


class Sessions:
    """Everything blocks; ``check`` may go through ``database.run``."""

    def __init__(self, engine: Engine, signing_key: str) -> None:
        self._engine = engine
        self._key = purpose_key(signing_key, "session")

    def issue(self, advisor_id: str, password_hash: str | None, browser: str = "") -> str | None:
        """None when the advisor was deactivated, or got another password, since this one was checked.

        ``password_hash``: none where an OpenID Connect provider has said who it is. ``browser``: as it names itself,
        for the list of sessions.
        """
        session, at = uuid.uuid4().hex, now()
        until = at + timedelta(hours=HOURS)
        with write(self._engine) as connection:
            same = [advisors.c.id == advisor_id, advisors.c.active]
            if password_hash is not None:
                same.append(advisors.c.password_hash == password_hash)
            if connection.execute(sa.select(advisors.c.id).where(*same).with_for_update()).first() is None:
                return None
            connection.execute(advisor_sessions.delete().where(advisor_sessions.c.expires_at <= at))
            connection.execute(
                advisor_sessions.insert(),
                {
                    "id": session,
                    "advisor_id": advisor_id,
                    "expires_at": until,
                    "begun_at": at,
                    "browser": browser[:200],
                    "openid": password_hash is None,
                },
            )
        return sign({"sub": advisor_id, "jti": session}, self._key, at, until)

    def check(self, token: str | None) -> Advisor | None:
        """The advisor, while the session lasts and they are active."""
        claims = claims_of(token, self._key)
        if claims is None:
            return None
        with read(self._engine) as connection:
            row = _CHECK.first(connection, {"session": claims["jti"], "advisor": claims["sub"], "now": now()})
        return Advisor(**row, active=True) if row else None

    def end(self, token: str | None) -> bool:
        """Whether it was begun by OpenID Connect."""
        claims = claims_of(token, self._key)
        if claims is None:
            return False
        this = advisor_sessions.c.id == claims["jti"]
        with write(self._engine) as connection:
            openid = connection.execute(sa.select(advisor_sessions.c.openid).where(this)).scalar()
            connection.execute(advisor_sessions.delete().where(this))
        return bool(openid)

    def of(self, advisor_id: str, token: str | None) -> list[dict[str, Any]]:
        """Where the advisor is signed in, the latest first; ``current`` is the one that asks."""
        own = (claims_of(token, self._key) or {}).get("jti")
        table = advisor_sessions
        mine = table.c.advisor_id == advisor_id, table.c.expires_at > now()
        with read(self._engine) as connection:
            rows = (
                connection.execute(sa.select(table).where(*mine).order_by(table.c.expires_at.desc())).mappings().all()
            )
        kept = ("id", "begun_at", "expires_at", "browser")
        return [{**{name: row[name] for name in kept}, "current": row["id"] == own} for row in rows]

    def end_of(self, advisor_id: str, token: str | None, session: str | None) -> int:
        """Ends one of the advisor's sessions, or all but the one that asks; how many there were."""
        own = (claims_of(token, self._key) or {}).get("jti", "")
        which = advisor_sessions.c.id == session if session else advisor_sessions.c.id != own
        with write(self._engine) as connection:
            gone = advisor_sessions.delete().where(advisor_sessions.c.advisor_id == advisor_id, which)
            return int(connection.execute(gone).rowcount)


def purpose_key(signing_key: str, purpose: str) -> str:
    """Not the key itself: a widget's token must never pass for an advisor's cookie, nor one cookie for another."""
    return hmac.new(signing_key.encode(), f"concierge.desk.{purpose}".encode(), hashlib.sha256).hexdigest()


def sign(claims: dict[str, str], key: str, at: datetime, until: datetime) -> str:
    return signed.sign({**claims, "iat": int(at.timestamp())}, key, _AUDIENCE, until.timestamp())


def claims_of(token: str | None, key: str) -> dict[str, str] | None:
    """None unless it is ours and not past its time."""
    try:
        # Replicas' clocks differ a little: one must not find another's cookie too young.
        return signed.read(token, key, _AUDIENCE, "jti", check_iat=False)
    except signed.NotOurs:
        return None


def set_cookie(request: Request, response: BaseHTTPResponse, token: str) -> None:
    put_cookie(request, response, COOKIE, token, HOURS * 3600)


def drop_cookie(request: Request, response: BaseHTTPResponse) -> None:
    put_cookie(request, response, COOKIE, "", 0)


def put_cookie(
    request: Request, response: BaseHTTPResponse, name: str, value: str, seconds: int, *, samesite: str = "Strict"
) -> None:
    """Closed to scripts, and to other sites unless ``samesite`` says so."""
    kept: Any = response.cookies  # of the front's Sanic, not of the assistant's, by which types are checked
    kept.add_cookie(name, value, max_age=seconds, httponly=True, samesite=samesite, secure=request.scheme == "https")
