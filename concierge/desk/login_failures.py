"""Counts failed logins in the database, so that guesses are stopped however many desks they are spread over.

Who is not known yet is held by three limits: on a login from one network, on a network whatever the logins, and,
slower, on a login from all networks. The last would let anybody keep an advisor out, so a device on which the login has
succeeded before (``devices``) is counted by itself and held by nothing else.

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

from concierge.conversations.schema import login_failures
from concierge.masking.pseudonyms import disguised
from concierge.storage import clock
from concierge.storage.database import write

# Any number, as long as every replica takes the same one and nothing else does.
_ADVISORY_LOCK = 0x4C6F6769


@dataclass(frozen=True)
class Limit:
    """At most ``most`` failures within ``seconds``."""

    most: int
    seconds: float


@dataclass(frozen=True)
class Limits:
    pair: Limit = Limit(10, 900.0)
    network: Limit = Limit(30, 900.0)  # a boutique's advisors share one address
    login: Limit = Limit(50, 86_400.0)
    device: Limit = Limit(10, 900.0)


@dataclass(frozen=True)
class Attempt:
    """``wait``: seconds until another try is allowed; nought when this one is, and it is counted."""

    id: str
    forgiven_by: str  # the key whose other attempts a success forgives: this login's from here
    wait: float


class LoginFailures:
    """Everything blocks, and raises ``sqlalchemy.exc.OperationalError`` when the database does not answer."""

    def __init__(
        self,
        engine: Engine,
        signing_key: str,
        limits: Limits | None = None,
        clock: Callable[[Connection], datetime] = clock.of,
    ) -> None:
        self._engine = engine
        self._signing_key = signing_key
        self._limits = limits or Limits()
        self._clock = clock

    def begin(self, login: str, network: str, device: str | None = None) -> Attempt:
        """``device``: the id of one that is known for this login."""
        attempt, limits = uuid.uuid4().hex, self._limits
        keys: dict[str, Limit | None]
        if device:
            own = self._key("device", device)
            keys = {own: limits.device, self._key("known", login): None}  # for who unlocks the login
        else:
            own = self._key("pair", f"{login}\n{network}")
            networks, logins = self._key("network", network), self._key("login", login)
            keys = {own: limits.pair, networks: limits.network, logins: limits.login}
        with write(self._engine) as connection:
            if connection.dialect.name == "postgresql":  # two replicas must not count past each other
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
            at = self._clock(connection)
            oldest = at - timedelta(seconds=max(limit.seconds for limit in vars(limits).values()))
            # One that is still to come is of a clock that has been put back.
            gone = (login_failures.c.created_at <= oldest) | (login_failures.c.created_at > at)
            connection.execute(login_failures.delete().where(gone))
            wait = max(_wait(connection, key, limit, at) for key, limit in keys.items() if limit)
            if not wait:
                rows = [{"attempt": attempt, "key": key, "created_at": at} for key in keys]
                connection.execute(login_failures.insert(), rows)
        return Attempt(attempt, own, wait)

    def succeeded(self, attempt: Attempt) -> None:
        """This attempt was no failure, and the login's earlier ones from here are forgiven; the network keeps its own.

        Those of other networks are not: an advisor who signs in every morning must not set guessers free.
        """
        earlier = sa.select(login_failures.c.attempt).where(login_failures.c.key == attempt.forgiven_by)
        kept = login_failures.c.key.startswith("network.", autoescape=True)
        self._forget((login_failures.c.attempt == attempt.id) | (login_failures.c.attempt.in_(earlier) & sa.not_(kept)))

    def undo(self, attempt: Attempt) -> None:
        """Nobody was wrong: the attempt could not be checked."""
        self._forget(login_failures.c.attempt == attempt.id)

    def unlock(self, login: str) -> int:
        """Forgives every failure of this login, wherever it came from; how many there were."""
        keys = [self._key("login", login), self._key("known", login)]
        of_login = sa.select(login_failures.c.attempt).where(login_failures.c.key.in_(keys))
        with write(self._engine) as connection:
            count = sa.select(sa.func.count(sa.distinct(login_failures.c.attempt)))
            found = connection.execute(count.where(login_failures.c.attempt.in_(of_login))).scalar_one()
            connection.execute(login_failures.delete().where(login_failures.c.attempt.in_(of_login)))
        return int(found)

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
