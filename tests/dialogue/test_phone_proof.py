"""An order proved by its number and the telephone that WhatsApp or an SMS tells, in whole conversations."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest

from concierge.conversations.outbox import Outbox
from concierge.demo.documented import documented_orders
from tests.channels.messaging.adapters.parsing import parsed
from tests.channels.messaging.fakes import FakeTwilio, FakeWhatsApp

pytestmark = pytest.mark.model

NUMBER, PHONE = "BA10000004", "33639980104"  # of those that are given to nobody


@pytest.fixture(autouse=True)
def _before_the_shop(mail: Any) -> Any:
    return mail


@pytest.fixture
def placed(shop: Any) -> None:
    (order,) = [each for each in documented_orders(datetime.now(timezone.utc)) if each.number == NUMBER]
    shop.orders().put([replace(order, phone="+33 6 39 98 01 04")])


def comes_by(shop: Any, customer: Any, channel: str, phone: str) -> None:
    """What the provider tells with a message, as it delivers it, is noted as with any that comes in."""
    fake = FakeWhatsApp() if channel == "whatsapp" else FakeTwilio()
    fake.environment("http://127.0.0.1")
    (incoming,) = parsed(channel, fake.text(phone if channel == "whatsapp" else f"+{phone}", "hello", 1))
    Outbox(shop.log()).hear(customer.id, channel, datetime.now(timezone.utc), incoming.details)


@pytest.mark.parametrize("channel", ["whatsapp", "sms"])
async def test_the_number_alone_tells_where_it_is_and_no_more(talk: Any, shop: Any, placed: None, channel: str) -> None:
    customer = talk()
    comes_by(shop, customer, channel, PHONE)
    assert (await customer.say(f"where is {NUMBER}?")).replies == ["utter_status_delivered"]
    wish = await customer.say("I want to return the shoes")
    assert wish.replies == ["utter_ask_code"], "a return wants a better proof"
    await customer.says("I want a person")
    assert shop.cases().live(customer.id).package["customer"]["proof"] == "number_phone"


async def test_another_telephone_learns_nothing_and_has_not_guessed(talk: Any, shop: Any, placed: None) -> None:
    customer, other = talk(), talk()
    comes_by(shop, customer, "whatsapp", "33639980199")
    comes_by(shop, other, "whatsapp", PHONE)
    unknown = await customer.say("where is BA19999999?")
    asked = await customer.say(f"where is {NUMBER}?")
    assert asked.replies == unknown.replies
    assert "utter_status_delivered" not in asked.replies
    assert shop.log().failed_lookups(conversation_id=customer.id) == 0
    assert "utter_status_delivered" not in (await other.say("where is BA10000003?")).replies, "not of that telephone"


async def test_a_conversation_from_the_website_is_not_proved_by_the_telephone_that_it_went_to(
    talk: Any, shop: Any, placed: None
) -> None:
    """Else whoever sends a stranger the way in would read the stranger's order on their own page."""
    customer = talk()
    assert shop.log().go_on(customer.id, 1, "whatsapp", PHONE)
    comes_by(shop, customer, "whatsapp", PHONE)
    assert "utter_status_delivered" not in (await customer.say(f"where is {NUMBER}?")).replies


async def test_a_house_that_does_not_want_it_takes_it_out(
    talk: Any, shop: Any, placed: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    from concierge.dialogue import proofs as dialogue_proofs
    from concierge.policy.proofs import FILE, read_proofs

    file = tmp_path / "proofs.yml"
    file.write_text(FILE.read_text("utf-8").replace("proofs: [name_postcode, number_phone,", "proofs: [name_postcode,"))
    policy = read_proofs(file)
    monkeypatch.setattr(dialogue_proofs, "load_proofs", lambda: policy)
    customer = talk()
    comes_by(shop, customer, "whatsapp", PHONE)
    assert "utter_status_delivered" not in (await customer.say(f"where is {NUMBER}?")).replies
