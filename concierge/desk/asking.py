"""Whether a customer is asked how it was, once their case is resolved."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from functools import lru_cache

from concierge import intents
from concierge.conversations.model import WEBSITE
from concierge.conversations.satisfaction import was_asked
from concierge.desk.misunderstood import understood
from concierge.desk.services import Services
from concierge.languages import lexicon

_MESSAGES = 2  # that the case is closed, and the question
_ON_ITS_WAY = timedelta(minutes=1)


def may_ask(services: Services, case_id: str) -> bool:
    """Once in a conversation, and never of an alarm or a loss: there it would hurt. Blocks."""
    case = services.cases.get(case_id)
    channel = services.log.get(case.conversation_id).channel
    if channel != WEBSITE and not _reached(services, case.conversation_id, channel):
        return False
    alarms = intents.alarms()
    sad = {*alarms, *(each.reason for each in alarms.values())}
    messages = services.log.messages(case.conversation_id)
    said = [each for each in messages if each.role == "customer"]
    heard = {part["intent"] for each in said for part in understood(each)}
    if case.reason in sad or not sad.isdisjoint(heard) or was_asked(messages):
        return False
    return not any(_grief().search(each.text.lower()) for each in said)


def _reached(services: Services, conversation_id: str, channel: str) -> bool:
    """Whether a messaging channel takes the assistant's words just now."""
    way = services.deliveries.ways([conversation_id]).get(conversation_id)
    if way is None or way.stopped:
        return False
    if way.left is not None and way.left < _MESSAGES + services.kept[channel]:
        return False
    window = services.windows.get(channel)
    return window is None or datetime.now(timezone.utc) + _ON_ITS_WAY < way.heard_at + window


@lru_cache(maxsize=1)
def _grief() -> re.Pattern[str]:
    """As the assistant hears it, in any of its languages."""
    return re.compile(rf"\b{lexicon.either('feelings', 'grief')}")
