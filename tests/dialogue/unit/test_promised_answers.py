"""What was promised while the order system was away: kept once, tried again, and not kept for what is gone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from concierge.dialogue import order_outage, promised_answers
from concierge.orders import OrdersUnavailable
from tests.dialogue.talk import EMAIL

ORDER = "BA10000003"
WITHIN = timedelta(hours=1)


class Away:
    """An order system that does not answer."""

    def get(self, number):
        raise OrdersUnavailable("down")

    find_by_email = get

    def close(self) -> None:
        pass


@pytest.fixture
def promise(shop, conversation):
    def make(**request):
        return shop.promised().promise(conversation, "a key", {"task": "track", **request}, within=WITHIN)

    return make


@pytest.fixture
def back(take):
    """The turn that tells that the order system answers again."""

    def make(promise_id, **known):
        return take("", "EXTERNAL_orders_back", entities=[{"entity": "choice", "value": promise_id}], **known)

    return make


async def test_a_proved_order_is_answered(promise, back, shop, conversation):
    shop.log().prove(conversation, EMAIL, "Claire", 1.0)
    turn = back(promise(verified_order=ORDER).id)
    await promised_answers.orders_back(turn)
    assert turn.outcome.replies[0] == "utter_orders_back"
    assert "utter_status_dispatched" in turn.outcome.replies
    assert turn.outcome.remembered["verified_order"] == ORDER


async def test_whose_it_is_is_asked_again_where_the_proof_has_ended(promise, back):
    turn = back(promise(verified_order=ORDER).id)
    await promised_answers.orders_back(turn)
    assert turn.outcome.replies == ["utter_orders_back"]
    assert turn.outcome.remembered["order_asking"] == "again"


async def test_number_and_email_are_looked_up_as_if_said_now(promise, back):
    turn = back(promise(number=ORDER, email=EMAIL).id)
    await promised_answers.orders_back(turn)
    assert turn.outcome.remembered["verified_order"] == ORDER


async def test_what_is_not_there_or_done_is_not_answered(promise, back, shop):
    made = promise(number=ORDER, email=EMAIL)
    shop.promised().keep(made.id)
    for which in (made.id, "no such promise"):
        turn = back(which)
        await promised_answers.orders_back(turn)
        assert turn.outcome.changes == []
        assert turn.outcome.replies == []


async def test_nothing_is_said_while_it_is_down_once_more(promise, back, monkeypatch):
    turn = back(promise(verified_order=ORDER).id)
    monkeypatch.setattr(turn, "orders", Away())
    await promised_answers.orders_back(turn)
    assert turn.outcome.replies == []


def test_without_a_number_the_orders_of_the_address_are_asked_for(promise, shop, conversation):
    made = promise()
    assert promised_answers.answers(made, shop.log(), shop.orders())
    shop.log().identify(conversation, "claire", EMAIL, "Claire", 2**31)
    assert promised_answers.answers(made, shop.log(), shop.orders())
    assert not promised_answers.answers(made, shop.log(), Away())


async def test_a_promise_is_remembered_and_closed_when_the_customer_comes_back(take, shop, conversation):
    turn = take("tell me later", "affirm", task="track", order_number=ORDER, order_email=EMAIL)
    await order_outage.tell_later(turn)
    assert turn.outcome.replies == ["utter_told_later"]
    kept = turn.outcome.remembered["promised_answer"]
    assert kept["number"] == ORDER
    later = take("where is it", "track_order", verified_order=ORDER, promised_answer=kept)
    await order_outage.answered(later, shop.orders().get(ORDER))
    assert later.outcome.remembered["promised_answer"] is None
    assert shop.promised().get(kept["id"]).state == "done"


async def test_an_advisor_is_offered_where_nothing_can_be_promised(take, shop, conversation, monkeypatch):
    from concierge.conversations import ConversationNotFound

    turn = take("tell me later", "affirm", task="track", order_number=ORDER)
    monkeypatch.setattr(turn, "conversation", "erased meanwhile")
    with pytest.raises(ConversationNotFound):
        shop.promised().promise("erased meanwhile", "k", {}, within=WITHIN)
    await order_outage.tell_later(turn)
    assert turn.outcome.replies == ["utter_orders_unavailable_now"]
    assert turn.outcome.remembered["question"]["name"] == "advisor"
