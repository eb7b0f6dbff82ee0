"""What processes without an address count: each leaves its numbers here, and whoever is asked for them tells them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from concierge.conversations.schema import told_metrics
from concierge.storage.clock import ahead, from_now
from concierge.storage.compiled_statements import CompiledStatement
from concierge.storage.database import one_write, read, write

EVERY_SECONDS = 10.0
FRESH_SECONDS = 45.0  # a process that has told nothing for so long is gone, or stuck
_UNTIL = from_now(FRESH_SECONDS)
_AGAIN = CompiledStatement(
    told_metrics.update()
    .where(told_metrics.c.process == sa.bindparam("who"))
    .values(until=_UNTIL, metrics=sa.bindparam("told"))
)


class ToldMetrics:
    """Blocks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def tell(self, process: str, metrics: bytes) -> None:
        """In place of what this process has told before."""
        with one_write(self._engine) as connection:
            is_known = _AGAIN.run(connection, {"who": process, "told": metrics})
        if not is_known:
            with write(self._engine) as connection:
                connection.execute(told_metrics.delete().where(~ahead(told_metrics.c.until, FRESH_SECONDS)))
                connection.execute(told_metrics.insert().values(process=process, until=_UNTIL, metrics=metrics))

    def forget(self, process: str) -> None:
        """The process ends."""
        with write(self._engine) as connection:
            connection.execute(told_metrics.delete().where(told_metrics.c.process == process))

    def all(self) -> dict[str, bytes]:
        """By process, of those that live."""
        query = sa.select(told_metrics).where(ahead(told_metrics.c.until, FRESH_SECONDS))
        with read(self._engine) as connection:
            return {row.process: row.metrics for row in connection.execute(query.order_by(told_metrics.c.process))}
