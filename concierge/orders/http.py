"""Orders in a retailer's own system, over HTTP. What customers ask for is kept here too: see ``records``."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from concierge.orders import records
from concierge.orders.book import OrdersUnavailable
from concierge.orders.breaker import Breaker
from concierge.orders.calls import Caller
from concierge.orders.database import Database
from concierge.orders.documents import DocumentError, dump
from concierge.orders.identity import exact_email, normalise_email, same_email
from concierge.orders.mapping import Call, Write, fill
from concierge.orders.mapping import Mapping as OrderMapping
from concierge.orders.model import Order
from concierge.orders.requests import Requests
from concierge.orders.values import MappingError, Scope, Value, compile_value

logger = logging.getLogger(__name__)
MOST = 20  # orders of one address that are looked at
MOST_PARTS = 10  # parcels of one order that are asked about


class HttpOrderBook(Requests):
    """See ``OrderBook``. ``records_url`` is the SQL database where what customers ask for is kept."""

    def __init__(
        self, url: str, mapping: OrderMapping, records_url: str, credentials: str = "", breaker: Breaker | None = None
    ) -> None:
        self._mapping = mapping
        super().__init__(Database(records_url), mapping.number.normalise)
        self._caller = Caller(url, mapping.auth, credentials, breaker)

    def find(self, number: str, email: str) -> Order | None:
        return self._look_up(number, email)

    def get(self, number: str) -> Order | None:
        return self._look_up(number, None)

    def find_by_email(self, email: str) -> list[Order]:
        if not normalise_email(email):
            return []
        found = self._caller.run(self._of_address(exact_email(email)))
        newest = sorted(found, key=lambda order: order.placed_at, reverse=True)
        return self._with_records(newest)

    def close(self) -> None:
        self._caller.close()
        self._database.close()

    def _look_up(self, number: str, email: str | None) -> Order | None:
        normalised = self._mapping.number.normalise(number)
        if normalised is None:
            return None
        order = self._caller.run(self._of_number(normalised, email))
        if order is None:
            return None
        return self._with_records([order])[0]

    def _with_records(self, orders: Sequence[Order]) -> list[Order]:
        rows = self._database.attempt(partial(records.rows_of, numbers=[order.number for order in orders]))
        return [records.merged(order, rows[order.number]) for order in orders]

    async def _of_number(self, number: str, email: str | None) -> Order | None:
        """With an e-mail, an order of another's is left before anything more is asked: as fast as one there is not."""
        for raw in await self._ask(self._mapping.by_number, {"number": number}):
            order = self._to_order(raw, number)
            # A system that ignores a filter it does not know answers with other people's orders.
            if order.number != number or (email is not None and not same_email(order.email, email)):
                continue
            return await self._completed(raw, order)
        return None

    async def _of_address(self, address: str) -> list[Order]:
        raws = (await self._ask(self._mapping.by_email, {"email": address}))[:MOST]
        found = [(raw, self._to_order(raw, "of an address")) for raw in raws]
        mine = [(raw, order) for raw, order in found if exact_email(order.email) == address]
        return list(await asyncio.gather(*(self._completed(raw, order) for raw, order in mine)))

    async def _ask(self, call: Call, values: Mapping[str, Any]) -> list[Any]:
        query, body = _filled(call.query, values) or None, _filled(call.body, values)
        answer = await self._caller.call(call.method, _path(call.path, values), query=query, body=body)
        items = _items(answer, call.items)
        if call.then is None:
            return items
        following = [self._ask(call.then, {**values, **item}) for item in items[:MOST] if isinstance(item, dict)]
        return [item for answers in await asyncio.gather(*following) for item in answers]

    async def _completed(self, raw: Any, order: Order) -> Order:
        """The order, with what the system tells of it only when asked further."""
        if not self._mapping.also or not isinstance(raw, dict):
            return order
        asked = []
        for also in self._mapping.also:
            parts = _items(raw, also.about)[:MOST_PARTS]
            asked += [(part, also) for part in parts if isinstance(part, dict)]
        answers = await asyncio.gather(
            *(self._caller.call("GET", _path(also.path, {"number": order.number, **part})) for part, also in asked)
        )
        for (part, also), answer in zip(asked, answers, strict=True):
            part[also.into] = _items(answer, also.items)
        return self._to_order(raw, order.number)

    def _to_order(self, raw: Any, named: str) -> Order:
        try:
            return self._mapping.to_order(raw)
        except DocumentError as error:
            raise OrdersUnavailable(f"order {named} does not fit the mapping {self._mapping.name}: {error}") from None

    def _record(
        self, order: Order, kind: str, make: Callable[[str], records.R], *, key: str, at: datetime, conversation: str
    ) -> records.R:
        """Sent on first where the mapping says how: what the system did not take is not promised either."""
        sending = self._mapping.writes.get(kind)
        recorded = partial(records.recorded, number=order.number, kind=kind, key=key)
        if sending is not None and not self._database.attempt(recorded):
            made_id = self._caller.run(self._send(*sending, order, make(""), key))

            def named(free: str) -> records.R:
                return make(made_id or free)

            return super()._record(order, kind, named, key=key, at=at, conversation=conversation)
        return super()._record(order, kind, make, key=key, at=at, conversation=conversation)

    async def _send(self, write: Write, body: Value, order: Order, record: records.Record, key: str) -> str:
        whole = dump(order)
        answer = await self._caller.call(
            write.method,
            _path(write.path, {"number": order.number}),
            body=body(Scope({"key": key, **dump(record)}, whole, whole)),
            headers={"Idempotency-Key": key},
            repeatable=write.repeatable,
        )
        if answer is None:
            raise OrdersUnavailable(f"{self._caller.name} has no {write.path}: check writes in the mapping")
        found = compile_value(write.id, "id")(Scope(answer, answer, answer)) if write.id else ""
        return str(found or "")


def _path(template: str, values: Mapping[str, Any]) -> str:
    filled: str = _filled(template, values, in_path=True)
    return filled


def _filled(template: Any, values: Mapping[str, Any], in_path: bool = False) -> Any:
    try:
        return fill(template, values, in_path)
    except MappingError as error:
        raise OrdersUnavailable(f"the mapping cannot be used: {error}") from None


def _items(answer: Any, path: str) -> list[Any]:
    """What is at the path, as a list; nothing is an empty one."""
    found = compile_value(path, "items")(Scope(answer, answer, answer)) if path else answer
    return found if isinstance(found, list) else [] if found is None else [found]
