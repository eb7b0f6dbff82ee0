"""The trackers' tables: made, brought up to date, and refused where a newer program has changed them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import Engine

from concierge.conversations import upgrade as upgrade_conversations
from concierge.orders.tables import upgrade as upgrade_orders
from concierge.rasa_runtime.errors import TrackerUnavailable
from concierge.rasa_runtime.event_log import EventLog
from concierge.rasa_runtime.tracker_store import EventLogTrackerStore
from concierge.storage.database import open_engine
from concierge.storage.schema_version import SchemaTooNew
from concierge.trackers import tables

# As programs made them before there were migrations: SQLAlchemy's own words of then.
WITHOUT_ROWID = {"sqlite": " WITHOUT ROWID", "postgresql": ""}
OF_BEFORE = (
    "CREATE TABLE IF NOT EXISTS trackers (sender_id VARCHAR(255) NOT NULL, seq BIGINT NOT NULL, "
    "save_id VARCHAR(32) NOT NULL, PRIMARY KEY (sender_id)){}",
    "CREATE TABLE IF NOT EXISTS tracker_events (sender_id VARCHAR(255) NOT NULL, seq BIGINT NOT NULL, "
    "type VARCHAR(64) NOT NULL, timestamp FLOAT, event TEXT NOT NULL, PRIMARY KEY (sender_id, seq))",
    "CREATE TABLE IF NOT EXISTS tracker_snapshots (sender_id VARCHAR(255) NOT NULL, seq BIGINT NOT NULL, "
    "events TEXT NOT NULL, PRIMARY KEY (sender_id))",
    "INSERT INTO trackers VALUES ('claire', 2, 's1')",
    "INSERT INTO tracker_events VALUES ('claire', 1, 'user', 1.5, '{{\"event\": \"user\"}}')",
    "INSERT INTO tracker_events VALUES ('claire', 2, 'bot', 2.5, '{{\"event\": \"bot\"}}')",
)


@pytest.fixture
def engine(any_database: str) -> Iterator[Engine]:
    engine = open_engine(any_database)
    yield engine
    engine.dispose()


def versions(engine: Engine) -> list[tuple[str, str]]:
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT version_num, oldest_program FROM trackers_version"))
        return [tuple(row) for row in rows]


def differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": tables.VERSION_TABLE})
        return compare_metadata(context, tables.metadata)


def test_the_migrations_make_what_the_code_expects(engine: Engine) -> None:
    tables.upgrade(engine)
    tables.upgrade(engine)
    assert differences(engine) == []
    assert versions(engine) == [("0002", "0002")]
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            made = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'trackers'").scalar_one()
        assert "WITHOUT ROWID" in made


def test_a_database_of_before_there_were_migrations_keeps_what_it_has(engine: Engine, any_database: str) -> None:
    with engine.begin() as connection:
        for statement in OF_BEFORE:
            connection.exec_driver_sql(statement.format(WITHOUT_ROWID[engine.dialect.name]))
    log = EventLog(any_database)
    stored = log.read("claire")
    assert differences(engine) == []
    assert stored is not None
    assert (stored.version, [event["event"] for event in stored.events]) == ((2, "s1"), ["user", "bot"])
    version, met = log.append("claire", stored.version, [{"event": "action", "timestamp": 3.5}])
    assert (version.seq, met) == (3, False)
    assert versions(engine) == [("0002", "0002")]
    with engine.begin() as connection:  # a replica of before that starts again beside it
        for statement in OF_BEFORE[:3]:
            connection.exec_driver_sql(statement.format(WITHOUT_ROWID[engine.dialect.name]))
    stored = log.read("claire")
    assert stored is not None
    assert len(stored.events) == 3
    log.close()


def test_several_replicas_may_start_at_once(any_database: str, engine: Engine) -> None:
    code = (
        "import sys; from concierge.storage.database import open_engine; from concierge.trackers import tables; "
        "tables.upgrade(open_engine(sys.argv[1], busy_seconds=30))"
    )
    started = [subprocess.Popen([sys.executable, "-c", code, any_database]) for _ in range(4)]
    assert [process.wait(60) for process in started] == [0] * 4
    assert versions(engine) == [("0002", "0002")]
    assert differences(engine) == []


def test_one_database_may_hold_conversations_orders_and_trackers(engine: Engine) -> None:
    for upgrade in (tables.upgrade, upgrade_conversations, upgrade_orders, tables.upgrade):
        upgrade(engine)
    assert {"trackers", "messages", "orders"} <= set(sa.inspect(engine).get_table_names())


async def test_a_schema_that_only_has_more_is_used(any_database: str, engine: Engine) -> None:
    tables.upgrade(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE trackers ADD COLUMN added VARCHAR(8)")
        connection.exec_driver_sql("UPDATE trackers_version SET version_num = '9001'")
    log = EventLog(any_database)
    log.append("claire", None, [{"event": "user"}])
    assert log.senders() == ["claire"]
    log.close()
    assert versions(engine) == [("9001", "0002")], "and left as it is"


async def test_one_that_needs_a_newer_program_is_refused(any_database: str, engine: Engine) -> None:
    tables.upgrade(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE trackers_version SET version_num = '9002', oldest_program = '9001'")
    told = "9002; this one knows 0002, and 9001 is needed"
    with pytest.raises(SchemaTooNew, match=told):
        EventLogTrackerStore(host=any_database)
    log = EventLog(any_database)  # as of a store that was opened while the database was away
    with pytest.raises(TrackerUnavailable, match=told):
        log.head("claire")
    log.close()


def test_a_store_shares_an_engine_that_is_open_unless_it_has_a_database_of_its_own(
    engine: Engine, any_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONCIERGE_DATABASE_URL", any_database)
    assert EventLogTrackerStore(engine=engine).log.engine is engine
    own = EventLogTrackerStore(host=any_database, engine=engine)
    assert own.log.engine is not engine
    own.log.close()
