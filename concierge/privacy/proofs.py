"""The record of what was erased, handed out and deleted with time: kinds and numbers, when, by whom, nothing personal.

An erasure is on record before it begins, so that one that was interrupted is carried on by whoever comes next.
"""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from concierge.conversations import schema
from concierge.conversations.base import now
from concierge.privacy.stores import Counts, Selection
from concierge.storage.database import read, write

_proofs, _erased = schema.privacy_proofs, schema.erased_conversations
ERASURE, EXPORT, RETENTION = "erasure", "export", "retention"


@dataclass(frozen=True)
class Proof:
    """What was done, when and by whom, in numbers: nothing in it says whose data it was."""

    id: str
    kind: str
    by: str
    conversations: int
    counts: Counts
    todo: dict[str, Any]  # of an erasure that is not done: stores, conversations, orders
    begun_at: datetime
    done_at: datetime | None

    @property
    def selection(self) -> Selection:
        return Selection(tuple(self.todo.get("conversations", ())), tuple(self.todo.get("orders", ())))


def is_erased(engine: Engine, conversation_id: str) -> bool:
    """Whether this conversation is gone for good, or about to be. Blocks."""
    query = sa.select(sa.literal(1)).where(_erased.c.digest == _digest(conversation_id))
    with read(engine) as connection:
        return connection.execute(query).first() is not None


class Proofs:
    """Blocks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record(self, kind: str, by: str, conversations: int, counts: Counts) -> Proof:
        """Of something that is done."""
        at = now()
        proof = Proof(uuid.uuid4().hex, kind, by, conversations, counts, {}, at, at)
        with write(self._engine) as connection:
            connection.execute(_proofs.insert(), vars(proof))
        return proof

    def begin(self, kind: str, by: str, selection: Selection, stores: Sequence[str]) -> Proof:
        """Of an erasure; its conversations are marked as gone from here on."""
        todo = {
            "stores": list(stores),
            "conversations": list(selection.conversations),
            "orders": list(selection.orders),
        }
        proof = Proof(uuid.uuid4().hex, kind, by, len(selection.conversations), {}, todo, now(), None)
        with write(self._engine) as connection:
            connection.execute(_proofs.insert(), vars(proof))
            _mark(connection, proof)
        return proof

    def done(self, proof: Proof, store: str, counts: Counts) -> Proof:
        """One store is done with; after the last one nothing is kept of what was erased."""
        with write(self._engine) as connection:
            known = _one(connection, proof.id)
            left = [each for each in known.todo.get("stores", ()) if each != store]
            changed = replace(
                known,
                counts=dict(Counter(known.counts) + Counter(counts)),
                todo={**known.todo, "stores": left} if left else {},
                done_at=None if left else now(),
            )
            connection.execute(_proofs.update().where(_proofs.c.id == proof.id).values(**vars(changed)))
        return changed

    def unfinished(self) -> list[Proof]:
        """The oldest first."""
        query = sa.select(_proofs).where(_proofs.c.done_at.is_(None)).order_by(_proofs.c.begun_at)
        with read(self._engine) as connection:
            return [Proof(**row) for row in connection.execute(query).mappings()]

    def latest(self, limit: int) -> list[Proof]:
        """The newest first."""
        query = sa.select(_proofs).order_by(_proofs.c.begun_at.desc()).limit(limit)
        with read(self._engine) as connection:
            return [Proof(**row) for row in connection.execute(query).mappings()]


def _one(connection: Connection, proof_id: str) -> Proof:
    query = sa.select(_proofs).where(_proofs.c.id == proof_id).with_for_update()
    return Proof(**connection.execute(query).mappings().one())


def _mark(connection: Connection, proof: Proof) -> None:
    for each in proof.selection.conversations:
        digest = _digest(each)
        if connection.execute(sa.select(_erased.c.digest).where(_erased.c.digest == digest)).first() is None:
            row = {"digest": digest, "proof_id": proof.id, "erased_at": proof.begun_at}
            connection.execute(_erased.insert(), row)


def _digest(conversation_id: str) -> str:
    """Ids are random: nobody finds one by trying."""
    return hashlib.sha256(conversation_id.encode()).hexdigest()
