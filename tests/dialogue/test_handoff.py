"""A person takes over, and comes back."""

from __future__ import annotations

import asyncio

import pytest

from concierge.conversations import ConversationNotFound
from tests.dialogue.talk import EMAIL

pytestmark = pytest.mark.model


async def test_asking_for_a_person_opens_a_case_with_everything_in_it(talk, shop):
    conversation = talk()
    await conversation.says("where is my order", f"BA10000003 {EMAIL}", "I want to cancel it please")
    answer = await conversation.say("I want to talk to a person")
    assert answer.replies == ["utter_handoff"]
    assert "24 hours" in answer.text
    case = shop.cases().live(conversation.id)
    assert case.reason == "customer_asked"
    assert case.package["context"]["decisions"][0]["kind"] == "cancel"
    assert case.package["metadata"]["order_number"] == "BA10000003"
    assert "BA10000003" in case.summary
    assert shop.log().get(conversation.id).owner == "queue"
    assert (await conversation.tracker()).is_paused()


async def test_once_an_advisor_has_it_the_assistant_is_silent_and_goes_on_after_the_hand_back(talk):
    conversation = talk()
    await conversation.say("I want to talk to a person")
    await conversation.claimed()
    assert (await conversation.say("where is my order")).messages == []
    back = await conversation.hand_back("Return agreed.")
    assert back.replies == ["utter_handed_back"]
    assert "Return agreed." in back.text
    assert await conversation.slot("advisor_note") == "Return agreed."
    assert (await conversation.say("when will my card be charged")).replies == ["utter_charge_policy"]


async def test_nothing_is_claimed_to_be_settled_where_the_advisor_has_not_said_so(talk):
    conversation = talk()
    await conversation.say("I want to talk to a person")
    back = await conversation.hand_back()
    assert "settled" not in back.text
    assert "What else" in back.text


async def test_the_note_is_told_without_anybodys_address(talk):
    conversation = talk()
    await conversation.say("I want to talk to a person")
    back = await conversation.hand_back("Invoice sent\nto anna@example.com")
    assert "Invoice sent to a" in back.text
    assert "anna@" not in back.text


@pytest.mark.parametrize(("end", "reply"), [("resolve", "utter_case_resolved"), ("leave", "utter_customer_left")])
async def test_the_customer_is_told_how_the_case_ended(talk, end, reply):
    conversation = talk()
    await conversation.say("I want to talk to a person")
    assert (await getattr(conversation, end)()).replies == [reply]


@pytest.mark.parametrize(
    ("text", "reason", "priority"),
    [
        ("the heel broke and I hurt myself, this is dangerous", "injury", "urgent"),
        ("is this a safety defect, a needle was left in the lining", "safety", "urgent"),
        ("I will sue you, my lawyer is on it", "legal_threat", "high"),
        ("I'm a journalist and want a comment for an article", "press", "high"),
    ],
)
async def test_serious_matters_go_to_a_person_at_once(talk, shop, text, reason, priority):
    conversation = talk()
    assert (await conversation.say(text)).replies == [f"utter_handoff_{reason}"]
    case = shop.cases().live(conversation.id)
    assert (case.reason, case.priority) == (reason, priority)


@pytest.fixture
def locked(shop, monkeypatch):
    """``locked()``: no action can open a case from now on, and their tries are returned; ``locked(False)``: it can."""
    from sqlalchemy.exc import OperationalError

    start, down, tries = shop.cases().start, [False], []

    def held(*args, **kwargs):
        if not down[0]:
            return start(*args, **kwargs)
        tries.append(args)
        raise OperationalError("BEGIN IMMEDIATE", {}, Exception("database is locked"))

    def switch(on=True):
        down[0] = on
        return tries

    monkeypatch.setattr(shop.cases(), "start", held)
    return switch


async def test_while_the_log_cannot_be_reached_the_turn_is_undone_and_taken_again(talk, shop, locked):
    conversation = talk()
    await conversation.say("hello")
    before = len((await conversation.tracker()).events)
    tries = locked()
    asking = asyncio.get_running_loop().create_task(conversation.say("I want to talk to a person"))
    for _ in range(500):
        await asyncio.sleep(0.02)
        if len(tries) > 1:
            break
    assert len((await conversation.tracker()).events) == before, "nothing of it is stored"
    assert not asking.done()
    locked(False)
    assert (await asking).replies == ["utter_handoff"]
    assert shop.cases().live(conversation.id).reason == "customer_asked"


async def test_asking_for_a_person_does_not_depend_on_the_action(talk, shop, locked, monkeypatch):
    from concierge.assistant import answering

    monkeypatch.setattr(answering, "TRIES", 2)
    conversation = talk()
    await conversation.say("hello")
    before = len((await conversation.tracker()).events)
    tries = locked()
    answer = await conversation.say("I want to talk to a person")
    assert len(tries) == 2
    assert answer.replies == ["utter_advisor_called"]
    assert shop.cases().live(conversation.id) is not None
    assert len((await conversation.tracker()).events) == before, "nothing of it is stored"


async def test_a_case_that_can_never_be_opened_is_admitted(talk, shop, monkeypatch):
    def broken(*args, **kwargs):
        raise ConversationNotFound

    conversation = talk()
    monkeypatch.setattr(shop.cases(), "start", broken)
    assert (await conversation.say("I want to talk to a person")).replies == ["utter_handoff_failed"]
    assert not (await conversation.tracker()).is_paused()
