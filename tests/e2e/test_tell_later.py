"""The order system is down, the customer chooses to be told, and is: a retailer's HTTP system, real processes."""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from concierge.demo.documented import documented_orders
from concierge.orders.documents import dump
from tests.e2e.conftest import Product, start_product, stop_product
from tests.e2e.test_handoff import WebCustomer
from tests.orders.loopback import Answer, Retailer

pytestmark = pytest.mark.e2e
EMAIL = "claire@example.com"
DOWN = Answer({"error": "maintenance"}, 503)


@pytest.fixture
def retailer() -> Iterator[Retailer]:
    made = Retailer()
    yield made
    made.close()


def goes_down(retailer: Retailer) -> None:
    for order in documented_orders(datetime.now(timezone.utc)):
        retailer.on("GET", f"orders/{order.number}", DOWN)


def comes_back(retailer: Retailer) -> None:
    for order in documented_orders(datetime.now(timezone.utc)):
        retailer.on("GET", f"orders/{order.number}", dump(order))


@pytest.fixture
def started(tmp_path: Path, retailer: Retailer) -> Iterator[Callable[..., Product]]:
    running: list[Product] = []

    def start(**settings: str) -> Product:
        running.append(start_product(tmp_path / "var", CONCIERGE_ORDERS_URL=retailer.url, **settings))
        return running[-1]

    yield start
    for product in running:
        if product.process.poll() is None:
            stop_product(product)


def until(found: Callable[[], Any], seconds: float = 20) -> Any:
    deadline = time.monotonic() + seconds
    while not (result := found()):
        assert time.monotonic() < deadline, f"not seen in {seconds} s"
        time.sleep(0.2)
    return result


def said(customer: WebCustomer) -> list[dict[str, Any]]:
    return [each for each in customer.events()["messages"] if each["role"] == "assistant"]


def ask(customer: WebCustomer, text: str) -> dict[str, Any]:
    """The last thing the assistant says in answer."""
    seq = customer.send(text)
    return until(lambda: [each for each in said(customer) if each["seq"] > seq])[-1]


def choose(customer: WebCustomer, message: dict[str, Any], title: str) -> dict[str, Any]:
    titles = [button["title"] for button in message["payload"]["buttons"]]
    choice = {"seq": message["seq"], "index": titles.index(title)}
    status, answer = customer.client.call("/messages", {"client_key": uuid.uuid4().hex, "choice": choice})
    assert status == 202, answer
    return until(lambda: [each for each in said(customer) if each["seq"] > answer["seq"]])[-1]


def promised(customer: WebCustomer, number: str = "BA10000003") -> dict[str, Any]:
    """The customer asks, is told that the system is down, and wants to be told when it is back."""
    ask(customer, "where is my order")
    down = ask(customer, f"{number} {EMAIL}")
    assert number in down["text"]
    assert [button["title"] for button in down["payload"]["buttons"]] == [
        "Tell me when it is back",
        "Speak to an advisor",
    ]
    return choose(customer, down, "Tell me when it is back")


@pytest.mark.parametrize("actions", ["embedded", "server"])
def test_the_answer_comes_by_itself_once_the_system_is_back_even_after_a_restart(started, retailer, actions):
    goes_down(retailer)
    product = started(CONCIERGE_ACTIONS=actions)
    customer = WebCustomer(product)
    assert "as soon as" in promised(customer)["text"]
    before = said(customer)
    stop_product(product)
    again = started(CONCIERGE_ACTIONS=actions, CONCIERGE_FRONT_PORT=str(product.front_port))
    assert said(customer) == before
    comes_back(retailer)
    told = until(lambda: said(customer)[len(before) :], seconds=60)
    assert "answers again" in told[0]["text"]
    assert "UPS" in told[-1]["text"]
    assert len(told) == 2
    # Identified by what was given before the system went down: nothing is asked again.
    assert "cancel" in ask(customer, "can I still cancel it")["text"]
    with sqlite3.connect(again.var / "concierge.db") as database:
        assert database.execute("SELECT count(*) FROM promised_answers").fetchone() == (1,)


def test_what_takes_too_long_becomes_a_case(started, retailer):
    goes_down(retailer)
    product = started(CONCIERGE_TELL_LATER_HOURS="0.001")
    customer = WebCustomer(product, lang="fr")
    ask(customer, "où est ma commande")
    down = ask(customer, f"BA10000003 {EMAIL}")
    choose(customer, down, "Prévenez-moi à son retour")
    until(lambda: customer.events()["owner"] == "queue", seconds=60)
    assert "conseiller" in said(customer)[-1]["text"]
