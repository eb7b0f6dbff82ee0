"""Cases: from the customer's wish for a person until that person closes or hands back.

``conversations.owner`` is the one word on who answers. It only changes here, together with the case and with a row in
the log that tells everybody who reads it.
"""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from concierge.conversations import schema
from concierge.conversations.base import ADVISOR_JOINED, now
from concierge.conversations.case_base import RANK, SELECT
from concierge.conversations.model import LIVE, PRIORITIES, AlreadyClaimed, Case, Message, NotYours
from concierge.conversations.satisfaction import ASKS
from concierge.conversations.staff import free_in
from concierge.conversations.unattended import Unattended
from concierge.files import Kept
from concierge.storage.database import read, write

_cases, _advisors = schema.cases, schema.advisors
_IN_ORDER = (RANK, _cases.c.created_at, _cases.c.id)


class Cases(Unattended):
    """Blocking, as the log is."""

    def start(
        self,
        conversation_id: str,
        reason: str,
        *,
        priority: str = "normal",
        queue: str = "",
        summary: str = "",
        package: dict[str, Any] | None = None,
        brief: dict[str, Any] | None = None,
        due_at: datetime | None = None,
    ) -> Case:
        """Puts the conversation in the advisors' queue; the case that is already live, if there is one. ``due_at``:
        when its first answer is.

        From here on the assistant is silent until the case is handed back, resolved or left.
        """
        if priority not in PRIORITIES:
            raise ValueError(f"priority {priority!r}: write one of {', '.join(PRIORITIES)}")
        with write(self._log.engine) as connection:
            self._log.lock(connection, conversation_id)
            query = SELECT.where(_cases.c.conversation_id == conversation_id, _cases.c.status.in_(LIVE))
            live = connection.execute(query).mappings().first()
            if live:
                return Case(**live)
            made = Case(
                id=uuid.uuid4().hex,
                conversation_id=conversation_id,
                status="queued",
                reason=reason,
                priority=priority,
                queue=queue,
                summary=summary,
                package=package or {},
                advisor_id=None,
                advisor="",
                note="",
                created_at=now(),
                claimed_at=None,
                closed_at=None,
                version=1,
                brief={**(brief or {}), **self._before(connection, conversation_id)},
                due_at=due_at,
            )
            row = asdict(made)
            del row["advisor"]
            connection.execute(_cases.insert(), row)
            self._own(connection, conversation_id, "queue", made.id)
            position = self._position(connection, made)
            self._event(connection, made, "handoff_queued", position=position, reason=reason)
        self._log.announce(conversation_id)
        return made

    def claim(self, case_id: str, advisor_id: str) -> Case:
        """The case, now this advisor's; again so if it was theirs already.

        Raises ``AlreadyClaimed`` when another advisor was first, ``NotYours`` when it is closed, ``CaseNotFound``.
        """
        with write(self._log.engine) as connection:
            won = self._claim(connection, case_id, advisor_id)
            case = won or self._get(connection, case_id)
            if not won:
                if case.status != "accepted":
                    raise NotYours(case.advisor)
                if case.advisor_id != advisor_id:
                    raise AlreadyClaimed(case.advisor)
                return case
        self._log.announce(case.conversation_id)
        return case

    def give(self, case_id: str, advisor_id: str) -> bool:
        """As ``claim``, without their asking: only to who is here and has room. False where it was not to be."""
        with write(self._log.engine) as connection:
            case = self._claim(connection, case_id, advisor_id) if free_in(connection, advisor_id) else None
        if case:
            self._log.announce(case.conversation_id)
        return case is not None

    def hand_back(self, case_id: str, advisor_id: str, note: str = "") -> Case:
        """The assistant goes on, with the advisor's note. Raises ``NotYours``, ``CaseNotFound``."""
        return self._close(case_id, "returned", "handed_back", advisor_id=advisor_id, note=note)

    def resolve(self, case_id: str, advisor_id: str, note: str = "", *, ask: bool = False) -> Case:
        """Closes the case; the assistant tells the customer. ``ask``: the page asks them how it was.

        Raises ``NotYours``, ``CaseNotFound``.
        """
        return self._close(case_id, "resolved", "case_resolved", advisor_id=advisor_id, note=note, ask=ask)

    def leave(self, case_id: str, *, told: bool = False) -> Case:
        """The customer no longer wants to wait: back to the assistant, which tells them so unless they are ``told``.

        Raises ``NotYours`` when an advisor has it, or it is closed.
        """
        return self._close(case_id, "left", "customer_left", told=told)

    def say(
        self,
        case_id: str,
        advisor_id: str,
        text: str,
        client_key: str | None = None,
        file: Kept | None = None,
        *,
        payload: dict[str, Any] | None = None,
    ) -> Message:
        """The advisor's message, in the log under their name; ``file``: sent instead of words; ``payload``: what a
        channel needs besides them.

        Raises ``NotYours``, ``CaseNotFound``, and ``CustomerGone`` where nobody would read it.
        """
        try:
            with write(self._log.engine) as connection:
                case = self._get(connection, case_id, lock=True)
                self._check(case, advisor_id)
                self._check_there(connection, case)
                message = self._log.append_in(
                    connection,
                    case.conversation_id,
                    "advisor",
                    text if file is None else f"[{file.kind}]",
                    kind="text" if file is None else "file",
                    payload=payload if file is None else {"attachment": {"kind": file.kind}},
                    author=case.advisor,
                    client_key=client_key,
                    meta={"case": case_id, "advisor_id": advisor_id},
                    file=file,
                )
                if case.replied_at is None:
                    first = _cases.update().where(_cases.c.id == case_id)
                    connection.execute(first.values(replied_at=message.created_at))
                written = schema.typing.c.conversation_id == case.conversation_id, schema.typing.c.role == "advisor"
                connection.execute(schema.typing.delete().where(*written))
        except sa.exc.IntegrityError:
            first = self._log.by_client_key(case.conversation_id, client_key)
            if first is None:
                raise
            return first
        self._log.announce(case.conversation_id)
        return message

    def get(self, case_id: str) -> Case:
        """Raises ``CaseNotFound``."""
        with read(self._log.engine) as connection:
            return self._get(connection, case_id)

    def live(self, conversation_id: str) -> Case | None:
        """The case that is open for this conversation."""
        query = SELECT.where(_cases.c.conversation_id == conversation_id, _cases.c.status.in_(LIVE))
        with read(self._log.engine) as connection:
            row = connection.execute(query).mappings().first()
        return Case(**row) if row else None

    def queue(self) -> list[Case]:
        """Open cases: the most urgent first, then the oldest."""
        query = SELECT.where(_cases.c.status.in_(LIVE)).order_by(*_IN_ORDER)
        with read(self._log.engine) as connection:
            return [Case(**row) for row in connection.execute(query).mappings()]

    def waiting(self) -> list[tuple[Case, str]]:
        """Cases that nobody has, with their customer's language, in the order of ``queue``."""
        told = SELECT.add_columns(schema.conversations.c.language.label("spoken")).join(
            schema.conversations, schema.conversations.c.id == _cases.c.conversation_id
        )
        query = told.where(_cases.c.status == "queued").order_by(*_IN_ORDER)
        with read(self._log.engine) as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        return [(Case(**row), language) for row in rows for language in [row.pop("spoken")]]

    def closed_since(self, since: datetime) -> list[Case]:
        """The latest first."""
        query = SELECT.where(_cases.c.closed_at >= since).order_by(_cases.c.closed_at.desc())
        with read(self._log.engine) as connection:
            return [Case(**row) for row in connection.execute(query).mappings()]

    def of(self, conversation_id: str) -> list[Case]:
        """Every case of a conversation, oldest first."""
        query = SELECT.where(_cases.c.conversation_id == conversation_id).order_by(_cases.c.created_at)
        with read(self._log.engine) as connection:
            return [Case(**row) for row in connection.execute(query).mappings()]

    def position(self, case_id: str) -> int:
        """Place in its queue, from one; nought once it is no longer waiting. Raises ``CaseNotFound``."""
        with read(self._log.engine) as connection:
            return self._position(connection, self._get(connection, case_id))

    def waited(self, queue: str, since: datetime, but: str = "") -> list[tuple[datetime, datetime | None]]:
        """When cases of a queue, ``but`` for one, began to wait and had their first answer: since then, or not yet."""
        of_it = _cases.c.queue == queue, _cases.c.id != but
        still = sa.and_(_cases.c.status == "queued", _cases.c.replied_at.is_(None))
        query = sa.select(_cases.c.created_at, _cases.c.replied_at)
        with read(self._log.engine) as connection:
            rows = connection.execute(query.where(*of_it, sa.or_(still, _cases.c.replied_at > since)))
            return [(row.created_at, row.replied_at) for row in rows]

    def at_the_desk(self, case_id: str) -> tuple[str, str, int]:
        """Of who has the case: their name, their portrait's name (empty without one), and how far they have read."""
        portraits, marks = schema.portraits, schema.read_by_advisors
        query = (
            sa.select(_advisors.c.name, portraits.c.name, marks.c.seq)
            .select_from(_cases)
            .join(_advisors, _advisors.c.id == _cases.c.advisor_id)
            .join(portraits, portraits.c.advisor_id == _advisors.c.id, isouter=True)
            .join(marks, marks.c.conversation_id == _cases.c.conversation_id, isouter=True)
            .where(_cases.c.id == case_id)
        )
        with read(self._log.engine) as connection:
            name, portrait, seq = connection.execute(query).first() or ("", None, None)
        return name, portrait or "", seq or 0

    def update(self, case_id: str, **fields: Any) -> None:
        """Sets priority, queue, summary, package or due_at."""
        unknown = set(fields) - {"priority", "queue", "summary", "package", "due_at"}
        if unknown:
            raise ValueError(f"not to be set here: {', '.join(sorted(unknown))}")
        with write(self._log.engine) as connection:
            change = _cases.update().where(_cases.c.id == case_id)
            connection.execute(change.values(**fields, version=_cases.c.version + 1))
            case = self._get(connection, case_id)
            self._log.touch_in(connection, case.conversation_id)
        self._log.announce(case.conversation_id)

    # --- inside a transaction

    def _claim(self, connection: Connection, case_id: str, advisor_id: str) -> Case | None:
        """``None`` where it does not wait any longer."""
        change = _cases.update().where(_cases.c.id == case_id, _cases.c.status == "queued")
        values = {"status": "accepted", "advisor_id": advisor_id, "claimed_at": now()}
        if not connection.execute(change.values(**values, version=_cases.c.version + 1)).rowcount:
            return None
        case = self._get(connection, case_id)
        self._own(connection, case.conversation_id, "advisor", case.id)
        self._event(connection, case, ADVISOR_JOINED, advisor=case.advisor)
        return case

    def _close(
        self,
        case_id: str,
        status: str,
        event: str,
        *,
        advisor_id: str | None = None,
        note: str = "",
        told: bool = False,
        ask: bool = False,
    ) -> Case:
        with write(self._log.engine) as connection:
            case = self._get(connection, case_id, lock=True)
            if advisor_id is not None:
                self._check(case, advisor_id)
            elif case.status != "queued":
                raise NotYours(case.advisor)
            change = _cases.update().where(_cases.c.id == case_id)
            connection.execute(change.values(status=status, note=note, closed_at=now(), version=case.version + 1))
            self._own(connection, case.conversation_id, "assistant", None)
            # Waits in the inbox, unless it is told: the assistant has to wake up, and to say so.
            asks = {ASKS: True} if ask else {}
            state = "done" if told else "new"
            self._event(connection, case, event, state=state, advisor=case.advisor, note=note, **asks)
            case = self._get(connection, case_id)
        self._log.announce(case.conversation_id, work=not told)
        return case
