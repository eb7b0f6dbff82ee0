"""After an erasure nothing of the customer stands anywhere, whoever was at work; nobody else has lost anything."""

from __future__ import annotations

import asyncio
import json
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.exc import IntegrityError

from concierge.conversations import ClaimLost, ConversationNotFound, Reply, schema
from concierge.dialogue import next_steps
from concierge.files import FileStore
from concierge.privacy.commands import privacy
from concierge.privacy.opening import opened
from concierge.privacy.stores import Selection
from concierge.privacy.stores.log import TABLES
from concierge.privacy.stores.order_requests import OrderRequestStore
from concierge.settings import get_settings
from concierge.trackers import tables as trackers
from tests.dialogue.talk import EMAIL
from tests.privacy.conftest import ANNA, HERS, LIMITS, everything, in_an_hour, live_a_little, with_any

pytestmark = pytest.mark.model

# The house's own records of orders: imported from its systems, and kept as the law asks. Not the conversation's.
ORDERS = {"orders.orders.email", "orders.orders.document"}


def run(*words: str) -> str:
    done = CliRunner().invoke(privacy, list(words))
    assert done.exit_code == 0, done.output
    return done.output


def bytes_of(file: Path) -> bytes:
    """With what the write-ahead log still has."""
    return file.read_bytes() + b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}-wal"))


def of(rows: dict[str, Any], conversation_id: str) -> dict[str, Any]:
    """What is kept of one conversation, and all that is kept of Anna's orders."""
    return {
        table: [row for row in each if conversation_id in row.values() or "BA30000" in str(row)]
        for table, each in rows.items()
    }


def remember_as_programs_of_before(url: str, conversation_id: str) -> None:
    """An event by itself, and as text."""
    row = {"seq": 0, "type": "user", "timestamp": 1.0, "event": json.dumps({"event": "user", "text": EMAIL})}
    engine = sa.create_engine(url, future=True)
    with engine.begin() as connection:
        connection.execute(sa.insert(trackers.events), {"sender_id": conversation_id, **row})
    engine.dispose()


def test_every_table_is_a_customers_or_declared_not_to_be():
    """A new table of the log is erased with its conversation, or somebody has to say here why it need not be."""
    nobodys = {"conversations", "advisors", "advisor_sessions", "login_failures"}
    nobodys |= {"privacy_proofs", "erased_conversations", "daily_tasks", "canned_replies", "revoked_links"}
    nobodys |= {"desk_audit", "desk_views", "portraits", "advisor_identities", "openid_attempts", "told_metrics"}
    assert {table.name for table in TABLES} | nobodys == set(schema.metadata.tables)


@pytest.mark.parametrize("how", ["email", "conversation"])
async def test_nothing_is_left_in_any_column_of_any_table(talk, shop, urls, how):
    hers = await live_a_little(talk, shop, EMAIL, "BA1", secret=True)
    annas = await live_a_little(talk, shop, ANNA, "BA3", secret=False)
    remember_as_programs_of_before(urls["database"], hers)
    before = everything(urls)
    full = {table for table, rows in before.items() if rows}
    others = {"database.login_failures", "database.privacy_proofs", "database.erased_conversations"}
    others |= {"database.daily_tasks", "database.tracker_snapshots", "database.advisor_sessions"}
    others |= {"database.canned_replies", "database.revoked_links", "database.desk_audit", "database.desk_views"}
    others |= {"database.portraits", "database.advisor_identities", "database.openid_attempts"}  # advisors' own
    others |= {"orders.order_stock"}  # products alone
    others |= {"database.told_metrics"}  # numbers
    others |= {each for each in before if each.startswith("database.searched_words_index")}  # made of searched_words
    assert set(before) - full <= others, "the test fills every table that may hold something of a customer"
    assert with_any(before, HERS) >= {
        "database.conversations.name",
        "database.conversations.email",
        "database.messages.text",
        "database.messages.payload",
        "database.cases.package",
        "database.cases.summary",
        "database.promised_answers.request",
        "database.tracker_blocks.events",
        "database.tracker_events.event",
        "orders.order_records.document",
    }

    wanted = EMAIL.upper() if how == "email" else hers
    planned = run("erase", f"--{how}", wanted, "--dry-run")
    assert everything(urls) == before
    assert "tracker events" in planned
    told = run("erase", f"--{how}", wanted, "--yes", "--by", "antoine")
    assert "handoffs sent to webhook" in told, "there it has to be erased by those who have it"

    after, files = everything(urls), FileStore(get_settings().files)
    assert (files.names(hers), len(files.names(annas))) == ([], 1)
    assert with_any(after, HERS) - ORDERS == set()
    assert with_any(after, (hers,)) <= {"database.trackers.sender_id"}, "only the place that nobody may take again"
    assert of(after, annas) == of(before, annas)
    [proof] = after["database.privacy_proofs"]
    assert (proof["kind"], proof["by"], proof["conversations"], proof["todo"]) == ("erasure", "antoine", "1", "{}")
    counts = json.loads(proof["counts"].replace("'", '"'))
    assert counts["conversations"] == counts["cases"] == counts["promised answers"] == counts["order notes"] == 1
    assert counts["wordings of returns and repairs"] == 2
    assert counts["tracker events"] > 20
    # The return and the repair themselves are the order's: the parcel is on its way.
    assert len(shop.orders().get("BA10000004").returns) == len(shop.orders().get("BA10000008").repairs) == 1
    assert run("erase", f"--{how}", wanted, "--yes").startswith(("Nothing is kept", "This conversation is erased"))


