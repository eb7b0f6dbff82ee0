"""The outbox of handed-over cases: a row for each case and each other system that its package goes to.

A row is made once, stays until its conversation is erased, and is held by one process at a time; what a destination has
taken of a delivery of several steps is noted in it, so that the next try goes on from there.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from concierge.conversations import schema
from concierge.conversations.base import now
from concierge.conversations.log import ConversationLog
from concierge.conversations.model import DESK, LIVE, ConversationNotFound
from concierge.storage import clock
from concierge.storage.clock import from_now
from concierge.storage.database import read, write

SENT = "handoff_sent"  # the event that tells the desk, and an erasure, where a case has gone
WAITING, DELIVERED, REFUSED, WITHDRAWN = "waiting", "sent", "refused", "withdrawn"
MOST_ERROR = 100  # characters
_WRITTEN_AT_ONCE = 200

_cases, _messages, _table = schema.cases, schema.messages, schema.handoffs


class DeliveryLost(Exception):
    """Another process has it by now, or its conversation was erased."""


@dataclass(frozen=True)
class Delivery:
    """Of one case to one destination, held by its ``claim`` number; ``noted``: what earlier tries have got done."""

    case_id: str
    conversation_id: str
    destination: str
    claim: int
    tries: int
    noted: dict[str, Any]
    again: bool  # an earlier try may have got through


@dataclass(frozen=True)
class Standing:
    """How a destination stands; ``since``: from when on what waits longest has been tried in vain."""

    destination: str
    waiting: int
    refused: int
    since: datetime | None
    error: str


class Handoffs:
    """Blocks."""

    def __init__(self, log: ConversationLog) -> None:
        self._log = log
        self._engine = log.engine

    def enrol(self, destinations: Collection[str], since: datetime) -> None:
        """A row for every case that is open, or was closed by an advisor after ``since``, and has none yet."""
        closed = sa.and_(_cases.c.closed_at > since, _cases.c.status.in_(("resolved", "returned")))
        wanted = sa.select(_cases.c.id, _cases.c.conversation_id, _cases.c.created_at).where(
            sa.or_(_cases.c.status.in_(LIVE), closed)
        )
        for name in destinations:
            there = sa.select(_table.c.case_id).where(_table.c.case_id == _cases.c.id, _table.c.destination == name)
            missing = wanted.where(~there.exists()).order_by(_cases.c.created_at).limit(_WRITTEN_AT_ONCE)
            with read(self._engine) as connection:
                if not connection.execute(missing).first():
                    continue
            with write(self._engine) as connection:
                # Locked, so that two processes do not both write it; who comes second finds the first one's row.
                for row in connection.execute(missing.with_for_update(of=_cases)).all():
                    if connection.execute(there.where(_cases.c.id == row.id)).first() is None:
                        connection.execute(_table.insert(), self._row(connection, row, name))

    def claim(self, destination: str, seconds: float) -> Delivery | None:
        """The next one that is due, held for so long: what was tried least often first, so that one that fails over
        and over does not hold up the others."""
        free = sa.or_(_table.c.lease_until.is_(None), ~clock.ahead(_table.c.lease_until, seconds))
        due = (
            sa.select(_table, _cases.c.status.label("status"))
            .join_from(_table, _cases, _table.c.case_id == _cases.c.id)
            .where(_table.c.destination == destination, _table.c.state == WAITING, _table.c.next_at <= from_now(), free)
            .order_by(_table.c.tries, _table.c.created_at, _table.c.case_id)
            .limit(1)
        )
        with read(self._engine) as connection:
            if connection.execute(due).first() is None:
                return None
        while True:
            with write(self._engine) as connection:
                row = connection.execute(due.with_for_update(of=_table, skip_locked=True)).mappings().first()
                if row is None:
                    return None
                this = _table.update().where(_table.c.case_id == row["case_id"], _table.c.destination == destination)
                if row["status"] in ("left", "merged"):  # taken back, or part of another case, before anybody was told
                    connection.execute(this.values(state=WITHDRAWN, error=""))
                    continue
                held = {"claim": row["claim"] + 1, "lease_until": from_now(seconds)}
                connection.execute(this.values(**held))
            again = row["tries"] > 0 or row["lease_until"] is not None
            names = ("case_id", "conversation_id", "destination", "tries", "noted")
            return Delivery(**{name: row[name] for name in names}, claim=row["claim"] + 1, again=again)

    def note(self, delivery: Delivery, **done: Any) -> None:
        """Adds to what is noted. Raises ``DeliveryLost``."""
        delivery.noted.update(done)
        with write(self._engine) as connection:
            self._set(connection, delivery, noted=dict(delivery.noted))

    def sent(self, delivery: Delivery) -> None:
        """It is there, and stands in the log. Raises ``DeliveryLost``."""
        payload = {"event": SENT, "case": delivery.case_id, "destination": delivery.destination, "audience": DESK}
        told: dict[str, Any] = {
            "kind": "event",
            "payload": payload,
            "client_key": record(delivery.case_id, delivery.destination),
        }
        with write(self._engine) as connection:
            try:
                self._log.lock(connection, delivery.conversation_id)  # first, as an erasure locks it
                self._set(connection, delivery, state=DELIVERED, sent_at=now(), lease_until=None, error="")
                self._log.append_in(connection, delivery.conversation_id, "system", "", **told)
            except ConversationNotFound:
                raise DeliveryLost(delivery.case_id) from None
        self._log.announce(delivery.conversation_id)

    def put_off(self, delivery: Delivery, seconds: float, error: str, *, all_of_them: bool = False) -> None:
        """To be tried again after so long; ``all_of_them``: nothing of this destination's before. Raises
        ``DeliveryLost``."""
        later = from_now(seconds)
        others = _table.update().where(
            _table.c.destination == delivery.destination, _table.c.state == WAITING, _table.c.next_at < later
        )
        with write(self._engine) as connection:
            self._set(
                connection,
                delivery,
                next_at=later,
                held=all_of_them,
                lease_until=None,
                error=error[:MOST_ERROR],
                tries=_table.c.tries + 1,
                failing_since=sa.func.coalesce(_table.c.failing_since, from_now()),
            )
            if all_of_them:
                connection.execute(others.values(next_at=later, held=True))
        self._log.announce(delivery.conversation_id)

    def refuse(self, delivery: Delivery, error: str) -> None:
        """The destination will never take it as it is. Raises ``DeliveryLost``."""
        with write(self._engine) as connection:
            self._set(connection, delivery, state=REFUSED, error=error[:MOST_ERROR], lease_until=None)
        self._log.announce(delivery.conversation_id)

    def reachable(self, destination: str) -> None:
        """It has taken something: what was held back is due at once."""
        held = _table.c.destination == destination, _table.c.state == WAITING, _table.c.held
        with read(self._engine) as connection:
            if connection.execute(sa.select(_table.c.case_id).where(*held).limit(1)).first() is None:
                return
        with write(self._engine) as connection:
            connection.execute(_table.update().where(*held).values(next_at=from_now(), held=False))

    def seconds_until_due(self, destination: str) -> float | None:
        """Until the next one is due; ``None`` where nothing waits."""
        waiting = _table.c.destination == destination, _table.c.state == WAITING
        free = sa.func.coalesce(_table.c.lease_until, _table.c.next_at)
        due_at = sa.select(sa.func.min(sa.case((free > _table.c.next_at, free), else_=_table.c.next_at))).where(
            *waiting
        )
        with read(self._engine) as connection:
            at = connection.execute(due_at).scalar()
            if at is None:
                return None
            return max(0.0, (at - clock.of(connection)).total_seconds())

    def standings(self) -> list[Standing]:
        """Of every destination that something was ever sent to, by name."""
        trouble = sa.and_(_table.c.state == WAITING, _table.c.tries > 0)
        query = sa.select(
            _table.c.destination,
            sa.func.count(sa.case((_table.c.state == WAITING, 1))).label("waiting"),
            sa.func.count(sa.case((_table.c.state == REFUSED, 1))).label("refused"),
            sa.func.min(sa.case((trouble, _table.c.failing_since))).label("since"),
            sa.func.max(sa.case((sa.or_(trouble, _table.c.state == REFUSED), _table.c.error), else_="")).label("error"),
        ).group_by(_table.c.destination)
        with read(self._engine) as connection:
            rows = connection.execute(query.order_by(_table.c.destination)).all()
        return [Standing(row.destination, int(row.waiting), int(row.refused), row.since, row.error) for row in rows]

    def of(self, case_id: str) -> list[dict[str, Any]]:
        """What became of a case's deliveries, JSON-safe but for times."""
        columns = ("destination", "state", "tries", "error", "next_at", "sent_at")
        query = sa.select(*(_table.c[name] for name in columns)).where(_table.c.case_id == case_id)
        with read(self._engine) as connection:
            return [dict(row) for row in connection.execute(query.order_by(_table.c.destination)).mappings()]

    def open(self, limit: int = 50) -> list[dict[str, Any]]:
        """What waits after a failure or was refused, the oldest first."""
        columns = ("case_id", "destination", "state", "tries", "error", "next_at", "created_at")
        trouble = sa.or_(_table.c.state == REFUSED, sa.and_(_table.c.state == WAITING, _table.c.tries > 0))
        query = sa.select(*(_table.c[name] for name in columns)).where(trouble).order_by(_table.c.created_at)
        with read(self._engine) as connection:
            return [dict(row) for row in connection.execute(query.limit(limit)).mappings()]

    def retry(self, destination: str | None = None, case_id: str | None = None) -> int:
        """Everything that waits or was refused is due at once, of one destination or case alone. Returns how many."""
        which = [_table.c.state.in_((WAITING, REFUSED)), sa.or_(_table.c.tries > 0, _table.c.state == REFUSED)]
        which += [_table.c.destination == destination] if destination else []
        which += [_table.c.case_id == case_id] if case_id else []
        with write(self._engine) as connection:
            touched = connection.execute(sa.select(_table.c.conversation_id).where(*which)).scalars().all()
            due = {"state": WAITING, "next_at": from_now(), "held": False, "error": ""}
            connection.execute(_table.update().where(*which).values(**due))
        for conversation_id in set(touched):
            self._log.announce(conversation_id)
        return len(touched)

    # --- inside a transaction

    def _row(self, connection: sa.engine.Connection, case: Any, destination: str) -> dict[str, Any]:
        key = record(case.id, destination)
        told = sa.select(_messages.c.created_at).where(
            _messages.c.conversation_id == case.conversation_id, _messages.c.client_key == key
        )
        at = connection.execute(told).scalar()  # programs of before have only this
        held = sa.select(sa.func.max(_table.c.next_at)).where(
            _table.c.destination == destination, _table.c.state == WAITING, _table.c.held
        )
        held_until = connection.execute(held).scalar()
        return {
            "case_id": case.id,
            "conversation_id": case.conversation_id,
            "destination": destination,
            "state": WAITING if at is None else DELIVERED,
            "claim": 0,
            "tries": 0,
            "noted": {},
            "error": "",
            "next_at": held_until or case.created_at,
            "held": held_until is not None,
            "created_at": case.created_at,
            "sent_at": at,
        }

    def _set(self, connection: sa.engine.Connection, delivery: Delivery, **values: Any) -> None:
        this = (
            _table.c.case_id == delivery.case_id,
            _table.c.destination == delivery.destination,
            _table.c.claim == delivery.claim,
        )
        if not connection.execute(_table.update().where(*this).values(**values)).rowcount:
            raise DeliveryLost(delivery.case_id)


def record(case_id: str, destination: str) -> str:
    """The client key of the event that says that a case has gone to a destination."""
    return f"sent:{destination}:{case_id}"
