"""Events as they are stored: packed by the turn, then many turns together; and nothing that a reader sees changes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import pytest
import sqlalchemy as sa

from concierge.rasa_runtime.errors import TrackerUnavailable
from concierge.rasa_runtime.event_log import EventLog, Snapshot
from concierge.trackers import blocks, compaction, tables

NOW = datetime.now(timezone.utc)
LATER = NOW + 2 * compaction.RESTS
# Written by the first program that packed: whatever comes, this can be read.
OF_THE_FIRST = bytes.fromhex(
    "0178bbe637668ec3320b0f697cfb1fdea900f4b6426ea202b0cf9a9b98076cd4d9a385869e29d600c3eaf6da5800a70d2482"
)
OF_THE_FIRST_TOLD = [
    {"event": "user", "text": "Où est ma commande ?", "timestamp": 1.5},
    {"event": "action", "name": "action_listen"},
]


@pytest.fixture
def log(any_database: str) -> Iterator[EventLog]:
    log = EventLog(any_database)
    log.prepare()
    yield log
    log.close()


def turn(number: int, events: int = 5) -> list[dict[str, Any]]:
    return [{"event": "user", "text": f"{number}.{part}", "timestamp": float(number)} for part in range(events)]


def say(log: EventLog, sender: str, turns: range, snapshot: Snapshot | None = None) -> None:
    version = log.head(sender)
    for number in turns:
        version, _ = log.append(sender, version, turn(number), snapshot)
        snapshot = None


def before(log: EventLog, sender: str, count: int) -> None:
    """Events as programs of before wrote them, with a snapshot of the first half."""
    rows = [
        {"sender_id": sender, "seq": seq, "type": "user", "timestamp": 1.0, "event": json.dumps(event)}
        for seq, event in enumerate((event for number in range(count) for event in turn(number)), 1)
    ]
    head = {"sender_id": sender, "seq": len(rows), "save_id": "old"}
    kept = {"sender_id": sender, "seq": count // 2 * 5, "events": json.dumps([{"event": "user", "text": "up to here"}])}
    with log.engine.begin() as connection:
        connection.execute(sa.insert(tables.heads), head)
        connection.execute(sa.insert(tables.events), rows)
        connection.execute(sa.insert(tables.snapshots), kept)


def seen(log: EventLog, sender: str) -> tuple[Any, ...]:
    with log.engine.begin() as connection:
        others = tables.export(connection, sender), tables.count(connection, sender)
    return log.head(sender), log.read(sender), log.read(sender, whole=True), *others


def rows(log: EventLog, sender: str) -> tuple[int, list[int]]:
    """How many single events there are, and how many are in each block."""
    with log.engine.begin() as connection:
        single = connection.execute(sa.select(tables.events).where(tables.events.c.sender_id == sender)).all()
        several = sa.select(tables.blocks.c.count).where(tables.blocks.c.sender_id == sender)
        return len(single), list(connection.execute(several.order_by(tables.blocks.c.seq)).scalars())


def test_what_rests_is_packed_and_reads_as_before(log: EventLog) -> None:
    say(log, "claire", range(4))
    say(log, "claire", range(4, 6), Snapshot(18, [{"event": "user", "text": "up to here"}]))
    before(log, "anna", 4)
    say(log, "anna", range(4, 6))
    before(log, "emma", 4)
    say(log, "one turn", range(1))
    senders = ("claire", "anna", "emma", "one turn")
    told = {each: seen(log, each) for each in senders}
    assert [event["text"] for event in told["claire"][1].events] == [
        "up to here",
        *(f"{n // 5}.{n % 5}" for n in range(18, 30)),
    ]
    assert [event["text"] for event in told["anna"][1].events] == [
        "up to here",
        *(f"{n // 5}.{n % 5}" for n in range(10, 30)),
    ]
    assert [event["text"] for event in told["anna"][2].events] == [f"{n // 5}.{n % 5}" for n in range(30)]

    assert compaction.compact(log.engine, NOW) == 2, "those of before; in the others somebody has just spoken"
    assert rows(log, "claire") == (0, [5] * 6)
    assert compaction.compact(log.engine, LATER) == 1
    assert {each: seen(log, each) for each in senders} == told
    assert [rows(log, each) for each in senders] == [(0, [30]), (0, [30]), (0, [20]), (0, [5])]
    assert compaction.compact(log.engine, LATER) == 0

    say(log, "claire", range(6, 8))
    assert [event["text"] for event in log.read("claire", whole=True).events] == [
        f"{n // 5}.{n % 5}" for n in range(40)
    ]
    assert log.erase("claire") == 40
    assert log.read("claire") is None
    assert compaction.compact(log.engine, LATER) == 0


def test_a_long_conversation_is_in_several_blocks(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "AT_ONCE", 2)
    for number in range(5):  # more than are looked at in one go
        say(log, f"sender-{number}", range(2))
    say(log, "claire", range(120))
    told = seen(log, "claire")
    assert compaction.compact(log.engine, LATER) == 6
    assert seen(log, "claire") == told
    assert rows(log, "claire") == (0, [250, 250, 100])
    say(log, "claire", range(120, 160))
    assert compaction.compact(log.engine, LATER) == 1
    assert rows(log, "claire") == (0, [250, 250, 250, 50]), "what is full stays as it is"
    assert [event["text"] for event in log.read("claire", whole=True).events] == [
        f"{n // 5}.{n % 5}" for n in range(800)
    ]
    assert compaction.compact(log.engine, LATER) == 0


PACKER = """
import sys
from datetime import datetime, timedelta, timezone
from concierge.trackers import compaction
from concierge.storage.database import open_engine
engine = open_engine(sys.argv[1])
print("begun", flush=True)
while True:
    compaction.compact(engine, datetime.now(timezone.utc) + timedelta(days=9))
