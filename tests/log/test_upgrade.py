from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from concierge.conversations import upgrade
from concierge.conversations.schema import metadata
from concierge.conversations.upgrade import MIGRATIONS
from concierge.database import open_engine
from concierge.orders.tables import upgrade as upgrade_orders


def test_the_migrations_make_what_the_code_expects(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "conversations_version"})
        assert compare_metadata(context, metadata) == []


def test_upgrading_again_changes_nothing(engine):
    upgrade(engine)


def newest() -> str | None:
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def test_three_processes_may_start_at_once(tmp_path):
    url = f"sqlite:///{tmp_path / 'new' / 'log.db'}"
    code = (
        "import sys; from concierge.database import open_engine; from concierge.conversations import upgrade; "
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
