"""A retailer's system that tells of orders and takes no requests: nothing is called registered, a person is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from concierge.demo.documented import documented_orders
from concierge.orders.documents import dump
from concierge.settings import get_settings
from tests.dialogue.talk import EMAIL
from tests.orders.loopback import Retailer

pytestmark = pytest.mark.model


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An installation whose orders are in such a system."""
    from concierge.dialogue import resources
    from concierge.orders.mapping import cached_mapping

    retailer, mapping = Retailer(), tmp_path / "own.yml"
    for order in documented_orders(datetime.now(timezone.utc)):
        retailer.on("GET", f"orders/{order.number}", dump(order))
    mapping.write_text("extends: concierge\nwrites: {}\n")
    given = {"VAR": tmp_path, "ORDERS_URL": retailer.url, "ORDERS_MAPPING": mapping, "MESSAGES_PER_MINUTE": 100000}
    for name, value in given.items():
        monkeypatch.setenv(f"CONCIERGE_{name}", str(value))
    for made in (get_settings, resources.current, cached_mapping):
        made.cache_clear()
    yield resources.current()
    resources.current().orders().close()
    retailer.close()
    for made in (get_settings, resources.current, cached_mapping):
        made.cache_clear()


async def test_a_return_that_the_system_does_not_take_becomes_a_case(talk: Any, shop: Any) -> None:
    conversation = talk()
    await conversation.says("I want to return something", f"BA10000004 {EMAIL}", "the trainers")
    assert (await conversation.say("yes")).replies[-1] == "utter_offer_return"
    done = await conversation.press("Yes, please")
    assert done.replies == ["utter_handoff"]
    assert shop.orders().get("BA10000004").returns == ()
    case = shop.cases().live(conversation.id)
    assert case.reason == "return_to_register"
    assert "wants a return that the policy allows and that is not registered yet" in case.summary
    assert "BA10000004" in str(case.package)


async def test_a_wish_that_it_cannot_be_told_of_goes_to_a_person_alone(talk: Any, shop: Any) -> None:
    conversation = talk()
    await conversation.says("where is my order", f"BA10000001 {EMAIL}")
    assert (await conversation.say("please cancel it")).replies == ["utter_handoff_cancel_urgent"]
    assert shop.orders().notes("BA10000001") == []
    assert shop.cases().live(conversation.id).priority == "urgent"
