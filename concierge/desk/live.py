"""What happens in the open cases, told to every advisor's page at once.

One task reads the log while a page is connected, and a little longer: of a conversation that changed its case, and
every few seconds all of them (one is only a hint). What is new goes to the pages' queues. Every happening has a
number. A page that reconnects with the number it saw last gets what it missed; one that was away too long, or comes
from before a restart or an erasure, is told to read its lists again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import secrets
import time
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from concierge.conversations import Message, Notifications
from concierge.conversations.notifications import Watch
from concierge.conversations.staff import Colleague, Staff
from concierge.desk import redaction
from concierge.desk.board import Board
from concierge.desk.refusals import busy
from concierge.storage import outage

logger = logging.getLogger(__name__)

_NUMBER = re.compile("[0-9]{1,18}")
READ_SECONDS = 2.0
RETRY_SECONDS = 1.0
FIRST_SECONDS = 5.0
LINGER_SECONDS = 30.0
KEPT = 1000
QUEUED = 1000


@dataclass(frozen=True)
class Happening:
    """``open_to``: the ids of the advisors who may see contact details in ``data``."""

    number: int
    event: str  # "cases", "message", "typing", "reading" or "advisors"
    data: Any
    open_to: frozenset[str] = frozenset()


class Page:
    """One connected page. ``lost`` is set when it reads too slowly: it has to come again."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Happening] = asyncio.Queue(QUEUED)
        self.lost = False

    def put(self, happening: Happening) -> None:
        try:
            self.queue.put_nowait(happening)
        except asyncio.QueueFull:
            self.lost = True

    def lose(self) -> None:
        """Nothing more is said to it, not even what waits."""
        self.lost = True
        while not self.queue.empty():
            self.queue.get_nowait()


