"""Cases whose advisor is gone while their customer waits: back into the queue, where somebody else sees them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.sql import Select

from concierge.conversations import schema
from concierge.conversations.base import ADVISOR_JOINED, now
from concierge.conversations.case_moves import CaseMoves, is_gone
from concierge.conversations.model import OFF
from concierge.conversations.staff import AWAKE, OFF_AFTER
from concierge.storage.database import read, write

UNATTENDED = "case_unattended"

_cases, _advisors, _messages = schema.cases, schema.advisors, schema.messages
_UTTER = "utter_advisor_absent"


class Unattended(CaseMoves):
    """Part of ``Cases``. Each raises ``CaseNotFound``."""

    def unattended(self) -> list[str]:
        """Open cases whose advisor is off, and whose customer has written and waits for an answer; and all of advisors
        who may no longer sign in. The oldest first.

        Who was given a case while they were off has as long to come as a page may be closed.
        """
        with read(self._log.engine) as connection:
            return list(connection.execute(_left(now())).scalars())

    def recover(self, case_id: str, told: Callable[[str, str], str]) -> bool:
        """Puts such a case back into the queue, in the place that its age gives it, and tells the customer so, in the
        words that ``told`` has for the advisor's name and their language. False where somebody has answered, come back
        or done so meanwhile, or where the customer reads no longer and the advisor may resolve it."""
        with write(self._log.engine) as connection:
            case = self._get(connection, case_id, lock=True)
            if connection.execute(_left(now()).where(_cases.c.id == case_id)).scalar() is None:
                return False
            attributes = self._log.lock(connection, case.conversation_id)["attributes"]
            active = sa.select(_advisors.c.active).where(_advisors.c.id == case.advisor_id)
            if is_gone(connection, case.conversation_id, attributes) and connection.execute(active).scalar():
                return False
            # Whoever had it sees it first when they are back.
            before = {"before": {"advisor_id": case.advisor_id, "advisor": case.advisor}}
            self._put_into_queue(connection, case, brief={**case.brief, **before})
            self._desk_event(connection, case, UNATTENDED, advisor=case.advisor, advisor_id=case.advisor_id)
            self._tell(
                connection, case, _UTTER, lambda language: told(case.advisor, language), again=f".{case.version}"
            )
        self._log.announce(case.conversation_id)
        return True


def _last(column: sa.Column, *of: sa.sql.ColumnElement) -> sa.sql.ColumnElement:
    """Of the last such message of the case's conversation."""
    this = _messages.c.conversation_id == _cases.c.conversation_id, *of
    return sa.select(column).where(*this).order_by(_messages.c.seq.desc()).limit(1).scalar_subquery()


def _left(at: datetime) -> Select:
    role, seq = _messages.c.role, _messages.c.seq
    joined = _messages.c.payload["event"].as_string() == ADVISOR_JOINED
    long_ago = at - OFF_AFTER
    had_long = _last(_messages.c.created_at, joined) <= long_ago
    wrote_since = _last(seq, role == "customer") > _last(seq, joined)
    no_page = sa.or_(_advisors.c.seen_at.is_(None), _advisors.c.seen_at <= long_ago)
    off = sa.or_(
        sa.and_(_advisors.c.presence == OFF, sa.or_(wrote_since, had_long)),
        sa.and_(no_page, had_long),
    )
    waits = _last(role, role.in_(("customer", "advisor"))) == "customer"
    return (
        sa.select(_cases.c.id)
        .join_from(_cases, _advisors)
        .where(_cases.c.status == "accepted", sa.or_(~_advisors.c.active, sa.and_(off, AWAKE, waits)))
        .order_by(_cases.c.created_at)
        .params(at=at)
    )
