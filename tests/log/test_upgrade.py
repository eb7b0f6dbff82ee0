from __future__ import annotations

import subprocess
import sys

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from concierge.conversations import upgrade
from concierge.conversations.schema import metadata
from concierge.database import open_engine


def test_the_migrations_make_what_the_code_expects(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "conversations_version"})
        assert compare_metadata(context, metadata) == []


def test_upgrading_again_changes_nothing(engine):
    upgrade(engine)


def test_three_processes_may_start_at_once(tmp_path):
    url = f"sqlite:///{tmp_path / 'new' / 'log.db'}"
    code = (
        "import sys; from concierge.database import open_engine; from concierge.conversations import upgrade; "
        "upgrade(open_engine(sys.argv[1], busy_seconds=30))"
    )
    started = [subprocess.Popen([sys.executable, "-c", code, url]) for _ in range(3)]
    assert [process.wait(60) for process in started] == [0, 0, 0]
    with open_engine(url).connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM conversations_version").all() == [("0003",)]
