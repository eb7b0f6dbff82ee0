"""What customers said that was not understood, like beside like: so that a lead sees what the assistant lacks.

Masked, and grouped by the letters that they share: no model is asked, and each group can be looked through by eye.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from concierge import intents
from concierge.conversations import Message, schema
from concierge.conversations.base import message_of
from concierge.desk.misunderstood import masked, understood
from concierge.intents import Kind
from concierge.storage.database import read

_messages, _conversations = schema.messages, schema.conversations
LOOKED_THROUGH = 2000  # of the latest messages
GROUPS = 30
LIKE = 0.4  # of the letters, three by three, that two have between them


@dataclass
class Group:
    """``words``: the first of them that was said. ``questions``: conversation, message and part of each."""

    words: str
    language: str
    letters: frozenset[str]
    questions: list[dict[str, Any]] = field(default_factory=list)


def not_understood(engine: Engine, since: datetime, language: str = "", channel: str = "") -> list[dict[str, Any]]:
    """The largest group first. Blocks."""
    query = (
        sa.select(_messages, _conversations.c.language.label("spoken"))
        .join_from(_messages, _conversations)
        .where(_messages.c.role == "customer", _messages.c.created_at >= since)
        .order_by(_messages.c.created_at.desc())
        .limit(LOOKED_THROUGH)
    )
    if language:
        query = query.where(_conversations.c.language == language)
    if channel:
        query = query.where(_conversations.c.channel == channel)
    with read(engine) as connection:
        rows = connection.execute(query).mappings().all()
    columns = [column.name for column in _messages.c]
    return grouped((message_of({name: row[name] for name in columns}), row["spoken"]) for row in rows)


def grouped(said: Iterable[tuple[Message, str]]) -> list[dict[str, Any]]:
    """Of customers' messages, each with the language of its conversation."""
    unknown = intents.of_kind(Kind.NOT_UNDERSTOOD)
    groups: list[Group] = []
    for message, spoken in said:
        language = str(message.meta.get("language") or spoken)
        for part, question in enumerate(understood(message)):
            words = masked(question["text"])
            if question["intent"] not in unknown or not words:
                continue
            letters = _letters(words)
            group = next((each for each in groups if each.language == language and _like(each.letters, letters)), None)
            if group is None:
                groups.append(group := Group(words, language, letters))
            group.questions.append({"conversation": message.conversation_id, "seq": message.seq, "part": part})
    groups.sort(key=lambda each: -len(each.questions))
    return [{"words": each.words, "language": each.language, "questions": each.questions} for each in groups[:GROUPS]]


def _letters(words: str) -> frozenset[str]:
    plain = f"  {' '.join(''.join(c if c.isalnum() else ' ' for c in words.lower()).split())} "
    return frozenset(plain[at : at + 3] for at in range(len(plain) - 2))


def _like(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= LIKE * len(one | other)
