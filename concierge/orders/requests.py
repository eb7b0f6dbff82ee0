"""What customers ask for of an order, recorded once: the half of an ``OrderBook`` that every back end has alike."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from concierge.orders import records
from concierge.orders.addresses import Address
from concierge.orders.book import NoSuchOrder
from concierge.orders.database import Database
from concierge.orders.model import AddressChange, Cancellation, Note, Order, Repair, Return
from concierge.storage.database import write


class Requests(ABC):
    """See ``OrderBook``. ``database`` keeps the records; ``normalise`` gives the number of an order, or None."""

    def __init__(self, database: Database, normalise: Callable[[str], str | None]) -> None:
        self._database = database
        self._normalise = normalise

    @abstractmethod
    def get(self, number: str) -> Order | None: ...

    def request_return(
        self,
        order_number: str,
        lines: Sequence[str],
        kind: str = "return",
        replacement: str = "",
        *,
        key: str,
        at: datetime,
        conversation: str = "",
    ) -> Return:
        order = self._existing(order_number)
        made = records.make_return(order, lines, kind, replacement, at)
        return self._record(order, "return", made, key=key, at=at, conversation=conversation)

    def request_repair(
        self, order_number: str, line: str, description: str, key: str, at: datetime, *, conversation: str = ""
    ) -> Repair:
        order = self._existing(order_number)
        made = records.make_repair(order, line, description, at)
        return self._record(order, "repair", made, key=key, at=at, conversation=conversation)

    def cancel(self, order_number: str, *, key: str, at: datetime, conversation: str = "") -> Cancellation:
        made = records.make_cancellation(at)
        order = self._existing(order_number)
        return self._record(order, "cancellation", made, key=key, at=at, conversation=conversation)

    def change_address(
        self, order_number: str, address: Address, *, key: str, at: datetime, conversation: str = ""
    ) -> AddressChange:
        made = records.make_address_change(address, at)
        order = self._existing(order_number)
        return self._record(order, "address", made, key=key, at=at, conversation=conversation)

    def note(self, order_number: str, text: str, kind: str, key: str, at: datetime, *, conversation: str = "") -> Note:
        order = self._existing(order_number)
        made = records.make_note(text, kind, at)
        return self._record(order, "note", made, key=key, at=at, conversation=conversation)

    def notes(self, order_number: str) -> list[Note]:
        number = self._normalise(order_number)
        if number is None:
            return []
        return self._database.attempt(partial(records.notes_of, number=number))

    def forget(self, conversation: str) -> None:
        with self._database.guard() as engine, write(engine) as connection:
            records.forget(connection, [conversation])

    def _existing(self, number: str) -> Order:
        order = self.get(number)
        if order is None:
            raise NoSuchOrder(f"no order {self._normalise(number) or 'with a number of this form'}")
        return order

    def _record(
        self, order: Order, kind: str, make: Callable[[str], records.R], *, key: str, at: datetime, conversation: str
    ) -> records.R:
        keep = partial(records.record, order=order, kind=kind, make=make, key=key, at=at, conversation=conversation)
        return self._database.attempt(keep)
