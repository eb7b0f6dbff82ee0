"""Several items of an order at once: asked of together, told apart in one answer, registered once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from concierge.dialogue import next_steps, several_items, task_form
from concierge.dialogue.line_choice import which_lines
from concierge.orders.model import Category
from concierge.orders.records import Return

NUMBER = "BA10000004"  # trainers and a perfume, delivered five days ago
CONDITION = {"kind": "fact", "name": "original_condition", "lines": ["1", "3"]}


@pytest.fixture
def with_a_belt(shop: Any) -> Any:
    """The same order with a belt from the same parcel."""
    order = shop.orders().get(NUMBER)
    belt = replace(order.line("1"), id="3", product="Hourglass Thin Belt", family="Hourglass",
                   category=Category.ACCESSORY, colour="Dark Red", size="85")  # fmt: skip
    parcel = replace(order.shipments[0], lines=("1", "2", "3"))
    shop.orders().put([replace(order, lines=(*order.lines, belt), shipments=(parcel,))])
    return shop.orders().get(NUMBER)


def asked(take: Any, text: str, intent: str = "inform", **known: Any) -> Any:
    given = {"verified_order": NUMBER, "task": "return", "active_line": "1", "form": "task_form"}
    return take(text, intent, **{**given, **known})


async def test_those_that_lack_the_same_fact_are_asked_of_together(take: Any, with_a_belt: Any) -> None:
    turn = asked(take, "both", lines_left=["3"])
    await several_items.go_on(turn, "return", with_a_belt, several_items.asked_of(turn, "return", with_a_belt))
    assert turn.get("question")["lines"] == ["1", "3"]
    assert turn.get("question")["values"]["items"] == [
        "Track Trainers (Black, 38)",
        "Hourglass Thin Belt (Dark Red, 85)",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("yes", {"1": True, "3": True}),
        ("the trainers yes, the belt no", {"1": True, "3": False}),
        ("yes for the trainers, no for the belt", {"1": True, "3": False}),
        ("never worn, all tags on", {"1": True, "3": True}),
        ("the belt yes", {"3": True}),
        ("what is the weather", {}),
    ],
)
async def test_an_answer_is_of_the_item_that_it_names(take: Any, with_a_belt: Any, text: str, told: Any) -> None:
    intent = "affirm" if text == "yes" else "nlu_fallback"
    lines = [with_a_belt.line(each) for each in CONDITION["lines"]]
    assert several_items.answers(asked(take, text, intent), CONDITION, lines) == told


async def test_one_answer_tells_what_may_go_back_and_what_may_not(take: Any, with_a_belt: Any) -> None:
    turn = asked(take, "the trainers yes, the belt no", "nlu_fallback", lines_left=["3"], question=CONDITION)
    await task_form.hear_answer(turn)
    said = turn.outcome.said[0]
    assert said.reply == "utter_return_offer"
    assert [each["response"] for each in said.more["also"]] == ["utter_return_withdrawal"]  # so soon, the law has it
    assert turn.get("question")["lines"] == ["1"]
    assert turn.get("question")["then"]["name"] == "advisor"


async def test_all_of_them_are_one_registration(take: Any, shop: Any, with_a_belt: Any) -> None:
    turn = asked(take, "yes", "affirm", lines_left=["3"], question=CONDITION)
    await task_form.hear_answer(turn)
    assert turn.outcome.replies[0] == "utter_return_offer_several"
    again = asked(take, "yes", "affirm", question=turn.get("question"))
    await task_form.hear_answer(again)
    assert again.outcome.replies[0] == "utter_return_registered_several"
    await task_form.hear_answer(asked(take, "yes", "affirm", question=turn.get("question")))
    [made] = shop.orders().get(NUMBER).returns
    assert made.lines == ("1", "3")


async def test_only_some_of_what_is_offered_may_be_taken(take: Any, shop: Any, with_a_belt: Any) -> None:
    offer = {"kind": "offer", "name": "return", "lines": ["1", "3"]}
    memory = {"turn": 1, "told": [{"what": "original_condition", "value": True, "turn": 1, "of": "", "sure": 1.0}]}
    turn = asked(take, "no, only the belt", "deny", question=offer, memory=memory)
    await task_form.hear_answer(turn)
    assert turn.get("active_line") == "3"
    assert turn.get("question")["name"] == "return"
    assert shop.orders().get(NUMBER).returns == ()


async def test_only_those_that_are_offered_is_noted_and_asked_again(take: Any, shop: Any, with_a_belt: Any) -> None:
    offer = {"kind": "offer", "name": "return", "lines": ["1"], "then": {"kind": "offer", "name": "advisor"}}
    turn = asked(take, "actually only the trainers", "nlu_fallback", question=offer)
    await task_form.hear_answer(turn)
    assert turn.outcome.replies == ["utter_noted", "utter_offer_return_of"]
    assert turn.get("question")["then"] is None
    assert shop.orders().get(NUMBER).returns == ()


def test_what_is_on_its_way_back_is_not_registered_again(shop: Any, with_a_belt: Any) -> None:
    def register(*lines: str) -> Return:
        made = next_steps.register(shop, NUMBER, lines, "return", words="", at=shop.now(), conversation="hers")
        assert isinstance(made, Return)
        return made

    first = register("1")
    assert register("1", "3").lines == ("3",)
    assert register("1", "1").id == first.id
    assert len(shop.orders().get(NUMBER).returns) == 2


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("both", ["1", "2", "3"]),
        ("the trainers and the belt", ["1", "3"]),
        ("the trainers, everything is still in the box", ["1"]),
        ("everything", ["1", "2", "3"]),
        ("not sure about the box of the trainers", ["1"]),
    ],
)
def test_which_items_are_meant(take: Any, with_a_belt: Any, text: str, lines: list[str]) -> None:
    assert [line.id for line in which_lines(take(text), with_a_belt.lines)] == lines
