"""How it was, asked and answered on every channel: by its buttons or by numbers, and in words."""

from __future__ import annotations

from concierge.channels.sentences import sentence
from concierge.conversations import satisfaction
from tests.channels.conftest import until
from tests.channels.messaging.conftest import Customer
from tests.channels.messaging.test_one_script import received

SCORES = [sentence(f"rate_{each}") for each in satisfaction.SCORES]
CLOSED, QUESTION, THANKS, NOTED = (
    sentence(each) for each in ("case_resolved", "rate_case", "rate_thanks", "rate_noted")
)
COMMENT = "Camille took the time that it takes"


def resolved(customer: Customer) -> int:
    """Asks the customer; how many messages they have then."""
    site = customer.site
    customer.write("person")
    received(customer, 2)
    case, advisor = site.cases.live(customer.conversation.id), site.advisor()
    site.cases.claim(case.id, advisor)
    received(customer, 3)
    customer.write("Thank you")  # WeChat takes five messages to each of the customer's, no more
    until(lambda: site.log.last_messages(customer.conversation.id, 1, "customer")[-1].state == "done")
    site.cases.resolve(case.id, advisor, ask=True)
    received(customer, 5)
    if customer.fake.buttons:  # some come behind their question
        until(lambda: customer.fake.taken[customer.address][-1].choices)
    assert received(customer, 5)[3:] == [(CLOSED, []), (QUESTION, SCORES)]
    return 5


def answers(customer: Customer) -> list[tuple[int, str]]:
    rows = customer.site.log.messages(customer.conversation.id)
    return [(row.payload["score"], row.text) for row in rows if row.payload.get("event") == satisfaction.ANSWERED]


def test_a_tap_or_a_number_and_a_comment_are_the_answer(customer: Customer) -> None:
    fake, sent = customer.fake, resolved(customer)
    choices = fake.taken[customer.address][-1].choices
    if choices:
        assert customer.deliver(fake.tap(customer.address, choices[3], customer.next())).status_code == 200
    else:
        customer.write("4")
    assert received(customer, sent + 1)[sent:] == [(THANKS, [])]
    assert answers(customer) == [(4, "")]
    customer.write(COMMENT)
    assert received(customer, sent + 2)[sent + 1][0] == NOTED
    assert answers(customer) == [(4, COMMENT)]
    customer.write("hello")
    assert received(customer, sent + 3)[sent + 2 :] == [("Hello", [])], "all that follows is a message as ever"
    comment = next(row for row in customer.site.log.messages(customer.conversation.id) if row.text == COMMENT)
    assert "intent" not in comment.meta, "nothing was understood of it"


def test_what_is_asked_instead_of_an_answer_is_no_answer(customer: Customer) -> None:
    sent = resolved(customer)
    customer.write("5 days ago")
    received(customer, sent + 1)
    assert answers(customer) == []
    customer.write("5")  # to what has been said since
    received(customer, sent + 2)
    assert answers(customer) == []


def test_a_number_and_why_in_one_message(customer: Customer) -> None:
    sent = resolved(customer)
    customer.write("5, she took the time that it takes")
    assert received(customer, sent + 1)[sent][0] == NOTED
    assert answers(customer) == [(5, "she took the time that it takes")]
    customer.write("hello")
    assert received(customer, sent + 2)[sent + 1 :] == [("Hello", [])]
