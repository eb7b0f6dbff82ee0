"""Counts failed logins in the database, so that guesses are stopped however many desks they are spread over.

An attempt is counted before it is checked: a burst cannot slip by. Stored is neither a login nor an address, only a
digest that is worth nothing without the key.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from concierge.channels.limits import disguised
from concierge.conversations.base import now
from concierge.conversations.schema import login_failures
from concierge.database import write

# Any number, as long as every replica takes the same one and nothing else does.
_ADVISORY_LOCK = 0x4C6F6769


@dataclass(frozen=True)
class Limit:
    """At most ``most`` failures within ``seconds``."""

    most: int
    seconds: float


@dataclass(frozen=True)
class Attempt:
    """``wait``: seconds until another try is allowed; nought when this one is, and it is counted."""

    id: str
    login_key: str
    wait: float


class LoginFailures:
    """Everything blocks, and raises ``sqlalchemy.exc.OperationalError`` when the database does not answer."""

    def __init__(
        self,
        engine: Engine,
        signing_key: str,
        of_login: Limit,
        of_network: Limit,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._engine = engine
        self._signing_key = signing_key
        self._of_login = of_login
        self._of_network = of_network
        self._clock = clock

    def begin(self, login: str, network: str) -> Attempt:
        attempt, at = uuid.uuid4().hex, self._clock()
        login_key = self._key("login", login)
        keys = {login_key: self._of_login, self._key("network", network): self._of_network}
        with write(self._engine) as connection:
            if connection.dialect.name == "postgresql":  # two replicas must not count past each other
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
            oldest = at - timedelta(seconds=max(limit.seconds for limit in keys.values()))
            connection.execute(login_failures.delete().where(login_failures.c.created_at <= oldest))
            wait = max(_wait(connection, key, limit, at) for key, limit in keys.items())
            if not wait:
                rows = [{"attempt": attempt, "key": key, "created_at": at} for key in keys]
                connection.execute(login_failures.insert(), rows)
        return Attempt(attempt, login_key, wait)

    def succeeded(self, attempt: Attempt) -> None:
        """This attempt was no failure, and the login's earlier ones are forgiven; those of its network are not."""
        self._forget((login_failures.c.attempt == attempt.id) | (login_failures.c.key == attempt.login_key))

    def undo(self, attempt: Attempt) -> None:
        """Nobody was wrong: the attempt could not be checked."""
        self._forget(login_failures.c.attempt == attempt.id)

    def _forget(self, which: sa.sql.ColumnElement) -> None:
        with write(self._engine) as connection:
            connection.execute(login_failures.delete().where(which))

    def _key(self, what: str, value: str) -> str:
        return f"{what}.{disguised(value, self._signing_key)}"


def _wait(connection: Connection, key: str, limit: Limit, at: datetime) -> float:
    since = at - timedelta(seconds=limit.seconds)
    column = login_failures.c.created_at
    query = sa.select(column).where(login_failures.c.key == key, column > since)
    failures = list(connection.execute(query.order_by(column.desc()).limit(limit.most)).scalars())
    if len(failures) < limit.most:
        return 0.0
    return (failures[-1] - since).total_seconds()
