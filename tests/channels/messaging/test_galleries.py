"""Cards: each provider takes them as they are made for it, and the text says all of it where there are none."""

from __future__ import annotations

from typing import Any

import pytest

from concierge.channels.messaging.fitting import fit, numbered
from concierge.channels.messaging.model import Limits
from concierge.channels.messaging.registry import kinds
from tests.channels.conftest import until
from tests.channels.messaging.conftest import Alone, Customer
from tests.channels.messaging.provider import Fake, Sent
from tests.channels.messaging.test_fitting import message, with_buttons

GALLERIES = ("messenger", "instagram", "line", "slack", "callback")
FOLLOW = {"url": "https://parcels.example/1Z", "link": "Follow the parcel"}
ORDER = {
    "type": "order",
    "title": "On its way",
    "subtitle": "BA-1234567",
    "lead": {"label": "Expected", "value": "2–4 December"},
    "items": [{"title": "Le Cagole", "detail": "black, M", "value": "€1,950"}],
    "steps": [{"title": "Confirmed", "value": "28 November", "done": True}],
    "rows": [{"label": "Carrier", "value": "DHL"}],
    "buttons": [],
    **FOLLOW,
}
REPAIR = {**ORDER, "type": "repair", "title": "Repair", "subtitle": "Number RP-1", "url": None}
TEXT = "Your order BA-1234567 is on its way. " * 60  # more than WhatsApp takes above a button


def limits_of(name: str) -> Limits:
    return next(kind.limits for kind in kinds() if kind.name == name)


def orders(*titles: str) -> Any:
    buttons = [{"title": title, "payload": f"/{title}"} for title in titles]
    return {"kind": "cards", "payload": {"cards": [ORDER, REPAIR], "buttons": buttons}}


def pieces(many: int) -> Any:
    said = with_buttons(*(f"Le Cagole {number}" for number in range(many)))
    told = [{"title": "Le Cagole", "detail": f"black, {number}", "value": "€1,950"} for number in range(many)]
    return {"text": said.text, "kind": said.kind, "payload": {**said.payload, "choices": told}}


async def test_every_provider_takes_orders_and_what_is_to_be_chosen(alone: Alone, fake: Fake) -> None:
    address = "+99100" if fake.name == "sms" else "99100"
    one = alone.hear(fake.name, fake.address_of(address))
    picture = {
        "title": "A bag",
        "image": "https://house.example/1.jpg",
        "buttons": [{"title": "This", "payload": "/p"}],
    }
    for about in (orders(), orders("Return it", "Exchange it"), pieces(7), {"payload": {"cards": [picture]}}):
        alone.log.append(one, "assistant", about.pop("text", TEXT), **about)
    async with alone.sender():
        await alone.drained()
    assert set(alone.states(one)) == {"sent"}, "none is refused"
    sent = fake.taken[address]
    offered = [title for each in sent for title, _ in each.choices]
    assert not fake.buttons or ("Return it" in offered and "This" in offered)
    assert offered.count("Choose this one") == (7 if fake.name in GALLERIES else 0)
    told = "".join(each.text for each in sent)
    assert told.count("Your order BA-1234567 is on its way.") == 3 * 60, "the text is whole"
    assert fake.name in ("whatsapp", "telegram", *GALLERIES) or FOLLOW["url"] not in told


def test_a_card_tells_the_most_important_first_and_no_more_than_there_is_room_for() -> None:
    said = message("It is on its way.", **orders())
    _, shown = fit(said, limits_of("messenger"), "en")
    assert [card.text for card in shown.cards] == [
        "BA-1234567 · Expected: 2–4 December · Le Cagole, black, M, €1,950 · Carrier: DHL",
        "Number RP-1 · Expected: 2–4 December · Confirmed: 28 November",
    ]
    assert shown.cards[0].link is not None
    assert shown.cards[1].link is None
    _, shown = fit(said, limits_of("line"), "en")
    assert shown.cards[0].text.endswith("Carrier: DHL")


def test_quick_replies_stand_below_the_cards_and_go_with_what_comes_last() -> None:
    said = message("It is on its way.", **orders("Return it"))
    text, shown = fit(said, limits_of("messenger"), "en")
    assert (text.text, text.choices, len(shown.cards)) == ("It is on its way.", (), 2)
    assert [each.title for each in shown.choices] == ["Return it"]
    assert [text.number, shown.number] == [0, 1]


def test_where_a_card_would_say_the_text_again_its_link_alone_is_shown() -> None:
    (part,) = fit(message("It is on its way.", **orders()), limits_of("whatsapp"), "en")
    assert (part.text, part.link.title, part.cards) == ("It is on its way.", "Follow the parcel", ())
    (part,) = fit(message("It is on its way.", **orders("Return it")), limits_of("telegram"), "en")
    assert (part.link.url, [each.title for each in part.choices]) == (FOLLOW["url"], ["Return it"])
    first, last = fit(message("It is on its way.", **orders("Return it")), limits_of("whatsapp"), "en")
    assert (first.cards[0].title, [each.title for each in last.choices]) == ("On its way", ["Return it"])
    odd = {**ORDER, "url": "javascript:alert(1)"}
    (part,) = fit(message("It is on its way.", payload={"cards": [odd]}), limits_of("whatsapp"), "en")
    assert part.link is None


def test_things_of_one_name_are_told_apart_below_their_rows() -> None:
    (part,) = fit(message(**pieces(3)), limits_of("whatsapp"), "fr")
    assert part.as_list
    assert [each.detail for each in part.choices] == [f"black, {number}, €1,950" for number in range(3)]
    (part,) = fit(message(**pieces(11)), Limits(text=1000, buttons=3), "en")
    assert numbered(message(**pieces(11)), Limits(text=1000, buttons=3))
    assert part.text.startswith("Which one\n\n1. Le Cagole 0\n")
    assert not numbered(message(**pieces(3)), limits_of("messenger"))


@pytest.mark.parametrize("fake", ["whatsapp", "messenger", "line", "sms"], indirect=True)  # each way to choose
def test_a_card_that_is_tapped_later_is_answered_for_what_it_was_about(customer: Customer) -> None:
    fake, site = customer.fake, customer.site
    customer.write("hello")
    until(lambda: "Hello" in fake.said(customer.address))
    buttons = [{"title": f"Bag {word}", "payload": f"/{word}"} for word in ("greet", "nothing")]
    told = [{"title": "Bag", "detail": word} for word in ("red", "black")]
    one = {"kind": "quick_replies", "payload": {"buttons": buttons, "choices": told}}
    site.log.append(customer.conversation.id, "assistant", "Which one", **one)
    until(lambda: fake.taken[customer.address][-1].choices or not fake.buttons)
    sent: Sent = fake.taken[customer.address][-1]
    chosen = sent.choices[1] if fake.buttons else ("2", "")
    if fake.buttons:
        site.log.append(customer.conversation.id, "assistant", "Another one", **one)
        until(
            lambda: len(fake.taken[customer.address][-1].choices) == 2 and fake.taken[customer.address][-1] is not sent
        )
        tap: Any = getattr(fake, "postback", fake.tap)
        assert customer.deliver(tap(customer.address, chosen, customer.next())).status_code == 200
    else:
        customer.write("2.")
    until(lambda: fake.said(customer.address)[-1] == "Nothing then")
    said = site.log.last_messages(customer.conversation.id, 1, "customer")[0]
    assert (said.text, said.meta["payload"]) == ("Bag nothing", "/nothing")
