"""Finds words in what was said in cases and in notes: by PostgreSQL's full text or SQLite's FTS5, with one answer.

Both index the same words, made here: without case and accents, each letter of Chinese, Japanese and Korean by itself,
and of each message only what an advisor is shown, so that nothing masked is found by its letters. The index belongs to
whoever searches: no message waits for it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from concierge.conversations import schema
from concierge.conversations.base import now
from concierge.conversations.log import ConversationLog
from concierge.conversations.model import NOTED, ConversationNotFound
from concierge.storage.database import read, write

LONGEST_WORD = 40
_EVER = datetime(1970, 1, 1, tzinfo=timezone.utc)
_SLACK = timedelta(minutes=10)  # of clocks, and of what is being written
_LETTERS = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"  # of scripts that are written without spaces
_WORD = re.compile(rf"[{_LETTERS}]|[^\W_{_LETTERS}]+")
_words, _until, _cases = schema.searched_words, schema.searched_until, schema.cases
_conversations, _messages = schema.conversations, schema.messages
_SAME = sa.and_(_messages.c.conversation_id == _words.c.conversation_id, _messages.c.seq == _words.c.seq)

_BEHIND = (
    sa.select(_conversations.c.id)
    .join_from(_conversations, _until, isouter=True)
    .where(
        sa.exists().where(_cases.c.conversation_id == _conversations.c.id),
        _conversations.c.last_seq > sa.func.coalesce(_until.c.seq, 0),
        _conversations.c.updated_at >= sa.bindparam("since"),
    )
    .order_by(_conversations.c.updated_at.desc())
    .limit(sa.bindparam("most"))
)
# As the migration has made it: PostgreSQL takes the index for this very expression alone.
_VECTOR = sa.text("array_to_tsvector(string_to_array(words, ' ')) @@ CAST(:looked_for AS tsquery)")
_MATCHES = sa.text("id IN (SELECT rowid FROM searched_words_index WHERE searched_words_index MATCH :looked_for)")


@dataclass(frozen=True)
class Found:
    """``text``: as it is stored."""

    case_id: str
    text: str


def words_of(text: str) -> list[str]:
    """As they are indexed and compared."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    plain = unicodedata.normalize("NFC", "".join(each for each in apart if not unicodedata.combining(each)))
    return [word[:LONGEST_WORD] for word in _WORD.findall(plain)]


def has_all(text: str, wanted: Sequence[str]) -> bool:
    """Whether each of these is a word of the text, or the beginning of one."""
    there = words_of(text)
    return all(any(word.startswith(each) for word in there) for each in wanted)


class Searched:
    """Blocks. ``shown``: what of a text an advisor is shown without asking."""

    def __init__(self, log: ConversationLog, shown: Callable[[str], str]) -> None:
        self._log = log
        self._shown = shown
        self._since = _EVER  # nothing that was said before is behind

    def catch_up(self, most: int = 500) -> None:
        """Indexes what was said since the last time, the latest conversations first."""
        began = now()
        with read(self._log.engine) as connection:
            behind = list(connection.execute(_BEHIND, {"most": most, "since": self._since}).scalars())
        for conversation_id in behind:
            with write(self._log.engine) as connection:
                self._index(connection, conversation_id)
        if len(behind) < most:
            self._since = began - _SLACK

    def find(self, wanted: Sequence[str], most: int) -> list[Found]:
        """Where all of these stand together, the latest first. ``wanted``: of ``words_of``."""
        postgres = self._log.engine.dialect.name == "postgresql"
        if postgres:
            condition, looked_for = _VECTOR, " & ".join(f"'{word}':*" for word in wanted)
        else:
            condition, looked_for = _MATCHES, " AND ".join(f'"{word}"*' for word in wanted)
        query = (
            sa.select(_cases.c.id, _messages.c.text, _messages.c.payload)
            .join_from(_words, _messages, _SAME)
            .join(_cases, _cases.c.conversation_id == _words.c.conversation_id)
            .where(_words.c.id.in_(sa.select(_words.c.id).where(condition)))
            .order_by(_messages.c.created_at.desc())
            .limit(most)
        )
        with read(self._log.engine) as connection:
            rows = connection.execute(query, {"looked_for": looked_for}).all()
        return [Found(row.id, row.text or str(row.payload.get("note") or "")) for row in rows]

    def _index(self, connection: Connection, conversation_id: str) -> None:
        try:
            head = self._log.lock(connection, conversation_id)
        except ConversationNotFound:  # erased since
            return
        this = _until.c.conversation_id == conversation_id
        known = connection.execute(sa.select(_until.c.seq).where(this)).scalar()
        new = _messages.c.conversation_id == conversation_id, _messages.c.seq > (known or 0)
        query = sa.select(_messages.c.seq, _messages.c.kind, _messages.c.text, _messages.c.payload).where(*new)
        rows = []
        for row in connection.execute(query):
            event = row.payload.get("event") if row.kind == "event" else ""
            text = row.text if not event else str(row.payload.get("note") or "") if event == NOTED else ""
            if words := " ".join(dict.fromkeys(words_of(self._shown(text)))):
                rows.append({"conversation_id": conversation_id, "seq": row.seq, "words": words})
        if rows:
            connection.execute(_words.insert(), rows)
        seq = head["last_seq"]
        if known is None:
            connection.execute(_until.insert(), {"conversation_id": conversation_id, "seq": seq})
        else:
            connection.execute(_until.update().where(this).values(seq=seq))
