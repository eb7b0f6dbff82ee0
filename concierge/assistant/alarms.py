"""An alarm in a message that the assistant takes no turn on, because the conversation waits for a person or has one.

The case becomes as pressing as the alarm is, and says why. The customer is told what an alarm's first message would be
told, once for each alarm of a case, as long as nobody has taken the case; after that a person answers.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage

from concierge import intents
from concierge.assistant.speech import Speech
from concierge.channels import intake
from concierge.conversations import Cases, ConversationLog, Message, Reply
from concierge.conversations.model import PRIORITIES, Case
from concierge.intents import Handoff
from concierge.nlu.alarms import alarm_in
from concierge.queues.reader import queues


async def heard(agent: Agent | None, text: str) -> Handoff | None:
    """The reason that this text is to a person, if it is an alarm. Without a model the unmistakable ones alone."""
    plain = intake.without_command(text)
    if agent is not None and agent.is_ready():
        parsed = await agent.processor.parse_message(UserMessage(plain))
        intent = (parsed.get("intent") or {}).get("name")
    else:
        intent = alarm_in(plain)
    return intents.alarms().get(intent or "")


def also_said(reason: str) -> tuple[str, ...]:
    """The replies that belong to a case of this reason, whatever is said of it."""
    known = intents.handoffs().get(reason)
    return known.also if known else ()


def is_alarm(reason: str) -> bool:
    """Whether a case of this reason is an alarm's."""
    known = intents.handoffs().get(reason)
    return bool(known and known.alarm)


def raise_case(log: ConversationLog, cases: Cases, message: Message, reason: Handoff, speech: Speech) -> Reply | None:
    """Marks the conversation's case, and returns what the customer is to be told. Blocks."""
    case = cases.live(message.conversation_id)
    if case is None:
        return None
    first = _first_of_its_kind(log, message, case, reason)
    _mark(cases, case, reason, first=first)
    if case.status != "queued" or not first:
        return None
    return speech.say(f"handoff_{reason.reason}", also=reason.also)


def _mark(cases: Cases, case: Case, reason: Handoff, *, first: bool) -> None:
    priority = min(case.priority, reason.priority, key=PRIORITIES.index)
    told = f"Meanwhile: {reason.says}."
    summary = f"{told} {case.summary}" if first and reason.reason != case.reason else case.summary
    if (priority, summary) != (case.priority, case.summary):
        package: dict[str, Any] = {**case.package, "priority": priority, "summary": summary}
        cases.update(case.id, priority=priority, summary=summary, package=package, due_at=_due(case, priority))


def _due(case: Case, priority: str) -> datetime | None:
    """The more pressing case has its answer sooner, never later."""
    if case.due_at is None or priority == case.priority:
        return case.due_at
    sooner = queues().get(case.queue).due(priority, case.created_at)
    return min(case.due_at, sooner) if sooner else case.due_at


def _first_of_its_kind(log: ConversationLog, message: Message, case: Case, reason: Handoff) -> bool:
    rows = log.messages(case.conversation_id)
    said = f"utter_handoff_{reason.reason}"
    earlier = any(row.meta.get("utter") == said for row in rows if row.created_at >= case.created_at)
    return not earlier and (reason.reason != case.reason or message.created_at <= case.created_at)
