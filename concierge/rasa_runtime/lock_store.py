"""One turn at a time in a conversation, in the order of arrival, with no polling and no expiry while a turn runs.

Rasa's own stores poll once a second and let a second turn in after sixty. Across replicas the conversation log's lease
decides who works, and the tracker store's version check keeps every event should two meet all the same.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LockStore

from concierge.rasa_runtime.keyed_lock import KeyedLock


class FairLockStore(LockStore):
    """``endpoints.yml: lock_store: {type: concierge.rasa_runtime.lock_store.FairLockStore}``. Not re-entrant."""

    def __init__(self, endpoint_config: Any = None) -> None:
        self._turns = KeyedLock()

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = 0, wait_time_in_seconds: float = 0
    ) -> AsyncIterator[TicketLock]:
        """Waits for its turn. The two times are Rasa's and have no meaning here."""
        async with self._turns.hold(conversation_id):
            yield self.create_lock(conversation_id)

    def __len__(self) -> int:
        """How many conversations have a turn running or waiting."""
        return len(self._turns)
