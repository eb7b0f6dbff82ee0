"""Talks to the assistant as the website does, without HTTP, and as the advisor who takes over."""

from __future__ import annotations

import asyncio
import time

from concierge.conversations import Advisors
from concierge.evaluation import talk
from concierge.evaluation.talk import CHANNEL, Answer

__all__ = ["CHANNEL", "EMAIL", "Answer", "Talk"]

EMAIL = "claire@example.com"  # of the documented demo orders
_SECONDS = 30  # that an event of the log may wait for the worker


class Talk(talk.Talk):
    """With what happens beside the customer's own messages."""

    async def leave(self) -> Answer:
        """No longer waits for an advisor."""
        case = self._reception.cases.live(self.id)
        assert case is not None
        self._reception.cases.leave(case.id)
        return await self.woken()

    # --- what an advisor does

    async def claimed(self) -> str:
        """An advisor takes the case. Their id."""
        cases, advisors = self._reception.cases, Advisors(self._reception.engine)
        case = cases.live(self.id)
        assert case is not None
        camille = advisors.all()[0] if advisors.all() else advisors.create("camille", "Camille", "a long password")
        cases.claim(case.id, camille.id)
        return camille.id

    async def hand_back(self, note: str = "") -> Answer:
        return await self._close("hand_back", note)

    async def resolve(self, note: str = "", *, ask: bool = False) -> Answer:
        return await self._close("resolve", note, ask=ask)

    # --- what is known

    async def woken(self) -> Answer:
        """What the assistant says to the latest event of its inbox, once it has been worked on."""
        deadline = time.monotonic() + _SECONDS
        while time.monotonic() < deadline:
            events = [row for row in self._reception.log.messages(self.id) if row.kind == "event"]
            *_, event = (row for row in events if row.attempts or row.state == "new")
            if event.state in {"done", "failed"}:
                self._last = Answer.of(self._reception.log.replies_to(self.id, event.seq))
                return self._last
            await asyncio.sleep(0.02)
        raise AssertionError("the event was not worked on in time")

    async def _close(self, how: str, note: str, **more: bool) -> Answer:
        cases, advisor = self._reception.cases, await self.claimed()
        case = cases.live(self.id)
        assert case is not None
        getattr(cases, how)(case.id, advisor, note, **more)
        return await self.woken()
