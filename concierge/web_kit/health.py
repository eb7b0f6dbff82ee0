"""``/health/live`` and ``/health/ready`` of a process, for its supervisor, an orchestrator and people.

Live: the event loop turns. Ready: every part that the process needs to do its work answers; a part that does not is
named, and the process is not to be restarted for it. A part that is only ``wished`` for, such as the orders, is named
too, and what can be done without it goes on. Both say nothing private and ask for no login.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import sqlalchemy as sa
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json
from sqlalchemy.engine import Engine

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 2.0
_NO_STORE = {"Cache-Control": "no-store"}
Check = Callable[[], str]
"""Blocks; returns ``""`` for a part that is well, otherwise what is wrong with it, in two or three words."""


@dataclass
class Health:
    """What a process needs. A part is asked once at a time, in a thread of its own."""

    parts: dict[str, Check]
    wished: frozenset[str] = frozenset()
    warnings: set[str] = field(default_factory=set)
    _asked: dict[str, asyncio.Future[str]] = field(default_factory=dict)
    _threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(8, thread_name_prefix="health"))

    def warn(self, sentence: str) -> None:
        """Says it in the log, once, and in every answer from now on."""
        if sentence not in self.warnings:
            self.warnings.add(sentence)
            logger.warning("%s", sentence)

    async def ask(self) -> dict[str, str]:
        """``ok``, or what is wrong, by part; takes no longer than ``PATIENCE_SECONDS``."""
        return dict(zip(self.parts, await asyncio.gather(*map(self._ask, self.parts)), strict=True))

    async def _ask(self, part: str) -> str:
        asked = self._asked.get(part)
        if asked is None or asked.done():
            asked = self._asked[part] = asyncio.get_running_loop().run_in_executor(self._threads, self.parts[part])
        try:
            return await asyncio.wait_for(asyncio.shield(asked), PATIENCE_SECONDS) or "ok"
        except asyncio.TimeoutError:
            return "no answer"
        except Exception as problem:
            logger.warning("Health of %s could not be told: %s", part, type(problem).__name__)
            return "not reachable"


def database(engine: Engine) -> Check:
    """Whether a database answers, and takes what is written."""

    def check() -> str:
        with engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                read_only = connection.execute(sa.text("SHOW transaction_read_only")).scalar()
                return "read-only" if read_only == "on" else ""
            connection.execute(sa.text("SELECT 1"))
        return ""

    return check


def mount(app: Sanic, health: Callable[[], Health | None]) -> None:
    """Adds the routes. ``health`` gives ``None`` while the process is still starting."""

    async def live(request: Request) -> HTTPResponse:
        return json({"status": "ok"}, headers=_NO_STORE)

    async def ready(request: Request) -> HTTPResponse:
        found = health()
        parts = await found.ask() if found is not None else {"process": "starting"}
        wished = found.wished if found is not None else frozenset()
        well = all(said == "ok" for part, said in parts.items() if part not in wished)
        body = {"ready": well, "parts": parts, "warnings": sorted(found.warnings) if found is not None else []}
        return json(body, status=200 if well else 503, headers=_NO_STORE)

    app.add_route(live, "/health/live", methods=["GET"], name="health_live")
    app.add_route(ready, "/health/ready", methods=["GET"], name="health_ready")
