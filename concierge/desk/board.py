"""What the desk reads of the log: the list of cases and all there is to one case. Blocks; writes nothing.

The package is read apart from everything else: one that is missing or broken must hide neither its case nor the list.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine, RowMapping

from concierge.conversations import CaseNotFound, ConversationLog, Message, schema
from concierge.conversations.base import message_of
from concierge.conversations.case_moves import gone
from concierge.conversations.deliveries import Deliveries, Way
from concierge.conversations.model import BAG, LIVE, PAGE, PRIORITIES, PRODUCT
from concierge.conversations.proof import ever_proved, same_customer
from concierge.conversations.proved import conversations_with
from concierge.conversations.records import LONGEST_TYPING
from concierge.handoff.names import name
from concierge.handoff.package import schema as package_schema
from concierge.handoff.package import with_case
from concierge.queues.reader import queues
from concierge.storage.clock import ahead
from concierge.storage.database import read

_cases, _conversations, _advisors = schema.cases, schema.conversations, schema.advisors
_messages, _typing, _decisions = schema.messages, schema.typing, schema.decisions

CLOSED_FOR = timedelta(hours=24)
# Whose words tell, in a list, what a case waits for: the assistant's last ones are always that somebody will come.
SPOKEN = ("customer", "advisor")

_last_spoken = (
    sa.select(_messages.c.seq)
    .where(_messages.c.conversation_id == _conversations.c.id, _messages.c.role.in_(SPOKEN))
    .order_by(_messages.c.seq.desc())
    .limit(1)
    .correlate(_conversations)
    .scalar_subquery()
)
_rank = sa.case({name: rank for rank, name in enumerate(PRIORITIES)}, value=_cases.c.priority, else_=len(PRIORITIES))
_ROWS = (
    sa.select(
        *(column for column in _cases.c if column.name != "package"),
        _conversations.c.channel,
        _conversations.c.language,
        _conversations.c.region,
        _conversations.c.name,
        _conversations.c.email,
        _conversations.c.last_seq,
        _conversations.c.attributes,
        _conversations.c.case_id.label("live_case_id"),
        _advisors.c.name.label("advisor"),
        _messages.c.seq.label("said_seq"),
        _messages.c.role.label("said_role"),
        _messages.c.kind.label("said_kind"),
        _messages.c.text.label("said_text"),
        _messages.c.author.label("said_author"),
        _messages.c.created_at.label("said_at"),
    )
    .join_from(_cases, _conversations)
    .join(_advisors, isouter=True)
    .join(
        _messages,
        sa.and_(_messages.c.conversation_id == _conversations.c.id, _messages.c.seq == _last_spoken),
        isouter=True,
    )
)
_OPEN = _ROWS.where(_cases.c.status.in_(LIVE)).order_by(_rank, _cases.c.created_at, _cases.c.id)
_OPEN_OF = _OPEN.where(_cases.c.conversation_id.in_(sa.bindparam("conversations", expanding=True)))


@dataclass(frozen=True)
class Package:
    """``document`` is None, and ``problem`` says why, when there is none that can be shown."""

    document: dict[str, Any] | None
    problem: str = ""


class Board:
    def __init__(self, log: ConversationLog, windows: Mapping[str, timedelta] | None = None) -> None:
        """``windows``: for how long after the customer's latest message a channel takes words, where that ends."""
        self._log = log
        self._windows = windows or {}
        self._deliveries = Deliveries(log.engine)
        self._engine: Engine = log.engine

    def open(self, conversation_ids: Iterable[str] | None = None) -> list[dict[str, Any]]:
        """The most urgent first, then the oldest; those of these conversations alone, where some are given."""
        if conversation_ids is None:
            return self._list(_OPEN)
        return self._list(_OPEN_OF, {"conversations": list(conversation_ids)})

    def closed(self, now: datetime | None = None) -> list[dict[str, Any]]:
        """Those of the last day, the latest first."""
        since = (now or datetime.now(timezone.utc)) - CLOSED_FOR
        return self._list(
            _ROWS.where(_cases.c.status.notin_(LIVE), _cases.c.closed_at >= since).order_by(_cases.c.closed_at.desc())
        )

    def of_address(self, address: str, most: int) -> list[dict[str, Any]]:
        """Cases of any age of this e-mail address, the latest first."""
        return self._latest(sa.func.lower(_conversations.c.email) == address.lower(), most)

    def decided_on(self, order_number: str, most: int) -> list[dict[str, Any]]:
        """In whose conversation something was decided on this order."""
        decided = sa.select(_decisions.c.conversation_id).where(_decisions.c.order_number == order_number)
        return self._latest(_conversations.c.id.in_(decided), most)

    def earlier(self, case: dict[str, Any], most: int) -> list[dict[str, Any]]:
        """Closed cases of the same conversation, and of the same e-mail address, latest first."""
        same = _cases.c.conversation_id == case["conversation_id"]
        if case["customer"]["email"]:  # only a proof sets it
            same |= sa.func.lower(_conversations.c.email) == case["customer"]["email"].lower()
        part_of_it = sa.func.coalesce(_cases.c.merged_into, "") == case["id"]
        others = _cases.c.id != case["id"], _cases.c.status.notin_(LIVE), sa.not_(part_of_it)
        return self._latest(sa.and_(same, *others), most)

    def same_customer(self, case: dict[str, Any]) -> list[dict[str, Any]]:
        """Other open cases that are proved to be of the same customer, the latest first."""
        c = _conversations.c
        with read(self._engine) as connection:
            own = connection.execute(sa.select(c.email, c.attributes).where(c.id == case["conversation_id"])).mappings()
            this = own.one()
            likely = [sa.func.lower(c.email) == this["email"].lower()] if this["email"] else []
            if numbers := ever_proved(this["attributes"]):
                likely.append(c.id.in_(conversations_with(numbers)))
            if not likely:
                return []
            query = (
                sa.select(_cases.c.id, c.email, c.attributes)
                .join_from(_cases, _conversations)
                .where(_cases.c.status.in_(LIVE), _cases.c.id != case["id"], sa.or_(*likely))
            )
            found = [row["id"] for row in connection.execute(query).mappings() if same_customer(this, row)]
        return self._latest(_cases.c.id.in_(found), len(found)) if found else []

    def merged(self, case_id: str) -> list[dict[str, Any]]:
        """Cases that were merged into this one, the latest first."""
        return self._list(_ROWS.where(_cases.c.merged_into == case_id).order_by(_cases.c.created_at.desc()))

    def in_summary(self, words: str, most: int) -> list[dict[str, Any]]:
        """Whose summary, as it is stored, has these words: what of it an advisor may see is for the caller to say."""
        return self._latest(_cases.c.summary.ilike(_part(words), escape="!"), most)

    def in_name(self, words: str, most: int) -> list[dict[str, Any]]:
        """As ``in_summary``, of the customer's name."""
        return self._latest(_conversations.c.name.ilike(_part(words), escape="!"), most)

    def closed_with(self, words: list[str], most: int) -> list[tuple[str, str]]:
        """Ids of cases and their closing notes, as they are stored, in which every word may stand; the latest first."""
        has = [_cases.c.note.ilike(_part(word), escape="!") for word in words]
        query = sa.select(_cases.c.id, _cases.c.note).where(*has).order_by(_cases.c.created_at.desc()).limit(most)
        with read(self._engine) as connection:
            return [(row.id, row.note) for row in connection.execute(query)]

    def case(self, case_id: str) -> dict[str, Any]:
        """Raises ``CaseNotFound``."""
        rows = self.rows([case_id])
        if not rows:
            raise CaseNotFound(case_id)
        return rows[0]

    def rows(self, case_ids: Iterable[str]) -> list[dict[str, Any]]:
        return self._list(_ROWS.where(_cases.c.id.in_(list(case_ids))))

    def position(self, case_id: str) -> int:
        """Place in its queue, from one; nought for a case that does not wait. Reads no package, unlike ``Cases``."""
        its_queue = sa.select(_cases.c.queue).where(_cases.c.id == case_id).scalar_subquery()
        queued = _cases.c.status == "queued", _cases.c.queue == its_queue
        query = sa.select(_cases.c.id).where(*queued).order_by(_rank, _cases.c.created_at, _cases.c.id)
        with self._engine.begin() as connection:
            waiting = list(connection.execute(query).scalars())
        return waiting.index(case_id) + 1 if case_id in waiting else 0

    def package(self, case_id: str) -> Package:
        query = sa.select(sa.cast(_cases.c.package, sa.Text)).where(_cases.c.id == case_id)
        with self._engine.begin() as connection:
            text = connection.execute(query).scalar()
        try:
            document = json.loads(text or "null")
        except ValueError:
            return Package(None, "The handoff package cannot be read. The conversation itself is complete.")
        if not document:
            return Package(None, "This case came without a handoff package. The conversation itself is complete.")
        if not isinstance(document, dict) or any(key not in document for key in package_schema()["required"]):
            return Package(None, "The handoff package is not complete. The conversation itself is.")
        return Package(with_case(document, case_id))

    def messages(self, conversation_id: str, after: int = 0) -> list[Message]:
        found = self._log.messages(conversation_id, after)
        return [own_key(message) for message in self._log.with_files(found)]

    def events(self, conversation_id: str) -> list[Message]:
        """The rows that tell what happened to the conversation, without what was said."""
        query = sa.select(_messages).where(_messages.c.conversation_id == conversation_id, _messages.c.kind == "event")
        with self._engine.begin() as connection:
            return [message_of(row) for row in connection.execute(query.order_by(_messages.c.seq)).mappings()]

    def typing(self, conversation_ids: list[str]) -> dict[str, datetime]:
        """Until when the customer of each of these conversations counts as writing."""
        query = sa.select(_typing.c.conversation_id, _typing.c.until).where(
            _typing.c.conversation_id.in_(conversation_ids),
            _typing.c.role == "customer",
            ahead(_typing.c.until, LONGEST_TYPING),
        )
        with self._engine.begin() as connection:
            return {row.conversation_id: row.until for row in connection.execute(query)}

    def reading(self, conversation_ids: list[str]) -> dict[str, dict[str, Any]]:
        """How far customers on the website have read, and when they last looked, where that is known."""
        marks = schema.read_marks
        query = sa.select(marks).where(marks.c.conversation_id.in_(conversation_ids))
        with self._engine.begin() as connection:
            return {row.conversation_id: {"seq": row.seq, "at": row.at} for row in connection.execute(query)}

    def erasures(self) -> tuple[Any, ...]:
        """Another value once an erasure has begun, and another one when it is done."""
        last = sa.select(sa.func.max(schema.erased_conversations.c.erased_at)).scalar_subquery()
        proofs = schema.privacy_proofs
        under_way = sa.select(sa.func.count()).select_from(proofs).where(proofs.c.done_at.is_(None)).scalar_subquery()
        with self._engine.begin() as connection:
            return tuple(connection.execute(sa.select(last, under_way)).one())

    def _latest(self, found: sa.sql.ColumnElement, most: int) -> list[dict[str, Any]]:
        return self._list(_ROWS.where(found).order_by(_cases.c.created_at.desc()).limit(most))

    def _list(self, query: sa.sql.Select, values: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        with self._engine.begin() as connection:
            rows = [_row(row) for row in connection.execute(query, values or {}).mappings()]
        ways = self._deliveries.ways({row["conversation_id"] for row in rows})
        return [{**row, **self._way(row, ways.get(row["conversation_id"]))} for row in rows]

    def _way(self, row: dict[str, Any], way: Way | None) -> dict[str, Any]:
        if way is None:
            return {"answers_until": None, "moved": 0, "stopped": "", "left": None}
        window = self._windows.get(row["channel"])
        until = way.heard_at + window if window else None
        return {"answers_until": until, "moved": way.moved, "stopped": way.stopped, "left": way.left}


def _part(words: str) -> str:
    return "%" + re.sub("([%_!])", r"!\1", words) + "%"


def desk_key(advisor_id: str, client_key: str) -> str:
    """An advisor's key, apart from the customer's keys in the same conversation."""
    return f"desk:{advisor_id}:{client_key}"


def own_key(message: Message) -> Message:
    """With the key as the advisor's page sent it."""
    if message.role != "advisor" or not message.client_key or not message.client_key.startswith("desk:"):
        return message
    return replace(message, client_key=message.client_key.split(":", 2)[-1])


def _piece(brief: dict[str, Any]) -> dict[str, Any] | None:
    if not brief.get("pieces"):
        return None
    return {"name": brief["pieces"], "more": brief["more"], "value": brief["value"], "currency": brief["currency"]}


def _before(brief: dict[str, Any]) -> dict[str, Any] | None:
    known = brief.get("before")
    return {"id": known["advisor_id"], "name": known["advisor"]} if isinstance(known, dict) else None


def _looks_at(attributes: dict[str, Any]) -> dict[str, Any] | None:
    if PRODUCT not in attributes:
        return None
    return {"page": attributes.get(PAGE) or "", "product": attributes[PRODUCT], "bag": attributes.get(BAG) or []}


def _asleep(row: RowMapping) -> bool:
    """Put aside, and the customer has not written since. When the time has come, whoever shows it sees."""
    if row["status"] != "accepted" or row["snoozed_until"] is None:
        return False
    return not (row["said_role"] == "customer" and row["said_at"] > row["snoozed_at"])


def _row(row: RowMapping) -> dict[str, Any]:
    queue = queues().get(row["queue"])
    said = None
    if row["said_seq"] is not None:
        said = {
            "seq": row["said_seq"],
            "role": row["said_role"],
            "kind": row["said_kind"],
            "text": row["said_text"],
            "author": row["said_author"],
            "created_at": row["said_at"],
        }
    return {
        "id": row["id"],
        "conversation_id": row["conversation_id"],
        "customer": {"name": row["name"], "email": row["email"]},
        "channel": row["channel"],
        "language": row["language"],
        "region": row["region"],
        "reason": row["reason"],
        "priority": row["priority"],
        "queue": queue.code,
        "queue_title": queue.title,
        "due_at": row["due_at"],
        "replied_at": row["replied_at"],
        "escalated_at": row["escalated_at"],
        "topic": name(str((row["brief"] or {}).get("topic") or row["reason"])),
        "piece": _piece(row["brief"] or {}),
        "customer_gone": row["closed_at"] is None and gone(row["attributes"], row["said_seq"]),
        "looks_at": _looks_at(row["attributes"]),
        "status": row["status"],
        "snoozed_until": row["snoozed_until"] if _asleep(row) else None,
        "before": _before(row["brief"] or {}),
        "summary": row["summary"],
        "note": row["note"],
        "merged_into": row["merged_into"],
        "advisor": {"id": row["advisor_id"], "name": row["advisor"] or ""} if row["advisor_id"] else None,
        "waiting_since": row["created_at"],
        "claimed_at": row["claimed_at"],
        "closed_at": row["closed_at"],
        "version": row["version"],
        "last_seq": row["last_seq"],
        "last_message": said,
    }
