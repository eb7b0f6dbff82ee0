"""Who of the advisors is here, what each serves, and how many cases each has and may have: whom a case can go to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, RowMapping

from concierge.conversations.base import now
from concierge.conversations.model import AWAY, HERE, OFF, PRESENCES
from concierge.conversations.schema import advisors, cases, messages
from concierge.storage.database import one_write, read, write

AWAY_AFTER = timedelta(minutes=3)  # without a page of the desk: more than a restart or a tunnel takes
OFF_AFTER = timedelta(minutes=30)
MOST_CASES = 99


@dataclass(frozen=True)
class Colleague:
    """``capacity``: how many open cases may be theirs at once, ``None`` for any number. No languages: all of them, and
    so it is with queues."""

    id: str
    login: str
    name: str
    role: str
    presence: str  # one of PRESENCES
    cases: int  # theirs and open, without those that are put aside
    capacity: int | None
    languages: frozenset[str]
    queues: frozenset[str]

    def serves(self, queue: str, language: str) -> bool:
        of_it = not self.queues or queue in self.queues
        return of_it and (not self.languages or language.partition("-")[0] in self.languages)

    @property
    def has_room(self) -> bool:
        return self.capacity is None or self.cases < self.capacity

    @property
    def load(self) -> float:
        """How full their hands are: of those with a capacity as a part of it."""
        return self.cases / self.capacity if self.capacity else self.cases / MOST_CASES


# What is put aside is in front again once the customer writes, as lists show it.
_wrote = sa.exists().where(
    messages.c.conversation_id == cases.c.conversation_id,
    messages.c.role == "customer",
    messages.c.created_at > cases.c.snoozed_at,
)
# Not put aside ``at`` that moment.
AWAKE = sa.or_(cases.c.snoozed_until.is_(None), cases.c.snoozed_until <= sa.bindparam("at"), _wrote)
_load = (
    sa.select(cases.c.advisor_id, sa.func.count().label("cases"))
    .where(cases.c.status == "accepted", AWAKE)
    .group_by(cases.c.advisor_id)
    .subquery()
)
_COLUMNS = ("id", "login", "name", "role", "presence", "seen_at", "capacity", "languages", "queues")
_STAFF = (
    sa.select(*(advisors.c[name] for name in _COLUMNS), sa.func.coalesce(_load.c.cases, 0).label("cases"))
    .join_from(advisors, _load, _load.c.advisor_id == advisors.c.id, isouter=True)
    .where(advisors.c.active)
    .order_by(advisors.c.login)
)


class Staff:
    """Blocks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> list[Colleague]:
        """Whoever may sign in, by login."""
        with read(self._engine) as connection:
            return _all(connection)

    def choose(self, advisor_id: str, presence: str) -> None:
        """Raises ``ValueError`` for what is no presence."""
        if presence not in PRESENCES:
            raise ValueError(f"presence {presence!r}: write one of {', '.join(PRESENCES)}")
        self._set(advisor_id, presence=presence, seen_at=now())

    def seen(self, advisor_ids: Iterable[str]) -> None:
        """They have a page of the desk open."""
        these = advisors.c.id.in_(list(advisor_ids))
        with one_write(self._engine) as connection:
            connection.execute(advisors.update().where(these).values(seen_at=now()))

    def set_skills(
        self, advisor_id: str, *, languages: Iterable[str], queues: Iterable[str], capacity: int | None
    ) -> None:
        """Ends no session. Raises ``ValueError`` for a capacity that is none, and ``LookupError``."""
        if capacity is not None and not 1 <= capacity <= MOST_CASES:
            raise ValueError(f"a capacity is from 1 to {MOST_CASES}, or none for any number of cases")
        skills = {"languages": sorted(set(languages)), "queues": sorted(set(queues))}
        self._set(advisor_id, **skills, capacity=capacity)

    def _set(self, advisor_id: str, **values: object) -> None:
        with write(self._engine) as connection:
            change = advisors.update().where(advisors.c.id == advisor_id)
            if not connection.execute(change.values(**values)).rowcount:
                raise LookupError(advisor_id)


def free_in(connection: Connection, advisor_id: str) -> bool:
    """Whether the advisor is here and has room. No other process gives them a case before the transaction ends."""
    connection.execute(sa.select(advisors.c.id).where(advisors.c.id == advisor_id).with_for_update(key_share=True))
    found = next((each for each in _all(connection) if each.id == advisor_id), None)
    return found is not None and found.presence == HERE and found.has_room


def _all(connection: Connection) -> list[Colleague]:
    at = now()
    return [_colleague(row, at) for row in connection.execute(_STAFF, {"at": at}).mappings()]


def _colleague(row: RowMapping, at: datetime) -> Colleague:
    return Colleague(
        id=row["id"],
        login=row["login"],
        name=row["name"],
        role=row["role"],
        presence=_presence(row["presence"], row["seen_at"], at),
        cases=row["cases"],
        capacity=row["capacity"],
        languages=frozenset(row["languages"] or ()),
        queues=frozenset(row["queues"] or ()),
    )


def _presence(chosen: str, seen_at: datetime | None, at: datetime) -> str:
    """What they chose, unless no page of theirs has been open for a while."""
    quiet = at - seen_at if seen_at else None
    if quiet is None or quiet > OFF_AFTER or chosen == OFF:
        return OFF
    return AWAY if quiet > AWAY_AFTER or chosen == AWAY else HERE
