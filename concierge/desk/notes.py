"""Notes that advisors leave in a case for each other. They are rows of the log, shown on the desk alone."""

from __future__ import annotations

from concierge.conversations import Advisor, Case, ConversationLog, Message
from concierge.conversations.model import DESK

NOTED = "noted"


def add(log: ConversationLog, case: Case, advisor: Advisor, text: str, key: str) -> Message:
    """Blocks. A repeated ``key`` adds nothing and gives back the first note."""
    payload = {"event": NOTED, "case": case.id, "advisor": advisor.name, "note": text, "audience": DESK}
    return log.append(case.conversation_id, "system", "", kind="event", payload=payload, client_key=key)
