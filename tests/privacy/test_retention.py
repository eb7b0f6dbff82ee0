"""What is past its period goes, and nothing else; what is still wanted stays, however old it is."""

from __future__ import annotations

import asyncio
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from concierge.conversations import ConversationNotFound, schema
from concierge.orders import OrdersUnavailable
from concierge.privacy import daily, periods
from concierge.privacy.commands import privacy
from concierge.privacy.opening import opened
from concierge.privacy.retention import Retention
from concierge.rasa_runtime.event_log import EventLog
from concierge.storage.database import open_engine, read, write
from concierge.trackers import tables
from tests.privacy.conftest import LIMITS, everything

NOW = datetime(2028, 6, 1, 12, tzinfo=timezone.utc)
YEAR, TWO_YEARS = timedelta(days=365), timedelta(days=730)


@pytest.fixture
def rooms(settings):
    with opened(settings) as found:
        yield found


@pytest.fixture
def made(shop) -> Any:
    """``made(age, region)`` is a conversation that nobody has touched for so long."""

    def make(age: timedelta, region: str = "ROW") -> str:
        opened_ = shop.log().open("website", region=region)
        shop.log().append(opened_.id, "customer", "hello")
        aged(shop, opened_.id, age)
        return str(opened_.id)

    return make


def aged(shop: Any, conversation_id: str, age: timedelta) -> None:
    at = NOW - age
    with write(shop.log().engine) as connection:
        theirs = schema.conversations.c.id == conversation_id
        connection.execute(schema.conversations.update().where(theirs).values(updated_at=at, created_at=at))
        for table, column in (
            (schema.cases, "closed_at"),
            (schema.decisions, "created_at"),
            (schema.lookups, "created_at"),
            (schema.promised_answers, "created_at"),
        ):
            rows = table.update().where(table.c.conversation_id == conversation_id, table.c[column].isnot(None))
            connection.execute(rows.values({column: at}))


def there(shop: Any, conversation_id: str) -> bool:
    try:
        shop.log().get(conversation_id)
    except ConversationNotFound:
        return False
    return True


@pytest.mark.parametrize(("region", "days"), [("ROW", 365), ("US", 365), ("EU", 730), ("CH", 365)])
def test_a_conversation_goes_on_its_day_and_not_before(shop, rooms, made, region, days):
    older = made(timedelta(days=days, seconds=1), region)
    younger = made(timedelta(days=days, seconds=-1), region)
    assert rooms.retention.plan(NOW) == {"conversations, with all that is theirs": 1}
    assert there(shop, older)
    [proof] = rooms.retention.run(NOW, "desk")
    assert (proof.kind, proof.conversations, proof.counts["messages"]) == ("retention", 1, 1)
    assert not there(shop, older)
    assert there(shop, younger)
    assert rooms.retention.run(NOW, "desk") == []


def test_what_is_still_wanted_stays(shop, rooms, made):
    queued = made(TWO_YEARS)
    shop.cases().start(queued, "customer_asked")
    promised = made(TWO_YEARS)
    shop.promised().promise(promised, "k", {}, within=timedelta(days=1))
    requested = made(TWO_YEARS)
    at = NOW - timedelta(days=20)
    book, line = shop.orders(), shop.orders().get("BA10000008").lines[0].id
    made_repair = book.request_repair("BA10000008", line, "broken", "k", at, conversation=requested)
    for each in (queued, promised, requested):
        aged(shop, each, TWO_YEARS)
    assert rooms.retention.run(NOW, "desk") == []

    shop.cases().leave(shop.cases().live(queued).id)
    shop.promised().keep(shop.promised().promise(promised, "k", {}, within=timedelta(days=1)).id)
    order = book.get("BA10000008")
    back = tuple(replace(each, status="sent_back") if each.id == made_repair.id else each for each in order.repairs)
    book.put([replace(order, repairs=back)])
    for each in (queued, promised, requested):
        aged(shop, each, TWO_YEARS)
    rooms.retention.run(NOW, "desk")
    assert [there(shop, each) for each in (queued, promised, requested)] == [False, False, False]


def test_a_request_that_nobody_reports_on_rests_after_its_period(shop, rooms, made):
    requested = made(TWO_YEARS)
    at = NOW - timedelta(days=181)
    shop.orders().request_return("BA10000004", ["1"], key="k", at=at, conversation=requested)
    assert rooms.retention.run(NOW, "desk")
    assert not there(shop, requested)


