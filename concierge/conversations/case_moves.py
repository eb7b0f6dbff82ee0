"""Whose case it is may change while it is open: put back, passed on, taken over; and its customer may go away."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from concierge.conversations import schema
from concierge.conversations.base import ADVISOR_JOINED, now
from concierge.conversations.case_base import CaseBase
from concierge.conversations.model import DESK, LIVE, Case, CustomerGone, NotYours
from concierge.storage.database import write

_cases, _advisors, _conversations, _messages = schema.cases, schema.advisors, schema.conversations, schema.messages

RELEASED, PASSED_ON, TAKEN_OVER, CUSTOMER_ENDED = "case_released", "case_passed_on", "case_taken_over", "customer_ended"
SNOOZED, REOPENED = "case_snoozed", "case_reopened"
REOPENED_WITHIN = timedelta(days=7)
_AWAKE = {"snoozed_at": None, "snoozed_until": None}
ENDED_SEQ = "ended_seq"  # the attribute of a conversation that its customer has put away: the event that says so


class NotReopened(Exception):
    """The case was closed too long ago, or the conversation has another one that is open."""


class NoSuchAdvisor(LookupError):
    """Nobody who may sign in has this id."""


class CaseMoves(CaseBase):
    """Part of ``Cases``. Each raises ``CaseNotFound``."""

    def release(self, case_id: str, advisor_id: str, note: str = "") -> Case:
        """Back into the queue, in the place that its age gives it. Raises ``NotYours``."""
        with write(self._log.engine) as connection:
            case = self._get(connection, case_id, lock=True)
            self._check(case, advisor_id)
            self._set(connection, case, status="queued", advisor_id=None, claimed_at=None, **_AWAKE)
            self._own(connection, case.conversation_id, "queue", case.id)
            self._desk_event(connection, case, RELEASED, advisor=case.advisor, advisor_id=advisor_id, note=note)
            case = self._get(connection, case_id)
        self._log.announce(case.conversation_id)
        return case

    def pass_on(self, case_id: str, advisor_id: str, to_id: str, note: str = "", *, leads: bool = False) -> Case:
        """To a colleague, who has it from then on, with a note that only the desk shows.

        Who ``leads`` may pass on any open case. Raises ``NotYours``, ``NoSuchAdvisor``.
        """
        with write(self._log.engine) as connection:
            case = self._get(connection, case_id, lock=True)
            if not (leads and case.live):
                self._check(case, advisor_id)
            case = self._move(connection, case, PASSED_ON, by_id=advisor_id, to_id=to_id, note=note)
        self._log.announce(case.conversation_id)
        return case

    def take_over(self, case_id: str, advisor_id: str, note: str = "") -> Case:
        """A lead's way to a case that a colleague has. Raises ``NotYours`` for one that nobody has."""
        with write(self._log.engine) as connection:
            case = self._get(connection, case_id, lock=True)
            if case.status != "accepted":
                raise NotYours(case.advisor if case.live else "")
            case = self._move(connection, case, TAKEN_OVER, by_id=advisor_id, to_id=advisor_id, note=note)
        self._log.announce(case.conversation_id)
        return case

    def snooze(self, case_id: str, advisor_id: str, until: datetime | None) -> Case:
        """Puts an own case aside until then, or until the customer writes; ``None`` takes it up again.

        Raises ``NotYours``.
        """
        with write(self._log.engine) as connection:
            case = self._get(connection, case_id, lock=True)
            self._check(case, advisor_id)
            self._set(connection, case, snoozed_at=now() if until else None, snoozed_until=until)
            told = until.isoformat() if until else None
            self._desk_event(connection, case, SNOOZED, advisor=case.advisor, until=told)
            case = self._get(connection, case_id)
        self._log.announce(case.conversation_id)
        return case

    def reopen(self, case_id: str, advisor_id: str) -> Case:
        """A case that was closed not long ago, now this advisor's. Raises ``NotReopened``."""
        with write(self._log.engine) as connection:
            case = self._get(connection, case_id, lock=True)
            self._log.lock(connection, case.conversation_id)
            other = _live_id(connection, case.conversation_id)
            if other or case.closed_at is None or now() - case.closed_at > REOPENED_WITHIN:
                raise NotReopened(case_id)
            self._set(connection, case, status="accepted", advisor_id=advisor_id, claimed_at=now(), closed_at=None)
            self._own(connection, case.conversation_id, "advisor", case.id)
            case = self._get(connection, case_id)
            self._desk_event(connection, case, REOPENED, advisor=case.advisor)
            self._event(connection, case, ADVISOR_JOINED, advisor=case.advisor, by=case.advisor)
        self._log.announce(case.conversation_id)
        return case

    def end(self, conversation_id: str) -> None:
        """The customer has put the conversation away and will not read it any longer.

        Whoever waits leaves the queue; an advisor keeps the case, and is told.
        """
        with write(self._log.engine) as connection:
            case_id = _live_id(connection, conversation_id)
            if case_id is None:
                return
            case = self._get(connection, case_id, lock=True)  # before the conversation, as everybody locks them
            row = self._log.lock(connection, conversation_id)
            if case.status == "queued":
                self._set(connection, case, status="left", closed_at=now())
                self._own(connection, conversation_id, "assistant", None)
                self._event(connection, case, "customer_left", advisor="", note="")
            elif case.live and not _is_gone(connection, conversation_id, row["attributes"]):
                self._set(connection, case)
                told = self._desk_event(connection, case, CUSTOMER_ENDED)
                this = _conversations.c.id == conversation_id
                attributes = {**row["attributes"], ENDED_SEQ: told}
                connection.execute(_conversations.update().where(this).values(attributes=attributes))
        self._log.announce(conversation_id)

    # --- inside a transaction

    def _move(self, connection: Connection, case: Case, event: str, *, by_id: str, to_id: str, note: str) -> Case:
        names = dict(connection.execute(sa.select(_advisors.c.id, _advisors.c.name).where(_advisors.c.active)).all())
        if to_id not in names:
            raise NoSuchAdvisor(to_id)
        if case.advisor_id == to_id:
            return case
        self._set(connection, case, status="accepted", advisor_id=to_id, claimed_at=case.claimed_at or now(), **_AWAKE)
        self._own(connection, case.conversation_id, "advisor", case.id)
        by = names.get(by_id, "")
        who = {"advisor": by, "advisor_id": by_id, "to": names[to_id], "to_id": to_id, "from": case.advisor}
        self._desk_event(connection, case, event, **who, note=note)
        self._event(connection, case, ADVISOR_JOINED, advisor=names[to_id], by=by)
        return self._get(connection, case.id)

    def _before(self, connection: Connection, conversation_id: str) -> dict[str, Any]:
        """Who had the conversation's case last, for the one that begins."""
        query = (
            sa.select(_cases.c.advisor_id, _advisors.c.name)
            .join_from(_cases, _advisors)
            .where(
                _cases.c.conversation_id == conversation_id,
                _cases.c.closed_at > now() - REOPENED_WITHIN,
                _advisors.c.active,
            )
            .order_by(_cases.c.closed_at.desc())
        )
        row = connection.execute(query).first()
        return {"before": {"advisor_id": row.advisor_id, "advisor": row.name}} if row else {}

    def _check_there(self, connection: Connection, case: Case) -> None:
        query = sa.select(_conversations.c.attributes).where(_conversations.c.id == case.conversation_id)
        if _is_gone(connection, case.conversation_id, connection.execute(query).scalar_one()):
            raise CustomerGone(case.id)

    def _set(self, connection: Connection, case: Case, **values: Any) -> None:
        change = _cases.update().where(_cases.c.id == case.id)
        connection.execute(change.values(**values, version=case.version + 1))

    def _desk_event(self, connection: Connection, case: Case, event: str, **details: Any) -> int:
        payload = {"event": event, "case": case.id, "audience": DESK, **details}
        told = self._log.append_in(connection, case.conversation_id, "system", "", kind="event", payload=payload)
        return told.seq


def gone(attributes: dict[str, Any], said_seq: int | None) -> bool:
    """Whether the customer has put the conversation away; ``said_seq``: what customer or advisor said last."""
    ended = attributes.get(ENDED_SEQ)
    # Nobody can answer them then: what came after it, they have written, and are back.
    return isinstance(ended, int) and ended > (said_seq or 0)


def _live_id(connection: Connection, conversation_id: str) -> str | None:
    live = _cases.c.conversation_id == conversation_id, _cases.c.status.in_(LIVE)
    found: str | None = connection.execute(sa.select(_cases.c.id).where(*live)).scalar()
    return found


def _is_gone(connection: Connection, conversation_id: str, attributes: dict[str, Any]) -> bool:
    if ENDED_SEQ not in attributes:
        return False
    of_it = _messages.c.conversation_id == conversation_id, _messages.c.role.in_(("customer", "advisor"))
    return gone(attributes, connection.execute(sa.select(sa.func.max(_messages.c.seq)).where(*of_it)).scalar())
