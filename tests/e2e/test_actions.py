"""Where actions run is the operator's choice, and no customer's concern: embedded, and behind the action server."""

from __future__ import annotations

import os
import signal
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from pathlib import Path

import pytest

from concierge.demo.documented import documented_orders
from concierge.orders.documents import dump
from concierge.storage.database import open_engine, read
from tests.e2e.conftest import Product, start_product, stop_product
from tests.e2e.test_handoff import WebCustomer, advisor, case_of, texts
from tests.e2e.test_rest import EMAIL, Customer
from tests.e2e.test_run import processes
from tests.orders.loopback import Answer, Retailer
from tests.trackers import all_events

pytestmark = pytest.mark.e2e
LIMIT = 3.0  # less than the 4.5 seconds that a look-up may take


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A product with an action server."""
    started = start_product(tmp_path_factory.mktemp("var"), CONCIERGE_ACTIONS="server")
    yield started
    stop_product(started)


def test_an_order_and_its_return_behind_the_action_server(server):
    customer = Customer(server)
    assert "1Z" in customer.identify("BA10000003")
    assert "cancel" in customer.say("I want to cancel this order").lower()
    other = Customer(server)
    other.identify("BA10000005")
    assert "ended on" in other.say("I'd like to return it")


def test_a_handoff_behind_the_action_server(server):
    customer = WebCustomer(server)
    customer.ask("can I talk to somebody?")
    camille = advisor(server, "camille")
    case = case_of(camille, customer.conversation)
    assert camille.call(f"/api/cases/{case['id']}/claim", {})[0] == 200
    seen = customer.events()["messages"][-1]["seq"]
    assert camille.call(f"/api/cases/{case['id']}/messages", {"client_key": "1", "text": "Here I am."})[0] < 300
    assert texts(customer.wait(lambda e: texts(e, "advisor"), after=seen), "advisor") == ["Here I am."]


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads /proc")
def test_while_the_action_server_is_away_the_customer_is_told_so(server):
    os.kill(processes(server)["actions"], signal.SIGKILL)
    assert "cannot reach our systems" in Customer(server).say("Where is my order?")
    deadline = time.monotonic() + 30
    while "order number" not in Customer(server).say("Where is my order?"):
        assert time.monotonic() < deadline, "the action server was not started again"
        time.sleep(0.5)


@pytest.fixture(params=["embedded", "server"])
def slow(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Product]:
    """Orders of a system that takes its time over one of them, longer than an action may take."""
    retailer = Retailer()
    for order in documented_orders(datetime.now(timezone.utc)):
        after = 2 * LIMIT if order.number == "BA10000003" else 0.0
        retailer.on("GET", f"orders/{order.number}", Answer(dump(order), after=after))
    product = start_product(
        tmp_path,
        CONCIERGE_ACTIONS=request.param,
        CONCIERGE_ORDERS_URL=retailer.url,
        CONCIERGE_ACTION_TIMEOUT=str(LIMIT),
    )
    yield product
    stop_product(product)
    retailer.close()


def test_an_action_that_hangs_delays_nobody_else_and_its_customer_is_told_in_time(slow):
    first, patient, *others = (Customer(slow) for _ in range(5))
    first.identify("BA10000004")  # what is opened when it is first needed, is
    for each in (patient, *others):
        each.say("Where is my order?")
    with ThreadPoolExecutor(1) as pool:
        started = time.monotonic()
        waiting = pool.submit(patient.say, f"BA10000003, {EMAIL}")
        time.sleep(0.2)
        for each in others:
            assert "delivered" in each.say(f"BA10000004, {EMAIL}")
        with urllib.request.urlopen(slow.desk, timeout=1) as page:
            assert page.status == 200
        assert not waiting.done()
        assert "cannot reach our systems" in waiting.result()
        assert LIMIT <= time.monotonic() - started < 2 * LIMIT
    assert "welcome" in patient.say("hello").lower(), "its conversation goes on, too"
    time.sleep(2 * LIMIT)
    engine = open_engine(f"sqlite:///{slow.var / 'concierge.db'}")
    with read(engine) as connection:
        slots = [event for events in all_events(connection).values() for event in events if event["event"] == "slot"]
    engine.dispose()
    verified = str([event for event in slots if "verified" in str(event)])
    assert "BA10000004" in verified
    assert "BA10000003" not in verified, "a late answer is dropped"
