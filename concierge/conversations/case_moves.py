"""Whose case it is may change while it is open: put back, passed on, taken over; and its customer may go away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from concierge.conversations import schema
from concierge.conversations.base import ADVISOR_JOINED, now
from concierge.conversations.case_base import CaseBase
from concierge.conversations.model import DESK, LIVE, PRIORITIES, REST_ANONYMOUS, Case, CustomerGone, NotYours
from concierge.conversations.proof import same_customer
from concierge.storage.database import read, write

_cases, _advisors, _conversations, _messages = schema.cases, schema.advisors, schema.conversations, schema.messages

RELEASED, PASSED_ON, TAKEN_OVER = "case_released", "case_passed_on", "case_taken_over"
CUSTOMER_ENDED, CUSTOMER_BACK = "customer_ended", "customer_back"
SNOOZED, REOPENED, OVERDUE = "case_snoozed", "case_reopened", "case_overdue"
MERGED = "case_merged"
REOPENED_WITHIN = timedelta(days=7)
_AWAKE = {"snoozed_at": None, "snoozed_until": None}
ENDED_SEQ = "ended_seq"  # the attribute of a conversation that its customer has put away: the event that says so


class NotReopened(Exception):
    """The case was closed too long ago, or the conversation has another one that is open."""


class NotTheSame(Exception):
    """Nothing proves that both cases are of one customer."""


class NoSuchAdvisor(LookupError):
    """Nobody who may sign in has this id."""


@dataclass(frozen=True)
class QueueChoice:
    """A queue that a case is passed to, the least priority of a case in it, and when its first answer would be due."""

    code: str
    title: str
    priority: str = PRIORITIES[-1]
    due_at: datetime | None = None


class CaseMoves(CaseBase):
    """Part of ``Cases``. Each raises ``CaseNotFound``."""

    def release(self, case_id: str, advisor_id: str, note: str = "") -> Case:
        """Back into the queue, in the place that its age gives it. Raises ``NotYours``."""
        with write(self._log.engine) as connection:
            case = self._get(connection, case_id, lock=True)
            self._check(case, advisor_id)
            self._put_into_queue(connection, case, **_put_back(case))
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

    def pass_to_queue(
        self, case_id: str, advisor_id: str, to: QueueChoice, note: str = "", *, leads: bool = False
    ) -> Case:
        """To whoever takes it from another queue, with a note that only the desk shows.

        Who ``leads`` may pass on any open case. Raises ``NotYours``.
        """
        with write(self._log.engine) as connection:
            case = self._get(connection, case_id, lock=True)
            if not (leads and case.live):
                self._check(case, advisor_id)
            by = connection.execute(sa.select(_advisors.c.name).where(_advisors.c.id == advisor_id)).scalar()
            due = to.due_at if case.replied_at is None else None  # the first answer has been given
            due = min(due, case.due_at) if due and case.due_at else due  # elsewhere nobody gets more time for it
            pressing = min(case.priority, to.priority, key=PRIORITIES.index)
            self._put_into_queue(connection, case, due_at=due, queue=to.code, priority=pressing, **_put_back(case))
            who = {"advisor": by or "", "advisor_id": advisor_id, "to": to.title, "from": case.advisor}
            self._desk_event(connection, case, PASSED_ON, **who, queue=to.code, note=note)
            case = self._get(connection, case_id)
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
            if other or case.closed_at is None or case.merged_into or now() - case.closed_at > REOPENED_WITHIN:
                raise NotReopened(case_id)
            self._set(connection, case, status="accepted", advisor_id=advisor_id, claimed_at=now(), closed_at=None)
            self._own(connection, case.conversation_id, "advisor", case.id)
            case = self._get(connection, case_id)
            self._desk_event(connection, case, REOPENED, advisor=case.advisor)
            self._event(connection, case, ADVISOR_JOINED, advisor=case.advisor, by=case.advisor)
        self._log.announce(case.conversation_id)
        return case

    def merge(
        self, case_id: str, other_id: str, advisor_id: str, told: Callable[[str], str], *, leads: bool = False
    ) -> Case:
        """Closes ``other_id``, which is of the same customer, and links it with this case, which keeps. Who wrote there
        is told so in the words that ``told`` has for their language, unless they read no longer.

        The kept case has to be the advisor's and the other one wait or be theirs, too; who ``leads`` may merge any that
        are open. Again so where it was done already. Raises ``NotYours``, ``NotTheSame``.
        """
        with write(self._log.engine) as connection:
            # In one order, so that two who merge the same ones wait for each other.
            pair = {each: self._get(connection, each, lock=True) for each in sorted((case_id, other_id))}
            kept, other = pair[case_id], pair[other_id]
            if other.merged_into == kept.id:
                return kept
            for case in (kept, other):
                if not case.live:
                    raise NotYours
                if not leads and (case is kept or case.status == "accepted"):
                    self._check(case, advisor_id)
            heads = {each: self._log.lock(connection, pair[each].conversation_id) for each in sorted(pair)}
            if kept.id == other.id or not same_customer(heads[kept.id], heads[other.id]):
                raise NotTheSame
            by = connection.execute(sa.select(_advisors.c.name).where(_advisors.c.id == advisor_id)).scalar() or ""
            moved = _cases.update().where(_cases.c.merged_into == other.id)
            connection.execute(moved.values(merged_into=kept.id))
            self._set(connection, other, status="merged", closed_at=now(), merged_into=kept.id, **_AWAKE)
            pressing = min(kept.priority, other.priority, key=PRIORITIES.index)
            due = [each.due_at for each in (kept, other) if each.due_at and each.replied_at is None]
            due_at = min(due) if due and kept.replied_at is None else kept.due_at
            self._set(connection, kept, priority=pressing, due_at=due_at)
            self._own(connection, other.conversation_id, "assistant", None)
            who = {"advisor": by, "advisor_id": advisor_id}
            self._desk_event(connection, kept, MERGED, **who, other=other.id)
            self._desk_event(connection, other, MERGED, **who, into=kept.id)
            self._event(connection, other, "handed_back", advisor=by, by=by)
            self._tell(connection, other, "utter_case_merged", told)
            kept = self._get(connection, kept.id)
        for case in (kept, other):
            self._log.announce(case.conversation_id)
        return kept

    def overdue(self) -> list[str]:
        """Open cases whose first answer was due and has not come, and of which nobody was told yet."""
        missed = _cases.c.due_at <= now(), _cases.c.replied_at.is_(None), _cases.c.escalated_at.is_(None)
        query = sa.select(_cases.c.id).where(_cases.c.status.in_(LIVE), *missed).order_by(_cases.c.due_at)
        with read(self._log.engine) as connection:
            return list(connection.execute(query).scalars())

    def escalate(self, case_id: str, sorry: Callable[[str], str]) -> bool:
        """Raises the priority of an overdue case by a step, puts it on record for the desk and tells the customer, in
        the words that ``sorry`` has for their language, unless they read no longer. False where somebody else has done
        so, or an answer came."""
        with write(self._log.engine) as connection:
            case = self._get(connection, case_id, lock=True)
            due = case.live and case.due_at is not None and case.due_at <= now()
            if not due or case.replied_at is not None or case.escalated_at is not None:
                return False
            self._log.lock(connection, case.conversation_id)
            raised = PRIORITIES[max(0, PRIORITIES.index(case.priority) - 1)]
            self._set(connection, case, priority=raised, escalated_at=now())
            self._desk_event(connection, case, OVERDUE, advisor="", priority=raised)
            self._tell(connection, case, "utter_waiting_late", sorry)
        self._log.announce(case.conversation_id)
        return True

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
            elif case.live and not is_gone(connection, conversation_id, row["attributes"]):
                self._set(connection, case)
                told = self._desk_event(connection, case, CUSTOMER_ENDED)
                this = _conversations.c.id == conversation_id
                attributes = {**row["attributes"], ENDED_SEQ: told}
                connection.execute(_conversations.update().where(this).values(attributes=attributes))
        self._log.announce(conversation_id)

    def come_back(self, conversation_id: str) -> None:
        """The customer reads the conversation again, whether or not they write: an advisor may write to them."""
        query = sa.select(_conversations.c.attributes).where(_conversations.c.id == conversation_id)
        with read(self._log.engine) as connection:
            if ENDED_SEQ not in (connection.execute(query).scalar() or {}):
                return
        with write(self._log.engine) as connection:
            case_id = _live_id(connection, conversation_id)
            case = self._get(connection, case_id, lock=True) if case_id else None
            attributes = self._log.lock(connection, conversation_id)["attributes"]
            was_gone = is_gone(connection, conversation_id, attributes)
            left = {name: value for name, value in attributes.items() if name != ENDED_SEQ}
            this = _conversations.c.id == conversation_id
            connection.execute(_conversations.update().where(this).values(attributes=left))
            if case and was_gone:
                self._set(connection, case)
                self._desk_event(connection, case, CUSTOMER_BACK)
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

    def _put_into_queue(self, connection: Connection, case: Case, **values: Any) -> None:
        self._set(connection, case, status="queued", advisor_id=None, claimed_at=None, **values, **_AWAKE)
        self._own(connection, case.conversation_id, "queue", case.id)

    def _tell(
        self, connection: Connection, case: Case, utter: str, words: Callable[[str], str], again: str = ""
    ) -> None:
        """The customer, once, in their language; nothing where they read no longer. ``again``: what tells this time
        from others."""
        head = self._log.lock(connection, case.conversation_id)
        if is_gone(connection, case.conversation_id, head["attributes"]) or head["channel"] == REST_ANONYMOUS:
            return
        meta = {"utter": utter, "language": head["language"]}
        key, text = f"{utter.rpartition('_')[2]}.{case.id}{again}", words(head["language"])
        self._log.append_in(connection, case.conversation_id, "assistant", text, client_key=key, meta=meta)

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
        if is_gone(connection, case.conversation_id, connection.execute(query).scalar_one()):
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


def _put_back(case: Case) -> dict[str, Any]:
    """So that no case comes back by itself to whoever did not want it."""
    known = [each for each in case.brief.get("put_back") or () if each != case.advisor_id]
    return {"brief": {**case.brief, "put_back": [*known, case.advisor_id]}} if case.advisor_id else {}


def _live_id(connection: Connection, conversation_id: str) -> str | None:
    live = _cases.c.conversation_id == conversation_id, _cases.c.status.in_(LIVE)
    found: str | None = connection.execute(sa.select(_cases.c.id).where(*live)).scalar()
    return found


def is_gone(connection: Connection, conversation_id: str, attributes: dict[str, Any]) -> bool:
    """As ``gone``, inside a transaction."""
    if ENDED_SEQ not in attributes:
        return False
    of_it = _messages.c.conversation_id == conversation_id, _messages.c.role.in_(("customer", "advisor"))
    return gone(attributes, connection.execute(sa.select(sa.func.max(_messages.c.seq)).where(*of_it)).scalar())
