"""How PostgreSQL is asked for a conversation's oldest message that waits: once, where ``Inbox`` asks SQLite twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from concierge.conversations import schema
from concierge.conversations.model import Claimed, Conversation
from concierge.storage.compiled_statements import CompiledStatement

_OF = "of_"
CONVERSATION_COLUMNS = [column.label(f"{_OF}{column.name}") for column in schema.conversations.c]
_OF_A_MESSAGE = [column for column in schema.messages.c if column.name != "lease_until"]
# What is an advisor's is only taken out of the inbox: see ``Inbox.claim_next``. A worker that meets another one waits
# for the row, and finds that the lease has been moved on.
_TAKE = CompiledStatement(
    sa.text(
        """
        WITH oldest AS (
            SELECT min(seq) AS seq FROM messages
            WHERE conversation_id = :id AND state IN ('new', 'processing')
        ), found AS (
            SELECT c.*, m.seq AS oldest, m.role = 'customer' AND c.owner = 'advisor' AND m.attempts = 0
                AND m.meta ->> 'to_advisor' IS NULL AS is_theirs
            FROM messages m JOIN conversations c ON c.id = m.conversation_id JOIN oldest ON oldest.seq = m.seq
            WHERE m.conversation_id = :id
        )
        UPDATE messages m SET
            state = CASE WHEN is_theirs THEN 'done' ELSE 'processing' END,
            attempts = m.attempts + CASE WHEN is_theirs THEN 0 ELSE 1 END,
            lease_until = CASE WHEN is_theirs THEN NULL ELSE clock_timestamp() + make_interval(secs => :lease) END
        FROM found
        WHERE m.conversation_id = :id AND m.seq = found.oldest AND m.state IN ('new', 'processing')
            AND (m.state = 'new' OR m.lease_until IS NULL OR m.lease_until <= clock_timestamp()
                OR m.lease_until > clock_timestamp() + make_interval(secs => :longest))
        RETURNING m.conversation_id, m.seq, m.role, m.kind, m.text, m.payload, m.author, m.client_key, m.state,
            m.attempts, m.lease_until, m.meta, m.created_at,
            found.id, found.channel, found.address, found.language, found.region, found.name, found.email, found.owner,
            found.case_id, found.last_seq, found.attributes, found.created_at, found.updated_at
        """
    )
    .bindparams(sa.bindparam("lease", type_=sa.Float), sa.bindparam("longest", type_=sa.Float))
    .columns(*schema.messages.c, *(sa.column(each.key, each.type) for each in CONVERSATION_COLUMNS))
)


def claimed_of(row: Mapping[str, Any]) -> Claimed:
    """A message's row with its conversation's columns."""
    conversation = Conversation(**{column.name: row[f"{_OF}{column.name}"] for column in schema.conversations.c})
    return Claimed(**{column.name: row[column.name] for column in _OF_A_MESSAGE}, conversation=conversation)


def take(connection: Connection, conversation_id: str, lease_seconds: float, longest_lease: float) -> Claimed | None:
    """The message, leased to the caller; ``None`` where there is none, or somebody is at it."""
    asked = {"id": conversation_id, "lease": lease_seconds, "longest": longest_lease}
    while (row := _TAKE.first(connection, asked)) is not None:
        if row["state"] == "processing":
            return claimed_of(row)
    return None
