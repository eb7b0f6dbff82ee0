"""Takes the outbox to the providers: in order within a conversation, at their pace, until each message is there.

A message is with the provider before it is noted as sent. When the process dies between the two, or the provider's
answer is lost, the next try is told so (``Outlet.again``): who can, makes sure that it is not shown twice. Where the
provider tells of messages itself, it is given time to (``Adapter.tells_within``); what it tells ends the wait, and what
else is to be said in the conversation waits with it. Where nobody can know (``Adapter.once`` is empty), the message is
not sent again: it has failed as ``UNKNOWN``, a person decides on it at the desk, and what follows goes on; or it is, by
the house's wish.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any, Literal

from prometheus_client import Counter

from concierge.channels.messaging.adapter import Adapter
from concierge.channels.messaging.calling import SECONDS, Api, before_sending
from concierge.channels.messaging.enclosing import Enclosing, is_enclosed
from concierge.channels.messaging.fitting import fit
from concierge.channels.messaging.model import Incoming, NotNow, NotSent, Outlet, Part, Refused, Unclear
from concierge.channels.storing import Blocking
from concierge.conversations import ClaimLost, Notifications
from concierge.conversations.model import Message
from concierge.conversations.outbox import Claim, Outbox, Taken
from concierge.conversations.outbox_standing import BEGUN, LEFT, after_sending, said_to_stop
from concierge.conversations.outbox_states import UNKNOWN
from concierge.orders.breaker import Breaker
from concierge.storage import outage

logger = logging.getLogger(__name__)

LEASE_SECONDS = SECONDS + 8.0  # longer than any one call: whoever dies in one is waited for so long
SWEEP_SECONDS, SOON_SECONDS = 2.0, 0.2  # between two looks, and while something waits for its time
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
UNCLEAR_SECONDS = 3.0  # after an answer that was lost, at least
GIVE_UP = timedelta(hours=24)
HOLD_SECONDS, LONGEST_HOLD = 0.2, timedelta(seconds=20)
_AT_ONCE = 16  # conversations of one channel
WINDOW_CLOSED = "window_closed"  # the customer has to write first
QUOTA_SPENT = "quota_spent"  # so does it here: the provider has taken as many messages as it takes until then
_CALL = "call"  # among an outlet's details: the one that is under way, or whose answer was lost
_CIRCUIT = "circuit_open"
_DIED = "no_answer (sender gone)"
_STOP_SECONDS = 3.0
_SAY_SECONDS = 60.0

# What becomes of a message that may have arrived, where nothing tells: it is held, or sent again; with ``people`` it is
# held where a person has typed it, who sees so, and what the assistant says is sent again.
UnknownOutcome = Literal["hold", "people", "again"]

_unknown = Counter(
    "concierge_messages_unknown", "Messages of which nobody knows whether they arrived.", ["channel", "attended"]
)


class _Line:
    """One provider's: how fast, how many at once, and whether it answers at all."""

    def __init__(self, adapter: Adapter, unknown: UnknownOutcome) -> None:
        self.adapter, self._unknown = adapter, unknown
        self.blind = not adapter.once  # nothing tells whether a message whose answer was lost has arrived
        self.batch = 1 if self.blind else adapter.limits.batch
        self.doubtful = False  # what became of the latest message is not known
        self.breaker = Breaker()
        self.busy = asyncio.Semaphore(_AT_ONCE)
        self._free_at = 0.0
        self._said_at = -_SAY_SECONDS

    @property
    def tells_seconds(self) -> float:
        return self.adapter.tells_within.total_seconds()

    def holds(self, message: Message) -> bool:
        """Whether it is not sent again where it may have arrived."""
        people = self._unknown == "people" and message.role == "advisor"
        return self.blind and (people or self._unknown == "hold")

    async def turn(self) -> None:
        """Waits for this message's place among those of a second."""
        loop = asyncio.get_running_loop()
        at = max(self._free_at, loop.time())
        self._free_at = at + 1 / self.adapter.limits.rate
        await asyncio.sleep(max(0.0, at - loop.time()))

    def say(self, problem: str) -> None:
        """To the operator, once a minute: it is the same for each message."""
        now = asyncio.get_running_loop().time()
        if now - self._said_at >= _SAY_SECONDS:
            self._said_at = now
            logger.error("%s", problem)


