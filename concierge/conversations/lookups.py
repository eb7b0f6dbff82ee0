"""Tries at naming an order. Each is counted before it is checked, so that a burst cannot slip by.

While a try is being checked it takes the place of a wrong one: others wait for it where the limit is near, and are not
refused for it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from concierge.conversations import schema
from concierge.conversations.base import LogBase, row_id
from concierge.storage.clock import from_now
from concierge.storage.database import read, write

_lookups = schema.lookups
_CHECKED_WITHIN = 30.0  # seconds: longer than any order system has; what is older was cut short, and is wrong
_PATIENCE = 6.0  # seconds to wait for tries that are being checked
_PAUSE = 0.05
_ADVISORY_LOCK = 0x4C6F6F6B  # any number that nothing else takes


@dataclass(frozen=True)
class TryLimits:
    """How many wrong tries a conversation has, and a network and an order within so many seconds. With nought
    for an order, that is not counted."""

    of_conversation: int
    of_network: int
    network_seconds: float
    of_order: int = 0
    order_seconds: float = 0.0


class Lookups(LogBase):
    """Part of ``ConversationLog``."""

    def begin_lookup(
        self, conversation_id: str, network: str, limits: TryLimits, key: str | None = None, order: str = ""
    ) -> str | None:
        """Counts a try that is about to be checked, and returns its id for ``end_lookup``; ``None`` where there have
        been too many wrong ones. ``network``, ``order``: what they are counted for beside the conversation, in
        disguise; empty: nothing. With the same ``key``, it is the same try.
        """
        patience = time.monotonic() + _PATIENCE
        while True:
            made, wait = self._begin(conversation_id, network, order, limits, row_id(key))
            if made or not wait or time.monotonic() > patience:
                return made
            time.sleep(_PAUSE)

    def end_lookup(self, lookup_id: str, ok: bool | None) -> None:
        """Whether number and e-mail fitted; ``None``: it could not be checked, and does not count."""
        this = _lookups.c.id == lookup_id
        with write(self.engine) as connection:
            if ok is None:
                connection.execute(_lookups.delete().where(this))
            else:
                connection.execute(_lookups.update().where(this).values(ok=ok, checking=False))

    def failed_lookups(
        self, within: timedelta | None = None, conversation_id: str | None = None, network: str | None = None
    ) -> int:
        """How often somebody named an order that is not theirs, in one conversation or from one network.

        ``within`` the last hour, for instance; without it, ever.
        """
        with read(self.engine) as connection:
            seconds = within.total_seconds() if within else None
            return _wrong(connection, seconds, conversation_id=conversation_id, network=network)[0]

    def _begin(
        self, conversation_id: str, network: str, order: str, limits: TryLimits, lookup_id: str
    ) -> tuple[str | None, bool]:
        """The try's id, or none and whether it may still be allowed once others have been checked."""
        with write(self.engine) as connection:
            if connection.dialect.name == "postgresql":  # SQLite has locked the whole database already
                for key in sorted({conversation_id, network, order} - {""}):
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK, sa.func.hashtext(key))))
            connection.execute(_lookups.delete().where(_lookups.c.id == lookup_id))
            counted = [(_wrong(connection, None, conversation_id=conversation_id), limits.of_conversation)]
            if network:
                counted.append((_wrong(connection, limits.network_seconds, network=network), limits.of_network))
            if order and limits.of_order:
                counted.append((_wrong(connection, limits.order_seconds, order_key=order), limits.of_order))
            if any(wrong + checking >= most for (wrong, checking), most in counted):
                return None, all(wrong < most for (wrong, _), most in counted)
            row = {"id": lookup_id, "conversation_id": conversation_id, "network": network, "order_key": order}
            connection.execute(_lookups.insert().values(**row, created_at=from_now(), ok=False, checking=True))
        return lookup_id, False


def _wrong(connection: Connection, within: float | None, **of: str | None) -> tuple[int, int]:
    """How many were wrong, and how many are being checked; ``of``: the columns that say whose, where not ``None``."""
    checking = _lookups.c.checking & (_lookups.c.created_at > from_now(-_CHECKED_WITHIN))
    query = sa.select(checking, sa.func.count()).where(~_lookups.c.ok).group_by(checking)
    if within is not None:
        query = query.where(_lookups.c.created_at >= from_now(-within))
    for column, value in of.items():
        if value is not None:
            query = query.where(_lookups.c[column] == value)
    found = {bool(under_way): int(count) for under_way, count in connection.execute(query)}
    return found.get(False, 0), found.get(True, 0)
