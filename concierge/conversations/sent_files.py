"""Files that customers and advisors have sent: which message each belongs to, whether it is here, how it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from concierge.conversations import schema
from concierge.conversations.base import FILE_KEPT, LogBase, now, row_id
from concierge.conversations.model import Message
from concierge.files import Kept
from concierge.files.content import ENDINGS
from concierge.storage.clock import ahead, from_now
from concierge.storage.database import read, write

_files = schema.sent_files
INFECTED = "file_not_safe"  # the event that tells the desk of a file that was refused
WAITING, KEPT, REFUSED = "waiting", FILE_KEPT, "refused"
LEASE = 60.0  # seconds that one process has to fetch a file
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 300.0
GIVEN_UP_AFTER = timedelta(hours=24)
_LONGEST_WAIT = 600.0


@dataclass(frozen=True)
class SentFile:
    """``source``: what the provider calls it; ``name``: what the file store calls it; ``small``: whether it has a
    small picture; ``reason``: why it is not there; ``title``: what its sender calls it."""

    id: str
    conversation_id: str
    seq: int
    channel: str
    kind: str
    source: str
    media_type: str
    name: str
    size: int
    state: str
    reason: str
    tries: int
    created_at: datetime
    title: str = ""
    small: bool = False

    @property
    def called(self) -> str:
        """What it is saved as."""
        return self.title or f"{self.kind.replace(' ', '-')}-{self.seq}.{ENDINGS.get(self.media_type, 'bin')}"


class SentFiles(LogBase):
    """Part of ``ConversationLog``."""

    def expect_file(self, conversation_id: str, seq: int, channel: str, kind: str, source: str) -> str:
        """The file's id: it is to be fetched. The same for the same message."""
        id = row_id(f"{conversation_id}.{seq}")
        with write(self.engine) as connection:
            if connection.execute(sa.select(_files.c.id).where(_files.c.id == id)).first() is None:
                connection.execute(
                    _files.insert().values(
                        id=id,
                        conversation_id=conversation_id,
                        seq=seq,
                        channel=channel,
                        kind=kind,
                        source=source,
                        media_type="",
                        name="",
                        size=0,
                        state=WAITING,
                        reason="",
                        tries=0,
                        next_at=from_now(0.0),
                        created_at=now(),
                    )
                )
        return id

    def files_to_fetch(self, channels: Sequence[str], most: int) -> list[SentFile]:
        """Those whose time has come; nobody else gets them for a while."""
        due = (_files.c.state == WAITING) & _files.c.channel.in_(channels) & ~ahead(_files.c.next_at, _LONGEST_WAIT)
        wanted = sa.select(_files).where(due).order_by(_files.c.created_at).limit(most)
        with read(self.engine) as connection:
            rows = connection.execute(wanted).mappings().all()
        taken = []
        for row in rows:
            this = (_files.c.id == row["id"]) & (_files.c.tries == row["tries"])
            fetched = {"tries": row["tries"] + 1, "next_at": from_now(LEASE)}
            with write(self.engine) as connection:
                if connection.execute(_files.update().where(this).values(**fetched)).rowcount:
                    taken.append(_file(row))
        return taken

    def file_kept(self, file_id: str, file: Kept) -> bool:
        """False for one whose conversation has gone meanwhile."""
        known = {"name": file.name, "media_type": file.media_type, "size": file.size, "small": file.small}
        return self._became(file_id, {**known, "state": KEPT, "reason": ""})

    def is_file_kept(self, file_id: str) -> bool:
        with read(self.engine) as connection:
            state = connection.execute(sa.select(_files.c.state).where(_files.c.id == file_id)).scalar()
        return bool(state == KEPT)

    def file_refused(self, file_id: str, reason: str) -> bool:
        """It is not kept, for good."""
        return self._became(file_id, {"state": REFUSED, "reason": reason})

    def file_put_off(self, file: SentFile, reason: str, pause: float | None = None) -> None:
        """It is asked for again later, until a day has passed."""
        if now() - file.created_at > GIVEN_UP_AFTER:
            self.file_refused(file.id, reason)
            return
        wait = pause if pause is not None else min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(file.tries, 10))
        with write(self.engine) as connection:
            later = {"next_at": from_now(wait), "reason": reason}
            connection.execute(_files.update().where(_files.c.id == file.id).values(**later))

    def file_of(self, conversation_id: str, seq: int) -> SentFile | None:
        """What was sent with this message."""
        which = (_files.c.conversation_id == conversation_id) & (_files.c.seq == seq)
        with read(self.engine) as connection:
            row = connection.execute(sa.select(_files).where(which)).mappings().first()
        return _file(row) if row is not None else None

    def count_files(self, conversation_id: str, role: str) -> int:
        """How many this party has sent."""
        messages = schema.messages
        whose = (messages.c.conversation_id == _files.c.conversation_id) & (messages.c.seq == _files.c.seq)
        which = (_files.c.conversation_id == conversation_id) & (messages.c.role == role)
        query = sa.select(sa.func.count()).select_from(_files.join(messages, whose)).where(which)
        with read(self.engine) as connection:
            return int(connection.execute(query).scalar_one())

    def with_files(self, messages: list[Message]) -> list[Message]:
        """Messages of one conversation, in order, and in the payload of each what was sent with it: ``file``."""
        sent = [message for message in messages if "attachment" in message.payload]
        if not sent:
            return messages
        which = (_files.c.conversation_id == sent[0].conversation_id) & (_files.c.seq >= sent[0].seq)
        with read(self.engine) as connection:
            rows = connection.execute(sa.select(_files).where(which)).mappings().all()
        facts = {row["seq"]: _facts(_file(row)) for row in rows}
        return [
            replace(message, payload={**message.payload, "file": facts[message.seq]})
            if message.seq in facts
            else message
            for message in messages
        ]

    def _became(self, file_id: str, values: dict[str, object]) -> bool:
        with write(self.engine) as connection:
            this = sa.select(_files.c.conversation_id).where(_files.c.id == file_id)
            conversation_id = connection.execute(this).scalar()
            done = connection.execute(_files.update().where(_files.c.id == file_id).values(**values)).rowcount
        if conversation_id is not None:
            self.announce(conversation_id)
        return bool(done)


def _file(row: sa.engine.RowMapping) -> SentFile:
    return SentFile(**{name: row[name] for name in SentFile.__dataclass_fields__})


def _facts(file: SentFile) -> dict[str, Any]:
    """What a page needs in order to show it."""
    return {
        "kind": file.kind,
        "title": file.title,
        "media_type": file.media_type,
        "size": file.size,
        "small": file.small,
        "state": file.state,
    }
