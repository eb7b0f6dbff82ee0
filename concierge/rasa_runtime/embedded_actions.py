"""Custom actions in the assistant's own process: Rasa calls them as ever, and nothing goes over HTTP.

Each call has a thread with an event loop to itself. An action that hangs, even one that blocks its loop, keeps nobody
waiting but its own conversation, and that one no longer than the time limit.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from sanic.request import json_loads
from sanic.response import json_dumps

LANES = 64  # calls at the same time; more of them wait for one to end


class _SameThread(ThreadPoolExecutor):
    """What a call hands to a thread is run by its own: a shared pool is full once a few look-ups hang in it."""

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(function(*args, **kwargs))
        except Exception as error:
            done.set_exception(error)
        return done


class _Lane(threading.Thread):
    """A thread that runs an event loop. A daemon: what never ends must not keep the process from ending."""

    def __init__(self) -> None:
        super().__init__(name="actions", daemon=True)
        self.loop = asyncio.new_event_loop()
        self.loop.set_default_executor(_SameThread())
        self._stopped = self.loop.create_future()
        self.start()

    def run(self) -> None:
        self.loop.run_until_complete(self._until_stopped())
        self.loop.close()

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self._stopped.set_result, None)

    async def _until_stopped(self) -> None:
        await self._stopped
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


class EmbeddedActions(EndpointConfig):
    """An action endpoint. ``answer`` is given Rasa's call in JSON and returns what HTTP would: status and JSON.

    JSON both ways: an action gets what it would over HTTP, and shares no object with Rasa.
    """

    def __init__(self, answer: Callable[[str], Awaitable[tuple[int, str]]]) -> None:
        super().__init__()
        self._answer = answer
        self._lanes: list[_Lane] = []
        self._free: asyncio.LifoQueue[_Lane] = asyncio.LifoQueue()

    async def request(
        self,
        method: str = "post",
        subpath: str | None = None,
        content_type: str | None = "application/json",
        compress: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Raises ``asyncio.TimeoutError``, and ``ClientResponseError`` when the action rejects or fails."""
        deadline = time.monotonic() + kwargs["timeout"]
        call = json_dumps(kwargs["json"])
        lane = await self._free_lane(deadline)
        timeout = deadline - time.monotonic()
        work = asyncio.wait_for(self._answer(call), timeout)
        answered = asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, lane.loop))
        answered.add_done_callback(partial(self._ended, lane))
        # Whoever waits no longer, by the limit or because the turn was broken off, leaves the call where it is.
        await asyncio.wait({answered}, timeout=timeout)
        if not answered.done():
            raise asyncio.TimeoutError
        status, body = answered.result()
        if status != 200:
            raise ClientResponseError(status, "", body)
        return json_loads(body)

    def keep(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Runs it beside the calls, on a thread of its own, until :meth:`close`."""
        asyncio.run_coroutine_threadsafe(work(), self._new_lane().loop)

    def close(self, seconds: float = 3.0) -> None:
        """Cancels what is under way. Blocks until it has ended, for ``seconds`` at most."""
        lanes, self._lanes = self._lanes, []
        for lane in lanes:
            lane.stop()
        deadline = time.monotonic() + seconds
        for lane in lanes:
            lane.join(max(0.0, deadline - time.monotonic()))

    async def _free_lane(self, deadline: float) -> _Lane:
        if not self._free.empty():
            return self._free.get_nowait()
        if len(self._lanes) < LANES:
            return self._new_lane()
        return await asyncio.wait_for(self._free.get(), deadline - time.monotonic())

    def _new_lane(self) -> _Lane:
        self._lanes.append(_Lane())
        return self._lanes[-1]

    def _ended(self, lane: _Lane, answered: asyncio.Future[tuple[int, str]]) -> None:
        """The action has truly ended, however long ago it was given up."""
        if not answered.cancelled():
            answered.exception()  # nobody may be there to look at it
        self._free.put_nowait(lane)
