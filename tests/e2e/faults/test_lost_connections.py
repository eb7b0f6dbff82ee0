"""Connections to PostgreSQL are cut while customers are in the middle of something.

Nobody is answered wrongly, and what they asked for is done once.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from concierge.conversations import ConversationLog
from concierge.storage.database import open_engine
from tests.e2e.faults.conftest import Customer, Cutter, delivered, put

pytestmark = [pytest.mark.e2e, pytest.mark.postgres, pytest.mark.timeout(400)]

RETURN = ("I want to return something", "{number} {email}", "the shoes", "yes", "hello", "yes please")
PERSON = ("I want to return something", "{number} {email}", "the fragrance", "yes", "yes please")
CUSTOMERS = 40


def converse(customer: Customer, number: int) -> list[list[str]]:
    order = delivered(number)
    for text in PERSON if number % 4 == 3 else RETURN:
        customer.ask(text.format(number=order.number, email=order.email))
    return [[_alike(reply, order.number) for reply in replies] for replies in customer.said]


def _alike(reply: str, number: str) -> str:
    """Without what is each customer's own: the number, and the place in the queue."""
    return re.sub(r"queue is \d+", "queue is 1", reply.replace(number, "BA1"))


@pytest.mark.parametrize("actions", ["embedded", "server"])
def test_no_reply_is_wrong_and_every_return_is_registered_once(schema, started, actions):
    product = started(schema.url, CONCIERGE_ACTIONS=actions)
    orders = [delivered(number) for number in range(CUSTOMERS + 4)]
    put(schema.url, orders)
    own = open_engine(f"{schema.server.url}?options=-csearch_path%3D{schema.name}")
    log = ConversationLog(own)
    usual = [converse(Customer(product, log), number) for number in range(4)]
    with Cutter(schema, seconds=0.2), ThreadPoolExecutor(8) as pool:
        customers = [Customer(product, log) for _ in range(CUSTOMERS)]
        heard = list(pool.map(converse, customers, range(4, CUSTOMERS + 4)))
    with own.connect() as connection:
        recorded = connection.execute(sa.text("SELECT order_number, kind FROM order_records")).all()
        cases = connection.execute(sa.text("SELECT count(*) FROM cases")).scalar_one()
    own.dispose()
    wrong = [(number, said) for number, said in enumerate(heard, 4) if said != usual[number % 4]]
    assert wrong == []
    assert max(max(each.seconds) for each in customers) < 30
    assert schema.cuts > 300
    returning = [order.number for number, order in enumerate(orders) if number % 4 != 3]
    assert sorted(recorded) == [(number, "return") for number in returning]
    assert cases == len(orders) - len(returning)
    assert "Traceback" not in (product.var / "log" / "assistant.log").read_text()
