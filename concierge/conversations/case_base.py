"""What all that happens to a case stands on: reading it, owning its conversation, telling in the log what was done."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from concierge.conversations import schema
from concierge.conversations.log import ConversationLog
from concierge.conversations.model import PRIORITIES, Case, CaseNotFound, NotYours

_cases, _advisors, _conversations = schema.cases, schema.advisors, schema.conversations
RANK = sa.case({name: rank for rank, name in enumerate(PRIORITIES)}, value=_cases.c.priority, else_=len(PRIORITIES))
SELECT = sa.select(_cases, sa.func.coalesce(_advisors.c.name, "").label("advisor")).join_from(
    _cases, _advisors, isouter=True
)


class CaseBase:
    """Each method is called inside the caller's transaction; the caller announces after its commit."""

    def __init__(self, log: ConversationLog) -> None:
        self._log = log

    def _get(self, connection: Connection, case_id: str, lock: bool = False) -> Case:
        query = SELECT.where(_cases.c.id == case_id)
        row = connection.execute(query.with_for_update(of=_cases) if lock else query).mappings().first()
        if row is None:
            raise CaseNotFound(case_id)
        return Case(**row)

    def _check(self, case: Case, advisor_id: str) -> None:
        if case.status != "accepted" or case.advisor_id != advisor_id:
            raise NotYours(case.advisor if case.live else "")

    def _own(self, connection: Connection, conversation_id: str, owner: str, case_id: str | None) -> None:
        change = _conversations.update().where(_conversations.c.id == conversation_id)
        connection.execute(change.values(owner=owner, case_id=case_id))

    def _event(self, connection: Connection, case: Case, event: str, state: str = "done", **details: Any) -> None:
        payload = {"event": event, "case": case.id, **details}
        self._log.append_in(connection, case.conversation_id, "system", "", kind="event", payload=payload, state=state)

    def _position(self, connection: Connection, case: Case) -> int:
        if case.status != "queued":
            return 0
        rank = PRIORITIES.index(case.priority)
        same_rank = sa.tuple_(_cases.c.created_at, _cases.c.id) <= sa.tuple_(
            sa.bindparam("at", case.created_at, type_=_cases.c.created_at.type), sa.bindparam("this", case.id)
        )
        query = (
            sa.select(sa.func.count())
            .select_from(_cases)
            .where(
                _cases.c.status == "queued",
                _cases.c.queue == case.queue,
                sa.or_(rank > RANK, sa.and_(rank == RANK, same_rank)),
            )
        )
        return int(connection.execute(query).scalar_one())