class Sender:
    """One for each process that serves the channels; any number of them share the outbox."""

    def __init__(
        self,
        outbox: Outbox,
        adapters: Mapping[str, Adapter],
        api: Api,
        run: Blocking,
        enclosing: Enclosing | None = None,
        *,
        unknown: UnknownOutcome = "hold",
    ) -> None:
        """``run`` runs what blocks in a thread; without ``enclosing`` no advisor's file can be sent."""
        self._outbox, self._api, self._run, self._enclosing = outbox, api, run, enclosing
        self._lines = {name: _Line(adapter, unknown) for name, adapter in adapters.items()}
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._shown: set[asyncio.Task[None]] = set()

    async def work(self, notifications: Notifications) -> None:
        """Until it is cancelled."""
        with notifications.watch() as watch:
            while True:
                soon = False
                try:
                    due, soon = await self._run(self._outbox.due, list(self._lines))
                    for conversation_id, channel in due.items():
                        self._begin(conversation_id, self._lines[channel])
                except Exception as problem:
                    outage.report(logger, "The outbox could not be read", problem)
                await watch.wait(SOON_SECONDS if soon or self._busy else SWEEP_SECONDS)

    async def stop(self) -> None:
        """Lets calls end; what is left is sent by whoever comes next."""
        if self._busy:
            await asyncio.wait(self._busy.values(), timeout=_STOP_SECONDS)
        tasks = [*self._busy.values(), *self._shown]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def seen(self, incoming: Incoming, answering: bool) -> None:
        """Shows the customer that their message has come; nobody waits for it."""
        self._beside(incoming.channel, lambda adapter: adapter.seen(self._api, incoming, answering))

    def acknowledge(self, incoming: Incoming) -> None:
        """Of a tap, to the provider; nobody waits for it."""
        self._beside(incoming.channel, lambda adapter: adapter.acknowledge(self._api, incoming))

    def _beside(self, channel: str, call: Callable[[Adapter], Coroutine[Any, Any, None]]) -> None:
        line = self._lines[channel]
        if line.breaker.seconds_left:
            return

        async def show() -> None:
            with contextlib.suppress(NotSent):
                await call(line.adapter)

        task = asyncio.get_running_loop().create_task(show())
        self._shown.add(task)
        task.add_done_callback(self._shown.discard)

    def _begin(self, conversation_id: str, line: _Line) -> None:
        if conversation_id in self._busy or line.busy.locked() or line.breaker.seconds_left:
            return
        task = asyncio.get_running_loop().create_task(self._conversation(conversation_id, line))
        self._busy[conversation_id] = task
        task.add_done_callback(lambda _: self._busy.pop(conversation_id, None))

    async def _conversation(self, conversation_id: str, line: _Line) -> None:
        try:
            async with line.busy:
                while claim := await self._run(self._outbox.claim, conversation_id, LEASE_SECONDS):
                    if not await self._deliver(claim, line):
                        return
        except ClaimLost:
            logger.warning("Another sender has taken over conversation %s", conversation_id)
        except Exception as problem:  # the lease runs out, and it is tried again
            outage.report(logger, f"What is to be sent in {conversation_id} is put off", problem)

    async def _deliver(self, claim: Claim, line: _Line) -> bool:
        """All that was claimed. False when it is put off."""
        wait = line.tells_seconds - LEASE_SECONDS
        if claim.orphaned and wait > 0 and await self._is_in_doubt(claim, line):
            await self._run(self._outbox.put_off, claim, claim.messages[0].seq, wait, _DIED)
            return False
        if line.batch > 1 and claim.working and _age(claim.messages[0]) < LONGEST_HOLD:
            await self._run(self._outbox.put_off, claim, claim.messages[0].seq, HOLD_SECONDS)
            return False
        waiting: list[tuple[Message, Part, bool]] = []
        for message in claim.messages:
            try:
                parts = await self._parts(claim, line, message)
            except Refused as problem:
                if not await self._send_all(claim, line, waiting):
                    return False
                waiting = []
                await self._give_up(claim, message, problem.code)
                continue
            left = [part for part in parts if part.number not in claim.taken.get(message.seq, set())]
            closed = _closed(claim, message, line.adapter) if left else ""
            if left and not closed:
                waiting += [(message, part, part is parts[-1]) for part in left]
                continue
            if not await self._send_all(claim, line, waiting):
                return False
            waiting = []
            if left:
                await self._give_up(claim, message, closed)
            else:
                await self._run(self._outbox.taken, claim, [Taken(message.seq)], {}, LEASE_SECONDS)
        if not await self._send_all(claim, line, waiting):
            return False
        await self._run(self._outbox.release, claim)
        return True

    async def _is_in_doubt(self, claim: Claim, line: _Line) -> bool:
        """Whether the provider has not told of all that a sender that died may have sent."""
        message = claim.messages[0]
        try:
            parts = await self._parts(claim, line, message)
        except Refused:
            return False
        return any(part.number not in claim.taken.get(message.seq, set()) for part in parts)

    async def _parts(self, claim: Claim, line: _Line, message: Message) -> list[Part]:
        """Raises ``Refused`` for a file that cannot be sent."""
        language = claim.conversation.language
        if not is_enclosed(message):
            return fit(message, line.adapter.limits_for(claim.details), language)
        if self._enclosing is None:
            raise Refused("no_files")
        parts: list[Part] = await self._run(self._enclosing.parts, message, line.adapter, language)
        return parts

    async def _send_all(self, claim: Claim, line: _Line, queue: list[tuple[Message, Part, bool]]) -> bool:
        """In as few calls as the provider allows. False when it is put off."""
        batch = size = line.batch
        details, again = {**claim.details}, claim.again
        call: Mapping[str, Any] = details.pop(_CALL, None) or {}
        begun: list[int] = details.pop(BEGUN, None) or []
        # One at a time, only the first of what waits can have been tried before.
        first = next((each for each in queue[:1] if each[0].seq == claim.messages[0].seq), None)
        while queue:
            # What may have been taken is asked for just as it was: the details of then, and nothing that came since.
            same, again = _same(call, queue) if again and batch > 1 else 0, False
            repeats = same > 0
            some, message = queue[: same or size], queue[0][0]
            this, holds = [message.seq, some[0][1].number], line.holds(message)
            if holds and begun == this:
                await self._doubt(claim, line, some[0], _DIED, 0.0)
                return False
            kept = 0 if message.role == "advisor" else line.adapter.limits.kept
            # What may be there already is counted, and its second try is not kept back for that.
            if details.get(LEFT) is not None and details[LEFT] - kept < len(some) and begun != this:
                await self._give_up(claim, message, QUOTA_SPENT)
                queue = [each for each in queue if each[0].seq != message.seq]
                continue
            parts = [part for _, part, _ in some]
            used = call["details"] if repeats else details
            if batch > 1 and not repeats:
                call = {"last": [parts[-1].seq, parts[-1].number], "details": details}
                await self._run(self._outbox.note, claim, {_CALL: call})
            if holds:  # whoever comes after a sender that dies knows whether it had begun to call
                begun = this
                await self._run(self._outbox.note, claim, {BEGUN: this})
            tried = repeats if batch > 1 else claim.again and some[0] is first
            told = (claim.before, message.created_at) if tried else ()
            outlet = Outlet(claim.conversation.address or "", claim.heard_at, used, tried, *told)
            try:
                ids = await self._send(line, outlet, parts)
            except Refused as problem:
                if len(some) > 1:  # which of them it was is found out one by one
                    size = 1
                    continue
                if begun == this:
                    await self._run(self._outbox.note, claim, {BEGUN: None})
                await self._give_up(claim, message, problem.code)
                queue = [each for each in queue if each[0].seq != message.seq]
                continue
            except NotSent as problem:
                noted = {_CALL: None} if batch > 1 and not repeats else {BEGUN: None} if holds else {}
                await self._not_sent(claim, line, some[0], problem, noted)
                return False
            queue = queue[len(some) :]
            details = {name: value for name, value in details.items() if outlet.spent.get(name) != value}
            details = after_sending(details, len(some))
            taken = [Taken(part.seq, part.number, id, last) for (_, part, last), id in zip(some, ids, strict=True)]
            spent = {**outlet.spent, **({BEGUN: this} if begun == this else {})}
            await self._run(self._outbox.taken, claim, taken, spent, LEASE_SECONDS)
        return True

    async def _send(self, line: _Line, outlet: Outlet, parts: Sequence[Part]) -> list[str]:
        await line.turn()
        breaker = line.breaker
        if not breaker.allows():
            raise NotNow(_CIRCUIT, breaker.seconds_left)
        down = False
        try:
            if line.blind and line.doubtful:
                with before_sending(), contextlib.suppress(Refused):  # which is an answer, too
                    await line.adapter.answers(self._api, outlet)
            line.doubtful = False
            return await line.adapter.send(self._api, outlet, parts)
        except (NotNow, Unclear) as problem:
            down = isinstance(problem, Unclear) or problem.down
            line.doubtful = line.doubtful or isinstance(problem, Unclear)
            raise
        finally:
            (breaker.failed if down else breaker.succeeded)()

    async def _not_sent(
        self, claim: Claim, line: _Line, first: tuple[Message, Part, bool], problem: NotSent, noted: Mapping[str, None]
    ) -> None:
        """``noted``: what was, of the call, and is not to be where it was surely not taken."""
        message, part, _ = first
        unknown = isinstance(problem, Unclear)
        if unknown and line.holds(message):
            await self._doubt(claim, line, first, problem.code, self._pause(claim, line, problem))
            return
        if noted and not unknown:
            await self._run(self._outbox.note, claim, noted)
        await self._put_off(claim, line, message, problem, part.number if unknown else None)

    async def _doubt(
        self, claim: Claim, line: _Line, sent: tuple[Message, Part, bool], code: str, seconds: float
    ) -> None:
        """Nobody but an operator may be there to see it: the assistant's conversations have no advisor."""
        message, part, last = sent
        attended = claim.conversation.owner == "advisor"
        _unknown.labels(line.adapter.name, "yes" if attended else "no").inc()
        logger.warning(
            "Message %s of %s: nobody knows whether it arrived (%s). It is not sent again by itself, %s",
            *(message.seq, claim.id, code, "an advisor sees it" if attended else "and no advisor is there to see it"),
        )
        await self._run(self._outbox.doubt, claim, Taken(part.seq, part.number, None, last), seconds)

    def _pause(self, claim: Claim, line: _Line, problem: NotSent) -> float:
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(claim.tries, 10)) * random.uniform(0.8, 1.2)  # noqa: S311
        if isinstance(problem, Unclear):
            pause = max(pause, UNCLEAR_SECONDS, line.tells_seconds)
        return max(pause, problem.after or 0.0)

    async def _put_off(
        self, claim: Claim, line: _Line, message: Message, problem: NotSent, part: int | None = None
    ) -> None:
        """``part``: the number of that of which nobody knows whether it arrived."""
        if _age(message) > GIVE_UP:
            await self._give_up(claim, message, UNKNOWN if part is not None and line.blind else problem.code)
            await self._run(self._outbox.release, claim)
            return
        pause = self._pause(claim, line, problem)
        error = "" if problem.code == _CIRCUIT else problem.code
        await self._run(partial(self._outbox.put_off, counts=line.blind), claim, message.seq, pause, error, part)
        if isinstance(problem, NotNow) and problem.ours:
            line.say(f"{line.adapter.title} refuses us ({problem.code}); see `concierge channels check`")
        elif error:
            logger.info("Message %s of %s: %s, again in %.0f s", message.seq, claim.id, error, pause)

    async def _give_up(self, claim: Claim, message: Message, code: str) -> None:
        logger.warning("Message %s of %s was not delivered: %s", message.seq, claim.id, code)
        await self._run(self._outbox.fail, claim, message.seq, code)


def _same(call: Mapping[str, Any], queue: list[tuple[Message, Part, bool]]) -> int:
    """How many of the queue belong to that call."""
    last = tuple(call.get("last") or ())
    return sum((part.seq, part.number) <= last for _, part, _ in queue)


def _closed(claim: Claim, message: Message, adapter: Adapter) -> str:
    """Why it is not sent; empty where it may go. Nothing goes out to who has told us to stop, where that stands; words
    of ours only for a while after the customer's, a person's maybe longer; what the provider has approved always."""
    limits = adapter.limits
    if adapter.stop_stands and (stopped := said_to_stop(claim.details)):
        return stopped
    if "template" in message.payload:
        return ""
    window = limits.human_window if message.role == "advisor" and limits.human_window else limits.window
    over = window is not None and datetime.now(timezone.utc) - claim.heard_at >= window
    return WINDOW_CLOSED if over else ""


def _age(message: Message) -> timedelta:
    return datetime.now(timezone.utc) - message.created_at
