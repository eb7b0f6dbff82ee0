"""What was said is found by its words, with PostgreSQL as with SQLite."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from concierge.conversations import Advisors, schema
from concierge.conversations.searched import Searched, has_all, words_of
from concierge.conversations.unsearched import tidy
from concierge.desk import notes
from concierge.masking.contacts import contacts
from concierge.storage.database import write


@pytest.fixture
def searched(log):
    return Searched(log, contacts)


def case(log, cases, *said):
    conversation = log.open("website")
    made = cases.start(conversation.id, "customer_asked")
    for text in said:
        log.append(conversation.id, "customer", text)
    return made


def found(searched, words):
    searched.catch_up()
    return [each.case_id for each in searched.find(words_of(words), 10)]


def test_words_are_compared_without_case_accents_and_signs():
    assert words_of("L'Été à MÜNCHEN: 50%_off, straße") == ["l", "ete", "a", "munchen", "50", "off", "strasse"]
    assert words_of("袋子 bag ハンド") == ["袋", "子", "bag", "ハ", "ン", "ト"]
    assert has_all("Préfère Montréal", ["montr", "prefere"])
    assert not has_all("Préfère Montréal", ["real"])


def test_a_message_is_found_by_its_words_and_how_they_begin(log, cases, searched):
    zip_, bag = case(log, cases, "The ZIPPER of my pochette is torn"), case(log, cases, "我的袋子", "Et à Montréal ?")
    log.append(log.open("website").id, "customer", "My zipper, too: but nobody is asked for")
    for words in ("zipper pochette", "zip poch", "torn"):
        assert found(searched, words) == [zip_.id], words
    assert found(searched, "montreal") == found(searched, "袋子") == [bag.id]
    for words in ("ipper", "zipper montreal", "zipper' | torn", "nobody", '" OR "'):
        assert [each for each in found(searched, words) if each != zip_.id] == [], words
    assert found(searched, "zipper montreal") == [], "they stand together in nothing"
    log.append(zip_.conversation_id, "advisor", "Your clasp is here")
    assert found(searched, "clasp") == [zip_.id], "what was said since"


def test_what_is_masked_is_not_found_and_notes_are(engine, log, cases, searched):
    one = case(log, cases, "Write to ophelia.pochette@example.com or +33 6 12 34 56 78")
    advisor = Advisors(engine).create("camille", "Camille", "a long password")
    notes.add(log, one, advisor, "Likes vermilion", "key")
    assert found(searched, "vermilion") == [one.id]
    for words in ("ophelia", "pochette", "612345678", "camille", "noted"):
        assert found(searched, words) == [], words


def test_what_is_deleted_is_found_no_longer(engine, log, cases, searched):
    one = case(log, cases)
    log.append(one.conversation_id, "customer", "Periwinkle", client_key="w1")
    assert found(searched, "periwinkle") == [one.id]
    log.withdraw(one.conversation_id, ["w1"])
    assert found(searched, "periwinkle") == []
    log.append(one.conversation_id, "customer", "Chartreuse")
    assert found(searched, "chartreuse") == [one.id]
    with write(engine) as connection:
        connection.execute(schema.conversations.delete().where(schema.conversations.c.id == one.conversation_id))
        tidy(connection)
    assert found(searched, "chartreuse") == []
    with engine.connect() as connection:
        tables = [each for each in sa.inspect(connection).get_table_names() if each.startswith("searched_")]
        rows = {each: connection.execute(sa.text(f'SELECT * FROM "{each}"')).all() for each in tables}
    assert "chartreuse" not in str(rows)
    assert "periwinkle" not in str(rows)
