"""Views of the list of cases that advisors have kept: which cases, by state, queue, topic and what else narrows it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from concierge.conversations.base import now
from concierge.conversations.schema import desk_views
from concierge.storage.database import read, write

NARROWED = ("queue", "language", "channel", "topic", "priority", "holder", "due")


class Views:
    """Blocks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, advisor_id: str) -> list[dict[str, Any]]:
        """By name."""
        columns = [desk_views.c[name] for name in ("name", "state", *NARROWED)]
        query = sa.select(*columns).where(desk_views.c.advisor_id == advisor_id).order_by(desk_views.c.name)
        with read(self._engine) as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def keep(self, advisor_id: str, view: dict[str, str]) -> None:
        """In place of the one that has its name."""
        with write(self._engine) as connection:
            connection.execute(desk_views.delete().where(*_this(advisor_id, view["name"])))
            connection.execute(desk_views.insert(), {**view, "advisor_id": advisor_id, "updated_at": now()})

    def forget(self, advisor_id: str, name: str) -> None:
        with write(self._engine) as connection:
            connection.execute(desk_views.delete().where(*_this(advisor_id, name)))


def _this(advisor_id: str, name: str) -> tuple[Any, ...]:
    return desk_views.c.advisor_id == advisor_id, desk_views.c.name == name
