"""The product on a PostgreSQL of its own schema, customers on its website, and what can go wrong between them."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from concierge.conversations import ConversationLog
from concierge.demo.documented import documented_orders
from concierge.orders.model import Order
from concierge.orders.sql import SqlOrderBook
from tests.e2e.conftest import Product, start_product, stop_product
from tests.postgres import postgres_schema


@dataclass
class Schema:
    """``url`` names its connections ``name``, so that these alone are counted and cut."""

    name: str
    url: str
    server: sa.engine.Engine
    cuts: int = 0

    def cut(self, share: float = 1.0) -> None:
        """Ends that part of the product's connections, whatever they are doing."""
        query = "SELECT pid FROM pg_stat_activity WHERE application_name = :name AND pid <> pg_backend_pid()"
        with self.server.begin() as connection:
            found = list(connection.execute(sa.text(query), {"name": self.name}).scalars())
            for pid in [each for each in found if random.random() < share]:
                self.cuts += bool(connection.execute(sa.text("SELECT pg_terminate_backend(:p)"), {"p": pid}).scalar())


@pytest.fixture
def schema() -> Iterator[Schema]:
    with postgres_schema("faults") as made:
        yield Schema(made.name, made.url(application_name=made.name), made.server)


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[..., Product]]:
    running: list[Product] = []

    def start(url: str, **settings: str) -> Product:
        databases = {"CONCIERGE_DATABASE_URL": url, "CONCIERGE_ORDERS_URL": url}
        limits = {"CONCIERGE_SESSIONS_PER_HOUR": "100000", "CONCIERGE_MESSAGES_PER_MINUTE": "100000"}
        running.append(start_product(tmp_path / str(len(running)), **databases, **limits, **settings))
        return running[-1]

    yield start
    for product in running:
        if product.process.poll() is None:
            stop_product(product)


def delivered(number: int) -> Order:
    """As the documented order that was delivered five days ago, for a customer of its own."""
    known = next(each for each in documented_orders(datetime.now(timezone.utc)) if each.number == "BA10000004")
    return replace(known, number=f"BA{77000000 + number}", email=f"customer{number}@example.com")


def put(url: str, orders: list[Order]) -> None:
    book = SqlOrderBook(url)
    book.put(orders)
    book.close()


@dataclass
class Customer:
    """A page on the website, as patient as the widget: what is refused for the moment is sent again, under its key."""

    product: Product
    log: ConversationLog
    said: list[list[str]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        base = f"http://127.0.0.1:{self.product.front_port}/webhooks/website"
        self.http = httpx.Client(base_url=base, timeout=60)
        opened = self._post("/sessions", {"locale": "en-GB", "region": "EU", "page": "/shop/"}, 201)
        self.conversation: str = opened["conversation"]
        self.http.headers["Authorization"] = f"Bearer {opened['token']}"

    def ask(self, text: str) -> list[str]:
        """All that the assistant says in answer, once it has ended the turn."""
        began = time.monotonic()
        seq = self._post("/messages", {"client_key": uuid.uuid4().hex, "text": text}, 202)["seq"]
        while self.log.messages(self.conversation, seq - 1, 1)[0].state in ("new", "processing"):
            assert time.monotonic() - began < 110, f"no answer to {text!r} in {self.conversation}"
            time.sleep(0.05)
        self.seconds.append(time.monotonic() - began)
        self.said.append([reply.text for reply in self.log.replies_to(self.conversation, seq)])
        return self.said[-1]

    def _post(self, path: str, body: dict[str, Any], status: int) -> dict[str, Any]:
        deadline = time.monotonic() + 90
        while True:
            answer = self.http.post(path, json=body)
            if answer.status_code == status:
                found: dict[str, Any] = answer.json()
                return found
            assert answer.status_code == 503, answer.text
            assert answer.json()["message"]
            assert time.monotonic() < deadline, "refused for too long"
            time.sleep(0.3)


class Cutter:
    """``with Cutter(schema, seconds=0.4):`` ends the product's connections, each when it is so old on average."""

    def __init__(self, schema: Schema, seconds: float) -> None:
        self._schema, self._seconds = schema, seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Cutter:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        every = 0.02
        while not self._stopped.wait(every):
            self._schema.cut(every / self._seconds)
