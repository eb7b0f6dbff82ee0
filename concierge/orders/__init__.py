"""Orders: one look-up, whichever system holds them. Knows nothing of conversations, wording or policy."""

from __future__ import annotations

from dataclasses import replace

from concierge.orders.book import NoSuchOrder, NotTaken, OrderBook, OrdersUnavailable

__all__ = ["NoSuchOrder", "NotTaken", "OrderBook", "OrdersUnavailable", "open_orders"]


def open_orders(url: str) -> OrderBook:
    """The orders behind an SQLAlchemy URL (SQLite, PostgreSQL), or behind the http(s):// of a retailer's system, which
    ``CONCIERGE_ORDERS_MAPPING`` and ``CONCIERGE_ORDERS_CREDENTIALS`` describe. Close it when done.

    A database that is new is given its tables, an older one is brought up to date. One that does not answer now is
    tried again at each use, which raises ``OrdersUnavailable`` until it does. Raises ``ValueError`` for a URL that
    is not one, or a mapping that cannot be read.
    """
    if url.startswith(("http://", "https://")):
        from concierge.orders.http import HttpOrderBook
        from concierge.orders.mapping import cached_mapping
        from concierge.orders.numbers import house_format
        from concierge.settings import get_settings

        settings = get_settings()
        secret = settings.orders_credentials
        credentials = secret.get_secret_value() if secret else ""
        mapping = replace(cached_mapping(settings.orders_mapping), number=house_format())
        return HttpOrderBook(url, mapping, settings.database, credentials)
    from concierge.orders.sql import SqlOrderBook

    return SqlOrderBook(url)
