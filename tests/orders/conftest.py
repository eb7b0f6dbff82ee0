"""Orders under test: one small order to vary, and a book of each SQL kind."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from concierge.orders.model import Category, Line, Order, SalesChannel, Status
from concierge.orders.sql import SqlOrderBook
from tests.postgres import postgres_schema

PLACED = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.utc)


@pytest.fixture
def order() -> Callable[..., Order]:
    """An order of one bag, with any field changed."""

    def make(**changes: Any) -> Order:
        bag = Line("1", "Hourglass Small Handbag", "Hourglass", Category.BAG, Decimal("2190.00"), colour="Black")
        plain = Order(
            number="BA10483726",
            email="ada@example.com",
            country="FR",
            region="EU",
            channel=SalesChannel.ONLINE,
            status=Status.CONFIRMED,
            currency="EUR",
            placed_at=PLACED,
            lines=(bag,),
            timezone="Europe/Paris",
        )
        return replace(plain, **changes)

    return make


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A schema of its own on a real server, dropped afterwards."""
    with postgres_schema("orders") as schema:
        yield schema.url()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'orders.db'}"
    address: str = request.getfixturevalue("postgres_url")
    return address


@pytest.fixture
def book(url: str, migrated: Path) -> Iterator[SqlOrderBook]:
    """Empty."""
    address = sa.engine.make_url(url)
    if address.drivername == "sqlite":
        shutil.copy(migrated / "orders.db", address.database)
    opened = SqlOrderBook(url)
    with opened._database.guard() as engine, engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM orders"))
        connection.execute(sa.text("DELETE FROM order_records"))
        connection.execute(sa.text("DELETE FROM order_stock"))
    yield opened
    opened.close()
