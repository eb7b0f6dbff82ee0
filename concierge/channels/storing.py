"""Writes down what is done, and reads, although the database does not answer for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from concierge.storage import outage

STORE_SECONDS = 60.0
_PAUSE = 0.5


class Blocking(Protocol):
    async def __call__(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any: ...


class Storing:
    """Calls a function of the log through ``run``, again for a minute where the database is out of reach."""

    def __init__(self, run: Blocking) -> None:
        self._run = run

    async def __call__(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Raises what the function raises."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + STORE_SECONDS
        while True:
            try:
                return await self._run(function, *args, **kwargs)
            except Exception as problem:
                if not outage.passes(problem) or loop.time() > deadline:
                    raise
                await asyncio.sleep(_PAUSE)
