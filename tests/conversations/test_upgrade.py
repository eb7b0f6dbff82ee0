from __future__ import annotations

import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from concierge.conversations import Reply, upgrade
from concierge.conversations.schema import metadata
from concierge.conversations.upgrade import MIGRATIONS
from concierge.orders import OrdersUnavailable
from concierge.orders.sql import SqlOrderBook
from concierge.orders.tables import MIGRATIONS as ORDERS_MIGRATIONS
from concierge.orders.tables import upgrade as upgrade_orders
from concierge.storage import schema_version
from concierge.storage.database import open_engine
from concierge.storage.schema_version import SchemaTooNew
from concierge.trackers.tables import MIGRATIONS as TRACKERS_MIGRATIONS

upgrade_module = sys.modules["concierge.conversations.upgrade"]


# Of FTS5, which makes tables of its own for the index that a migration makes by name.
COMPARED = {
    "version_table": "conversations_version",
    "include_name": lambda name, kind, _: kind != "table" or not name.startswith("searched_words_index"),
}


@pytest.fixture
def engine(url):
    """Migrated here: what other tests have is a copy."""
    engine = open_engine(url)
    upgrade(engine)
    yield engine
    engine.dispose()


def test_the_migrations_make_what_the_code_expects(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=COMPARED)
        assert compare_metadata(context, metadata) == []


def test_upgrading_again_changes_nothing(engine):
    upgrade(engine)


def newest() -> str | None:
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


@pytest.mark.parametrize("package", ["conversations", "orders", "trackers"])
def test_the_newest_migration_is_known_without_alembic(package):
    migrations = MIGRATIONS.parents[1] / package / "migrations"
    assert schema_version.newest(migrations) == ScriptDirectory(str(migrations)).get_current_head()


def test_three_processes_may_start_at_once(tmp_path):
    url = f"sqlite:///{tmp_path / 'new' / 'log.db'}"
    code = (
        "import sys; from concierge.storage.database import open_engine; from concierge.conversations import upgrade; "
        "upgrade(open_engine(sys.argv[1], busy_seconds=30))"
    )
    started = [subprocess.Popen([sys.executable, "-c", code, url]) for _ in range(3)]
    assert [process.wait(60) for process in started] == [0, 0, 0]
    with open_engine(url).connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM conversations_version").all() == [(newest(),)]


def test_several_databases_of_one_process_may_be_upgraded_at_once(tmp_path):
    engines = [open_engine(f"sqlite:///{tmp_path / str(number)}.db") for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit((upgrade, upgrade_orders)[n % 2], engine) for n, engine in enumerate(engines)]:
            done.result()


NEWER = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = {revision!r}, {before!r}, None, None
{more}


def upgrade():
    op.add_column("conversations", sa.Column("added_{revision}", sa.String(8)))
"""


@pytest.fixture
def newer(tmp_path, monkeypatch):
    """``newer("9001")`` makes this the program of another migration; ``newer()`` this one again."""

    def become(*revisions, more=""):
        monkeypatch.undo()
        if not revisions:
            return
        folder = tmp_path / f"migrations_{len(revisions)}"
        shutil.copytree(upgrade_module.MIGRATIONS, folder)
        before = newest()
        for revision in revisions:
            text = NEWER.format(revision=revision, before=before, more=more if revision == revisions[-1] else "")
            (folder / "versions" / f"{revision}_newer.py").write_text(text)
            before = revision
        monkeypatch.setattr(upgrade_module, "MIGRATIONS", folder)

    return become


def test_a_program_of_before_works_with_a_schema_that_only_has_more(engine, log, newer):
    newer("9001")
    upgrade(engine)
    newer()
    upgrade(engine)
    one = log.open("website").id
    message = log.receive(one, "hello", lease_seconds=10).message
    log.complete(message, [Reply("welcome")])
    assert [each.text for each in log.messages(one)] == ["hello", "welcome"]
    with engine.connect() as connection:
        versions = connection.exec_driver_sql("SELECT version_num, oldest_program FROM conversations_version").all()
    assert versions == [("9001", "0007")], "and leaves it as it is"


def test_one_that_cannot_use_it_says_what_to_do(engine, url, newer, monkeypatch):
    newer("9001", "9002", more='oldest_program = "9001"')
    upgrade(engine)
    newer()
    with pytest.raises(SchemaTooNew, match=f"9002; this one knows {newest()}, and 9001 is needed"):
        upgrade(engine)
    newer("9001")
    upgrade(engine)
    newer()
    monkeypatch.setenv("CONCIERGE_DATABASE_URL", url)
    for command in ("desk", "actions", "advisors list"):
        done = subprocess.run(
            [sys.executable, "-m", "concierge", *command.split()],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 1
        assert "Start that version again" in done.stderr
        assert "Traceback" not in done.stderr


def test_orders_of_a_newer_program_are_said_to_be_so(tmp_path):
    url = f"sqlite:///{tmp_path / 'orders.db'}"
    book = SqlOrderBook(url)
    with book._database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE orders_alembic_version SET version_num = '9001'")
    SqlOrderBook(url).get("BA10000001")
    with book._database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE orders_alembic_version SET oldest_program = '9001'")
    with pytest.raises(OrdersUnavailable, match="newer version"):
        SqlOrderBook(url).get("BA10000001")
    book.close()


def test_migrations_have_numbers_that_can_be_compared():
    for folder in (upgrade_module.MIGRATIONS, ORDERS_MIGRATIONS, TRACKERS_MIGRATIONS):
        scripts = ScriptDirectory(str(folder)).walk_revisions()
        for each in scripts:
            assert re.fullmatch(r"\d{4}", each.revision)
            assert getattr(each.module, "oldest_program", each.revision) <= each.revision
