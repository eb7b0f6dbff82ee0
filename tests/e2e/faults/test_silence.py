"""PostgreSQL falls silent: its host is gone, and nobody says so. Every request ends within a stated time."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import sqlalchemy as sa

from concierge.conversations import ConversationLog
from concierge.storage import postgres
from concierge.storage.database import open_engine
from tests.e2e.faults.conftest import Customer, delivered, put
from tests.e2e.faults.relay import Relay, through

pytestmark = [pytest.mark.e2e, pytest.mark.postgres, pytest.mark.timeout(300)]

ANSWERED = 15.0  # seconds; a new connection is open after a ping that is not answered, or a statement that is not
REFUSED = postgres.PING_SECONDS + postgres.CONNECT_SECONDS + 5


@pytest.fixture
def relay(schema):
    address = sa.engine.make_url(schema.url)
    made = Relay(address.host, address.port or 5432)
    yield made
    made.speak()
    made.cut()
    made.close()


def test_old_connections_are_given_up_and_while_there_are_no_others_it_is_said_in_time(schema, relay, started):
    put(schema.url, [delivered(number) for number in range(8)])
    product = started(through(relay, schema.url))
    own = open_engine(schema.url)
    log = ConversationLog(own)
    customers = [Customer(product, log) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda each: each.ask("I want to return something"), customers))

        relay.fall_silent(new_ones_too=False)
        numbers = [f"{delivered(n).number} {delivered(n).email}" for n in range(8)]
        assert list(pool.map(Customer.ask, customers, numbers)) == [["Which item is it about?"]] * 8
        assert max(each.seconds[-1] for each in customers) < ANSWERED

        relay.fall_silent(new_ones_too=True)
        refused = list(pool.map(send, customers * 5))
        assert {(status, error) for status, error, _ in refused} == {(503, "busy")}
        assert max(seconds for *_, seconds in refused) < REFUSED

    relay.speak()
    assert customers[0].ask("the shoes")[1].startswith("Is the item as it arrived")
    assert customers[0].seconds[-1] < ANSWERED
    own.dispose()
    assert "Traceback" not in (product.var / "log" / "assistant.log").read_text()


def send(customer: Customer) -> tuple[int, str, float]:
    began = time.monotonic()
    message = {"client_key": uuid.uuid4().hex, "text": "hello"}
    answer = httpx.post(f"{customer.http.base_url}messages", json=message, headers=customer.http.headers, timeout=60)
    return answer.status_code, answer.json().get("error", ""), time.monotonic() - began
