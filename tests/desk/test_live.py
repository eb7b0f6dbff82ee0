"""The live stream: at once, nothing lost over a reconnect, and closed to whoever may no longer look."""

from __future__ import annotations

import asyncio
import queue
import statistics
import time
import uuid
from pathlib import Path

import pytest
import sqlalchemy as sa

from concierge.conversations import Cases, ConversationLog, Notifications, upgrade
from concierge.conversations.staff import Staff
from concierge.desk import live
from concierge.desk.board import Board
from concierge.privacy.erasure import Privacy
from concierge.privacy.stores import Selection
from concierge.privacy.stores.log import LogStore
from concierge.storage.database import open_engine
from tests.desk.conftest import Desk, start, stop


def test_a_new_case_is_seen_within_half_a_second(desk: Desk) -> None:
    with desk.stream(desk.client("camille")) as stream:
        assert stream.next("ready").data == {"resumed": False}
        waits = []
        for _ in range(10):
            begun = time.monotonic()
            case = desk.case(package={})  # written by another process: this one
            row, seen = stream.case(case.id)
            waits.append(seen - begun)
            assert row["status"] == "queued"
            assert row["last_message"]["text"] == "I would like to speak to somebody"
        assert statistics.median(waits) < 0.5, waits
        assert max(waits) < 1.5, waits


def test_a_customers_message_is_seen_at_once(desk: Desk) -> None:
    case = desk.case()
    with desk.stream(desk.client("camille")) as stream:
        stream.next("ready")
        waits = []
        for text in ("Hello?", "I can wait", "Take your time", "Hm", "Are you there?"):
            begun = time.monotonic()
            desk.log.append(case.conversation_id, "customer", text, meta={"intent": "inform"})
            seen = stream.said(text)
            waits.append(seen.at - begun)
        assert seen.data["case"] == case.id
        assert seen.data["message"]["role"] == "customer"
        assert statistics.median(waits) < 0.5, waits
        while stream.case(case.id)[0]["last_message"]["text"] != "Are you there?":
            pass


def test_every_message_once_and_in_order(desk: Desk) -> None:
    cases = [desk.case() for _ in range(3)]
    with desk.stream(desk.client("camille")) as stream:
        stream.next("ready")
        for number in range(40):
            for case in cases:
                desk.log.append(case.conversation_id, "customer", f"{number}")
        seen: dict[str, list[str]] = {case.id: [] for case in cases}
        while sum(map(len, seen.values())) < 120:
            data = stream.next("message").data
            if data["message"]["kind"] == "text" and data["case"] in seen:
                seen[data["case"]].append(data["message"]["text"])
        assert all(texts == [f"{number}" for number in range(40)] for texts in seen.values())


def test_what_colleagues_do_is_seen(desk: Desk) -> None:
    client = desk.client("antoine")
    case = desk.case()
    with desk.stream(desk.client("camille")) as stream:
        stream.next("ready")
        client.post(f"/api/cases/{case.id}/claim")
        while (stream.case(case.id)[0]["advisor"] or {}).get("name") != "Antoine":
            pass
        client.post(f"/api/cases/{case.id}/messages", json={"client_key": "one", "text": "Good morning"})
        while (told := stream.next("message").data["message"])["role"] != "advisor":
            pass
        assert (told["author"], told["client_key"], told["text"]) == ("Antoine", "one", "Good morning")
        client.post(f"/api/cases/{case.id}/resolve", json={"note": ""})
        while (row := stream.case(case.id)[0])["status"] == "accepted":
            pass
        assert row["status"] == "resolved"


def test_the_customer_types(desk: Desk) -> None:
    case = desk.case()
    with desk.stream(desk.client("camille")) as stream:
        stream.next("ready")
        desk.log.typing(case.conversation_id, "customer")
        assert stream.next("typing").data["case"] == case.id


def test_a_page_that_comes_back_gets_what_it_missed(desk: Desk) -> None:
    client = desk.client("camille")
    case = desk.case()
    with desk.stream(client) as stream, desk.stream(desk.client("antoine")) as witness:
        stream.next("ready")
        witness.next("ready")
        desk.log.append(case.conversation_id, "customer", "first")
        stream.said("first")
        stream.close()
        for text in ("second", "third"):
            desk.log.append(case.conversation_id, "customer", text)
        witness.said("third")
        with desk.stream(client, stream.last_id) as again:
            assert again.next("ready").data == {"resumed": True}
            assert [again.next("message").data["message"]["text"] for _ in range(2)] == ["second", "third"]


@pytest.mark.parametrize("last_id", ["nonsense", "00000000-3", "-1", f"x-{live.KEPT}"])
def test_a_page_that_was_away_too_long_is_told_to_read_again(desk: Desk, last_id: str) -> None:
    with desk.stream(desk.client("camille"), last_id) as stream:
        assert stream.next("ready").data == {"resumed": False}


def test_the_only_page_comes_back_and_gets_what_it_missed(own_desk: Desk) -> None:
    client = own_desk.client("camille")
    case = own_desk.case()
    with own_desk.stream(client) as stream:
        stream.next("ready")
    own_desk.log.append(case.conversation_id, "customer", "said while nobody looked")
    with own_desk.stream(client, stream.last_id) as again:
        assert again.next("ready").data == {"resumed": True}
        again.said("said while nobody looked")


