"""One conversation, with a choice, a photo and an advisor, over a real assistant: the same on every channel."""

from __future__ import annotations

import re

from concierge.channels.sentences import sentence
from concierge.conversations.outbox import Outbox
from tests.channels.conftest import until
from tests.channels.messaging.conftest import Customer
from tests.channels.messaging.provider import Sent

INTRODUCTION, NOTED, CLOSED = (sentence(code) for code in ("machine_speaks", "attachment_noted", "case_resolved"))


def plain(sent: Sent) -> tuple[str, list[str]]:
    """Text and titles, however the channel shows them."""
    text, _, numbered = sent.text.partition("\n\n1. ")
    titles = re.findall(r"^\d+\. (.*)$", f"1. {numbered}", re.MULTILINE) if numbered else [t for t, _ in sent.choices]
    return text, titles


def received(customer: Customer, many: int) -> list[tuple[str, list[str]]]:
    until(lambda: len(customer.fake.taken.get(customer.address, [])) >= many)
    return [plain(sent) for sent in customer.fake.taken[customer.address]]


def test_the_same_on_every_channel(customer: Customer) -> None:
    site, fake = customer.site, customer.fake
    customer.write("choose")
    assert received(customer, 2) == [(INTRODUCTION, []), ("Which one", ["The first", "The second"])]

    if fake.buttons:
        first = fake.taken[customer.address][1].choices[0]
        assert customer.deliver(fake.tap(customer.address, first, customer.next())).status_code == 200
    else:
        customer.write("1.")
    assert received(customer, 3)[2:] == [("Hello", [])]

    assert customer.deliver(fake.photo(customer.address, customer.next())).status_code == 200
    assert received(customer, 4)[3:] == [(NOTED, [])]

    customer.write("person")
    assert received(customer, 5)[4:] == [("An advisor will come", [])]
    case, advisor = site.cases.live(customer.conversation.id), site.advisor()
    site.cases.claim(case.id, advisor)
    site.cases.say(case.id, advisor, "Good evening. How may I help you?")
    assert received(customer, 7)[5:] == [("Camille is with you now.", []), ("Good evening. How may I help you?", [])]
    assert fake.taken[customer.address][6].author == ("Camille" if fake.name in ("line", "email") else "")

    customer.write("thank you")  # to the advisor: the assistant is silent
    site.cases.resolve(case.id, advisor)
    assert received(customer, 8)[7:] == [(CLOSED, [])]

    rows = site.log.messages(customer.conversation.id)
    said = [(row.role, row.text) for row in rows if row.role == "customer"]
    first_words = [("customer", "choose"), ("customer", "The first"), ("customer", "[photo]")]
    assert said == [*first_words, ("customer", "person"), ("customer", "thank you")]
    photo = next(row for row in rows if row.text == "[photo]")
    assert photo.payload["attachment"]["kind"] == "photo"
    ours = {row.seq for row in rows if row.role in ("assistant", "advisor")}

    def sent() -> set[int]:
        letters = Outbox(site.log).letters("sent", 1000)
        return {letter.seq for letter in letters if letter.conversation_id == case.conversation_id}

    until(lambda: ours <= sent())  # noted once the provider has answered
