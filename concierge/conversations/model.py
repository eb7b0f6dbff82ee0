"""What a conversation, a message, a case and an advisor are. Plain data: no database here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

LIVE = ("queued", "accepted")
WEBSITE = "website"  # the channel of the widget
# The REST channel's conversations: of whoever opened them, of a server that shows the secret, and of callers who show
# nothing. Nothing is proved in the last, and nothing of an order is told there.
REST, REST_SERVER, REST_ANONYMOUS = "rest", "rest_server", "rest_anonymous"
PRIORITIES = ("urgent", "high", "normal")
ROLES = ("advisor", "lead", "admin")  # each may do what those before may
# Attributes of a conversation on the website: where its customer is in the shop.
PAGE, PRODUCT, BAG = "page", "product", "bag"
PRESENCES = HERE, AWAY, OFF = ("here", "away", "off")  # of an advisor
NOTED = "noted"  # the event of an advisor's note
DESK = "desk"  # payload.audience of rows that advisors alone are shown


class ConversationNotFound(LookupError):
    """No conversation has this id, or it was erased."""


class CaseNotFound(LookupError):
    """No case has this id."""


class AlreadyClaimed(Exception):
    """Another advisor was first; ``by`` is that advisor's name."""

    def __init__(self, by: str) -> None:
        super().__init__(f"already claimed by {by}")
        self.by = by


class CustomerGone(Exception):
    """The customer has put the conversation away: nobody reads it any longer."""


class NotYours(Exception):
    """The case is not open, or another advisor holds it; ``by`` is that advisor's name or empty."""

    def __init__(self, by: str = "") -> None:
        super().__init__(f"held by {by}" if by else "not open")
        self.by = by


@dataclass(frozen=True)
class Conversation:
    """``address``: who it is on a channel that names its customers itself. ``attributes``: proofs, the page."""

    id: str
    channel: str
    address: str | None
    language: str
    region: str
    name: str
    email: str
    owner: str  # "assistant", "queue" or "advisor": whose turn it is to answer
    case_id: str | None
    last_seq: int
    attributes: dict[str, Any]
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class Message:
    """A row of the log. ``seq`` counts within its conversation; a message sent again has the same ``client_key``."""

    conversation_id: str
    seq: int
    role: str  # "customer", "assistant", "advisor" or "system"
    text: str
    created_at: datetime
    kind: str = "text"
    payload: dict[str, Any] = field(default_factory=dict)
    author: str = ""
    client_key: str | None = None
    state: str = "done"  # "new" and "processing" rows are the assistant's inbox
    attempts: int = 0
    meta: dict[str, Any] = field(default_factory=dict)
    repeated: bool = False  # append() found the client key already there

    def is_reply_to(self, seq: int) -> bool:
        """Whether the assistant has answered that message with it."""
        return self.role == "assistant" and (self.client_key or "").startswith(reply_keys(seq))


@dataclass(frozen=True)
class Claimed(Message):
    """A message that is the caller's to answer, and its conversation as it then stood."""

    conversation: Conversation = field(kw_only=True)


def reply_keys(seq: int) -> str:
    """How the client keys of all replies to a message begin."""
    return f"reply.{seq}."


@dataclass(frozen=True)
class Case:
    """A conversation's way to an advisor, from the wish to the end. ``version`` grows with each change."""

    id: str
    conversation_id: str
    status: str  # "queued", "accepted", "resolved", "returned", "left" or "merged"
    reason: str
    priority: str
    queue: str
    summary: str
    package: dict[str, Any]
    advisor_id: str | None
    advisor: str  # the claiming advisor's display name
    note: str
    created_at: datetime
    claimed_at: datetime | None
    closed_at: datetime | None
    version: int
    # What a list names: "topic" (a code), "pieces" (the first ones), "more" (how many besides), "value", "currency".
    # "before": who had the conversation's case last ("advisor_id", "advisor"), where that was not long ago.
    # "put_back": ids of the advisors who had the case and put it back into a queue.
    brief: dict[str, Any] = field(default_factory=dict)
    snoozed_at: datetime | None = None
    snoozed_until: datetime | None = None
    due_at: datetime | None = None  # when its first answer is due, which advisors first gave at ``replied_at``
    replied_at: datetime | None = None
    escalated_at: datetime | None = None  # when leads were told that it was not there in time
    merged_into: str | None = None  # the customer's other case, which has kept

    @property
    def live(self) -> bool:
        """Whether somebody is still to deal with it."""
        return self.status in LIVE


@dataclass(frozen=True)
class Advisor:
    """Who may sign in at the desk."""

    id: str
    login: str
    name: str
    role: str  # one of ROLES
    active: bool = True

    @property
    def leads(self) -> bool:
        """May take over and assign anybody's cases."""
        return self.role != ROLES[0]


@dataclass(frozen=True)
class RecordedDecision:
    """What the policy decided in a conversation. ``document`` is the whole, as ``Decision.to_dict`` makes it."""

    id: str
    conversation_id: str
    order_number: str
    kind: str
    outcome: str
    document: dict[str, Any]
    created_at: datetime
