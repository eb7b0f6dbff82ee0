"""No reply leaves a turn in the words of the turn before it."""

from __future__ import annotations

import itertools

import pytest
from rasa.shared.core.events import ActionExecuted, BotUttered, UserUttered

from concierge.assistant.repetition import Repetition
from concierge.assistant.speech import without_advisor
from concierge.conversations import Reply, TurnId

ANSWER = "Shipping costs are shown at checkout, before you pay. An advisor can look at them with you."


def turns(*texts):
    """A conversation in which each message got this reply."""
    events = []
    for number, text in enumerate(texts, 1):
        said = UserUttered("…", input_channel="website", message_id=str(TurnId("c", number)))
        events += [ActionExecuted("action_listen"), said, BotUttered(text)]
    return events


def said(text, *before, language="en", **more):
    reply = Reply(text, meta={"utter": "utter_shipping_costs"}, **more)
    return Repetition.of(turns(*before), TurnId("c", len(before) + 1), language).anew(reply)


def test_what_was_not_said_last_is_said_as_it_is():
    assert said(ANSWER).text == ANSWER
    assert said(ANSWER, "Something else entirely.").text == ANSWER
    assert said(ANSWER, ANSWER, "Something else entirely.").text == ANSWER


def test_an_answer_is_shortened_and_then_there_is_no_more_to_it():
    once, twice, thrice = (said(ANSWER, *[ANSWER] * times) for times in (1, 2, 3))
    assert once.text == "As said:\nShipping costs are shown at checkout, before you pay."
    assert "nothing to add" in twice.text
    assert thrice.text == once.text
    assert [button["payload"] for button in twice.payload["buttons"]] == ["/talk_to_advisor"]


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("can an advisor look at them with me?", "An advisor can look at them with you."),
        ("what?", "As said:\nShipping costs are shown at checkout, before you pay."),
    ],
)
def test_what_was_said_is_said_again_by_the_sentence_that_answers(asked, text):
    reply = Reply(ANSWER, meta={"utter": "utter_shipping_costs"})
    assert Repetition.of(turns(ANSWER), TurnId("c", 2), "en", asked).anew(reply).text == text


def test_what_was_said_some_turns_ago_is_told_by_the_sentence_that_answers_or_whole():
    long = f"{ANSWER} Taxes are part of them."
    reply, before = Reply(long, meta={"utter": "utter_shipping_costs"}), turns(long, "Something else entirely.")
    asked = Repetition.of(before, TurnId("c", 3), "en", "can an advisor look at them with me?").anew(reply)
    assert asked.text == "An advisor can look at them with you."
    assert Repetition.of(before, TurnId("c", 3), "en", "tell me again").anew(reply).text == long
    short, before = Reply(ANSWER, meta=reply.meta), turns(ANSWER, "Something else entirely.")
    assert Repetition.of(before, TurnId("c", 3), "en", "can an advisor look at them?").anew(short).text == ANSWER


RETURNS = (
    "You can return an item within 30 days of delivery. A return form and a prepaid UPS label do the rest, and UPS "
    "picks it up where you like. With your order number I can tell you the exact date and register the return."
)
WARRANTY = (
    "Manufacturing defects found in normal use are repaired free of charge within 24 months of purchase. Wear and "
    "accidental damage are not covered, but may be repaired at a cost. I can check your own piece."
)


@pytest.mark.parametrize(
    ("whole", "asked", "holds"),
    [
        (RETURNS, "who collects the return", "UPS picks it up"),
        (RETURNS, "is there a form?", "A return form"),
        (WARRANTY, "so scratches I made are under warranty?", "not covered"),
        (WARRANTY, "for how many months?", "24 months"),
        (WARRANTY, "and if I dropped it by accident?", "accidental damage"),
    ],
)
def test_what_is_told_again_in_short_holds_the_sentence_that_answers(whole, asked, holds):
    for before in ([whole], [whole, "Something else."]):
        reply = Reply(whole, meta={"utter": "utter_return_policy"})
        again = Repetition.of(turns(*before), TurnId("c", len(before) + 1), "en", asked).anew(reply).text
        assert holds in again


def test_that_an_order_could_be_looked_at_answers_no_question():
    reply = Reply(RETURNS, meta={"utter": "utter_return_policy"})
    again = Repetition.of(turns(RETURNS), TurnId("c", 2), "en", "who collects the return").anew(reply).text
    assert "With your order number" not in again


def test_a_question_stays_a_question():
    question = "Thank you. Which e-mail address did you use?"
    assert said(question, question).text == "My question is still open:\nWhich e-mail address did you use?"
    assert said(question, question, question).text == "May I ask you once more?\nWhich e-mail address did you use?"


def test_the_answers_of_a_question_stay_as_they_are():
    yes_no = {"buttons": [{"title": "Yes", "payload": "/affirm"}, {"title": "No", "payload": "/deny"}]}
    asked = said("Shall I register it now?", "Shall I register it now?", kind="quick_replies", payload=yes_no)
    assert asked.payload == yes_no


@pytest.mark.parametrize("language", ["en", "fr", "it", "de", "es"])
def test_never_the_same_twice_running_in_any_language(language):
    shown = [said(ANSWER, *[ANSWER] * times, language=language).text for times in range(6)]
    assert all(one != other for one, other in itertools.pairwise(shown))


def test_the_parts_of_one_message_are_one_turn():
    first = UserUttered("…", input_channel="website", message_id=str(TurnId("c", 1)))
    second = UserUttered("…", input_channel="website", message_id=str(TurnId("c", 1, part=1)))
    events = [first, BotUttered(ANSWER), second, BotUttered("Something else entirely.")]
    reply = Reply(ANSWER, meta={"utter": "utter_shipping_costs"})
    assert Repetition.of(events, TurnId("c", 2), "en").anew(reply).text.startswith("As said:")
    assert Repetition.of(events, TurnId("c", 1), "en").anew(reply).text == ANSWER


def test_a_word_or_two_may_be_said_again():
    assert said("Hello", "Hello").text == "Hello"


def test_nobody_is_offered_the_advisor_who_is_called_already():
    advisor, other = (
        {"title": "An advisor", "payload": "/talk_to_advisor"},
        {"title": "Returns", "payload": "/return_item"},
    )
    alone = without_advisor(Reply("With pleasure.", "quick_replies", {"buttons": [advisor]}))
    beside = without_advisor(Reply("With pleasure.", "quick_replies", {"buttons": [advisor, other]}))
    assert (alone.kind, alone.payload) == ("text", {})
    assert (beside.kind, beside.payload) == ("quick_replies", {"buttons": [other]})
