"""Orders in a retailer's own system, over HTTP. What customers ask for is kept here too: see ``records``."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from concierge.orders import records
from concierge.orders.book import AnswerNotUnderstood, NotTaken
from concierge.orders.breaker import Breaker
from concierge.orders.calls import Caller
from concierge.orders.database import Database
from concierge.orders.documents import DocumentError, dump, load
from concierge.orders.identity import exact_email, normalise_email, same_email
from concierge.orders.mapping import Also, Call, Write, fill, plain
from concierge.orders.mapping import Mapping as OrderMapping
from concierge.orders.model import Order, Variant
from concierge.orders.paths import MappingError, Scope, Value
from concierge.orders.requests import Requests
from concierge.orders.values import compile_value

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
        self._caller = Caller(url, mapping.auth, credentials, breaker, mapping.graphql)

    def find(self, number: str, email: str) -> Order | None:
        return self._look_up(number, email)

    def get(self, number: str) -> Order | None:
        return self._look_up(number, None)

    def find_by_email(self, email: str) -> list[Order]:
        if self._mapping.by_email is None or not normalise_email(email):
            return []
        found = self._caller.run(self._of_address(self._mapping.by_email, exact_email(email)))
        newest = sorted(found, key=lambda order: order.placed_at, reverse=True)
        return self._with_records(newest)

    def variants(self, order_number: str, line: str) -> list[Variant] | None:
        if self._mapping.variants is None:
            return None
        call, value = self._mapping.variants
        order = self._existing(order_number)
        about = {"number": order.number, "line": line, "product": order.line(line).product}
        values = {**order.extra, **about, "country": order.country, "currency": order.currency}
        items = self._caller.run(self._ask(call, values))
        try:
            return [load(Variant, plain(value(Scope(item, item, item)))) for item in items] or None
        except DocumentError as error:
            raise AnswerNotUnderstood(f"variants do not fit the mapping {self._mapping.name}: {error}") from None

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

    async def _of_address(self, call: Call, address: str) -> list[Order]:
        """One that cannot be read does not hide the others; where none can be, it is told."""
        raws = (await self._ask(call, {"email": address}))[:MOST]
        found, unread = list[tuple[Any, Order]](), list[AnswerNotUnderstood]()
        for raw in raws:
            try:
                found.append((raw, self._to_order(raw, "of an address")))
            except AnswerNotUnderstood as error:
                unread.append(error)
                logger.error("An order of a proved address is left out: %s", error)
        if unread and not found:
            raise unread[0]
        mine = [(raw, order) for raw, order in found if exact_email(order.email) == address]
        return list(await asyncio.gather(*(self._completed(raw, order) for raw, order in mine)))

    async def _ask(self, call: Call, values: Mapping[str, Any]) -> list[Any]:
        values = {**self._mapping.settings, **values}
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
        asked, calls = list[tuple[dict[str, Any], Also]](), list[Any]()
        for also in self._mapping.also:
            for part in _items(raw, also.about)[:MOST_PARTS]:
                if not isinstance(part, dict):
                    continue
                values = {**self._mapping.settings, "number": order.number, **part}
                values |= {name: _value(spec, raw, part) for name, spec in also.values.items()}
                if any(values[name] in (None, "") for name in also.values):
                    continue  # nothing to ask about, such as products of an order that has none left in the shop
                asked.append((part, also))
                query = _filled(also.query, values) or None
                calls.append(self._caller.call("GET", _path(also.path, values), query=query))
        for (part, also), answer in zip(asked, await asyncio.gather(*calls), strict=True):
            part[also.into] = _items(answer, also.items)
        return self._to_order(raw, order.number)

    def _to_order(self, raw: Any, named: str) -> Order:
        try:
            return self._mapping.to_order(raw)
        except DocumentError as error:
            raise AnswerNotUnderstood(f"order {named} does not fit the mapping {self._mapping.name}: {error}") from None

    def _record(
        self, order: Order, kind: str, make: Callable[[str], records.R], *, key: str, at: datetime, conversation: str
    ) -> records.R:
        """Sent on first: what the system did not take is neither recorded nor promised."""
        sending = self._mapping.writes.get(kind)
        if sending is None:
            raise NotTaken(f"the mapping {self._mapping.name} sends no {kind} on")
        recorded = partial(records.recorded, number=order.number, kind=kind, key=key)
        if self._database.attempt(recorded):
            return super()._record(order, kind, make, key=key, at=at, conversation=conversation)
        made_id = self._caller.run(self._send(*sending, order, make(""), key))

        def named(free: str) -> records.R:
            return make(made_id or free)

        return super()._record(order, kind, named, key=key, at=at, conversation=conversation)

    async def _send(self, write: Write, body: Value, order: Order, record: records.Record, key: str) -> str:
        whole, values = dump(order), {**order.extra, **self._mapping.settings, "number": order.number}
        sent = {"key": key, **dump(record)}
        if write.first is not None:
            sent["asked"] = await self._ask(write.first, values)
        answer = await self._caller.call(
            write.method,
            _path(write.path, values),
            query=_filled(write.query, values) or None,
            body=body(Scope(sent, whole, whole)),
            headers={"Idempotency-Key": key},
            repeatable=write.repeatable,
        )
        if answer is None:
            raise AnswerNotUnderstood(f"{self._caller.name} has no {write.path}: check writes in the mapping")
        if write.refused and (reasons := _items(answer, write.refused)):
            raise NotTaken(f"{self._caller.name} refused it, with {len(reasons)} reasons")
        found = compile_value(write.id, "id")(Scope(answer, answer, answer)) if write.id else ""
        return str(found or "")


def _path(template: str, values: Mapping[str, Any]) -> str:
    filled: str = _filled(template, values, in_path=True)
    return filled


def _filled(template: Any, values: Mapping[str, Any], in_path: bool = False) -> Any:
    try:
        return fill(template, values, in_path)
    except MappingError as error:
        raise AnswerNotUnderstood(f"the mapping cannot be used: {error}") from None


def _value(spec: Any, order: Any, part: Any) -> Any:
    return compile_value(spec, "values")(Scope(part, order, order))


def _items(answer: Any, path: str) -> list[Any]:
    """What is at the path, as a list; nothing is an empty one."""
    found = compile_value(path, "items")(Scope(answer, answer, answer)) if path else answer
    return found if isinstance(found, list) else [] if found is None else [found]
