"""The product behind a PgBouncer that gives out connections by the transaction: all of it but who listens."""

from __future__ import annotations

import urllib.request
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests import pooler
from tests.e2e.conftest import Product, start_product, stop_product
from tests.e2e.test_handoff import WebCustomer
from tests.e2e.test_rest import Customer
from tests.postgres import postgres_schema
from tests.trackers import all_events

pytestmark = [pytest.mark.e2e, pytest.mark.postgres, pooler.needed]
SERVER_CONNECTIONS = 5  # of which front, desk and assistant would each open more
OPENED = """
    SELECT application_name = 'listening' FROM pg_stat_activity
    WHERE datname = current_database() AND backend_start > :since AND pid <> pg_backend_pid()
"""


def streamed(product: Product, customer: WebCustomer, until: str) -> bool:
    """Whether the page's stream says it."""
    address = f"http://127.0.0.1:{product.front_port}/webhooks/website/stream"
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {customer.token}"})
    with urllib.request.urlopen(request, timeout=60) as stream:
        customer.send("How do I care for leather?")
        return any(until in line.decode() for line in stream)


def test_customers_are_answered_through_a_pooler(tmp_path: Path) -> None:
    with postgres_schema("pooled_product") as schema, pooler.pooler(schema, SERVER_CONNECTIONS) as address:
        with schema.server.connect() as connection:
            since = connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
        product = start_product(
            tmp_path,
            CONCIERGE_DATABASE_URL=address,
            CONCIERGE_ORDERS_URL=address,
            CONCIERGE_LISTEN_URL=schema.url(application_name="listening"),
        )
        try:
            customer = WebCustomer(product)
            assert streamed(product, customer, "Keep leather away")
            assert "1Z" in Customer(product).identify("BA10000003"), "orders are there"
            with schema.server.begin() as connection:
                opened = connection.execute(sa.text(OPENED), {"since": since}).scalars().all()
                connection.execute(sa.text(f"SET LOCAL search_path TO {schema.name}"))
                remembered = all_events(connection)
        finally:
            stop_product(product)
        assert 2 <= sum(opened) <= 3, "the assistant and the front listen past it, and the desk where somebody is there"
        assert opened.count(False) <= SERVER_CONNECTIONS, "and nothing else is asked past it"
        said = [event["text"] for event in remembered[customer.conversation] if event["event"] == "user"]
        assert said == ["How do I care for leather?"]