async def test_the_bytes_are_gone_from_sqlites_file_as_well(talk, shop, urls):
    if not urls["database"].startswith("sqlite"):
        pytest.skip("PostgreSQL has no file of ours")
    await live_a_little(talk, shop, EMAIL, "BA1", secret=True)
    file = Path(urls["database"].removeprefix("sqlite:///"))
    with shop.log().engine.connect() as connection:
        turns = connection.execute(sa.select(trackers.blocks.c.events)).scalars().all()
    assert any(each[-40:] in bytes_of(file) for each in turns)
    run("erase", "--email", EMAIL, "--yes")
    raw = await asyncio.to_thread(bytes_of, file)
    assert [word for word in ("xylophone", "kaleidoscope", "Fontaine") if word.encode() in raw] == []
    assert not any(each[-40:] in raw for each in turns)


async def test_an_interrupted_erasure_is_carried_on(talk, shop, urls, monkeypatch):
    hers = await live_a_little(talk, shop, EMAIL, "BA1", secret=True)

    def down(self, selection):
        raise RuntimeError("the machine went away")

    with monkeypatch.context() as patched:
        patched.setattr(OrderRequestStore, "erase", down)
        failed = CliRunner().invoke(privacy, ["erase", "--email", EMAIL, "--yes"])
        assert failed.exit_code == 1
    with pytest.raises(ConversationNotFound):
        shop.log().get(hers)
    assert with_any(everything(urls), HERS) - ORDERS == {"orders.order_records.document"}
    # Neither the conversation nor the address leads there any more: the record of what was begun does.
    assert "Carried on" in run("erase", "--conversation", "0" * 32, "--yes")
    after = everything(urls)
    assert with_any(after, HERS) - ORDERS == set()
    assert with_any(after, (hers,)) <= {"database.trackers.sender_id"}
    [proof] = after["database.privacy_proofs"]
    assert proof["done_at"] != "None"
    assert "'messages'" in proof["counts"] or '"messages"' in proof["counts"]
    assert "order notes" in proof["counts"]


@pytest.mark.parametrize("store", ["conversation log", "trackers", "order requests"])
async def test_a_store_that_fails_has_erased_nothing_of_its_own(talk, shop, urls, settings, monkeypatch, store):
    """One transaction a store: it fails at its very end, and everything is still there."""
    await live_a_little(talk, shop, EMAIL, "BA1", secret=True)
    before = everything(urls)
    with opened(settings) as rooms:
        chosen = next(each for each in rooms.privacy._stores if each.name == store)
        engine = chosen._engine if store != "order requests" else chosen._database.engine

        @sa.event.listens_for(engine, "commit")
        def fail(connection):
            raise RuntimeError("before the commit")

        ids = tuple(row["id"] for row in before["database.conversations"])
        with pytest.raises(RuntimeError):
            chosen.erase(Selection(ids, ("BA10000003",)))
        sa.event.remove(engine, "commit", fail)
    assert everything(urls) == before