def test_orders_that_do_not_answer_keep_what_may_be_under_way(shop, rooms, made, monkeypatch):
    requested, other = made(TWO_YEARS), made(TWO_YEARS)
    shop.orders().request_return("BA10000004", ["1"], key="k", at=NOW - TWO_YEARS, conversation=requested)

    def down(number: str) -> None:
        raise OrdersUnavailable("down")

    monkeypatch.setattr(rooms.retention, "_order", down)
    rooms.retention.run(NOW, "desk")
    assert (there(shop, requested), there(shop, other)) == (True, False)


def test_rows_go_before_their_conversation(shop, rooms, made, urls):
    kept = made(timedelta(days=1))
    log, cases = shop.log(), shop.cases()
    cases.leave(cases.start(kept, "customer_asked", summary="old").id)
    log.record_decision(kept, "cancel", "no", {})
    log.end_lookup(log.begin_lookup(kept, "network", LIMITS), False)
    shop.promised().keep(shop.promised().promise(kept, "k", {}, within=timedelta(days=1)).id)
    with write(log.engine) as connection:
        row = {"attempt": uuid.uuid4().hex, "key": "login.digest", "created_at": NOW - timedelta(days=2)}
        connection.execute(schema.login_failures.insert(), row)
    aged(shop, kept, timedelta(days=400))
    with write(log.engine) as connection:
        connection.execute(schema.conversations.update().values(updated_at=NOW))
    planned = rooms.retention.plan(NOW)
    names = {"cases", "decisions", "lookups", "promised answers", "login failures"}
    assert planned == dict.fromkeys(names, 1)
    [proof] = rooms.retention.run(NOW, "desk")
    assert proof.counts == planned
    assert there(shop, kept)
    after = everything(urls)
    for name in names:
        assert after[f"database.{name.replace(' ', '_')}"] == []


def test_proofs_and_marks_go_in_the_end(shop, rooms, made, urls):
    shop.log()
    gone = made(TWO_YEARS)
    EventLog(urls["database"]).append(gone, None, [{"event": "user", "text": "hello"}])
    rooms.retention.run(NOW, "desk")
    before = everything(urls)
    assert len(before["database.trackers"]) == len(before["database.erased_conversations"]) == 1
    later = datetime.now(timezone.utc) + timedelta(days=1097)
    rooms.retention.run(later, "desk")
    after = everything(urls)
    assert after["database.trackers"] == after["database.erased_conversations"] == []
    assert [each["kind"] for each in after["database.privacy_proofs"]] == ["retention"], "that of this very run"


def test_more_than_fit_into_one_go(shop, rooms, made, monkeypatch):
    from concierge.privacy import retention

    monkeypatch.setattr(retention, "AT_ONCE", 2)
    ids = [made(TWO_YEARS) for _ in range(5)]
    held = ids[2]
    shop.cases().start(held, "customer_asked")
    aged(shop, held, TWO_YEARS)
    proofs = rooms.retention.run(NOW, "desk")
    assert sum(proof.conversations for proof in proofs) == 4
    assert [there(shop, each) for each in ids].count(True) == 1


def test_of_any_number_of_processes_one_does_it(urls, shop):
    shop.log()
    engines = [open_engine(urls["database"]) for _ in range(6)]
    for at, most in ((NOW, 1), (NOW + timedelta(minutes=59), 0), (NOW + timedelta(minutes=61), 1)):
        with ThreadPoolExecutor(6) as pool:
            won = list(pool.map(lambda engine, at=at: daily.claim(engine, "retention", at), engines))
        assert won.count(True) == most, at
    daily.done(engines[0], "retention", NOW)
    assert not daily.claim(engines[1], "retention", NOW + timedelta(hours=23))
    assert daily.claim(engines[2], "retention", NOW + timedelta(hours=25))
    for engine in engines:
        engine.dispose()


def test_the_day_s_work_is_done_once(settings, shop, made, monkeypatch):
    old = made(TWO_YEARS)
    monkeypatch.setattr(daily, "now", lambda: NOW)
    daily.work(shop.log().engine, settings, "desk")
    assert not there(shop, old)
    later = made(TWO_YEARS)
    daily.work(shop.log().engine, settings, "desk")
    assert there(shop, later), "not twice a day"
    monkeypatch.setattr(daily, "now", lambda: NOW + timedelta(days=1))
    daily.work(shop.log().engine, settings, "desk")
    assert not there(shop, later)


