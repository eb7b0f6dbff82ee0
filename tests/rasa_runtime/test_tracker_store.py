"""Every event is stored once and in order, whoever writes and whatever breaks; an error is an error."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from concierge.rasa_runtime.errors import TrackerUnavailable
from concierge.rasa_runtime.event_log import EventLog
from concierge.rasa_runtime.tracker_store import EventLogTrackerStore
from concierge.storage.database import open_engine, write
from concierge.trackers import tables

DOMAIN = Domain.from_dict(
    {"intents": ["say"], "slots": {"count": {"type": "any", "mappings": [{"type": "custom"}]}}, "actions": []}
)
MakeStore = Callable[..., EventLogTrackerStore]


def turn(text: str) -> list[Event]:
    return [
        UserUttered(text, {"name": "say", "confidence": 1.0}),
        SlotSet("count", text),
        ActionExecuted("utter_said"),
        BotUttered(f"said {text}"),
        ActionExecuted("action_listen"),
    ]


async def say(store: EventLogTrackerStore, sender: str, text: str) -> DialogueStateTracker:
    tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
    tracker.update_with_events(turn(text), DOMAIN)
    await store.save(tracker)
    return tracker


async def said(store: EventLogTrackerStore, sender: str) -> list[str | None]:
    """What the customer said and the assistant said back, in order, from the whole history."""
    tracker = await store.retrieve_full_tracker(sender)
    assert tracker is not None
    return [event.text for event in tracker.events if isinstance(event, (UserUttered, BotUttered))]


def pairs(*texts: str) -> list[str]:
    return [line for text in texts for line in (text, f"said {text}")]


async def test_history_is_whole_and_the_live_tracker_is_short(any_database: str, make_store: MakeStore) -> None:
    store = make_store(any_database, domain=DOMAIN, turns=4)
    texts = [f"message {number}" for number in range(60)]
    for text in texts:
        await say(store, "claire", text)
    assert await said(store, "claire") == pairs(*texts)
    live = await store.retrieve("claire")
    assert live is not None
    assert len(live.events) < 60
    assert live.get_slot("count") == "message 59"
    assert live.latest_message is not None
    assert live.latest_message.text == "message 59"
    assert list(await store.keys()) == ["claire"]
    assert await store.exists("claire")
    assert not await store.exists("henri")
    assert await store.retrieve("henri") is None
    assert await store.retrieve_full_tracker("henri") is None


async def test_a_new_process_goes_on_where_the_old_one_was(any_database: str, make_store: MakeStore) -> None:
    old = make_store(any_database, domain=DOMAIN, turns=4)
    for number in range(23):
        await say(old, "claire", f"m{number}")
    new = make_store(any_database, domain=DOMAIN, turns=4)
    before, after = await old.retrieve("claire"), await new.retrieve("claire")
    assert before is not None
    assert after is not None
    assert after.current_state() == before.current_state()
    assert [event.as_dict() for event in after.events] == [event.as_dict() for event in before.events]


async def test_two_replicas_see_each_others_turns(any_database: str, make_store: MakeStore) -> None:
    one, two = make_store(any_database, domain=DOMAIN, turns=4), make_store(any_database, domain=DOMAIN, turns=4)
    for number in range(30):
        await say((one, two)[number % 2], "claire", f"m{number}")
    assert await said(one, "claire") == pairs(*(f"m{number}" for number in range(30)))
    live = await one.retrieve("claire")
    assert live is not None
    assert live.get_slot("count") == "m29"


async def test_two_replicas_in_one_conversation_at_once_lose_and_double_nothing(
    any_database: str, make_store: MakeStore
) -> None:
    one, two = make_store(any_database, domain=DOMAIN, turns=4), make_store(any_database, domain=DOMAIN, turns=4)
    for number in range(12):
        # Both have read before either has written: a lock that expired, or a proxy that changed its mind.
        first = await one.get_or_create_tracker("claire", append_action_listen=False)
        second = await two.get_or_create_tracker("claire", append_action_listen=False)
        first.update_with_events(turn(f"one {number}"), DOMAIN)
        second.update_with_events(turn(f"two {number}"), DOMAIN)
        await asyncio.gather(one.save(first), two.save(second))
    heard = await said(one, "claire")
    texts = [f"{who} {number}" for number in range(12) for who in ("one", "two")]
    assert sorted(heard) == sorted(pairs(*texts))
    for text in texts:  # each turn in one piece
        assert heard[heard.index(text) + 1] == f"said {text}"
    for store in (one, two):
        live = await store.retrieve("claire")
        assert live is not None
        assert live.get_slot("count") == heard[-2]
        assert heard[-1] == live.latest_bot_utterance.text


async def test_two_turns_at_once_in_one_process(any_database: str, make_store: MakeStore) -> None:
    store = make_store(any_database, domain=DOMAIN)
    await say(store, "claire", "first")

    async def one_turn(text: str) -> None:
        tracker = await store.retrieve("claire")
        assert tracker is not None
        for event in turn(text):
            tracker.update_with_events([event], DOMAIN)
            await asyncio.sleep(0.001)
        await store.save(tracker)

    await asyncio.gather(*(one_turn(f"m{number}") for number in range(8)))
    assert sorted(await said(store, "claire")) == sorted(pairs("first", *(f"m{number}" for number in range(8))))


async def test_a_broken_off_turn_leaves_no_trace(database: str, make_store: MakeStore) -> None:
    store = make_store(database, domain=DOMAIN)
    await say(store, "claire", "first")
    tracker = await store.retrieve("claire")
    assert tracker is not None
    tracker.update_with_events(turn("never finished")[:3], DOMAIN)
    again = await store.retrieve("claire")
    assert again is not None
    assert again.get_slot("count") == "first"
    assert await said(store, "claire") == pairs("first")


async def test_saving_twice_stores_once(database: str, make_store: MakeStore) -> None:
    store = make_store(database, domain=DOMAIN)
    tracker = await say(store, "claire", "first")
    await store.save(tracker)
    await asyncio.gather(store.save(tracker), store.save(tracker))
    assert await said(store, "claire") == pairs("first")


async def test_a_lost_acknowledgement_does_not_double(
    any_database: str, make_store: MakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = make_store(any_database, domain=DOMAIN)
    await say(store, "claire", "first")
    append = EventLog._append
    lost = []

    def losing(self: EventLog, *args: Any) -> Any:
        version = append(self, *args)
        if not lost:
            lost.append(version)
            raise sa.exc.OperationalError("COMMIT", {}, Exception("gone"), connection_invalidated=True)
        return version

    monkeypatch.setattr(EventLog, "_append", losing)
    await say(store, "claire", "second")
    assert lost
    assert await said(store, "claire") == pairs("first", "second")


async def test_replacing_all_events_and_a_replica_that_missed_it(any_database: str, make_store: MakeStore) -> None:
    one, two = make_store(any_database, domain=DOMAIN), make_store(any_database, domain=DOMAIN)
    for text in ("a", "b", "c"):
        await say(one, "claire", text)
    await two.retrieve("claire")
    # As Rasa's PUT /conversations/{id}/tracker/events does it.
    documents = [event.as_dict() for text in ("x", "y", "z") for event in turn(text)]
    await one.save(DialogueStateTracker.from_dict("claire", documents, DOMAIN.slots))
    assert await said(one, "claire") == pairs("x", "y", "z")
    await say(two, "claire", "after")
    assert await said(one, "claire") == pairs("x", "y", "z", "after")


async def test_erasing_and_beginning_anew(any_database: str, make_store: MakeStore) -> None:
    one, two = make_store(any_database, domain=DOMAIN, turns=4), make_store(any_database, domain=DOMAIN, turns=4)
    for number in range(20):
        await say(one, "claire", f"old {number}")
    await two.retrieve("claire")
    assert await one.erase("claire") == 100
    with one.log.engine.connect() as connection:
        for table in (tables.heads, tables.events, tables.snapshots):
            assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 0
    for number in range(20):
        await say(one, "claire", f"new {number}")
    live = await two.retrieve("claire")
    assert live is not None
    assert live.get_slot("count") == "new 19"
    assert "old 0" not in await said(two, "claire")


async def test_exporting_and_erasing_in_a_transaction_of_the_caller(database: str, make_store: MakeStore) -> None:
    store = make_store(database, domain=DOMAIN)
    await say(store, "claire", "mine")
    engine = open_engine(database)
    with engine.begin() as connection:
        exported = tables.export(connection, "claire")
        assert [event["event"] for event in exported] == ["user", "slot", "action", "bot", "action"]
        assert tables.erase(connection, "claire") == 5
    engine.dispose()
    assert await store.retrieve("claire") is None


def test_what_others_import_does_not_import_rasa() -> None:
    code = "import sys, concierge.trackers.tables, concierge.rasa_runtime.failures; sys.exit('rasa' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_privacy_on_a_database_without_trackers(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    with engine.begin() as connection:
        assert tables.export(connection, "claire") == []
        assert tables.erase(connection, "claire") == 0
    engine.dispose()


async def test_an_unreadable_database_is_an_error_and_never_a_new_conversation(
    tmp_path: Path, make_store: MakeStore, make_agent: Callable[..., Agent]
) -> None:
    path = tmp_path / "t.db"
    store = make_store(f"sqlite:///{path}")
    agent = make_agent(store)
    assert agent.tracker_store is store, "no FailSafeTrackerStore around it"
    channel = CollectingOutputChannel()
    await agent.handle_message(UserMessage("/person", channel, "claire"))
    assert [message["text"] for message in channel.messages] == ["An advisor will be with you."]
    with store.log.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE trackers RENAME TO elsewhere"))
    silent = CollectingOutputChannel()
    with pytest.raises(TrackerUnavailable):
        await agent.handle_message(UserMessage("/greet", silent, "claire"))
    assert silent.messages == [], "the conversation is an advisor's"
    with store.log.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE elsewhere RENAME TO trackers"))
    await agent.handle_message(UserMessage("/greet", silent, "claire"))
    assert silent.messages == []
    tracker = await store.retrieve("claire")
    assert tracker is not None
    assert tracker.is_paused()


async def test_a_save_that_fails_raises_and_the_turn_can_be_tried_again(
    tmp_path: Path, make_store: MakeStore, make_agent: Callable[..., Agent], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = make_store(f"sqlite:///{tmp_path / 't.db'}")
    agent = make_agent(store)
    await agent.handle_message(UserMessage("/greet", CollectingOutputChannel(), "claire"))
    with store.log.engine.begin() as connection:
        connection.execute(
            sa.text("CREATE TRIGGER full BEFORE INSERT ON tracker_blocks BEGIN SELECT RAISE(FAIL, 'disk full'); END")
        )
    with pytest.raises(TrackerUnavailable):
        await agent.handle_message(UserMessage("/returns", CollectingOutputChannel(), "claire"))
    with store.log.engine.begin() as connection:
        connection.execute(sa.text("DROP TRIGGER full"))
    channel = CollectingOutputChannel()
    await agent.handle_message(UserMessage("/returns", channel, "claire"))
    assert [message["text"] for message in channel.messages] == ["You may return it."]
    tracker = await store.retrieve_full_tracker("claire")
    assert tracker is not None
    assert [event.text for event in tracker.events if isinstance(event, UserUttered)] == ["/greet", "/returns"]


async def test_a_locked_database_is_an_error(database: str, make_store: MakeStore) -> None:
    store = make_store(database, domain=DOMAIN)
    store.log.engine.dispose()
    store.log.engine = open_engine(database, busy_seconds=0.1)
    await say(store, "claire", "first")
    other = open_engine(database)
    with write(other):
        with pytest.raises(TrackerUnavailable):
            await say(store, "claire", "second")
        live = await store.retrieve("claire")  # readers never wait for a writer
        assert live is not None
        assert live.get_slot("count") == "first"
    other.dispose()
    await say(store, "claire", "third")
    assert await said(store, "claire") == pairs("first", "third")


async def test_a_database_that_is_down_at_the_start_is_used_once_it_is_there(
    tmp_path: Path, make_store: MakeStore
) -> None:
    path = tmp_path / "t.db"
    path.mkdir()  # no database can be opened there
    store = make_store(f"sqlite:///{path}", domain=DOMAIN)
    with pytest.raises(TrackerUnavailable):
        await store.retrieve("claire")
    path.rmdir()
    await say(store, "claire", "hello")
    assert await said(store, "claire") == pairs("hello")


def test_other_stores_are_wrapped_as_ever(make_agent: Callable[..., Agent]) -> None:
    assert isinstance(make_agent(InMemoryTrackerStore(Domain.empty())).tracker_store, FailSafeTrackerStore)


async def test_events_are_published_after_they_are_stored(database: str, make_store: MakeStore) -> None:
    class Broker:
        def __init__(self) -> None:
            self.published: list[dict[str, Any]] = []

        def publish(self, event: dict[str, Any]) -> None:
            with open_engine(database).begin() as connection:
                stored = tables.export(connection, event["sender_id"])
            assert {key: value for key, value in event.items() if key != "sender_id"} in stored
            self.published.append(event)

    broker = Broker()
    store = make_store(database, domain=DOMAIN, event_broker=broker)
    await say(store, "claire", "one")
    await say(store, "claire", "two")
    assert [event["event"] for event in broker.published] == ["user", "slot", "action", "bot", "action"] * 2


def test_starting_many_at_once_on_an_empty_database(any_database: str) -> None:
    code = f"from concierge.rasa_runtime.event_log import EventLog; EventLog({any_database!r}).prepare()"
    starts = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(4)]
    assert [(start.wait(60), start.communicate()[1]) for start in starts] == [(0, b"")] * 4


WRITER = """
import sys
from concierge.rasa_runtime.event_log import EventLog, Snapshot
log = EventLog(sys.argv[1])
version = None
number = 0
while True:
    events = [{"event": "user", "text": f"{number}.{part}", "timestamp": 1.0} for part in range(5)]
    snapshot = Snapshot(version.seq, [{"event": "user", "text": "up to here"}]) if number % 3 == 2 else None
    version, met = log.append("claire", version, events, snapshot)
    print(number, flush=True)
    number += 1
"""


@pytest.mark.parametrize("seed", range(4))
def test_kill_at_any_moment(any_database: str, seed: int) -> None:
    """What was acknowledged is there; of what was not, a turn is there whole or not at all."""
    EventLog(any_database).prepare()
    writer = subprocess.Popen([sys.executable, "-c", WRITER, any_database], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    writer.stdout.readline()
    time.sleep(0.05 + 0.0137 * seed)
    writer.send_signal(signal.SIGKILL)
    acknowledged = int((writer.stdout.read().split() or ["0"])[-1])
    writer.wait()
    log = EventLog(any_database)
    stored = log.read("claire", whole=True)
    assert stored is not None
    texts = [event["text"] for event in stored.events]
    turns = len(texts) // 5
    assert texts == [f"{number}.{part}" for number in range(turns) for part in range(5)]
    assert acknowledged + 1 <= turns <= acknowledged + 2
    assert stored.version.seq == len(texts)
    short = log.read("claire")
    assert short is not None
    assert short.version == stored.version
    assert json.dumps(short.events[-1]) == json.dumps(stored.events[-1])
    log.close()
