"""Whether a customer wants our messages on their channel at all, and how many more it takes until they write."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from concierge.conversations import schema
from concierge.conversations.model import DESK
from concierge.conversations.outbox_states import OutboxStates, outlet_of
from concierge.conversations.records import ADVISOR, LONGEST_TYPING, LOOKS
from concierge.storage.clock import ahead
from concierge.storage.database import read, write

# Of an outlet's details: why nothing reaches the customer, and whether it was a refusal that has told us; and the
# events that tell the desk.
STOPPED, STARTED = "stopped", "started"
REASONS = ("unsubscribed", "blocked_by_customer", "closed_by_customer")
KEY = "key"  # of an outlet's details: the provider's id of the customer's latest message
LEFT = "left"  # of an outlet's details: how many more messages the provider takes until the customer writes
BEGUN = "begun"  # of an outlet's details: seq and number of the part that may have been taken, if nothing tells of it

_outlets, _typing, _conversations = schema.outlets, schema.typing, schema.conversations


@dataclass(frozen=True)
class Attended:
    """A conversation that an advisor is at just now, and what showing that to its customer needs; ``writes``: an answer
    to them."""

    conversation_id: str
    channel: str
    address: str
    heard_at: datetime
    details: Mapping[str, Any]
    writes: bool


class OutboxStanding(OutboxStates):
    """Part of ``Outbox``."""

    def attended(self, channels: Collection[str]) -> list[Attended]:
        """Those in which an advisor writes, or has just looked."""
        query = (
            sa.select(
                *(_outlets.c.conversation_id, _outlets.c.channel, _outlets.c.heard_at, _outlets.c.details),
                *(_conversations.c.address, _typing.c.role),
            )
            .join_from(_typing, _outlets, _typing.c.conversation_id == _outlets.c.conversation_id)
            .join(_conversations, _conversations.c.id == _outlets.c.conversation_id)
            .where(_typing.c.role.in_((ADVISOR, LOOKS)), ahead(_typing.c.until, LONGEST_TYPING))
            .where(_outlets.c.channel.in_(list(channels)), _conversations.c.channel == _outlets.c.channel)
        )
        with read(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        found = {
            row["conversation_id"]: Attended(
                **{name: row[name] for name in ("conversation_id", "channel", "heard_at", "details")},
                address=row["address"] or "",
                writes=row["role"] == ADVISOR,
            )
            for row in sorted(rows, key=lambda row: bool(row["role"] == ADVISOR))
        }
        return list(found.values())

    def stand(self, conversation_id: str, reason: str) -> None:
        """The customer has stopped our messages (one of ``REASONS``), or without a reason wants them again."""
        with write(self._engine) as connection:
            before = self._stopped(
                connection, conversation_id, {"reason": reason, "refused": False} if reason else None
            )
            if before is None or before == reason:
                return
            told = {"event": STOPPED if reason else STARTED, "reason": reason, "audience": DESK}
            self._log.append_in(connection, conversation_id, "system", "", kind="event", payload=told)
        self._log.announce(conversation_id)

    def _refused(self, connection: Connection, conversation_id: str, error: str) -> None:
        """A provider refuses a message; some of its reasons are the customer's, who may have told us before."""
        if error in REASONS:
            self._stopped(connection, conversation_id, {"reason": error, "refused": True})

    def _stopped(self, connection: Connection, conversation_id: str, stopped: Any) -> str | None:
        """The reason until now, empty where there was none; ``None`` for a conversation without an outlet."""
        this = _outlets.c.conversation_id == conversation_id
        known = connection.execute(sa.select(_outlets.c.details).where(this).with_for_update()).first()
        if known is None:
            return None
        if stopped and stopped["refused"] and said_to_stop(known.details):
            return why_stopped(known.details)
        change = outlet_of(conversation_id).values(details={**known.details, STOPPED: stopped})
        connection.execute(change)
        return why_stopped(known.details)


def why_stopped(details: Mapping[str, Any]) -> str:
    """Empty while nothing is known to stand between us and the customer."""
    return str((details.get(STOPPED) or {}).get("reason") or "")


def said_to_stop(details: Mapping[str, Any]) -> str:
    """As ``why_stopped``, where the customer has told us and no refusal: it holds until they tell otherwise."""
    return "" if (details.get(STOPPED) or {}).get("refused") else why_stopped(details)


def after_sending(details: Mapping[str, Any], many: int) -> dict[str, Any]:
    """An outlet's details once the provider has taken so many messages: it would have refused what is stopped."""
    found = fewer(details, many)
    if many and (found.get(STOPPED) or {}).get("refused"):
        found[STOPPED] = None
    return found


def fewer(details: Mapping[str, Any], many: int) -> dict[str, Any]:
    """An outlet's details once the provider may have taken so many messages."""
    found = dict(details)
    if found.get(LEFT) is not None:
        found[LEFT] = max(0, int(found[LEFT]) - many)
    return found