def test_one_of_the_day_s_tasks_that_fails_keeps_no_other_from_it(settings, shop, made, urls, monkeypatch, caplog):
    resting, engine = made(timedelta(0)), shop.log().engine
    log = EventLog(urls["database"])
    version = log.append(resting, None, [{"event": "user", "text": "hello"}])[0]
    log.append(resting, version, [{"event": "user", "text": "goodbye"}])
    log.close()
    told = events_of(engine, resting)

    def refused(*_):
        raise RuntimeError("Claire Fontaine")

    monkeypatch.setattr(Retention, "run", refused)
    monkeypatch.setattr(daily, "now", lambda: datetime.now(timezone.utc) + timedelta(days=2))
    daily.work(engine, settings, "desk")
    assert "The day's retention could not be done: RuntimeError" in caplog.text
    assert "Claire" not in caplog.text
    with read(engine) as connection:
        assert connection.execute(sa.select(tables.blocks.c.count)).scalars().all() == [2]
    assert events_of(engine, resting) == told


def events_of(engine, conversation_id):
    with read(engine) as connection:
        return tables.export(connection, conversation_id)


def test_an_interrupted_erasure_is_carried_on_by_the_day_s_work(settings, shop, made, monkeypatch):
    from concierge.privacy.stores import Selection
    from concierge.privacy.stores.trackers import TrackerStore

    hers = made(timedelta(0))
    with opened(settings) as rooms, monkeypatch.context() as patched:
        patched.setattr(TrackerStore, "erase", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            rooms.privacy.erase(Selection((hers,)), "antoine")
    daily.work(shop.log().engine, settings, "desk")
    with opened(settings) as rooms:
        assert rooms.privacy.proofs.unfinished() == []


def test_every_figure_has_its_reason_and_every_kind_its_figure():
    kinds = {figure.key.partition(".")[2] for figure in periods.all_periods(NOW.date())}
    assert kinds == {
        "conversations", "cases", "decisions", "lookups", "promised_answers", "order_requests", "login_failures",
        "proofs", "desk_audit",
    }  # fmt: skip
    for figure in periods.all_periods(NOW.date()):
        assert (figure.unit, figure.value > 0, bool(figure.source.id), bool(figure.label)) == ("days", True, True, True)


def test_the_command_tells_first_and_then_does(shop, made, monkeypatch):
    old = made(timedelta(days=2000))
    told = CliRunner().invoke(privacy, ["retention", "--dry-run"])
    assert "365 days  conversations" in told.output
    assert "730 days  conversations, EU" in told.output
    assert there(shop, old)
    # By the clock of this computer it is not 2028 yet.
    with write(shop.log().engine) as connection:
        old_day = datetime.now(timezone.utc) - TWO_YEARS
        connection.execute(sa.update(schema.conversations).values(updated_at=old_day))
    assert "1  conversations, with all" in CliRunner().invoke(privacy, ["retention", "--dry-run"]).output
    assert "Proof" in CliRunner().invoke(privacy, ["retention"]).output
    assert not there(shop, old)
    assert "retention, 1 conversations" in CliRunner().invoke(privacy, ["proofs"]).output


async def test_a_round_that_fails_is_followed_by_another(settings, shop, made, monkeypatch, caplog):
    old = made(TWO_YEARS)
    monkeypatch.setattr(daily, "FIRST_SECONDS", 0.0)
    monkeypatch.setattr(daily, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(daily, "now", lambda: NOW)
    claim, failed = daily.claim, []

    def claim_later(*args):
        if not failed:
            failed.append(args)
            raise sa.exc.OperationalError("UPDATE", {"email": "claire@example.com"}, Exception("gone"))
        return claim(*args)

    monkeypatch.setattr(daily, "claim", claim_later)
    working = asyncio.create_task(daily.keep_working(shop.log().engine, settings, "desk"))
    for _ in range(200):
        await asyncio.sleep(0.05)
        if not there(shop, old):
            break
    working.cancel()
    assert not there(shop, old)
    assert "claire" not in caplog.text
