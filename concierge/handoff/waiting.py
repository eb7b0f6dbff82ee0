"""What a customer is told of the wait for an advisor, and where they are written to."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime

from concierge.conversations import Case, Cases, Conversation
from concierge.conversations.base import now
from concierge.conversations.model import WEBSITE
from concierge.queues.outlook import LATELY, Outlook, Waited, outlook
from concierge.queues.reader import BadQueues, queues
from concierge.queues.wording import told

_FRESH = 30.0  # seconds: many wait in a queue, and each page asks every few


def reply_address(case: Case, conversation: Conversation) -> str:
    """Where the customer wants to be written to, else the address that a proof has brought; empty without either."""
    kept = case.package.get("metadata")
    asked = kept.get("reply_to") if isinstance(kept, Mapping) else None
    return str(asked or conversation.email or "")


def address_of(cases: Cases, conversation: Conversation) -> str:
    """As ``reply_address``, whether or not there has been a case. Blocks."""
    had = cases.of(conversation.id)
    return reply_address(had[-1], conversation) if had else conversation.email


def wait_told(cases: Cases, case: Case, conversation: Conversation, *, mails: bool) -> str:
    """How long others waited for a first answer, unless the case has had one, or until when nobody is here; empty where
    nothing is known. ``mails``: whether customers of the website are written to. Blocks."""
    try:
        hours = queues().get(case.queue).hours
    except BadQueues:  # said where the case was opened
        return ""
    at = now()
    rows = [] if case.replied_at else cases.waited(case.queue, at - LATELY, case.id)
    waited = [Waited(*each) for each in rows]
    offer = "answer_here"
    if mails and conversation.channel == WEBSITE:  # elsewhere the answer comes to them
        offer = "address_known" if reply_address(case, conversation) else "leave_address"
    return told(outlook(hours, waited, case.created_at, at), hours, conversation.language, at, offer=offer)


class Waits:
    """What is known of the wait in each queue, for pages that show it all the while. Blocks."""

    def __init__(self, cases: Cases) -> None:
        self._cases = cases
        self._waited: dict[str, tuple[float, list[tuple[datetime, datetime | None]]]] = {}

    def of(self, case: Case) -> Outlook:
        """An empty one where nothing is known."""
        try:
            hours = queues().get(case.queue).hours
        except BadQueues:  # said where the case was opened
            return Outlook()
        at, (read_at, rows) = now(), self._waited.get(case.queue, (0.0, []))
        if time.monotonic() - read_at > _FRESH or not read_at:
            rows = self._cases.waited(case.queue, at - LATELY)
            self._waited[case.queue] = time.monotonic(), rows
        return outlook(hours, [Waited(*each) for each in rows], case.created_at, at)
