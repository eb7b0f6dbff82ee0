from __future__ import annotations

from decimal import Decimal

import pytest

from concierge.assistant.reply_collector import Draft, ReplyCollector, replies_of
from concierge.channels.sentences import _all
from concierge.channels.view import public
from concierge.conversations import ConversationLog, Reply, upgrade
from concierge.languages.registry import complete
from concierge.storage.database import open_engine


def test_a_text_with_what_is_known_about_it():
    figures = [{"key": "returns.window", "value": 30}]
    (reply,) = replies_of({"text": "Hi", "utter": "utter_hi", "language": "fr", "figures": figures, "timestamp": 1.0})
    assert (reply.text, reply.kind, reply.payload) == ("Hi", "text", {})
    assert reply.meta == {"utter": "utter_hi", "language": "fr", "figures": figures}


def test_rasas_own_name_for_the_reply_is_used_without_ours():
    (reply,) = replies_of({"text": "Hi", "utter_action": "utter_hi", "amount": Decimal(3)})
    assert reply.meta == {"utter": "utter_hi", "amount": "3"}


def test_buttons_of_both_sorts():
    message = {"text": "Which?", "buttons": [{"title": "A", "payload": "/a"}], "quick_replies": [{"title": "B"}, {}]}
    (reply,) = replies_of(message)
    assert reply.kind == "quick_replies"
    assert reply.payload == {"buttons": [{"title": "A", "payload": "/a"}, {"title": "B", "payload": "B"}]}


def test_custom_elements_images_and_files():
    assert replies_of({"custom": {"kind": "cards", "cards": []}})[0].kind == "cards"
    assert replies_of({"custom": {"anything": 1}})[0].kind == "form"
    (card,) = replies_of({"elements": [{"title": "Bag", "buttons": [{"title": "See", "payload": "/see"}]}]})
    assert card.payload["cards"][0]["buttons"] == [{"title": "See", "payload": "/see"}]
    text, image = replies_of({"text": "Look", "image": "https://x/y.png", "attachment": "https://x/y.png"})
    assert (text.kind, image.kind, image.payload) == ("text", "image", {"url": "https://x/y.png"})
    assert replies_of({"attachment": "https://x/y.pdf"})[0].kind == "file"


@pytest.mark.parametrize("message", [{}, {"text": None}, {"text": "  "}, {"text": "", "buttons": []}])
def test_nothing_said_is_no_reply(message):
    assert replies_of(message) == []


async def test_the_outlet_collects_for_its_channel():
    outlet = ReplyCollector("website")
    await outlet.send_response("someone", {"text": "Hi"})
    assert outlet.name() == "website"
    assert [reply.text for reply in outlet.replies] == ["Hi"]
    assert outlet.spoken.is_set()


def passed_on(*replies, through=ReplyCollector):
    outlet = through("website")
    outlet.pass_on([each if isinstance(each, Reply) else Reply(each) for each in replies])
    return [reply.text for reply in outlet.replies]


@pytest.mark.parametrize(
    ("replies", "heard"),
    [
        (["It has not arrived yet.\nIt has not arrived yet."], ["It has not arrived yet."]),
        (
            ["It is on its way. UPS has it.", "UPS has it now.", "It is on its way."],
            ["It is on its way. UPS has it.", "UPS has it now."],
        ),
        (
            ["The bag may go back.\nThe law helps.", "The belt may not.\nThe law helps."],
            ["The bag may go back.\nThe law helps.", "The belt may not."],
        ),
        (["Das geht bis 18. Dezember. Danach nicht mehr."] * 2, ["Das geht bis 18. Dezember. Danach nicht mehr."]),
        (["Yes. Within a month.", "Yes. It is free."], ["Yes. Within a month.", "Yes. It is free."]),
        (["One thing.\n\nAnother thing."], ["One thing.\n\nAnother thing."]),
        (["It cannot go back.\nFor the belt it is no different:\nIt cannot go back."],) * 2,
    ],
)
def test_nothing_is_said_twice_in_answer_to_one_message(replies, heard):
    assert passed_on(*replies) == heard


def test_what_is_said_of_the_next_item_is_said_though_it_be_the_same():
    lead = Reply("Next, the belt.", meta={"utter": "utter_next_item"})
    assert passed_on("It cannot go back.", lead, "It cannot go back.") == [
        "It cannot go back.",
        lead.text,
        "It cannot go back.",
    ]


def test_the_buttons_of_what_was_said_already_are_not_lost():
    outlet, buttons = ReplyCollector("website"), {"buttons": [{"title": "Return it", "payload": "/return_item"}]}
    outlet.pass_on([Reply("It may go back."), Reply("It may go back.", "quick_replies", buttons)])
    assert [(reply.text, reply.kind, reply.payload) for reply in outlet.replies] == [
        ("It may go back.", "quick_replies", buttons)
    ]


def test_a_draft_keeps_all_that_was_said():
    assert passed_on("Which order is it?", "Which order is it?", through=Draft) == ["Which order is it?"] * 2


def test_a_page_is_never_shown_payloads_notes_or_what_was_understood(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'log.db'}")
    upgrade(engine)
    log = ConversationLog(engine)
    one = log.open("website").id
    buttons = [{"title": "A", "payload": "/secret_payload"}]
    log.append(one, "assistant", "?", kind="cards", payload={"cards": [{"title": "x", "buttons": buttons}]})
    log.append(one, "assistant", "?", kind="quick_replies", payload={"buttons": buttons}, client_key="reply.1.0")
    log.append(one, "system", "", kind="event", payload={"event": "handed_back", "note": "secret", "case": "secret"})
    log.append(one, "customer", "hello", client_key="page.k1", meta={"intent": "secret", "language": "fr"})
    log.append(one, "customer", "hello", client_key="rest.secret")
    shown = [public(message) for message in log.messages(one)]
    assert "secret" not in str(shown)
    assert [each["client_key"] for each in shown] == [None, None, None, "k1", None]
    assert shown[3]["lang"] == "fr"
    engine.dispose()


def test_every_sentence_is_there_in_every_language_without_a_digit():
    assert tuple(_all()) == complete()
    for language, sentences in _all().items():
        assert list(sentences) == list(_all()["en"]), language
        assert not any(character.isdigit() for text in sentences.values() for character in text), language
