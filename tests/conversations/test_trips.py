"""How often PostgreSQL is asked, and that asking less often loses nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from concierge.conversations import ConversationLog, bell, upgrade
from concierge.conversations.inbox import Reply
from concierge.storage import own_transactions
from concierge.storage.database import open_engine, read, write
from tests.postgres import Schema, postgres_schema

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def schema() -> Iterator[Schema]:
    with postgres_schema("trips") as made:
        yield made


@pytest.fixture
def log(schema: Schema) -> Iterator[ConversationLog]:
    engine = open_engine(schema.url())
    upgrade(engine)
    yield ConversationLog(engine)
    engine.dispose()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What goes to the server from this thread, a trip each."""
    trips: list[str] = []
    here, stock = threading.get_ident(), own_transactions.Cursor._send

    def send(cursor, query, values):
        if threading.get_ident() == here:
            trips.append(str(query))
        stock(cursor, query, values)

    monkeypatch.setattr(own_transactions.Cursor, "_send", send)
    return trips


def test_a_message_and_its_answer_are_seven_trips(log: ConversationLog, sent: list[str]) -> None:
    one = log.open("website").id
    sent.clear()
    log.receive(one, "hello", client_key="a")
    assert len(sent) == 2, sent
    message = log.claim_next(one, 30)
    assert len(sent) == 3, sent
    log.complete(message, [Reply("Hello"), Reply("What may I do?")], lease_seconds=30)
    assert len(sent) == 7, sent
    assert [row.text for row in log.messages(one)] == ["hello", "Hello", "What may I do?"]
    assert len(sent) == 8, "looking is one trip, without BEGIN and COMMIT"


def test_what_is_wrong_with_a_statement_that_was_kept_is_raised_and_undoes_all(log: ConversationLog) -> None:
    one = log.open("website").id
    log.append(one, "customer", "hello", client_key="a")
    again = log.append(one, "customer", "hello", client_key="a")
    assert again.repeated
    assert log.get(one).last_seq == 1, "the number that was taken for it is given back"
    assert log.append(one, "customer", "and on", client_key="b").seq == 2


def test_nothing_of_a_transaction_that_fails_is_left_for_the_next(log: ConversationLog) -> None:
    one = log.open("website").id

    def append_and(fail: Callable[[sa.engine.Connection], object]) -> None:
        with write(log.engine) as connection:
            log.append_in(connection, one, "customer", "never")
            fail(connection)

    with pytest.raises(ZeroDivisionError):
        append_and(lambda connection: 1 / 0)
    assert log.messages(one) == []
    with pytest.raises(sa.exc.ProgrammingError):
        append_and(lambda connection: connection.execute(sa.text("SELECT nothing FROM nowhere")))
    assert log.append(one, "customer", "hello").seq == 1


def test_several_looks_are_of_one_state_where_that_is_wanted(log: ConversationLog) -> None:
    one = log.open("website").id
    count = sa.text("SELECT count(*) FROM messages WHERE conversation_id = :id")
    with read(log.engine, one_state=True) as connection:
        before = connection.execute(count, {"id": one}).scalar_one()
        log.append(one, "customer", "meanwhile")
        assert connection.execute(count, {"id": one}).scalar_one() == before == 0
        with pytest.raises(sa.exc.DBAPIError):
            connection.execute(sa.text("DELETE FROM messages"))
    assert len(log.messages(one)) == 1


def test_what_was_committed_while_another_was_told_is_told_at_once(schema: Schema, log: ConversationLog) -> None:
    listener = open_engine(schema.url())
    raw = listener.raw_connection()
    driver = raw.dbapi_connection
    driver.cursor().execute(f"LISTEN {bell.CHANNEL}")
    ids = [log.open("website").id for _ in range(200)]
    assert log.bell is not None
    for each in ids:
        log.bell.tell(each, work=each == ids[-1])
    heard: dict[str, bool] = {}
    notices, deadline = 0, time.monotonic() + 10
    while len(heard) < len(ids) and time.monotonic() < deadline:
        driver.cursor().execute("SELECT 1")
        while driver.notifies:
            origin, changed = bell.heard(driver.notifies.pop(0).payload)
            if origin == log.bell.origin:
                notices += 1
                heard.update(changed)
    raw.invalidate()
    listener.dispose()
    assert set(heard) == set(ids)
    assert [each for each, work in heard.items() if work] == [ids[-1]]
    assert notices < len(ids) / 4


def test_a_notification_is_no_longer_than_postgresql_takes() -> None:
    told = {f"{number:032x}": bool(number % 2) for number in range(1000)}
    written = bell.written("origin", told)
    assert max(len(each.encode()) for each in written) < 8000
    assert len(written) < 6
    assert {each: work for notice in written for each, work in bell.heard(notice)[1]} == told


def test_a_claim_does_not_wait_for_the_disk_and_what_is_said_does(log: ConversationLog) -> None:
    """As the server itself sees it, in a trigger."""
    one = log.open("website").id
    with write(log.engine) as connection:
        for statement in (
            "CREATE TABLE seen (state text, waits text)",
            "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "INSERT INTO seen VALUES (NEW.state, current_setting('synchronous_commit')); RETURN NEW; END $$",
            "CREATE TRIGGER noted AFTER INSERT OR UPDATE ON messages FOR EACH ROW EXECUTE FUNCTION note()",
        ):
            connection.execute(sa.text(statement))
    log.receive(one, "hello")
    claimed = log.claim_next(one, 30)
    assert claimed is not None
    log.complete(claimed, [])
    with write(log.engine) as connection:
        seen = connection.execute(sa.text("SELECT state, waits FROM seen")).all()
        connection.execute(sa.text("DROP FUNCTION note CASCADE"))
    assert [tuple(row) for row in seen] == [("new", "on"), ("processing", "off"), ("done", "on")]
