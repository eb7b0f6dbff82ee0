"""Orders in SQLite or PostgreSQL. Holds one engine for the life of the process; knows nothing of HTTP."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from concierge.orders import records, stock
from concierge.orders.book import NotTaken, OrdersUnavailable
from concierge.orders.database import Database
from concierge.orders.documents import dump, load
from concierge.orders.identity import exact_email, normalise_email, same_email
from concierge.orders.model import Order, Status, Variant
from concierge.orders.numbers import normalise
from concierge.orders.requests import Requests
from concierge.orders.tables import orders
from concierge.orders.tables import records as record_table
from concierge.storage.database import unhurried, write

logger = logging.getLogger(__name__)
BATCH_SECONDS = 60  # for each statement of an import
_NOBODY = "nobody@invalid.invalid"  # compared with when there is no order, so that both failures take the same steps


def _with_records(column: Any) -> Any:
    """Orders whose ``column`` is ``wanted``: a row for each record of an order, and one of nulls if it has none."""
    columns = (orders.c.number, orders.c.email, orders.c.document.label("order_document"), record_table)
    found = orders.outerjoin(record_table, record_table.c.order_number == orders.c.number)
    query = sa.select(*columns).select_from(found).where(column == sa.bindparam("wanted"))
    recorded = (record_table.c.created_at, record_table.c.id)
    return query.order_by(orders.c.placed_at.desc(), orders.c.number, *recorded)


# Built once: building a statement takes as long as running it.
_BY_NUMBER, _BY_EMAIL = _with_records(orders.c.number), _with_records(orders.c.email)


class SqlOrderBook(Requests):
    """See ``OrderBook``; and ``put``, ``put_stock``, ``count`` for those who fill it."""

    def __init__(self, url: str) -> None:
        super().__init__(Database(url), normalise)
        try:
            with self._database.guard():
                pass
        except OrdersUnavailable as error:
            logger.warning("%s; trying again at the next look-up", error)

    def find(self, number: str, email: str) -> Order | None:
        rows = self._rows(number)
        known = rows[0].email if rows else _NOBODY
        return self._order(rows) if same_email(known, email) and rows else None

    def get(self, number: str) -> Order | None:
        rows = self._rows(number)
        return self._order(rows) if rows else None

    def find_by_email(self, email: str) -> list[Order]:
        address = normalise_email(email)
        if not address:
            return []
        by_number: dict[str, list[Any]] = {}
        for row in self._database.attempt(partial(_found, _BY_EMAIL, address)):
            by_number.setdefault(row.number, []).append(row)
        found = [self._order(rows) for rows in by_number.values()]
        return [order for order in found if exact_email(order.email) == exact_email(email)]

    def variants(self, order_number: str, line: str) -> list[Variant] | None:
        order = self._existing(order_number)
        product, currency = order.line(line).product, order.currency
        return self._database.attempt(partial(stock.variants_of, product=product, currency=currency))

    def _record(
        self, order: Order, kind: str, make: Callable[[str], records.R], *, key: str, at: datetime, conversation: str
    ) -> records.R:
        """A cancellation and a new address change the order itself, unless somebody has begun to prepare it by now."""
        change = _BEFORE_PREPARATION.get(kind)
        if change is None:
            return super()._record(order, kind, make, key=key, at=at, conversation=conversation)
        keep = partial(records.record, order=order, kind=kind, make=make, key=key, at=at, conversation=conversation)
        return self._database.attempt(
            partial(keep, carry_out=partial(_change, number=order.number, at=at, change=change))
        )

    def put_stock(self, items: Sequence[stock.StockItem]) -> None:
        """All that is in stock, in the place of what there was. Raises ``OrdersUnavailable``."""
        with self._database.guard() as engine:
            stock.put_stock(engine, items)

    def put(self, batch: Sequence[Order]) -> dict[str, int]:
        """Creates and updates in one transaction; how many were created, updated and unchanged. Numbers are unique
        within a batch."""
        counts = {"created": 0, "updated": 0, "unchanged": 0}
        rows: list[dict[str, Any]] = [
            {
                "number": order.number,
                "email": normalise_email(order.email),
                "placed_at": order.placed_at,
                "document": records.compact(dump(order)),
            }
            for order in batch
        ]
        with self._database.guard() as engine, write(engine) as connection, unhurried(connection, BATCH_SECONDS):
            numbers = [row["number"] for row in rows]
            known = dict(
                connection.execute(
                    sa.select(orders.c.number, orders.c.document).where(orders.c.number.in_(numbers))
                ).all()
            )
            for row in rows:
                kept = known.get(row["number"])
                row["change"] = "created" if kept is None else "unchanged" if kept == row["document"] else "updated"
                counts[row["change"]] += 1
            changed = [row for row in rows if row.pop("change") != "unchanged"]
            if changed:
                connection.execute(_upsert(connection.dialect.name), changed)
        return counts

    def settle(self) -> None:
        """After many changes: lets the database's planner know what is there now."""
        with self._database.guard() as engine, write(engine) as connection, unhurried(connection):
            connection.execute(sa.text("ANALYZE orders"))

    def count(self) -> int:
        """How many orders there are."""
        with self._database.guard() as engine, engine.connect() as connection:
            total: int = connection.execute(sa.select(sa.func.count()).select_from(orders)).scalar_one()
            return total

    def close(self) -> None:
        self._database.close()

    def _rows(self, number: str) -> list[Any]:
        return self._database.attempt(partial(_found, _BY_NUMBER, normalise(number) or ""))

    def _order(self, rows: list[Any]) -> Order:
        order = load(Order, json.loads(rows[0].order_document))
        return records.merged(order, (row for row in rows if row.id is not None))


def _found(query: Any, wanted: str, engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(query, {"wanted": wanted}))


def _cancelled(order: Order, at: datetime) -> Order:
    return replace(order, status=Status.CANCELLED, cancelled_at=at)


# What is recorded of an order → what becomes of the order with it.
_BEFORE_PREPARATION: dict[str, Callable[[Order, datetime], Order]] = {
    "cancellation": _cancelled,
    "address": lambda order, at: order,  # an order holds no address: the record is what its house reads
}


def _change(connection: Connection, number: str, at: datetime, change: Callable[[Order, datetime], Order]) -> None:
    """Raises ``NotTaken`` where the order is no longer only confirmed."""
    here = orders.c.number == number
    row = connection.execute(sa.select(orders.c.document).where(here).with_for_update()).one()
    order = load(Order, json.loads(row.document))
    if order.status is not Status.CONFIRMED or (order.prepared_at is not None and order.prepared_at <= at):
        raise NotTaken(f"order {number} is {order.status.value}, or being prepared")
    changed = change(order, at)
    if changed != order:
        connection.execute(orders.update().where(here).values(document=records.compact(dump(changed))))


def _upsert(dialect: str) -> Any:
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert
    statement = insert(orders)
    return statement.on_conflict_do_update(
        index_elements=["number"],
        set_={name: getattr(statement.excluded, name) for name in ("email", "placed_at", "document")},
    )
