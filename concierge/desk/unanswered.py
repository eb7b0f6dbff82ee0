"""What becomes of cases that nobody answers. A first answer that is overdue: the priority rises, leads are told, and so
is the customer. A customer who waits for an advisor who is off: the case goes back into the queue, and they are told.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial

from concierge.conversations import CaseNotFound, ConversationNotFound
from concierge.desk.services import Services
from concierge.handoff.waiting import wait_told
from concierge.queues.wording import sentence
from concierge.storage import outage

logger = logging.getLogger(__name__)

LOOK_SECONDS = 5.0


async def keep_watching(services: Services) -> None:
    """Until cancelled. Any number of desks may look: each case is escalated, and put back, once."""
    while True:
        try:
            await asyncio.to_thread(_escalate, services)
            await asyncio.to_thread(_recover, services)
        except Exception as problem:
            outage.report(logger, "Cases that nobody answers could not be looked for", problem)
        await asyncio.sleep(LOOK_SECONDS)


def _escalate(services: Services) -> None:
    for case_id in services.cases.overdue():
        try:
            if services.cases.escalate(case_id, partial(sentence, "late")):
                logger.warning("Case %s has had no first answer in time", case_id)
        except CaseNotFound:  # erased since
            continue


def _recover(services: Services) -> None:
    for case_id in services.cases.unattended():
        try:
            case = services.cases.get(case_id)
            head = services.log.get(case.conversation_id)
            wait = wait_told(services.cases, case, head, mails=services.settings.sends_mail)
            if services.cases.recover(case_id, partial(_absent, wait)):
                logger.info("Case %s is in the queue again: advisor %s is off", case_id, case.advisor_id)
        except (CaseNotFound, ConversationNotFound):  # erased since
            continue


def _absent(wait: str, advisor: str, language: str) -> str:
    return f"{sentence('absent', language, name=advisor)} {wait}".strip()