"""


def test_it_may_be_killed_at_any_moment_while_somebody_writes(log: EventLog, any_database: str) -> None:
    for round_ in range(3):
        packers = [
            subprocess.Popen([sys.executable, "-c", PACKER, any_database], stdout=subprocess.PIPE) for _ in range(2)
        ]
        for packer in packers:
            assert packer.stdout is not None
            assert packer.stdout.readline() == b"begun\n"
        say(log, "claire", range(30 * round_, 30 * round_ + 30))
        time.sleep(0.0137 * round_)
        for packer in packers:
            assert packer.poll() is None
            packer.send_signal(signal.SIGKILL)
            packer.wait()
        stored = log.read("claire", whole=True)
        assert stored is not None
        assert [event["text"] for event in stored.events] == [f"{n // 5}.{n % 5}" for n in range(150 * round_ + 150)]
    assert len(rows(log, "claire")[1]) < 90, "they had packed something"


@pytest.mark.parametrize("text", ["", "a\x00b", "half of one: \ud83d", "Où est ma 👜 ?", '"]}\\', "\u2028"])
def test_any_text_comes_back(log: EventLog, text: str) -> None:
    events = [{"event": "user", "text": text}, {"event": "slot", "value": None}]
    assert blocks.unpack(blocks.pack(events)) == events
    several = blocks.merged([blocks.pack(events), blocks.pack([]), json.dumps(events[0])])
    assert blocks.unpack(several) == [*events, events[0]]
    log.append("claire", None, events)
    assert log.read("claire").events == events


def test_what_was_packed_once_can_be_read_for_ever() -> None:
    assert blocks.unpack(OF_THE_FIRST) == OF_THE_FIRST_TOLD


@pytest.mark.parametrize("block", [b"", b"\x01", b"\x01nothing", b"\xffnewer", OF_THE_FIRST[:-9]])
def test_what_is_no_block_is_told_of_and_changes_nothing(log: EventLog, block: bytes) -> None:
    say(log, "claire", range(2))
    with log.engine.begin() as connection:
        connection.execute(sa.update(tables.blocks).where(tables.blocks.c.seq == 5).values(events=block))
    with pytest.raises(TrackerUnavailable, match="cannot be read"):
        log.read("claire")
    say(log, "anna", range(2))
    assert compaction.compact(log.engine, LATER) == 1, "the others are packed"
    assert rows(log, "claire") == (0, [5, 5])