async def test_the_log_is_left_alone_while_no_page_is_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LINGER_SECONDS", 0.2)
    url = f"sqlite:///{tmp_path / 'concierge.db'}"
    engine, theirs = open_engine(url), open_engine(url)
    statements: list[str] = []
    sa.event.listen(engine, "connect", lambda raw, _: raw.set_trace_callback(statements.append))
    upgrade(engine)
    log = ConversationLog(theirs)
    with_case, without = log.open("website"), log.open("website")
    case = Cases(log).start(with_case.id, "customer_asked", priority="normal", queue="EU", summary="")
    statements.clear()
    notifications = Notifications(ConversationLog(engine))
    desk = live.Live(Board(ConversationLog(engine)), notifications, Staff(engine))
    running = asyncio.create_task(desk.run())

    async def say(text: str) -> None:
        for conversation in (with_case, without):
            await asyncio.to_thread(log.append, conversation.id, "customer", text)

    try:
        await say("nobody looks")
        await asyncio.sleep(0.3)
        assert statements == []
        async with desk.page(None) as (page, _, resumed):
            assert not resumed
            await say("somebody looks")
            told = await asyncio.wait_for(page.queue.get(), 2)
            assert told.data == {"case": case.id, "message": log.messages(with_case.id)[-1]}
            last = desk.id(told.number)
            await asyncio.sleep(0.3)  # of these reads, only the first was of every case
            assert sum("cases.conversation_id IN" not in each for each in statements if "said_seq" in each) == 1
        await asyncio.sleep(live.LINGER_SECONDS + live.READ_SECONDS + 0.5)
        statements.clear()
        await say("nobody looks again")
        await asyncio.sleep(0.3)
        assert statements == []
        async with desk.page(last) as (_, _, resumed):
            assert not resumed, "it has to read its lists again"
    finally:
        running.cancel()
        await notifications.close()
        engine.dispose()
        theirs.dispose()


def test_a_deactivated_advisors_stream_ends(own_desk: Desk) -> None:
    client = own_desk.client("leaver")
    with own_desk.stream(client) as stream:
        stream.next("ready")
        own_desk.advisors.deactivate("leaver")
        stream.next("signed_out", timeout=20)
        assert stream.ended.wait(5)


def test_too_many_windows(own_desk: Desk) -> None:
    client = own_desk.client("camille")
    client.timeout = 20
    streams = []
    try:
        from tests.desk.conftest import Stream

        clients = [own_desk.anonymous() for _ in range(21)]
        for each in clients:
            each.cookies.update(own_desk.cookies["camille"])
        for each in clients[:20]:
            streams.append(Stream(each))
            streams[-1].next("ready")
        answer = clients[20].get("/api/stream")
        assert (answer.status_code, answer.json()["error"]) == (429, "too_many_pages")
    finally:
        for stream in streams:
            stream.close()


def test_stopping_does_not_wait_for_open_pages(own_desk: Desk) -> None:
    with own_desk.stream(own_desk.client("camille")) as stream:
        stream.next("ready")
        begun = time.monotonic()
        own_desk.process.terminate()
        own_desk.process.wait(10)
        assert time.monotonic() - begun < 5


def test_contact_details_are_hidden_in_the_stream_until_revealed(desk: Desk) -> None:
    holder, other = desk.client("camille"), desk.client("antoine")
    case = desk.case()
    holder.post(f"/api/cases/{case.id}/claim")
    with desk.stream(holder) as own, desk.stream(other) as foreign:
        own.next("ready")
        foreign.next("ready")
        text = "Write to me at claire@example.com"
        desk.log.append(case.conversation_id, "customer", text)
        own.said("Write to me at c••••@example.com")
        holder.post(f"/api/cases/{case.id}/reveal")
        desk.log.append(case.conversation_id, "customer", text)
        own.said(text)
        foreign.said("Write to me at c••••@example.com")
        foreign.said("Write to me at c••••@example.com")


def test_a_desk_that_restarts_loses_nothing(tmp_path) -> None:
    desk = start(tmp_path)
    case = desk.case()
    client = desk.client("camille")
    with desk.stream(client) as stream:
        stream.next("ready")
        last_id = stream.last_id
        stop(desk)
    desk.log.append(case.conversation_id, "customer", "said while the desk was down", client_key=uuid.uuid4().hex)
    again = start(tmp_path)
    try:
        fresh = again.anonymous()
        fresh.cookies.update(desk.cookies["camille"])
        with again.stream(fresh, last_id) as stream:
            assert stream.next("ready").data == {"resumed": False}
            rows = {row["id"]: row for row in fresh.get("/api/cases").json()}
            assert rows[case.id]["last_message"]["text"] == "said while the desk was down"
            with pytest.raises(queue.Empty):
                stream.next("message", timeout=0.6)
    finally:
        stop(again)


def test_what_was_erased_is_shown_to_nobody_any_longer(desk: Desk) -> None:
    """A page that was away is told nothing of it, and one that is there reads its lists again."""
    kept, erased = desk.case(), desk.case()
    client = desk.client("camille")
    with desk.stream(client) as stream:
        stream.next("ready")
        desk.log.append(erased.conversation_id, "customer", "my xylophone")
        seen = stream.said("my xylophone").id
    store = LogStore(str(desk.log.engine.url))
    privacy = Privacy(desk.log.engine, [store])
    with desk.stream(client) as stream:
        stream.next("ready")
        privacy.erase(Selection((erased.conversation_id,)), "antoine")
        assert stream.ended.wait(10), "it has to come again"
    assert {row["id"] for row in client.get("/api/cases").json()} & {kept.id, erased.id} == {kept.id}
    before = f"{seen.partition('-')[0]}-{int(seen.partition('-')[2]) - 1}"
    with desk.stream(client, before) as stream:
        assert stream.next("ready").data == {"resumed": False}
        desk.log.append(kept.conversation_id, "customer", "still here")
        while (happening := stream.next("message")).data["message"]["text"] != "still here":
            assert "xylophone" not in str(happening.data)
