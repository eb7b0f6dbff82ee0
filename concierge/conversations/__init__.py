"""The conversation log, the cases and the advisors: one home for every channel, the assistant and the desk."""

from concierge.conversations.advisors import Advisors, create_demo_advisors
from concierge.conversations.cases import Cases
from concierge.conversations.log import ConversationLog, Receipt
from concierge.conversations.model import (
    Advisor,
    AlreadyClaimed,
    Case,
    CaseNotFound,
    Conversation,
    ConversationNotFound,
    Message,
    NotYours,
    RecordedDecision,
)
from concierge.conversations.upgrade import upgrade
from concierge.conversations.wake import Wake

__all__ = [
    "Advisor",
    "Advisors",
    "AlreadyClaimed",
    "Case",
    "CaseNotFound",
    "Cases",
    "Conversation",
    "ConversationLog",
    "ConversationNotFound",
    "Message",
    "NotYours",
    "Receipt",
    "RecordedDecision",
    "Wake",
    "create_demo_advisors",
    "upgrade",
]
