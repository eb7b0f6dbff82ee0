"""What customers wrote beside their answer to how it was: one list, for leads."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from concierge.conversations import satisfaction, schema
from concierge.conversations.answered import ANSWERED
from concierge.handoff.names import name
from concierge.masking.contacts import contacts
from concierge.queues.reader import queues
from concierge.serialisation import as_json
from concierge.storage.database import read

_cases, _conversations, _messages, _advisors = (
    schema.cases,
    schema.conversations,
    schema.messages,
    schema.advisors,
)
AT_MOST = 500


def comments(engine: Engine, since: datetime, language: str = "", channel: str = "") -> list[dict[str, Any]]:
    """Those given since, the latest first, with the case, its topic, queue and advisor; contact details are hidden.
    JSON-safe. Blocks."""
    asked_within = timedelta(days=satisfaction.DAYS)  # the case itself ended before it was rated
    query = (
        sa.select(
            *(_cases.c.id, _cases.c.brief, _cases.c.reason, _cases.c.queue, _conversations.c.language),
            *(_conversations.c.channel, _advisors.c.name.label("advisor")),
            *(_messages.c.text, _messages.c.payload, _messages.c.created_at),
        )
        .join_from(_cases, _conversations)
        .join(
            _messages,
            (_messages.c.conversation_id == _cases.c.conversation_id)
            & (_messages.c.client_key == ANSWERED + "." + _cases.c.id),
        )
        .outerjoin(_advisors, _advisors.c.id == _cases.c.advisor_id)
        .where(
            sa.or_(_cases.c.closed_at.is_(None), _cases.c.closed_at >= since - asked_within),
            *(_messages.c.created_at >= since, _messages.c.text != ""),
            *([_conversations.c.language == language] if language else []),
            *([_conversations.c.channel == channel] if channel else []),
        )
        .order_by(_messages.c.created_at.desc(), _cases.c.id)
        .limit(AT_MOST)
    )
    with read(engine) as connection:
        rows = connection.execute(query).all()
    return [dict(as_json(_told(row))) for row in rows]


def _told(row: Any) -> dict[str, Any]:
    return {
        "case": row.id,
        "at": row.created_at,
        "score": (row.payload or {}).get("score"),
        "comment": contacts(row.text),
        "topic": name(str((row.brief or {}).get("topic") or row.reason)),
        "queue": queues().get(row.queue).title,
        "advisor": row.advisor,
        "language": row.language,
        "channel": row.channel,
    }
