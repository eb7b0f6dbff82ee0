"""Which programs may use which schema, so that an update, or one that is taken back, stops nobody.

A database is brought up to date by whoever starts first, and programs of before go on with it: a migration adds what
is new (expand), and a later one removes what no program uses any more (contract). A migration may say
``oldest_program``: the newest migration that the oldest program knows which still works with the schema as it is left.
Most only add, and say nothing. The database keeps the highest of these numbers beside its version.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from concierge.storage import outage
from concierge.storage.database import migrating, open_engine, unhurried, write

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

logger = logging.getLogger(__name__)
_NAMED = re.compile(r'^(revision|down_revision)\b[^=\n]*= *["\'](\w+)["\']', re.MULTILINE)


class SchemaTooNew(click.ClickException):
    """The message says what to do; every command ends with it, and without a traceback."""


def bring_up_to_date(engine: Engine, migrations: Path, version_table: str, lock: tuple[int, ...]) -> None:
    """Makes or migrates the tables; at once when there is nothing to do. Blocks.

    Safe when several processes start together: the first one migrates, the others wait for it. ``lock`` is what they
    wait for with PostgreSQL (``pg_advisory_xact_lock``): any number or two, as long as every program takes the same.
    Raises ``SchemaTooNew``.
    """
    with engine.connect() as connection:
        if _of(connection, version_table)[0] == newest(migrations):
            return  # nearly always, and then Alembic, which is eight megabytes and a third of a second, is not needed
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    with migrating, write(engine) as connection, unhurried(connection):
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(*lock)))
        _migrate(connection, config, scripts, version_table)


def newest(migrations: Path) -> str:
    """The revision that no other follows, as Alembic finds it, without importing it; empty where it cannot tell."""
    found: dict[str, set[str]] = {"revision": set(), "down_revision": set()}
    for path in (migrations / "versions").glob("*.py"):
        for name, revision in _NAMED.findall(path.read_text("utf-8")):
            found[name].add(revision)
    heads = found["revision"] - found["down_revision"]
    return heads.pop() if len(heads) == 1 else ""


def check(url: str, upgrade: Callable[[Engine], None]) -> None:
    """``upgrade`` before a server starts, so that whoever started it reads why it cannot.

    Raises ``SchemaTooNew``. A database that does not answer is left to the server, which may wait for it.
    """
    engine = open_engine(url)
    try:
        upgrade(engine)
    except sa.exc.SQLAlchemyError as problem:
        if not outage.passes(problem):
            raise
    finally:
        engine.dispose()


def run_migrations(metadata: sa.MetaData, version_table: str) -> None:
    """What each ``migrations/env.py`` does. Several sets of tables may live in one database, each with its version."""
    from alembic import context

    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table=version_table,
        # SQLite's DDL is transactional when the driver is kept from committing, as concierge.storage.database does.
        transactional_ddl=True,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    context.run_migrations()


def _migrate(connection: Connection, config: Config, scripts: ScriptDirectory, version_table: str) -> None:
    """Leaves a schema alone that is newer and still fits."""
    from alembic import command

    own = scripts.get_current_head() or ""
    oldest = {each.revision: str(getattr(each.module, "oldest_program", "")) for each in scripts.walk_revisions()}
    version, program = _of(connection, version_table)
    if version and version not in oldest:
        _check(own, version, program, version_table)
        return
    if version != own:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        _, program = _of(connection, version_table)
    if program < max(oldest.values()):
        table = sa.table(version_table, sa.column("oldest_program"))
        connection.execute(table.update().values(oldest_program=max(oldest.values())))


def _of(connection: Connection, version_table: str) -> tuple[str, str]:
    """The schema's version, and the oldest program that may use it; empty where it is not known."""
    if not sa.inspect(connection).has_table(version_table):
        return "", ""
    table = sa.Table(version_table, sa.MetaData(), autoload_with=connection)
    found = connection.execute(sa.select(table)).mappings().first() or {}
    return found.get("version_num") or "", found.get("oldest_program") or ""


def _check(own: str, theirs: str, oldest: str, version_table: str) -> None:
    if not oldest or own < oldest:
        raise SchemaTooNew(
            f"The database was brought up to date by a newer version of this program ({version_table} is {theirs}; "
            f"this one knows {own}, and {oldest or theirs} is needed). Start that version again, or a newer one; to go "
            "back to this one, restore a copy of the database from before the update."
        )
    logger.info("The schema (%s %s) is newer than this program's (%s), and fits it.", version_table, theirs, own)
