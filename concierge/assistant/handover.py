"""Calls an advisor without an action: asking for a person must work when nothing else does."""

from __future__ import annotations

from concierge import intents
from concierge.conversations import Case, Cases, ConversationLog
from concierge.handoff import opening, package
from concierge.nlu.alarms import alarm_in


def open_case(log: ConversationLog, cases: Cases, conversation_id: str) -> Case:
    """The conversation's case, with all that the log knows; the tracker's slots are not looked at. Blocks."""
    asked = log.last_messages(conversation_id, 1, role="customer")
    meta = asked[0].meta if asked else {}
    alarm = intents.alarms().get(alarm_in(asked[0].text) or "") if asked else None
    reason, priority = (alarm.reason, alarm.priority) if alarm else ("customer_asked", "normal")
    document = package.build(
        log,
        conversation_id,
        reason=reason,
        priority=priority,
        slots={},
        latest_intent={"name": meta.get("intent"), "confidence": meta.get("confidence")},
        order=None,
        decisions=log.decisions(conversation_id),
    )
    return opening.open_case(cases, document, None)


def keep_address(cases: Cases, case: Case, address: str) -> None:
    """The customer wants to be written to: the advisor finds the address with the case. Blocks."""
    asks = f"Asks to be written to at {address}."
    if asks in case.summary:
        return
    summary = f"{case.summary} {asks}".strip()
    known = case.package.get("metadata")
    metadata = {**(known if isinstance(known, dict) else {}), "reply_to": address}
    package = {**case.package, "summary": summary, "metadata": metadata} if case.package else {}
    cases.update(case.id, summary=summary, package=package)