class Live:
    def __init__(self, board: Board, notifications: Notifications, staff: Staff) -> None:
        self._board = board
        self._staff = staff
        self._notifications = notifications
        self._connected = 0
        self._left = 0.0  # when the last page did
        self._wanted = asyncio.Event()
        self._started = asyncio.Event()  # from here on nothing is missed
        self._pages: set[Page] = set()
        self.closing = asyncio.Event()
        self._forget()

    def id(self, number: int) -> str:
        return f"{self._start}-{number}"

    @contextlib.asynccontextmanager
    async def page(self, last_id: str | None) -> AsyncIterator[tuple[Page, int, bool]]:
        """The page, the number it starts from, and whether nothing was missed since ``last_id``.

        Raises ``Refusal`` while the database does not answer.
        """
        self._connected += 1
        self._wanted.set()
        try:
            try:
                await asyncio.wait_for(self._started.wait(), FIRST_SECONDS)
            except asyncio.TimeoutError:
                raise busy() from None
            page = Page()
            missed = self._since(last_id)
            for happening in missed or ():
                page.put(happening)
            self._pages.add(page)
            try:
                yield page, self._number - len(missed or ()), missed is not None
            finally:
                self._pages.discard(page)
        finally:
            self._connected -= 1
            self._left = time.monotonic()

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            await self._wanted.wait()
            with self._notifications.watch() as watch:
                await self._follow(watch)

    async def _follow(self, watch: Watch) -> None:
        """Until no page has been connected for a while."""
        changed: set[str] | None = None
        read_at = 0.0
        while self._connected or time.monotonic() - self._left < LINGER_SECONDS:
            if time.monotonic() - read_at >= READ_SECONDS:
                changed, read_at = None, time.monotonic()
            try:
                await self.read(changed)
            except Exception as problem:
                outage.report(logger, "The open cases could not be read", problem)
                await asyncio.sleep(RETRY_SECONDS)
                read_at = 0.0
                continue
            changed = await watch.wait(READ_SECONDS)
        self._forget()

    def _start_over(self) -> None:
        """Something was erased: what is kept for pages may hold its words, and what they show as well."""
        for page in self._pages:
            page.lose()
        self._begin()

    def _forget(self) -> None:
        self._begin()
        self._erasures: tuple[Any, ...] | None = None
        self._wanted.clear()
        self._started.clear()

    def _begin(self) -> None:
        self._start = secrets.token_hex(4)  # numbers of another time mean nothing here
        self._kept: deque[Happening] = deque(maxlen=KEPT)
        self._number = 0
        self._known: dict[str, dict[str, Any]] | None = None
        self._typing: dict[str, datetime] = {}
        self._reading: dict[str, dict[str, Any]] = {}
        self._team: list[Colleague] | None = None

    async def read(self, changed: set[str] | None = None) -> None:
        """Tells what is new since the last time in the conversations that ``changed``, or in all.

        The first time there is nothing to compare with.
        """
        known = self._known
        erasures, rows, messages, typing, reading, team = await asyncio.to_thread(self._read, known, changed)
        if self._erasures not in (None, erasures):
            self._erasures = erasures
            self._start_over()
            await self.read()
            return
        self._erasures = erasures
        if known is not None:
            for row, new, open_to in messages:
                for message in new:
                    self._tell("message", {"case": row["id"], "message": message}, open_to)
            news = [row for row in rows if known.get(row["id"]) != row]
            if news:
                self._tell("cases", news)
            for conversation_id, (row, until) in typing.items():
                if self._typing.get(conversation_id) != until:
                    self._tell("typing", {"case": row["id"], "conversation_id": conversation_id, "until": until})
            for conversation_id, (row, mark) in reading.items():
                if self._reading.get(conversation_id) != mark:
                    self._tell("reading", {"case": row["id"], **mark})
            if team != self._team:
                self._tell("advisors", team)
        self._team = team
        self._reading |= {key: mark for key, (_, mark) in reading.items()}
        others = {} if changed is None else {key: each for key, each in self._typing.items() if key not in changed}
        self._typing = {**others, **{key: until for key, (_, until) in typing.items()}}
        unread = {} if changed is None else _of_others(known or {}, changed)
        self._known = {**unread, **{row["id"]: row for row in rows if row["closed_at"] is None}}
        self._started.set()

    def _read(self, known: dict[str, dict[str, Any]] | None, changed: set[str] | None) -> Any:
        erasures = self._board.erasures()
        rows = self._board.open(changed)
        unread = {} if changed is None else _of_others(known or {}, changed)
        gone = set(known or ()) - set(unread) - {row["id"] for row in rows}
        if gone:
            rows += self._board.rows(gone)
        messages = []
        for row in rows:
            before = (known or {}).get(row["id"])
            if known is None or (before and row["last_seq"] <= before["last_seq"]):
                continue
            conversation_id, holder = row["conversation_id"], (row["advisor"] or {}).get("id")
            log = self._board.messages(conversation_id, after=before["last_seq"] if before else 0)
            new = [message for message in log if _is_new(message, row, before)]
            open_to = redaction.revealed_to(self._board.events(conversation_id), row["id"]) if holder else set()
            messages.append((row, new, frozenset(open_to & {holder})))
        by_conversation = {row["conversation_id"]: row for row in rows if row["closed_at"] is None}
        until = self._board.typing(list(by_conversation)) if by_conversation else {}
        marks = self._board.reading(list(by_conversation)) if by_conversation else {}
        typing = {key: (by_conversation[key], when) for key, when in until.items()}
        reading = {key: (by_conversation[key], mark) for key, mark in marks.items()}
        return erasures, rows, messages, typing, reading, self._staff.all()

    def _tell(self, event: str, data: Any, open_to: frozenset[str] = frozenset()) -> None:
        self._number += 1
        happening = Happening(self._number, event, data, open_to)
        self._kept.append(happening)
        for page in self._pages:
            page.put(happening)

    def _since(self, last_id: str | None) -> list[Happening] | None:
        """What came after ``last_id``; None when that can no longer be told."""
        start, _, number = (last_id or "").partition("-")
        if start != self._start or not _NUMBER.fullmatch(number) or int(number) > self._number:
            return None
        missed = [happening for happening in self._kept if happening.number > int(number)]
        return missed if len(missed) == self._number - int(number) else None


def _of_others(rows: dict[str, dict[str, Any]], conversation_ids: set[str]) -> dict[str, dict[str, Any]]:
    return {key: row for key, row in rows.items() if row["conversation_id"] not in conversation_ids}


def _is_new(message: Message, row: dict[str, Any], before: dict[str, Any] | None) -> bool:
    """Of a case seen for the first time, what was said since it was opened: a page may have read the case before us."""
    if message.seq > row["last_seq"]:
        return False
    return before is not None or bool(message.created_at >= row["waiting_since"])
