"""What advisors are told of the way to the customer: when they last wrote, and how far each message has come."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from concierge.conversations import schema
from concierge.conversations.model import LIVE
from concierge.conversations.outbox_standing import LEFT, why_stopped
from concierge.conversations.outbox_states import STATES
from concierge.storage.database import read

_outlets, _outbox, _files = schema.outlets, schema.outbox, schema.sent_files
_cases, _messages, _conversations = schema.cases, schema.messages, schema.conversations
_of_same = schema.cases.alias("of_same")
_latest = sa.select(sa.func.max(_of_same.c.created_at)).where(_of_same.c.conversation_id == _outbox.c.conversation_id)
_PROGRESS = sa.case(*((_outbox.c.state == state, rank) for rank, state in enumerate(STATES)), else_=0)


@dataclass(frozen=True)
class Way:
    """``heard_at``: when the customer last wrote; ``moved``: another number once a message has come further, or a
    customer's file is there; ``stopped``: why nothing reaches the customer, empty where it does; ``left``: how many
    more messages the provider takes until the customer writes, ``None`` where it does not count them."""

    heard_at: datetime
    moved: int
    stopped: str = ""
    left: int | None = None


class Deliveries:
    """Blocks. Conversations on channels that need no provider have none."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ways(self, conversation_ids: Collection[str]) -> dict[str, Way]:
        these = list(conversation_ids)
        heard = sa.select(_outlets.c.conversation_id, _outlets.c.heard_at, _outlets.c.details)
        heard = heard.where(_outlets.c.conversation_id.in_(these))
        sent = (
            sa.select(_outbox.c.conversation_id, sa.func.sum(_PROGRESS).label("many"))
            .where(_outbox.c.conversation_id.in_(these))
            .group_by(_outbox.c.conversation_id)
        )
        kept = (
            sa.select(_files.c.conversation_id, sa.func.count().label("many"))
            .where(_files.c.conversation_id.in_(these), _files.c.state != "waiting")
            .group_by(_files.c.conversation_id)
        )
        with read(self._engine) as connection:
            found = {row.conversation_id: row for row in connection.execute(heard)} if these else {}
            moved = dict.fromkeys(found, 0)
            for query in (sent, kept) if found else ():
                for row in connection.execute(query):
                    moved[row.conversation_id] = moved.get(row.conversation_id, 0) + int(row.many)
        return {
            key: Way(row.heard_at, moved[key], why_stopped(row.details), row.details.get(LEFT))
            for key, row in found.items()
        }

    def of(self, conversation_id: str) -> dict[int, dict[str, Any]]:
        """By seq: how far each message has come (one of ``STATES``), and why one has not."""
        query = sa.select(_outbox.c.seq, _outbox.c.state, _outbox.c.error)
        with read(self._engine) as connection:
            rows = connection.execute(query.where(_outbox.c.conversation_id == conversation_id)).all()
        return {row.seq: {"state": row.state, "error": row.error} for row in rows}

    def undelivered(self, since: datetime, most: int, advisor_id: str | None = None) -> list[dict[str, Any]]:
        """Messages that have failed, the latest first, each with the conversation's latest case, if it has one; of this
        advisor's cases alone, where one is named."""
        case = sa.and_(
            _cases.c.conversation_id == _outbox.c.conversation_id,
            _cases.c.created_at == _latest.correlate(_outbox).scalar_subquery(),
        )
        said = sa.and_(_messages.c.conversation_id == _outbox.c.conversation_id, _messages.c.seq == _outbox.c.seq)
        query = (
            sa.select(
                *(_outbox.c.conversation_id, _outbox.c.seq, _outbox.c.channel, _outbox.c.created_at),
                _outbox.c.error.label("reason"),
                *(_messages.c.role, _messages.c.text),
                _conversations.c.name.label("customer"),
                _cases.c.id.label("case_id"),
            )
            .join_from(_outbox, _messages, said)
            .join(_conversations, _conversations.c.id == _outbox.c.conversation_id)
            .join(_cases, case, isouter=True)
            .where(_outbox.c.state == "failed", _outbox.c.created_at >= since)
            .order_by(_outbox.c.created_at.desc(), _outbox.c.seq.desc())
            .limit(most)
        )
        if advisor_id is not None:
            query = query.where(_cases.c.advisor_id == advisor_id, _cases.c.status.in_(LIVE))
        with read(self._engine) as connection:
            return [dict(row) for row in connection.execute(query).mappings()]
