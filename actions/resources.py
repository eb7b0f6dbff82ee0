"""What actions share, opened when first used: orders, conversation log, cases, policy. All of it blocks: call it
through ``asyncio.to_thread``."""

from __future__ import annotations

import logging
from datetime import datetime, time, timezone
from functools import lru_cache

from sqlalchemy.exc import SQLAlchemyError

from concierge.conversations import PromisedAnswers, upgrade
from concierge.conversations.cases import Cases
from concierge.conversations.log import ConversationLog
from concierge.database import open_engine
from concierge.orders import OrderBook, OrdersUnavailable, open_orders
from concierge.policy import House, load_house
from concierge.privacy.proofs import is_erased
from concierge.settings import get_settings

logger = logging.getLogger(__name__)


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


def forget_if_erased(conversation: str) -> None:
    """To be called after orders were written to: what was said in a conversation that was erased meanwhile goes, too.

    The erasure marks the conversation before it looks for what it wrote, and here the mark is looked for after writing:
    one of the two sees the other.
    """
    try:
        if is_erased(log().engine, conversation):
            orders().forget(conversation)
    except (SQLAlchemyError, OrdersUnavailable) as error:
        logger.error("Whether conversation %s was erased is not known: %s", conversation, type(error).__name__)


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
