"""What is secret reaches no table, no log line and no desk, whichever way it comes in; and the customer is told."""

from __future__ import annotations

import asyncio
import json
import uuid

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from concierge.channels.sentences import sentence
from concierge.desk.detail import detail
from concierge.desk.services import Services
from concierge.masking.folding import fold
from concierge.settings import Settings
from tests.channels.conftest import Page, Rest, until
from tests.masking.cards import messages, pieces
from tests.trackers import readable

CARD = "4242 4242 4242 4242"
WORDS = {
    "en": "hello, I would like to know where my bag is",
    "fr": "bonjour à tous, je voudrais savoir où est mon sac",
    "it": "buongiorno, vorrei sapere dove si trova la mia borsa",
    "de": "guten Tag, ich möchte gerne wissen, wo meine Tasche ist",
    "es": "buenos días, quisiera saber dónde está mi bolso",
}


def stored(site) -> str:
    """Every row of every table: conversation log, tracker's events, cases, the lot."""
    with site.engine.connect() as connection:
        tables = sa.inspect(connection).get_table_names()
        assert {"messages", "tracker_blocks", "cases"} <= set(tables)
        rows = {table: connection.execute(sa.text(f'SELECT * FROM "{table}"')).mappings().all() for table in tables}
    return repr([[tuple(readable(table, dict(row)).values()) for row in each] for table, each in rows.items()])


def rest_of(site) -> Rest:
    return Rest(site.urls[0], f"masking-{uuid.uuid4().hex[:8]}")


def digits_of(text: str) -> str:
    """The text with the digits of every script as ASCII, and nothing between digits."""
    return "".join(character for character in fold(text).text if character.isdigit())


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(said=messages() | pieces(), way=st.sampled_from(["page", "rest", "parts", "advisor"]))
def test_no_card_number_reaches_a_table_a_log_line_or_the_desk(site, said, way):
    number, text = said
    text = f"{text}. hello. choose" if way == "parts" else text
    page = Page(site.urls[0], page=f"/shop/{number}")
    if way == "rest":
        rest_of(site)(text, message_id=number)
    else:
        page.ask(text)
    page.ask("person")
    case = site.cases.live(page.id)
    advisor = site.advisor()
    site.cases.claim(case.id, advisor)
    if way == "advisor":
        page.send(text)
        until(lambda: len(page.said(role="customer")) == 3)
    services = Services(Settings(database_url=site.environment["CONCIERGE_DATABASE_URL"]))
    shown = asyncio.run(detail(services, case.id, advisor))
    services.close()
    for place in (stored(site), site.log_text(), json.dumps(shown)):
        assert number not in place
        assert text.strip() not in place
        assert number not in digits_of(place)


def test_a_sender_a_key_or_a_path_may_hold_one_too(site):
    number = "5105105105105100"
    first = Rest(site.urls[0], f"card {number}")
    assert first("hello", message_id=number, metadata={"language": number, "region": number})[0]["recipient_id"]
    first("hello again")
    page = Page(site.urls[0], page=f"/shop/{number}/x", locale=number, region=number)
    assert page.send("hello", key=number).status_code == 202
    assert page.send("hello", key=number).status_code == 202
    until(page.said)
    assert len(page.said(role="customer")) == 1, "the same key is the same message"
    assert number not in stored(site)
    assert number not in site.log_text()
    addresses = [site.log.get(row.id).address for row in _conversations(site)]
    assert len([each for each in addresses if each and each.startswith("masked.")]) == 1


def _conversations(site):
    with site.engine.connect() as connection:
        return connection.execute(sa.text("SELECT id FROM conversations")).all()


@pytest.mark.parametrize("language", ["en", "fr", "it", "de", "es"])
def test_the_customer_is_told_beside_the_answer(site, language):
    rest = rest_of(site)
    words = WORDS[language]
    answered = rest(f"{words}. {CARD} password hunter2 cvv 7391", metadata={"language": language})
    assert answered[0]["text"] == sentence("secrets_removed", language)
    assert len(answered) == 2
    asked = site.log.messages(site.log.open("rest", rest.sender).id)[0]
    assert asked.text == f"{words}. •••• 4242 password •••• cvv ••••"
    assert asked.meta["masked"] == ["card", "cvv", "password"]
    assert "hunter2" not in stored(site) + site.log_text()
    assert [each["text"] for each in rest("hello")] != answered


@pytest.mark.parametrize("language", ["en", "fr", "it", "de", "es"])
def test_a_message_of_nothing_else_gets_that_sentence_alone(site, language):
    rest = rest_of(site)
    answered = rest(f"{CARD} exp 12/27 cvv 739", metadata={"language": language})
    assert [each["text"] for each in answered] == [sentence("secrets_alone", language)]


def test_what_was_masked_is_in_the_log_by_ids_and_kind(site):
    rest = rest_of(site)
    rest(f"hello {CARD}")
    conversation = site.log.open("rest", rest.sender)
    assert f"Message 1 of {conversation.id}: masked card" in site.log_text()


def test_the_page_is_told_as_well(site):
    page = Page(site.urls[0])
    page.send(f"{WORDS['en']} {CARD}")
    until(lambda: len(page.said()) == 2)
    assert page.said()[0] == sentence("secrets_removed")


@pytest.mark.usefixtures("nothing_known_of_waits")
@pytest.mark.parametrize("language", ["en", "fr", "it", "de", "es"])
def test_while_a_person_has_the_conversation_the_customer_is_told_too(site, language):
    page = Page(site.urls[0], locale=language)
    page.ask("person")
    queued = page.send(f"{WORDS[language]} {CARD}").json()["seq"]
    assert until(lambda: page.said(queued)) == [
        sentence("secrets_removed", language),
        sentence("advisor_called", language),
    ]
    advisor = site.advisor()
    site.cases.claim(site.cases.live(page.id).id, advisor)
    for _ in range(2):  # the same key is the same message, and told once
        sent = page.send(f"4242 4242, {WORDS[language]}: {CARD}, cvv 7391", key="once").json()["seq"]
    assert until(lambda: page.said(sent)) == [sentence("secrets_removed", language)]
    site.cases.say(site.cases.live(page.id).id, advisor, "Good morning")
    page.send("thank you")
    assert page.said(sent) == [sentence("secrets_removed", language)]
    assert page.said(sent, "advisor") == ["Good morning"]


def test_one_notice_for_each_message(site):
    rest = rest_of(site)
    for _ in range(2):
        said = [each["text"] for each in rest(f"hello, my card is {CARD}, cvv 123, and hello again")]
        assert said.count(sentence("secrets_removed")) == 1


def test_a_long_message_is_cut_and_masked(site):
    rest = rest_of(site)
    said = [each["text"] for each in rest("y" * 1990 + " 4012888888881881 " + "z" * 100)]
    assert said == [sentence("secrets_removed"), sentence("message_too_long")]
    assert "40128888" not in stored(site)
