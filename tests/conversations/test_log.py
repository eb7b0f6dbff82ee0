from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from concierge.conversations import ConversationLog, ConversationNotFound
from concierge.conversations.lookups import TryLimits
from concierge.storage.database import open_engine


def test_an_address_has_one_conversation_however_many_ask_at_once(log):
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: log.open("rest", "+44 20", language="fr").id, range(24)))
    assert len(found) == 1
    assert log.get(found.pop()).language == "fr"


def test_without_an_address_each_conversation_is_new(log):
    assert log.open("website").id != log.open("website").id


def test_messages_come_back_as_they_were_written(log):
    conversation = log.open("website")
    sent = log.append(
        conversation.id,
        "assistant",
        "Bonjour – 👜",
        kind="quick_replies",
        payload={"buttons": [{"title": "Oui", "payload": "/affirm"}]},
        meta={"utter": "utter_greet"},
    )
    assert log.messages(conversation.id) == [sent]
    assert sent.seq == 1
    assert log.get(conversation.id).last_seq == 1
    assert sent.created_at.tzinfo is not None


def test_an_unknown_conversation_is_said_to_be_unknown(log):
    with pytest.raises(ConversationNotFound):
        log.append("nobody", "customer", "hello")
    with pytest.raises(ConversationNotFound):
        log.get("nobody")


def test_sequence_numbers_have_no_gaps_under_many_writers(url, engine):
    logs = [ConversationLog(open_engine(url)) for _ in range(4)]
    conversation = logs[0].open("website")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: logs[n % 4].append(conversation.id, "customer", str(n)), range(200)))
    assert [message.seq for message in logs[0].messages(conversation.id)] == list(range(1, 201))


def test_a_repeated_key_is_absorbed_even_when_both_come_at_once(log):
    conversation = log.open("website")
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda _: log.append(conversation.id, "customer", "hi", client_key="k1"), range(16)))
    assert {message.seq for message in got} == {1}
    assert sum(not message.repeated for message in got) == 1
    assert log.get(conversation.id).last_seq == 1
    other = log.open("website")
    assert not log.append(other.id, "customer", "hi", client_key="k1").repeated


def test_reading_on_from_a_sequence_number(log):
    conversation = log.open("website")
    for number in range(10):
        log.append(conversation.id, "customer", str(number))
    assert [m.seq for m in log.messages(conversation.id, after=7)] == [8, 9, 10]
    assert [m.seq for m in log.messages(conversation.id, after=2, limit=2)] == [3, 4]
    assert [m.seq for m in log.last_messages(conversation.id, 2)] == [9, 10]
    assert log.last_messages(conversation.id, 2, role="assistant") == []


def test_annotations_are_merged(log):
    conversation = log.open("website")
    log.append(conversation.id, "customer", "hello", meta={"a": 1})
    log.annotate(conversation.id, 1, {"intent": "greet"})
    assert log.messages(conversation.id)[0].meta == {"a": 1, "intent": "greet"}


def test_the_inbox_gives_one_message_at_a_time_in_order(log):
    conversation = log.open("website")
    for text in "abc":
        log.append(conversation.id, "customer", text, state="new")
    first = log.claim_next(conversation.id, 30)
    assert (first.text, first.attempts) == ("a", 1)
    assert log.claim_next(conversation.id, 30) is None
    assert log.conversations_with_work() == []
    log.finish(conversation.id, first.seq, meta={"intent": "greet"})
    assert log.conversations_with_work() == [conversation.id]
    assert log.claim_next(conversation.id, 30).text == "b"
    assert log.messages(conversation.id)[0].meta == {"intent": "greet"}


def test_a_lease_that_ran_out_is_claimed_again(log):
    conversation = log.open("website")
    log.append(conversation.id, "customer", "a", state="new")
    assert log.claim_next(conversation.id, -1).attempts == 1
    assert log.conversations_with_work() == [conversation.id]
    again = log.claim_next(conversation.id, 30)
    assert (again.text, again.attempts) == ("a", 2)
    log.renew([again], -1)
    assert log.claim_next(conversation.id, 30).attempts == 3


def test_many_workers_never_claim_one_message_twice(url, engine):
    logs = [ConversationLog(open_engine(url)) for _ in range(4)]
    conversation = logs[0].open("website")
    for number in range(40):
        logs[0].append(conversation.id, "customer", str(number), state="new")
    done: list[int] = []

    def work(log: ConversationLog) -> None:
        while len(done) < 40:
            message = log.claim_next(conversation.id, 30)
            if message:
                done.append(message.seq)
                log.finish(conversation.id, message.seq)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, logs))
    assert done == list(range(1, 41))


def test_receiving_claims_only_what_nothing_waits_before(log):
    conversation = log.open("website")
    first = log.receive(conversation.id, "one", lease_seconds=30)
    second = log.receive(conversation.id, "two", lease_seconds=30)
    assert (first.claimed, second.claimed) == (True, False)
    assert second.message.state == "new"
    log.finish(conversation.id, 1)
    assert log.claim_next(conversation.id, 30).text == "two"


def test_receiving_a_repeated_key_claims_nothing(log):
    conversation = log.open("website")
    log.receive(conversation.id, "one", client_key="k", lease_seconds=30)
    again = log.receive(conversation.id, "one", client_key="k", lease_seconds=30)
    assert again.message.repeated
    assert not again.claimed


def test_receiving_may_change_the_language(log):
    conversation = log.open("website")
    assert log.receive(conversation.id, "Bonjour à tous", language=lambda now, attributes: "fr").language == "fr"
    assert log.get(conversation.id).language == "fr"


def test_fields_are_set_and_attributes_merged(log):
    conversation = log.open("website", attributes={"page": "/shop"})
    log.update(conversation.id, name="Claire", attributes={"verified": ["BA10000001"]})
    found = log.get(conversation.id)
    assert found.name == "Claire"
    assert found.attributes == {"page": "/shop", "verified": ["BA10000001"]}
    with pytest.raises(ValueError, match="owner"):
        log.update(conversation.id, owner="advisor")


def test_decisions_and_lookups_are_kept(log):
    conversation = log.open("website")
    log.record_decision(conversation.id, "return", "no", {"reasons": ["too_late"]}, order_number="BA10000005")
    (decision,) = log.decisions(conversation.id)
    assert (decision.order_number, decision.document) == ("BA10000005", {"reasons": ["too_late"]})
    for ok in (False, True, None):
        log.end_lookup(log.begin_lookup(conversation.id, "192.0.2.1", TryLimits(5, 20, 3600)), ok)
    assert log.failed_lookups(timedelta(hours=1), conversation_id=conversation.id) == 1
    assert log.failed_lookups(timedelta(hours=1), network="192.0.2.2") == 0


def test_typing_is_over_after_a_while(log):
    conversation = log.open("website")
    log.typing(conversation.id, "customer")
    log.typing(conversation.id, "customer")
    log.typing(conversation.id, "advisor", seconds=-1)
    assert log.who_types(conversation.id) == {"customer"}