async def test_a_turn_that_was_running_brings_nothing_back(talk, agent, shop, urls, settings, monkeypatch, caplog):
    """The erasure comes in the middle of a turn, between what it has read and what it writes."""
    hers = talk()
    await hers.says("where is my order", f"BA10000003 {EMAIL}")
    call, erased = agent.action_endpoint.request, []

    def erase() -> None:
        with opened(settings) as rooms:
            erased.append(rooms.privacy.erase(Selection((hers.id,)), "antoine"))

    async def slow(*args, **kwargs):
        answered = await call(*args, **kwargs)
        if not erased:
            await asyncio.to_thread(erase)
        return answered

    monkeypatch.setattr(agent.action_endpoint, "request", slow)
    with caplog.at_level(logging.INFO):
        assert (await hers.say("can I cancel it, says the xylophone")).messages == []
        with pytest.raises(ConversationNotFound):
            shop.log().get(hers.id)
        # Whatever comes next finds nothing, and leaves nothing.
        await agent.handle_text("the xylophone once more, where is my order", sender_id=hers.id)
    assert len(erased) == 1
    after = everything(urls)
    assert with_any(after, HERS) - ORDERS == set()
    assert with_any(after, (hers.id,)) == {"database.trackers.sender_id"}
    assert trackers.CLOSED in after["database.trackers"][0]["save_id"]
    ours = [record for record in caplog.records if record.name.startswith(("concierge", "actions"))]
    assert any("was erased while" in record.getMessage() for record in ours)
    assert not any("xylophone" in record.getMessage() for record in ours)


async def test_what_is_written_late_finds_no_conversation(talk, shop, urls, settings):
    hers = talk()
    log = shop.log()
    await hers.says("where is my order", f"BA10000003 {EMAIL}")
    log.append(hers.id, "customer", "the xylophone again", state="new")
    claimed = log.claim_next(hers.id, 30)
    with opened(settings) as rooms:
        rooms.privacy.erase(Selection((hers.id,)), "antoine")
    late = {"at": shop.now(), "conversation": hers.id}
    next_steps.register(shop, "BA10000008", "1", "repair", words="marmalade", **late)
    next_steps.note(shop, "BA10000003", "gooseberry", "cancel_if_possible", key="late", **late)
    for write in (log.complete, log.reply):
        with pytest.raises(ClaimLost):
            write(claimed, [Reply("xylophone")])
    for write in (
        lambda: log.append(hers.id, "customer", "xylophone"),
        lambda: log.receive(hers.id, "xylophone"),
        lambda: log.update(hers.id, name="Claire"),
        lambda: log.identify(hers.id, "c-1", EMAIL, "Claire", in_an_hour()),
        lambda: log.typing(hers.id, "customer"),
        lambda: shop.cases().start(hers.id, "customer_asked", summary="xylophone"),
        lambda: shop.promised().promise(hers.id, "k", {"words": "xylophone"}, within=timedelta(days=1)),
    ):
        with pytest.raises(ConversationNotFound):
            write()
    for write in (
        lambda: log.record_decision(hers.id, "cancel", "no", {"words": "xylophone"}),
        lambda: log.begin_lookup(hers.id, "network", LIMITS),
    ):
        with pytest.raises(IntegrityError):
            write()
    assert with_any(everything(urls), HERS) - ORDERS == set()


async def test_another_customers_conversation_that_names_the_address_stays(talk, shop, urls):
    annas = talk()
    await annas.says("where is my order", f"BA30000003 {EMAIL}", f"BA30000003 {ANNA}")
    nobodys = talk()
    await nobodys.say(f"write to {EMAIL}, please")
    known_by_it = shop.log().open("rest", EMAIL)
    longer = talk()
    await longer.say(f"write to not-{EMAIL}, please")
    done = CliRunner(mix_stderr=False).invoke(privacy, ["erase", "--email", EMAIL, "--yes"])
    assert done.exit_code == 0
    assert annas.id in done.stderr
    assert {row["id"] for row in everything(urls)["database.conversations"]} == {annas.id, longer.id}
    for gone in (nobodys, known_by_it):
        with pytest.raises(ConversationNotFound):
            shop.log().get(gone.id)


@pytest.mark.parametrize("asked", ["strauss@example.com", "claire@example.com.evil.org", "mailto:strauß@example.com"])
async def test_an_address_is_folded_no_further_than_its_case(talk, shop, urls, asked):
    opened_ = shop.log().open("website")
    shop.log().identify(opened_.id, "c-9", "strauß@example.com", "Strauß", in_an_hour())
    assert "Nothing is kept" in run("erase", "--email", asked, "--yes")
    assert "1 conversations" in run("erase", "--email", "STRAUß@Example.com", "--yes")


def test_what_to_write_is_said(shop):
    assert CliRunner().invoke(privacy, ["erase", "--yes"]).exit_code == 2
    assert CliRunner().invoke(privacy, ["erase", "--email", "nobody", "--yes"]).exit_code == 2
    assert "Nothing is kept" in run("erase", "--email", "nobody@example.com")


async def test_it_asks_first(talk, shop, urls):
    hers = talk()
    await hers.say("hello")
    before = everything(urls)
    refused = CliRunner().invoke(privacy, ["erase", "--conversation", hers.id], input="n\n")
    assert refused.exit_code == 1
    assert everything(urls) == before
