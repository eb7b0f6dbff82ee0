"""Deletes what is past its period. A conversation goes as if its customer had it erased: everywhere, on record.

What is still wanted stays however old it is: a conversation with an open case, with an answer that was promised, or
with a return or repair that is under way.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from concierge.conversations import schema
from concierge.conversations.model import LIVE
from concierge.orders.book import OrdersUnavailable
from concierge.orders.model import Order
from concierge.privacy.erasure import Privacy
from concierge.privacy.periods import cutoff, cutoffs
from concierge.privacy.proofs import RETENTION, Proof
from concierge.privacy.stores import Counts, Selection
from concierge.privacy.stores.order_requests import OrderRequestStore
from concierge.privacy.stores.trackers import TrackerStore
from concierge.storage.database import read, write

logger = logging.getLogger(__name__)

AT_ONCE = 200  # conversations erased in one go: nobody else can write to SQLite meanwhile
_conversations, _cases, _promised = schema.conversations, schema.cases, schema.promised_answers
_OVER = {"sent_back", "declined"}  # of a repair

# Rows that may go before their conversation: the kind of its figure, the table, since when it counts, and which.
_ROWS = [
    ("lookups", schema.lookups, schema.lookups.c.created_at, sa.true()),
    ("lookups", schema.mailed_codes, schema.mailed_codes.c.created_at, sa.true()),
    ("decisions", schema.decisions, schema.decisions.c.created_at, sa.true()),
    ("cases", _cases, _cases.c.closed_at, _cases.c.status.notin_(LIVE)),
    ("promised_answers", _promised, _promised.c.created_at, _promised.c.state == "done"),
]


class Retention:
    """Blocks."""

    def __init__(
        self,
        engine: Engine,
        privacy: Privacy,
        trackers: TrackerStore,
        requests: OrderRequestStore,
        order: Callable[[str], Order | None],
    ) -> None:
        """``order`` finds an order by number, and raises ``OrdersUnavailable``."""
        self._engine = engine
        self._privacy = privacy
        self._trackers = trackers
        self._requests = requests
        self._order = order

    def plan(self, at: datetime) -> Counts:
        """What ``run`` would delete now."""
        found: Counter[str] = Counter()
        with read(self._engine) as connection:
            for what, table, which in _past(at):
                found[what] += connection.execute(sa.select(sa.func.count()).select_from(table).where(which)).scalar()
        for batch in self._resting(at):
            found["conversations, with all that is theirs"] += len(batch)
        return {what: number for what, number in found.items() if number}

    def run(self, at: datetime, by: str) -> list[Proof]:
        """Erasures that were interrupted are carried on first."""
        proofs = self._privacy.finish()
        gone: Counter[str] = Counter()
        with write(self._engine) as connection:
            for what, table, which in _past(at):
                gone[what] += connection.execute(table.delete().where(which)).rowcount
        self._trackers.forget_closed(cutoff("proofs", at))
        counts = {what: number for what, number in gone.items() if number}
        if counts:
            proofs.append(self._privacy.proofs.record(RETENTION, by, 0, counts))
        proofs += [self._privacy.erase(Selection(batch), by, RETENTION) for batch in self._resting(at)]
        return proofs

    def _resting(self, at: datetime) -> Iterator[tuple[str, ...]]:
        """Conversations that are past their period and that nothing holds, a handful at a time."""
        last = ""
        while True:
            with read(self._engine) as connection:
                ids = _past_conversations(connection, at, last)
            if not ids:
                return
            last = ids[-1]
            held = self._with_requests(ids, at)
            batch = tuple(each for each in ids if each not in held)
            if batch:
                yield batch

    def _with_requests(self, ids: Sequence[str], at: datetime) -> set[str]:
        """Those in which a return or repair was asked for that is under way."""
        long_ago = cutoff("order_requests", at)
        rows = [row for row in self._requests.rows(Selection(tuple(ids))) if row.kind != "note"]
        return {row.conversation_id for row in rows if self._under_way(row, long_ago)}

    def _under_way(self, row: Any, long_ago: datetime) -> bool:
        try:
            order = self._order(row.order_number)
        except OrdersUnavailable:
            return True  # who knows
        returns = [each for each in order.returns if each.id == row.id] if order else []
        repairs = [each for each in order.repairs if each.id == row.id] if order else []
        if any(each.accepted is not None for each in returns) or any(each.status in _OVER for each in repairs):
            return False
        return bool(row.created_at > long_ago)


def _past(at: datetime) -> Iterator[tuple[str, sa.Table, Any]]:
    """Name, table and condition of the rows that go by themselves."""
    for kind, table, since, which in _ROWS:
        for of_region, before in cutoffs(kind, at):
            theirs = table.c.conversation_id.in_(sa.select(_conversations.c.id).where(of_region))
            yield table.name.replace("_", " "), table, which & (since < before) & theirs
    proofs, marks = schema.privacy_proofs, schema.erased_conversations
    old = cutoff("proofs", at)
    yield "login failures", schema.login_failures, schema.login_failures.c.created_at < cutoff("login_failures", at)
    yield "desk audit", schema.desk_audit, schema.desk_audit.c.at < cutoff("desk_audit", at)
    yield "privacy proofs", proofs, (proofs.c.done_at < old)
    yield "erased conversations", marks, marks.c.erased_at < old


def _past_conversations(connection: Connection, at: datetime, last: str) -> list[str]:
    old = sa.or_(
        *(of_region & (_conversations.c.updated_at < before) for of_region, before in cutoffs("conversations", at))
    )
    wanted = sa.or_(
        _conversations.c.owner != "assistant",
        _conversations.c.id.in_(sa.select(_cases.c.conversation_id).where(_cases.c.status.in_(LIVE))),
        _conversations.c.id.in_(sa.select(_promised.c.conversation_id).where(_promised.c.state != "done")),
    )
    query = sa.select(_conversations.c.id).where(old, ~wanted, _conversations.c.id > last)
    return list(connection.execute(query.order_by(_conversations.c.id).limit(AT_ONCE)).scalars())
