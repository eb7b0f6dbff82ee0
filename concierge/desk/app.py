"""The advisors' web application: their page, its JSON API and its live stream. It shares the log with the assistant,
and nothing else: either runs without the other.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json

from concierge.conversations import Notifications
from concierge.desk import guard, refusals, unanswered
from concierge.desk.accounts import CHECKS_AT_ONCE, accounts, admit
from concierge.desk.aids import aids
from concierge.desk.delivery import delivery
from concierge.desk.elsewhere import elsewhere
from concierge.desk.finding import SEARCHES, finding
from concierge.desk.leads import leads
from concierge.desk.live import Live
from concierge.desk.moves import moves
from concierge.desk.openid import BEGINS, openid
from concierge.desk.own_account import own_account
from concierge.desk.pages import STATIC, built, pages
from concierge.desk.people import people
from concierge.desk.replies import replies
from concierge.desk.sent import UPLOADS, sent
from concierge.desk.services import Services
from concierge.desk.stream import PAGES_OF_ONE, stream
from concierge.desk.team import keep_watching, team
from concierge.desk.transcript_mail import transcript_mail
from concierge.desk.transcripts import transcripts
from concierge.desk.undelivered import undelivered
from concierge.desk.views import views
from concierge.desk.work import work
from concierge.handoff.destinations import configured
from concierge.handoff.dispatcher import HandoffDispatcher
from concierge.privacy import daily
from concierge.settings import Settings
from concierge.web_kit import server, uploads
from concierge.web_kit.health import Health, database, mount
from concierge.web_kit.limits import OpenLimit, RateLimit

logger = logging.getLogger(__name__)

# With what listens, tells and is asked for health, below the database pool's sixteen connections.
THREADS = 12


def create_app(settings: Settings, name: str = "concierge_desk") -> Sanic:
    """Opens nothing before the server starts. ``name`` must differ between apps of one process.

    Raises ``ValueError`` with a sentence for settings that do not go together.
    """
    app = Sanic(name, configure_logging=False)
    app.config.update(
        {
            "REQUEST_MAX_SIZE": 128 * 1024,
            "REQUEST_TIMEOUT": 20,
            "RESPONSE_TIMEOUT": uploads.SECONDS + 10,
            "GRACEFUL_SHUTDOWN_TIMEOUT": 2.0,
            "PROXIES_COUNT": settings.proxies or None,
            "ACCESS_LOG": False,
            "MOTD": False,
        }
    )
    app.ctx.settings = settings
    app.ctx.destinations = configured(settings)
    app.ctx.files = built(STATIC)
    refusals.install(app)
    guard.install(app)
    found = app.ctx.health = Health({"database": _database(app)})
    mount(app, lambda: found)
    server.prepare(app, settings)
    server.watch_proxies(app, settings, found)
    for blueprint in (
        accounts,
        own_account,
        people,
        aids,
        leads,
        finding,
        moves,
        team,
        replies,
        sent,
        delivery,
        undelivered,
        views,
        work,
        stream,
        openid,
        transcripts,
        elsewhere,
        transcript_mail,
    ):
        app.blueprint(blueprint)
    app.add_route(health, "/health", name="health")
    app.add_route(admit, "/known/<token:str>", name="admit")
    app.blueprint(pages)
    app.register_listener(_open, "before_server_start")
    app.register_listener(_stop, "before_server_stop")
    app.register_listener(_close, "after_server_stop")
    return app


def _database(app: Sanic) -> Callable[[], str]:
    def check() -> str:
        services = getattr(app.ctx, "services", None)
        return database(services.engine)() if services is not None else "starting"

    return check


async def health(request: Request) -> HTTPResponse:
    """Ready once the database has answered, and while it does."""
    await asyncio.to_thread(request.app.ctx.services.board.open)
    return json({"ready": True})


async def _open(app: Sanic, _: Any = None) -> None:
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(THREADS, thread_name_prefix="desk"))
    services = Services(app.ctx.settings)
    await asyncio.to_thread(services.prepare)
    app.ctx.services = services
    app.ctx.pages = OpenLimit(PAGES_OF_ONE)
    app.ctx.uploading = OpenLimit(UPLOADS)
    app.ctx.searches = RateLimit(*SEARCHES)
    app.ctx.printing = asyncio.Semaphore(1)  # a PDF takes a core for some tenths of a second
    app.ctx.openid_begins = RateLimit(*BEGINS)
    app.ctx.password_checks = asyncio.Semaphore(CHECKS_AT_ONCE)
    app.ctx.notifications = Notifications(services.log, app.ctx.settings.listen_url)
    app.ctx.live = Live(services.board, app.ctx.notifications, services.staff)
    app.ctx.tasks = [
        loop.create_task(app.ctx.live.run()),
        loop.create_task(daily.keep_working(services.engine, app.ctx.settings, "desk")),
        loop.create_task(unanswered.keep_watching(services)),
        loop.create_task(keep_watching(app)),
    ]
    if app.ctx.destinations:
        dispatcher = HandoffDispatcher(services.log, app.ctx.destinations, app.ctx.health.warnings)
        app.ctx.tasks.append(loop.create_task(dispatcher.run(app.ctx.notifications)))


async def _stop(app: Sanic, _: Any = None) -> None:
    app.ctx.live.closing.set()


async def _close(app: Sanic, _: Any = None) -> None:
    for task in app.ctx.tasks:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    await app.ctx.notifications.close()
    if app.ctx.services.openid:
        await app.ctx.services.openid.close()
    await asyncio.to_thread(app.ctx.services.close)
