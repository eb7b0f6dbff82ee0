"""What the desk's requests work with, opened once. The database and the orders may be down when it starts."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor

from sanic.request import Request

from concierge.channels.messaging.enclosing import reaches
from concierge.channels.messaging.registry import kinds, windows
from concierge.channels.messaging.templates import Templates
from concierge.conversations import Advisors, Cases, ConversationLog, upgrade
from concierge.conversations.deliveries import Deliveries
from concierge.conversations.drafts import Drafts
from concierge.conversations.handoffs import Handoffs
from concierge.conversations.outbox import Outbox
from concierge.conversations.portraits import Portraits
from concierge.conversations.searched import Searched
from concierge.conversations.staff import Staff
from concierge.desk.audit import Audit
from concierge.desk.board import Board
from concierge.desk.canned import PLACEHOLDERS, Canned
from concierge.desk.devices import Devices
from concierge.desk.figures import Figures
from concierge.desk.invitations import Invitations
from concierge.desk.login_failures import Limits, LoginFailures
from concierge.desk.misunderstood import Marks
from concierge.desk.notes import Mentions
from concierge.desk.openid_attempts import Attempts
from concierge.desk.openid_identities import Identities
from concierge.desk.openid_provider import Provider
from concierge.desk.sessions import Sessions
from concierge.desk.translation import Translations, configured
from concierge.desk.views_book import Views
from concierge.files.opening import open_files
from concierge.masking.contacts import contacts
from concierge.orders import open_orders
from concierge.orders.book import OrderBook, OrdersUnavailable
from concierge.orders.model import Order
from concierge.settings import Settings
from concierge.storage.database import open_engine

logger = logging.getLogger(__name__)

BUSY_SECONDS = 3.0
WEBSITE = "website"  # where the page fetches files itself
ORDERS_SECONDS = 5.0
LOGIN_LIMITS = Limits()


class Services:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.engine = open_engine(settings.database, busy_seconds=BUSY_SECONDS)
        self.log = ConversationLog(self.engine)
        self.cases = Cases(self.log)
        self.advisors = Advisors(self.engine)
        self.staff = Staff(self.engine)
        self.board = Board(self.log, windows(advisor=True))
        self.windows = windows(advisor=False)  # for the assistant's words
        self.kept = {each.name: each.limits.kept for each in kinds()}  # messages that the assistant leaves to advisors
        self.searched = Searched(self.log, contacts)
        self.outbox = Outbox(self.log)
        self.deliveries = Deliveries(self.engine)
        self.templates = Templates(settings.templates, PLACEHOLDERS)
        self.drafts = Drafts(self.engine)
        self.handoffs = Handoffs(self.log)
        self.canned = Canned(self.engine)
        self.audit = Audit(self.engine)
        self.views = Views(self.engine)
        self.portraits = Portraits(self.engine)
        self.mentions = Mentions(self.engine)
        self.marks = Marks(self.engine)
        self.figures = Figures(self.engine)
        self.invitations = Invitations(self.engine, settings.signing_key)
        self.sessions = Sessions(self.engine, settings.signing_key)
        self.openid = Provider(settings) if settings.openid_issuer else None
        self.openid_attempts = Attempts(self.engine)
        self.identities = Identities(self.engine)
        self.orders = Orders(settings.orders)
        translator = configured(settings)
        self.translations = Translations(translator) if translator else None
        self.files = open_files(settings)
        self._kinds = {kind.name: kind for kind in kinds()}
        self.devices = Devices(settings.signing_key)
        self.login_failures = LoginFailures(self.engine, settings.signing_key, LOGIN_LIMITS)

    @property
    def messengers(self) -> Collection[str]:
        return self._kinds

    @property
    def channels_with_files(self) -> list[str]:
        """Those on which an advisor's file gets to the customer, if not every file."""
        linked = bool(self.settings.public_url)
        return [WEBSITE, *(name for name, kind in self._kinds.items() if linked or kind.uploads)]

    def reaches(self, channel: str, media_type: str, size: int) -> bool:
        """Whether such a file gets to the customers of a channel."""
        if channel == WEBSITE:
            return True
        kind = self._kinds.get(channel)
        return kind is not None and reaches(kind, media_type, size, linked=bool(self.settings.public_url))

    def prepare(self) -> None:
        """Blocks. Brings the database up to date."""
        upgrade(self.engine)

    def close(self) -> None:
        self.orders.close()
        self.engine.dispose()


def services_of(request: Request) -> Services:
    services: Services = request.app.ctx.services
    return services


class Orders:
    """The orders, for advisors: a back end that is down is an answer here, not an error."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._book: OrderBook | None = None
        self._lock = threading.Lock()
        # Their own: a back end that hangs must not keep the desk's other work waiting.
        self._threads = ThreadPoolExecutor(3, thread_name_prefix="orders")

    async def find(self, number: str | None) -> tuple[Order | None, str | None]:
        """The order, or a sentence that says why not. Both None when there is no number."""
        if not number:
            return None, None
        try:
            asked = asyncio.get_running_loop().run_in_executor(self._threads, self._get, number)
            order = await asyncio.wait_for(asked, ORDERS_SECONDS)
        except (OrdersUnavailable, asyncio.TimeoutError) as problem:
            logger.warning("The orders do not answer: %s", type(problem).__name__)
            return None, f"The order system does not answer just now, so order {number} cannot be shown."
        except Exception:
            logger.exception("The order could not be read")
            return None, f"Order {number} could not be read. Try again shortly."
        if order is None:
            return None, f"The order system does not know order {number} any longer."
        return order, None

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._book is not None:
            self._book.close()

    def _get(self, number: str) -> Order | None:
        with self._lock:
            if self._book is None:
                self._book = open_orders(self._url)
        return self._book.get(number)
