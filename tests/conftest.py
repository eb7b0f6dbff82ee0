"""What each test leaves as it was, what it need not make anew, and how workers share them out."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from concierge import yaml_files
from tests.postgres import drop_database

SHIPPED_QUEUES = Path(__file__).parent.parent / "concierge" / "queues" / "queues.yml"


def pytest_configure() -> None:
    """The house's own queues, open at whatever hour: every process of the tests is told of them."""
    read = yaml_files.read(SHIPPED_QUEUES)
    queues = {
        code: {key: value for key, value in queue.items() if key != "hours"} for code, queue in read["queues"].items()
    }
    with tempfile.NamedTemporaryFile("w", suffix=".yml", prefix="queues-", delete=False) as always_open:
        yaml.safe_dump({"queues": queues}, always_open, sort_keys=False)
    os.environ["CONCIERGE_QUEUES"] = always_open.name


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    """A command that is called here, and not in a process of its own, makes this process's files private, too."""
    before = os.umask(0)
    os.umask(before)
    yield
    os.umask(before)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The databases of a new installation, ``concierge.db`` and ``orders.db``, without a row: to copy them takes no
    time, to migrate them does."""
    from concierge.conversations.upgrade import upgrade
    from concierge.orders.tables import upgrade as upgrade_orders
    from concierge.storage.database import open_engine
    from concierge.trackers.tables import upgrade as upgrade_trackers

    folder = tmp_path_factory.mktemp("migrated")
    for file, steps in (("concierge.db", (upgrade, upgrade_trackers)), ("orders.db", (upgrade_orders,))):
        engine = open_engine(f"sqlite:///{folder / file}")
        for step in steps:
            step(engine)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
    return folder


def pytest_unconfigure() -> None:
    Path(os.environ["CONCIERGE_QUEUES"]).unlink(missing_ok=True)
    drop_database()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from tests.workers import Scheduling

    return Scheduling(config, log)
