"""The record of what was done to accounts and to what everybody uses, and of who saw contact details."""

from __future__ import annotations

import csv
import io
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from concierge.conversations.base import now
from concierge.conversations.schema import desk_audit
from concierge.storage.database import read, write

SHOWN_AT_MOST = 500
_COLUMNS = ("at", "by", "what", "whom", "details")


class Audit:
    """Blocks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record(self, by: str, what: str, whom: str = "", details: str = "") -> None:
        """``by`` and ``whom`` are logins; ``details`` never holds anything of a customer but a case's id."""
        row = {"id": uuid.uuid4().hex, "at": now(), "by": by, "what": what, "whom": whom, "details": details[:400]}
        with write(self._engine) as connection:
            connection.execute(desk_audit.insert(), row)

    def find(self, words: str = "", most: int | None = SHOWN_AT_MOST) -> list[dict[str, Any]]:
        """The latest first: those in which every word is somewhere."""
        query = sa.select(*(desk_audit.c[name] for name in _COLUMNS)).order_by(desk_audit.c.at.desc()).limit(most)
        for word in words.split():
            told = sa.func.lower(
                desk_audit.c.by + " " + desk_audit.c.what + " " + desk_audit.c.whom + " " + desk_audit.c.details
            )
            query = query.where(told.contains(word.lower(), autoescape=True))
        with read(self._engine) as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def csv(self, words: str = "") -> str:
        """All that was found, for a spreadsheet."""
        sheet = io.StringIO()
        writer = csv.writer(sheet)
        writer.writerow(_COLUMNS)
        for row in self.find(words, most=None):
            writer.writerow([row["at"].isoformat(), *(_plain(row[name]) for name in _COLUMNS[1:])])
        return sheet.getvalue()


def _plain(text: str) -> str:
    """A spreadsheet takes what begins so for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text
