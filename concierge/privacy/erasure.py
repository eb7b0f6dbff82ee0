"""Erasing and exporting over every store, on record. An erasure that was interrupted is carried on where it stopped."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy.engine import Engine

from concierge.conversations.base import now
from concierge.privacy.proofs import ERASURE, EXPORT, Proof, Proofs
from concierge.privacy.stores import Counts, Selection, Store
from concierge.privacy.telling import LEFT_OUT

logger = logging.getLogger(__name__)


class Privacy:
    """Blocks. Raises what the stores raise: what was erased before that stays erased, and is on record."""

    def __init__(self, engine: Engine, stores: Sequence[Store]) -> None:
        """``engine`` is the conversation log's, where the proofs are kept."""
        self.proofs = Proofs(engine)
        self._stores = stores

    def count(self, selection: Selection) -> Counts:
        """How many rows there are, by what they are, without what there is none of."""
        found: Counter[str] = Counter()
        for store in self._stores:
            found.update(store.count(selection))
        return {what: number for what, number in found.items() if number}

    def export(self, selection: Selection, by: str, notes: bool = False) -> dict[str, Any]:
        """The customer's document, JSON-safe."""
        told: dict[str, Any] = {"made_at": now().isoformat(timespec="seconds"), "left_out": LEFT_OUT}
        for store in self._stores:
            told.update(store.export(selection, notes))
        self.proofs.record(EXPORT, by, len(selection.conversations), self.count(selection))
        return told

    def erase(self, selection: Selection, by: str, kind: str = ERASURE) -> Proof:
        """Erases in every store, and returns the proof. Where it raises, ``finish`` carries it on."""
        names = [store.name for store in self._stores]
        return self.carry_on(self.proofs.begin(kind, by, selection, names))

    def carry_on(self, proof: Proof) -> Proof:
        """Erases what an erasure has not come to yet. A store that the program no longer has is nothing to wait for."""
        by_name = {store.name: store for store in self._stores}
        selection = proof.selection
        for name in proof.todo.get("stores", ()):
            counts = by_name[name].erase(selection) if name in by_name else {}
            proof = self.proofs.done(proof, name, counts)
        logger.info("Proof %s: %s of %s conversations", proof.id, proof.kind, proof.conversations)
        return proof

    def finish(self) -> list[Proof]:
        """Carries on every erasure that was interrupted."""
        return [self.carry_on(proof) for proof in self.proofs.unfinished()]
