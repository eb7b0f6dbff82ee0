"""What advisors have marked as wrongly understood: kept for whoever looks after the training data.

A mark stays with its conversation and goes with it. What leaves is masked: words without contact details and numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from concierge.conversations import Advisor, Message
from concierge.conversations.base import now
from concierge.conversations.schema import conversations, marked_wrong, messages
from concierge.masking.contacts import contacts
from concierge.storage.database import read, write

# Order numbers, parcels, telephones: whatever is that long is nobody's wording.
_NUMBER = re.compile(r"\b(?:(?=(?:\w*\d){5})\w{5,}|\d(?:[ .-]?\d){8,})\b")


@dataclass(frozen=True)
class Mark:
    """``part``: which question of the message it was. ``meant`` is an intent, ``was`` the one that was understood."""

    conversation_id: str
    seq: int
    part: int
    words: str
    language: str
    was: str
    meant: str
    by: str
    at: datetime


def understood(message: Message) -> list[dict[str, Any]]:
    """The questions of a customer's message with the intent of each; empty where nothing was understood of it."""
    parts = message.meta.get("parts")
    found = [each for each in parts if isinstance(each, dict)] if isinstance(parts, list) else []
    if not found and message.meta.get("intent"):
        found = [message.meta]
    return [{"text": str(each.get("text") or message.text), "intent": intent_of(each.get("intent"))} for each in found]


def intent_of(given: Any) -> str:
    return str(given.get("name") or "") if isinstance(given, dict) else str(given or "")


class Marks:
    """Blocks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, message: Message, part: int, meant: str, advisor: Advisor) -> None:
        """In place of what was marked there before; an empty ``meant`` takes it away. Raises ``IndexError``."""
        known = understood(message)[part]
        this = (
            marked_wrong.c.conversation_id == message.conversation_id,
            marked_wrong.c.seq == message.seq,
            marked_wrong.c.part == part,
        )
        row = {"conversation_id": message.conversation_id, "seq": message.seq, "part": part, "was": known["intent"]}
        with write(self._engine) as connection:
            connection.execute(marked_wrong.delete().where(*this))
            if meant:
                connection.execute(marked_wrong.insert(), {**row, "meant": meant, "by": advisor.login, "at": now()})

    def of(self, conversation_id: str) -> list[dict[str, Any]]:
        """Number of the message, of the part, and what was meant."""
        columns = marked_wrong.c.seq, marked_wrong.c.part, marked_wrong.c.meant
        query = sa.select(*columns).where(marked_wrong.c.conversation_id == conversation_id)
        with read(self._engine) as connection:
            return [dict(row) for row in connection.execute(query.order_by(*columns)).mappings()]

    def all(self, since: datetime | None = None) -> list[Mark]:
        """The oldest first, masked. One whose message is no longer there is passed over."""
        query = (
            sa.select(marked_wrong, messages.c.text, messages.c.meta, conversations.c.language)
            .join(
                messages,
                sa.and_(
                    messages.c.conversation_id == marked_wrong.c.conversation_id, messages.c.seq == marked_wrong.c.seq
                ),
            )
            .join(conversations, conversations.c.id == marked_wrong.c.conversation_id)
            .order_by(marked_wrong.c.at)
        )
        if since:
            query = query.where(marked_wrong.c.at >= since)
        with read(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        return [mark for row in rows if (mark := _mark(row))]


def _mark(row: Any) -> Mark | None:
    parts = (row["meta"] or {}).get("parts")
    words = row["text"]
    if isinstance(parts, list) and len(parts) > row["part"] and isinstance(parts[row["part"]], dict):
        words = str(parts[row["part"]].get("text") or words)
    language = str((row["meta"] or {}).get("language") or row["language"])
    if not words.strip():
        return None
    kept = {key: row[key] for key in ("conversation_id", "seq", "part", "was", "meant", "by", "at")}
    return Mark(words=masked(words), language=language, **kept)


def masked(words: str) -> str:
    """As it may stand in a file: one line, without contact details and long numbers."""
    return " ".join(masked_lines(words).split())


def masked_lines(words: str) -> str:
    return _NUMBER.sub("[number]", contacts(words))


def as_examples(marks: Iterable[Mark]) -> dict[str, Any]:
    """By intent, as the training data have them, each with what was understood instead: for somebody to read."""
    found: dict[str, list[dict[str, str]]] = {}
    for mark in marks:
        example = {"text": mark.words, "language": mark.language, "understood_as": mark.was}
        if example not in found.setdefault(mark.meant, []):
            found[mark.meant].append(example)
    return {"marked_wrong": [{"intent": intent, "examples": found[intent]} for intent in sorted(found)]}
