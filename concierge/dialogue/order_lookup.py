"""The orders as one turn sees them: what has been read is not read again before it is written to."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from concierge.orders import OrderBook
from concierge.orders.holder import Holder, is_held_by
from concierge.orders.model import Order
from concierge.orders.phone import is_placed_with

_TURNS = 256
_SECONDS = 60.0  # longer than any turn may take


class OrderLookup:
    """Blocking; every method raises ``OrdersUnavailable``. A look-up that failed is tried again when it is repeated."""

    def __init__(self, book: Callable[[], OrderBook]) -> None:
        self._book = book
        self._read: dict[str, Order | None] = {}
        self._of: dict[str, list[Order]] = {}

    def get(self, number: str) -> Order | None:
        """Only for an order that the conversation has proved to be the customer's."""
        if number not in self._read:
            self._read[number] = self._book().get(number)
        return self._read[number]

    def find(self, number: str, email: str) -> Order | None:
        """``None`` alike for an unknown number and for another's e-mail; always asked anew, since it is a try."""
        order = self._book().find(number, email)
        if order is not None:
            self._read[order.number] = order
        return order

    def find_held(self, number: str, said: Holder) -> Order | None:
        """For whoever knows name and postcode; ``None`` alike for an unknown number and for another's. Always asked
        anew, since it is a try."""
        order = self._book().get(number)
        if not is_held_by(order, said) or order is None:
            return None
        self._read[order.number] = order
        return order

    def find_by_phone(self, number: str, phone: str) -> Order | None:
        """For whoever writes from the telephone number that the order was placed with; ``None`` alike for an unknown
        number and for another's."""
        order = self._book().get(number)
        if not is_placed_with(order, phone) or order is None:
            return None
        self._read[order.number] = order
        return order

    def find_by_email(self, email: str) -> list[Order]:
        """The newest first. Only for an address that was proved."""
        if email not in self._of:
            self._of[email] = self._book().find_by_email(email)
            self._read.update((order.number, order) for order in self._of[email])
        return self._of[email]

    def changed(self) -> None:
        """Something was written: what follows in this turn is to see it."""
        self._read.clear()
        self._of.clear()


class Lookups:
    """Those of the turns under way. A turn is several calls of actions, each of which finds what the ones before it
    have read; without a name of its turn a call is on its own."""

    def __init__(self, book: Callable[[], OrderBook]) -> None:
        self._book = book
        self._turns: OrderedDict[tuple[str, str], tuple[float, OrderLookup]] = OrderedDict()
        self._lock = threading.Lock()

    def of_turn(self, conversation: str, turn: str) -> OrderLookup:
        if not turn:
            return OrderLookup(self._book)
        at = time.monotonic()
        with self._lock:
            while self._turns and (len(self._turns) >= _TURNS or self._oldest() < at - _SECONDS):
                self._turns.popitem(last=False)
            _, found = self._turns.setdefault((conversation, turn), (at, OrderLookup(self._book)))
        return found

    def _oldest(self) -> float:
        return next(iter(self._turns.values()))[0]
