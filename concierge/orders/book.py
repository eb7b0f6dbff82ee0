"""What every back end of orders can do, and how it says that it cannot. No back end is imported here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from concierge.orders.addresses import Address
from concierge.orders.model import AddressChange, Cancellation, Note, Order, Repair, Return, Variant


class OrdersUnavailable(Exception):
    """The system that holds the orders does not answer. The message is for the operator: no personal data in it."""


class AnswerNotUnderstood(OrdersUnavailable):
    """The system answers, but this answer makes no order by the mapping. Other orders can still be told of."""


class NotTaken(Exception):
    """Nobody has been told of a request: the system that holds the orders takes none of this kind, or has refused this
    one. A person has to be told instead. The message is for the operator."""


class NoSuchOrder(LookupError):
    """A write named an order that does not exist."""


class OrderBook(Protocol):
    """Blocking: from async code call it through ``asyncio.to_thread``. Safe to share between threads.

    Every method raises ``OrdersUnavailable`` when the back end is down. Order numbers may be written any way that
    ``numbers.normalise`` understands. A write repeated with the same ``key`` for the same order returns the record
    that the first one made; writes raise ``NoSuchOrder``, ``NotTaken`` (nothing is recorded then), and ``ValueError``
    for a line that the order does not have.
    """

    def find(self, number: str, email: str) -> Order | None:
        """The order, for whoever knows both; ``None`` alike for an unknown number and for another's e-mail."""

    def get(self, number: str) -> Order | None:
        """The order without an identity check: for advisors, and conversations already verified for this order."""

    def find_by_email(self, email: str) -> list[Order]:
        """The newest first. Only for an address that was proved, by a signed token for instance; compared exactly."""

    def variants(self, order_number: str, line: str) -> list[Variant] | None:
        """The sizes and colours of a line's product, what is in stock among them; ``None`` where that is not told."""

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
        """``kind`` is "return" or "exchange"; ``replacement`` the size or colour wanted instead."""

    def request_repair(
        self, order_number: str, line: str, description: str, key: str, at: datetime, *, conversation: str = ""
    ) -> Repair:
        """``description``: what is broken, in the customer's words."""

    def cancel(self, order_number: str, *, key: str, at: datetime, conversation: str = "") -> Cancellation:
        """Before anybody prepares it; ``NotTaken`` after that. A system may carry it out later: ``get`` tells when the
        order is cancelled."""

    def change_address(
        self, order_number: str, address: Address, *, key: str, at: datetime, conversation: str = ""
    ) -> AddressChange:
        """Within the country of the order, before anybody prepares it; ``NotTaken`` after that."""

    def note(self, order_number: str, text: str, kind: str, key: str, at: datetime, *, conversation: str = "") -> Note:
        """``kind`` as in ``Note``. The text is for people."""

    def notes(self, order_number: str) -> list[Note]:
        """The oldest first; empty for an unknown order."""

    def forget(self, conversation: str) -> None:
        """The customer's words in what was asked for in this conversation go; the requests stay with their orders."""

    def close(self) -> None:
        """Lets go of connections. Nothing may be asked of it afterwards."""
