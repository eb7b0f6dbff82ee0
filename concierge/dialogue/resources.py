"""What a dialogue works with, opened when first used: orders, conversation log, cases, policy. All of it blocks: call
it through ``asyncio.to_thread``."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, time, timezone
from functools import lru_cache
from typing import Any, cast

from sqlalchemy.exc import SQLAlchemyError

from concierge.conversations import PromisedAnswers, upgrade
from concierge.conversations.cases import Cases
from concierge.conversations.log import ConversationLog
from concierge.conversations.mailed_codes import MailedCodes
from concierge.dialogue.order_lookup import Lookups, OrderLookup
from concierge.mail.codes import CodeMail, code_mail
from concierge.orders import OrderBook, OrdersUnavailable, open_orders
from concierge.policy import House, load_house
from concierge.policy.proofs import load_proofs
from concierge.privacy.proofs import is_erased
from concierge.settings import Settings, get_settings
from concierge.storage.database import open_engine

logger = logging.getLogger(__name__)


class Resources:
    """``opened`` are those that are there already, by the names of the methods; the settings tell of the others."""

    def __init__(self, settings: Settings, **opened: Any) -> None:
        self.settings = settings
        self._opened = opened
        self._lock = threading.RLock()
        self._lookups = Lookups(self.orders)

    def orders(self) -> OrderBook:
        return cast(OrderBook, self._once("orders", lambda: open_orders(self.settings.orders)))

    def orders_of_turn(self, conversation: str, turn: str) -> OrderLookup:
        """What this turn has read of the orders. Opens nothing yet."""
        return self._lookups.of_turn(conversation, turn)

    def log(self) -> ConversationLog:
        return cast(ConversationLog, self._once("log", self._open_log))

    def cases(self) -> Cases:
        return cast(Cases, self._once("cases", lambda: Cases(self.log())))

    def promised(self) -> PromisedAnswers:
        return cast(PromisedAnswers, self._once("promised", lambda: PromisedAnswers(self.log())))

    def codes(self) -> MailedCodes:
        """The one-time codes that are sent by e-mail."""
        digits = load_proofs().code_digits
        return cast(
            MailedCodes, self._once("codes", lambda: MailedCodes(self.log(), self.settings.signing_key, digits))
        )

    def code_mail(self) -> CodeMail:
        """What sends them. Raises ``ValueError`` where no mail server is set."""
        return cast(CodeMail, self._once("code_mail", lambda: code_mail(self.settings, self.codes)))

    def forget_if_erased(self, conversation: str) -> None:
        """To be called after orders were written to: what was said in a conversation that was erased meanwhile
        goes, too.

        The erasure marks the conversation before it looks for what it wrote, and here the mark is looked for after
        writing: one of the two sees the other.
        """
        try:
            if is_erased(self.log().engine, conversation):
                self.orders().forget(conversation)
        except (SQLAlchemyError, OrdersUnavailable) as error:
            logger.error("Whether conversation %s was erased is not known: %s", conversation, type(error).__name__)

    def house(self) -> House:
        return cast(House, self._once("house", lambda: load_house(self.settings.policy_figures)))

    def now(self) -> datetime:
        """This moment, or the same time of the day that the policy is previewed for."""
        moment = datetime.now(timezone.utc)
        day = self.settings.policy_date
        return datetime.combine(day, time(moment.hour, moment.minute), timezone.utc) if day else moment

    def _open_log(self) -> ConversationLog:
        engine = open_engine(self.settings.database)
        upgrade(engine)
        return ConversationLog(engine)

    def _once(self, name: str, open_it: Callable[[], Any]) -> Any:
        if name not in self._opened:
            with self._lock:
                if name not in self._opened:
                    self._opened[name] = open_it()
        return self._opened[name]


@lru_cache(maxsize=1)
def current() -> Resources:
    """Those of this process; ``current.cache_clear()`` opens everything anew, with the settings of then."""
    return Resources(get_settings())
