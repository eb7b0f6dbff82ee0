from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from concierge.conversations import Conversation, ConversationLog
from concierge.conversations.schema import conversations, messages
from concierge.storage.compiled_statements import CompiledStatement
from concierge.storage.database import read, write

AT = datetime(2026, 3, 29, 1, 30, 0, 7, tzinfo=timezone(timedelta(hours=2)))
ROW = {
    "conversation_id": "c1",
    "seq": 1,
    "role": "customer",
    "kind": "text",
    "text": "100 % “Größe” 👜 :id ? %(id)s",
    "payload": {"buttons": [{"title": "Ça va"}], "none": None, "third": 1 / 3},
    "author": "",
    "client_key": None,
    "state": "processing",
    "attempts": 1,
    "lease_until": AT,
    "meta": {},
    "created_at": AT,
}
INSERT = messages.insert().inline()
SELECT = sa.select(messages).where(messages.c.conversation_id == sa.bindparam("id")).order_by(messages.c.seq)
# How the columns stand in the file or on the server, whatever reads them.
PLAIN = sa.text("SELECT seq, CAST(payload AS TEXT), CAST(lease_until AS TEXT), CAST(meta AS TEXT), text FROM messages")


@pytest.fixture
def connection(engine):
    with write(engine) as connection:
        row = {"channel": "website", "language": "en", "region": "EU", "name": "", "email": "", "owner": "assistant"}
        row |= {"id": "c1", "last_seq": 0, "attributes": {}, "created_at": AT, "updated_at": AT}
        connection.execute(conversations.insert(), row)
        yield connection


def test_it_writes_what_sqlalchemy_writes_and_each_reads_the_others_rows(connection):
    CompiledStatement(INSERT).run(connection, ROW)
    CompiledStatement(INSERT).run_each(connection, [{**ROW, "seq": seq} for seq in (2, 3)])
    connection.execute(INSERT, {**ROW, "seq": 4})
    stored = connection.execute(PLAIN).all()
    assert [row.seq for row in stored] == [1, 2, 3, 4]
    assert len({tuple(row)[1:] for row in stored}) == 1

    found = CompiledStatement(SELECT).all(connection, {"id": "c1"})
    assert found == [dict(row) for row in connection.execute(SELECT, {"id": "c1"}).mappings()]
    assert found[3] == {**ROW, "seq": 4}
    assert found[3]["created_at"].utcoffset() == timedelta(0)


def test_values_of_the_statement_itself_and_columns_with_names_of_its_own(connection):
    CompiledStatement(INSERT).run_each(connection, [{**ROW, "seq": seq} for seq in range(1, 5)])
    change = messages.update().where(messages.c.state == "processing", messages.c.seq > sa.bindparam("after"))
    assert CompiledStatement(change.values(state="done", lease_until=AT)).run(connection, {"after": 1}) == 3
    assert CompiledStatement(change.values(state="done")).run(connection, {"after": 1}) == 0
    count = CompiledStatement(
        sa.select(sa.func.count().label("many"), sa.literal("x").label("mark")).select_from(messages)
    )
    assert count.first(connection, {}) == {"many": 4, "mark": "x"}
    one = CompiledStatement(SELECT.where(messages.c.state == "done").limit(1))
    assert one.first(connection, {"id": "c1"})["seq"] == 2
    assert one.first(connection, {"id": "nobody"}) is None


def test_a_value_that_is_not_given_is_not_taken_for_none(connection):
    with pytest.raises(KeyError, match="client_key"):
        CompiledStatement(INSERT).run(connection, {key: value for key, value in ROW.items() if key != "client_key"})
    with pytest.raises(ValueError, match="time zone"):
        CompiledStatement(INSERT).run(connection, {**ROW, "created_at": datetime(2026, 1, 1)})


def test_its_errors_are_sqlalchemys_and_say_nothing_of_the_values(engine):
    with pytest.raises(sa.exc.IntegrityError) as twice, write(engine) as connection:
        CompiledStatement(INSERT).run_each(connection, [{**ROW, "conversation_id": "nobody"}])
    assert "Größe" not in str(twice.value)
    missing = CompiledStatement(sa.text("SELECT nothing FROM nowhere"))
    with pytest.raises(sa.exc.DBAPIError), read(engine) as connection:
        missing.all(connection, {})


def test_a_lost_connection_is_known_as_one_and_not_used_again(engine):
    if engine.dialect.name == "sqlite":
        pytest.skip("there is none to lose")
    own = CompiledStatement(sa.text("SELECT pg_backend_pid() AS pid").columns(sa.column("pid", sa.Integer)))
    with pytest.raises(sa.exc.OperationalError) as lost, write(engine) as connection:  # noqa: PT012
        pid = own.first(connection, {})["pid"]
        with engine.begin() as other:
            other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        own.first(connection, {})
    assert lost.value.connection_invalidated
    with write(engine) as connection:
        assert own.first(connection, {})["pid"] != pid


async def test_a_log_whose_rows_are_all_there_is_read_by_the_new_code(log: ConversationLog, engine):
    """As a database is after an update: nothing in it was written by these statements."""
    with write(engine) as connection:
        made = Conversation("c1", "website", None, "fr", "EU", "", "", "assistant", None, 1, {"page": "/"}, AT, AT)
        connection.execute(conversations.insert(), vars(made))
        connection.execute(messages.insert(), {**ROW, "state": "new", "lease_until": None, "attempts": 0})
    assert await asyncio.to_thread(log.get, "c1") == made
    changes = log.changes("c1", 0)
    assert (changes.conversation, changes.working) == (made, True)
    assert changes.messages[0].created_at == AT
    claimed = log.claim_next("c1", 30)
    assert (claimed.text, claimed.payload, claimed.created_at) == (ROW["text"], ROW["payload"], AT)
    assert log.receive("c1", "et puis", lease_seconds=30).message.seq == 2
