"""The conversation log: conversations, and every table of it that belongs to one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from concierge.conversations import ConversationLog, schema, upgrade
from concierge.conversations.handoffs import SENT
from concierge.conversations.unsearched import tidy
from concierge.privacy import telling
from concierge.privacy.stores.base import Counts, Selection
from concierge.privacy.traces import overwrite, settle
from concierge.storage.database import open_engine, read, write

_AT_ONCE = 500  # fewer than any database takes for one list
_conversations, _messages = schema.conversations, schema.messages
TABLES = [table for table in reversed(schema.metadata.sorted_tables) if "conversation_id" in table.c]


class LogStore:
    name = "conversation log"

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)
        upgrade(self._engine)
        self._log = ConversationLog(self._engine)

    def count(self, selection: Selection) -> Counts:
        found: Counter[str] = Counter()
        with read(self._engine) as connection:
            for ids in _some(selection.conversations):
                found += self._count(connection, ids)
        return dict(found)

    def export(self, selection: Selection, notes: bool = False) -> dict[str, Any]:
        with read(self._engine, one_state=True) as connection:
            told = [_export(connection, each, notes) for each in selection.conversations]
        return {"conversations": [each for each in told if each is not None]}

    def erase(self, selection: Selection) -> Counts:
        gone: Counter[str] = Counter()
        with write(self._engine) as connection:
            overwrite(connection)
            for ids in _some(selection.conversations):
                # Locked, as every append locks them: what is being written now is counted and goes with the rest.
                held = sa.select(_conversations.c.id).where(_conversations.c.id.in_(ids)).order_by(_conversations.c.id)
                connection.execute(held.with_for_update())
                gone += self._count(connection, ids)
                for table in TABLES:
                    connection.execute(table.delete().where(table.c.conversation_id.in_(ids)))
                connection.execute(_conversations.delete().where(_conversations.c.id.in_(ids)))
            tidy(connection)
        if self._log.bell is not None:  # with SQLite, whoever watches the file sees it
            for each in selection.conversations:
                self._log.bell.tell(each, work=False)
        settle(self._engine)
        return dict(gone)

    def close(self) -> None:
        self._engine.dispose()

    def _count(self, connection: Connection, ids: Sequence[str]) -> Counter[str]:
        found: Counter[str] = Counter()
        for table, column in [(_conversations, _conversations.c.id), *((t, t.c.conversation_id) for t in TABLES)]:
            query = sa.select(sa.func.count()).select_from(table).where(column.in_(ids))
            found[table.name.replace("_", " ")] += connection.execute(query).scalar_one()
        # What has left the house cannot be called back; whoever erases has to ask there, too.
        sent = sa.select(_messages.c.payload).where(_messages.c.conversation_id.in_(ids), _messages.c.kind == "event")
        for payload in connection.execute(sent).scalars():
            if payload.get("event") == SENT:
                found[f"handoffs sent to {payload.get('destination')}"] += 1
        return found


def _export(connection: Connection, conversation_id: str, notes: bool) -> dict[str, Any] | None:
    query = sa.select(_conversations).where(_conversations.c.id == conversation_id)
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    found: dict[str, list[dict[str, Any]]] = {}
    for table in TABLES:
        order = (
            table.c.seq if table is _messages else sa.text("1") if "created_at" not in table.c else table.c.created_at
        )
        rows = connection.execute(sa.select(table).where(table.c.conversation_id == conversation_id).order_by(order))
        found[table.name] = [dict(each) for each in rows.mappings()]
    return telling.conversation(dict(row), found, notes)


def _some(ids: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield list(ids[start : start + _AT_ONCE])
