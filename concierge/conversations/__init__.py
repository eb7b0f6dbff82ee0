"""The conversation log, the cases and the advisors: one home for every channel, the assistant and the desk."""

from concierge.conversations.access import LogAccess
from concierge.conversations.advisors import Advisors, ensure_demo_advisors
from concierge.conversations.cases import Cases
from concierge.conversations.inbox import ClaimLost, Receipt, Reply
from concierge.conversations.log import ConversationLog
from concierge.conversations.model import (
    Advisor,
    AlreadyClaimed,
    Case,
    CaseNotFound,
    Conversation,
    ConversationNotFound,
    CustomerGone,
    Message,
    NotYours,
    RecordedDecision,
)
from concierge.conversations.notifications import Notifications
from concierge.conversations.promised import PromisedAnswer, PromisedAnswers
from concierge.conversations.turn_id import TurnId
from concierge.conversations.upgrade import upgrade

__all__ = [
    "Advisor",
    "Advisors",
    "AlreadyClaimed",
    "Case",
    "CaseNotFound",
    "Cases",
    "ClaimLost",
    "Conversation",
    "ConversationLog",
    "ConversationNotFound",
    "CustomerGone",
    "LogAccess",
    "Message",
    "NotYours",
    "Notifications",
    "PromisedAnswer",
    "PromisedAnswers",
    "Receipt",
    "RecordedDecision",
    "Reply",
    "TurnId",
    "ensure_demo_advisors",
    "upgrade",
]
