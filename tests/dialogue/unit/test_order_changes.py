"""A house that allows it has an order cancelled, or sent elsewhere, while nobody prepares it; what its order system
does not take becomes an urgent case."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from concierge.dialogue import task_form, task_requests
from concierge.dialogue.resources import Resources
from concierge.orders import NotTaken, OrdersUnavailable
from concierge.orders.model import Status

NUMBER = "BA10000001"  # confirmed an hour ago
ADDRESS = {"kind": "fact", "name": "new_address", "tries": 1}
FIGURE = """{}:
  label: Stages
  unit: stages
  values:
    default: [{{from: 2024-01-01, value: [confirmed], source: faq#cancel}}]
"""


@pytest.fixture(autouse=True)
def allowing(shop: Any, tmp_path: Path) -> Any:
    """The installation says in a file of its own that both are allowed."""
    own = tmp_path / "figures.yml"
    own.write_text(FIGURE.format("cancel.stages") + FIGURE.format("change_address.stages"))
    shop.settings.policy_figures = own
    return shop


def asked(take: Any, text: str, intent: str, **known: Any) -> Any:
    given = {"verified_order": NUMBER, "task": "cancel", "form": "task_form"}
    return take(text, intent, **{**given, **known})


async def test_a_yes_cancels_once_and_the_order_shows_it(take: Any, shop: Resources) -> None:
    turn = asked(take, "cancel it please", "cancel_order", form=None)
    await task_requests.begin(turn)
    assert turn.outcome.replies == ["utter_cancel_possible"]
    assert (turn.get("question")["name"], turn.get("handoff")) == ("cancel", None)
    assert shop.orders().get(NUMBER).status is Status.CONFIRMED
    for _ in range(2):  # a second click, or a turn that is taken again
        again = asked(take, "yes", "affirm", question=turn.get("question"))
        await task_form.hear_answer(again)
        assert again.outcome.replies == ["utter_cancel_done"]
    assert shop.orders().get(NUMBER).status is Status.CANCELLED


async def test_a_no_cancels_nothing(take: Any, shop: Resources) -> None:
    turn = asked(take, "no", "deny", question={"kind": "offer", "name": "cancel"})
    await task_form.hear_answer(turn)
    assert turn.outcome.replies == ["utter_as_you_wish"]
    assert shop.orders().get(NUMBER).status is Status.CONFIRMED


@pytest.mark.parametrize("why", [NotTaken("being packed"), OrdersUnavailable("down")])
async def test_what_the_system_does_not_take_is_an_urgent_case(
    take: Any, shop: Resources, monkeypatch: Any, why: Exception
) -> None:
    def refuses(*args: Any, **kwargs: Any) -> None:
        raise why

    monkeypatch.setattr(shop.orders(), "cancel", refuses)
    turn = asked(take, "yes", "affirm", question={"kind": "offer", "name": "cancel"})
    await task_form.hear_answer(turn)
    assert turn.outcome.replies == []
    assert turn.get("handoff") == {"reason": "cancel_urgent", "priority": "urgent"}


async def test_a_lost_answer_is_looked_up(take: Any, shop: Resources, monkeypatch: Any) -> None:
    book = shop.orders()
    does = book.cancel

    def loses(*args: Any, **kwargs: Any) -> None:
        does(*args, **kwargs)
        raise OrdersUnavailable("no answer in time")

    monkeypatch.setattr(book, "cancel", loses)
    turn = asked(take, "yes", "affirm", question={"kind": "offer", "name": "cancel"})
    await task_form.hear_answer(turn)
    assert turn.outcome.replies == ["utter_cancel_done"]


async def test_a_system_that_does_it_later_is_not_ahead_of_itself(take: Any, shop: Resources, monkeypatch: Any) -> None:
    monkeypatch.setattr(shop.orders(), "cancel", lambda *args, **kwargs: None)
    turn = asked(take, "yes", "affirm", question={"kind": "offer", "name": "cancel"})
    await task_form.hear_answer(turn)
    assert turn.outcome.replies == ["utter_cancel_taken"]


async def test_the_policy_of_such_a_house_is_told_before_an_order_is_known(take: Any) -> None:
    for intent, reply in {
        "cancel_order": "utter_cancel_policy_allowed",
        "change_address": "utter_change_address_policy_allowed",
    }.items():
        turn = take("can I?", intent)
        await task_requests.begin(turn)
        assert turn.outcome.replies[0] == reply


async def test_a_new_address_is_read_back_and_then_changed(take: Any, shop: Resources) -> None:
    known = {"task": "change_address", "question": ADDRESS}
    turn = asked(take, "12 rue de la Paix, 75002 Paris", "inform", **known)
    await task_form.hear_answer(turn)
    assert turn.outcome.replies == ["utter_offer_new_address"]
    yes = asked(take, "yes", "affirm", **{**known, "question": turn.get("question")})
    await task_form.hear_answer(yes)
    assert yes.outcome.said[0].reply == "utter_address_changed"
    assert yes.outcome.said[0].values["address"] == "12 rue de la Paix, 75002 Paris"


async def test_an_address_told_with_the_wish_is_not_asked_for(take: Any) -> None:
    words = "please send my order to 12 rue de la Paix, 75002 Paris"
    turn = asked(take, words, "change_address", form=None, task="change_address")
    await task_requests.begin(turn)
    assert turn.outcome.replies == ["utter_address_possible"]
    assert turn.get("question")["values"]["address"] == "12 rue de la Paix, 75002 Paris"


async def test_half_an_address_is_asked_for_again_and_then_a_persons(take: Any) -> None:
    turn = asked(take, "12 rue de la Paix", "inform", task="change_address", question=ADDRESS)
    await task_form.hear_answer(turn)
    assert turn.outcome.replies == ["utter_ask_fact_new_address_again"]
    again = asked(take, "12 rue de la Paix", "inform", task="change_address", question=turn.get("question"))
    await task_form.hear_answer(again)
    assert again.get("handoff")["reason"] == "change_address_urgent"


async def test_another_country_is_a_persons(take: Any) -> None:
    entities = [{"entity": "country", "value": "GB", "start": 0, "end": 2}]
    text = "10 Downing Street, London SW1A 2AA, United Kingdom"
    turn = asked(take, text, "inform", task="change_address", question=ADDRESS, entities=entities)
    await task_form.hear_answer(turn)
    assert turn.outcome.replies == ["utter_address_other_country"]
    assert turn.get("handoff")["reason"] == "change_address_urgent"


async def test_in_preparation_it_is_too_late_here_as_well(take: Any, shop: Resources) -> None:
    turn = take("cancel it", "cancel_order", verified_order="BA10000002")
    await task_requests.begin(turn)
    assert turn.outcome.replies == ["utter_cancel_preparing"]
    assert timedelta(0) < shop.now() - shop.orders().get("BA10000002").prepared_at
