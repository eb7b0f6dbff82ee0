"""Orders: one look-up, whichever system holds them. Knows nothing of conversations, wording or policy."""

from __future__ import annotations

from concierge.orders.book import NoSuchOrder, OrderBook, OrdersUnavailable

__all__ = ["NoSuchOrder", "OrderBook", "OrdersUnavailable", "open_orders"]


def open_orders(url: str) -> OrderBook:
    """The orders behind an SQLAlchemy URL (SQLite, PostgreSQL). Close it when done.

    A database that is new is given its tables, an older one is brought up to date. One that does not answer now is
    tried again at each use, which raises ``OrdersUnavailable`` until it does. Raises ``ValueError`` for a URL that
    is not one.
    """
    from concierge.orders.sql import SqlOrderBook

    return SqlOrderBook(url)
