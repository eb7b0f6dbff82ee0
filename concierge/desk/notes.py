"""Notes that advisors leave in a case for each other. They are rows of the log, shown on the desk alone.

``@login`` in a note reaches that colleague, who is told until they have looked at the case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from concierge.conversations import Advisor, Case, ConversationLog, Message
from concierge.conversations.base import now
from concierge.conversations.model import DESK, NOTED
from concierge.conversations.schema import mentions
from concierge.storage.database import read, write

_AT = re.compile(r"(?<![\w@])@([\w.-]*\w)")


def add(
    log: ConversationLog, case: Case, advisor: Advisor, text: str, key: str, *, colleagues: Iterable[Advisor] = ()
) -> Message:
    """Blocks. A repeated ``key`` adds nothing and gives back the first note. ``colleagues``: who may be named in it."""
    named = {each.lower() for each in _AT.findall(text)}
    reached = [each.id for each in colleagues if each.active and each.login in named and each.id != advisor.id]
    payload: dict[str, Any] = {"event": NOTED, "case": case.id, "advisor": advisor.name, "note": text, "audience": DESK}
    if reached:
        payload["mentions"] = reached
    note = log.append(case.conversation_id, "system", "", kind="event", payload=payload, client_key=key)
    Mentions(log.engine).add(case.id, note)  # after a repeat, too: what was cut off before is done then
    return note


class Mentions:
    """Blocks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, case_id: str, note: Message) -> None:
        """Again so where they are there already."""
        reached = note.payload.get("mentions") or []
        if not reached:
            return
        this = mentions.c.conversation_id == note.conversation_id, mentions.c.seq == note.seq
        with write(self._engine) as connection:
            known = set(connection.execute(sa.select(mentions.c.advisor_id).where(*this)).scalars())
            row = {"conversation_id": note.conversation_id, "seq": note.seq, "case_id": case_id, "created_at": now()}
            rows = [{**row, "advisor_id": each} for each in reached if each not in known]
            if rows:
                connection.execute(mentions.insert(), rows)

    def of(self, advisor_id: str) -> list[str]:
        """Ids of the cases in which somebody has named them and they have not looked since, the latest first."""
        unseen = mentions.c.advisor_id == advisor_id, mentions.c.seen_at.is_(None)
        query = sa.select(mentions.c.case_id).where(*unseen).order_by(mentions.c.created_at.desc())
        with read(self._engine) as connection:
            return list(dict.fromkeys(connection.execute(query).scalars()))

    def see(self, case_id: str, advisor_id: str) -> None:
        """They have looked at the case."""
        which = mentions.c.case_id == case_id, mentions.c.advisor_id == advisor_id, mentions.c.seen_at.is_(None)
        with write(self._engine) as connection:
            connection.execute(mentions.update().where(*which).values(seen_at=now()))
