"""What actions share, opened when first used: orders, conversation log, cases, policy. All of it blocks: call it
through ``asyncio.to_thread``."""

from __future__ import annotations

from datetime import datetime, time, timezone
from functools import lru_cache

from concierge.conversations import PromisedAnswers, upgrade
from concierge.conversations.cases import Cases
from concierge.conversations.log import ConversationLog
from concierge.database import open_engine
from concierge.orders import OrderBook, open_orders
from concierge.policy import House, load_house
from concierge.settings import get_settings


@lru_cache(maxsize=1)
def orders() -> OrderBook:
    return open_orders(get_settings().orders)


@lru_cache(maxsize=1)
def log() -> ConversationLog:
    engine = open_engine(get_settings().database)
    upgrade(engine)
    return ConversationLog(engine)


@lru_cache(maxsize=1)
def cases() -> Cases:
    return Cases(log())


@lru_cache(maxsize=1)
def promised() -> PromisedAnswers:
    return PromisedAnswers(log())


def house() -> House:
    return load_house()


def now() -> datetime:
    """This moment, or the same time of the day that the policy is previewed for."""
    moment = datetime.now(timezone.utc)
    day = get_settings().policy_date
    return datetime.combine(day, time(moment.hour, moment.minute), timezone.utc) if day else moment


def forget() -> None:
    """Opens everything anew at the next use, with the settings of then."""
    for opened in (cases, promised, log, orders):
        opened.cache_clear()
