"""Everything that privacy works on, opened together and closed together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.engine import Engine

from concierge.conversations import upgrade
from concierge.orders import OrderBook, open_orders
from concierge.privacy.erasure import Privacy
from concierge.privacy.retention import Retention
from concierge.privacy.stores import all_stores
from concierge.privacy.stores.order_requests import OrderRequestStore
from concierge.privacy.stores.trackers import TrackerStore
from concierge.settings import Settings
from concierge.storage.database import open_engine


@dataclass(frozen=True)
class Rooms:
    engine: Engine
    book: OrderBook
    privacy: Privacy
    retention: Retention


@contextmanager
def opened(settings: Settings) -> Iterator[Rooms]:
    """Blocks. Raises ``ValueError`` for an address that is none."""
    engine = open_engine(settings.database)
    upgrade(engine)
    book = open_orders(settings.orders)
    stores = all_stores(settings)
    privacy = Privacy(engine, stores)
    trackers = next(each for each in stores if isinstance(each, TrackerStore))
    requests = next(each for each in stores if isinstance(each, OrderRequestStore))
    try:
        yield Rooms(engine, book, privacy, Retention(engine, privacy, trackers, requests, book.get))
    finally:
        for store in stores:
            store.close()
        book.close()
        engine.dispose()
