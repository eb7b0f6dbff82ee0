"""What advisors have begun to write: one text of each kind for a case and an advisor, until it is sent or emptied."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from concierge.conversations.base import now
from concierge.conversations.model import CaseNotFound
from concierge.conversations.schema import cases, drafts
from concierge.storage.database import read, write

KINDS = ("reply", "note", "closing")


class Drafts:
    """Blocks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, case_id: str, advisor_id: str, kind: str, text: str) -> None:
        """In place of what was kept before; nothing, where ``text`` is empty. Raises ``CaseNotFound``."""
        this = drafts.c.case_id == case_id, drafts.c.advisor_id == advisor_id, drafts.c.kind == kind
        with write(self._engine) as connection:
            of = sa.select(cases.c.conversation_id).where(cases.c.id == case_id).with_for_update()
            conversation_id = connection.execute(of).scalar()
            if conversation_id is None:
                raise CaseNotFound(case_id)
            connection.execute(drafts.delete().where(*this))
            if text.strip():
                row = {"case_id": case_id, "advisor_id": advisor_id, "kind": kind, "conversation_id": conversation_id}
                connection.execute(drafts.insert(), {**row, "text": text, "updated_at": now()})

    def of(self, case_id: str, advisor_id: str) -> dict[str, str]:
        """The texts by kind; a kind without one is not in it."""
        query = sa.select(drafts.c.kind, drafts.c.text).where(
            drafts.c.case_id == case_id, drafts.c.advisor_id == advisor_id
        )
        with read(self._engine) as connection:
            return {row.kind: row.text for row in connection.execute(query)}
