"""The time that replicas share: the database's own, as an expression inside the statement that needs it.

Machines' clocks differ. A lease that one writes by its own clock is over too early, or much too late, for another.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.functions import FunctionElement

from concierge.storage.database import UTCDateTime


class from_now(FunctionElement):  # noqa: N801 - reads as the function it is
    """``from_now(seconds)`` in a statement: that long after this moment (before it, where negative); NULL for None.

    ``seconds`` may be a parameter: ``from_now(sa.bindparam("lease", type_=sa.Float))``.
    """

    name = "from_now"
    type = UTCDateTime()
    inherit_cache = True

    def __init__(self, seconds: Any = 0.0) -> None:
        super().__init__(float(seconds) if isinstance(seconds, int) else seconds)


@compiles(from_now, "postgresql")
def _postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    # Not now(), which is when the transaction began: it may have waited for a lock since.
    return f"(clock_timestamp() + make_interval(secs => {compiler.process(element.clauses, **kw)}))"


@compiles(from_now, "sqlite")
def _sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    # As SQLAlchemy stores a time: six places behind the point, of which SQLite knows three.
    seconds = compiler.process(element.clauses, **kw)
    return f"strftime('%Y-%m-%d %H:%M:%f000', 'now', round({seconds}, 3) || ' seconds')"


def ahead(column: Any, longest: float) -> ColumnElement[bool]:
    """Whether a time that was set at most ``longest`` seconds ahead is still to come.

    One that is further ahead was set by a clock that has been put back since: it is over.
    """
    return sa.and_(column > from_now(), column <= from_now(longest))


def of(connection: Connection) -> datetime:
    """The database's time, for what is counted in Python. A statement of its own: not for what every message does."""
    found: datetime = connection.execute(sa.select(from_now().label("now"))).scalar_one()
    return found
