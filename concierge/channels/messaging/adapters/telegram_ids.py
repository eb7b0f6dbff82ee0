"""Whether Telegram has taken a message whose answer was lost.

The Bot API takes no key for a second try, and has no list of messages (tdlib/telegram-bot-api#126, #482). But the
messages of all private chats of an account are counted upwards together (docs.pyrogram.org/topics/message-identifiers;
core.telegram.org/bots/api says only that an id is unique within its chat), and a change of buttons that changes nothing
is refused as such: for a message of the bot's own in that very chat. So the ids that it can have are tried, and nobody
is shown anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from concierge.channels.messaging.adapters.telegram_outbound import keyboard_of
from concierge.channels.messaging.model import NotNow, NotSent, Outlet, Part, Refused
from concierge.conversations.outbox_standing import KEY

_AROUND = 32  # beyond the latest that is known: twice as many as are sent at once
_MOST = 200  # that are tried: some seconds of a bot that is busy, where a connection comes late
_AT_ONCE = 4
_SECONDS = 6.0  # that it takes at most in one go: a part of a sender's lease
_REMEMBERED = 1000
_THE_SAME = "message is not modified"


class Ids:
    """What this process knows of the account's ids."""

    def __init__(self) -> None:
        self.latest = 0
        # By a part's reference: the latest id when its answer was lost; ``None`` where it was surely not taken.
        self._tried: dict[str, int | None] = {}
        self._left: dict[str, range] = {}  # by it, too: what was not got through

    def seen(self, id: str) -> None:
        """Of any message, a customer's or ours."""
        self.latest = max(self.latest, _number(id))

    def tried(self, part: Part, latest: int | None) -> None:
        """``latest``: as it was before the try whose answer was lost; ``None`` where the part was surely not taken."""
        _keep(self._tried, part.reference, latest)

    async def of(self, part: Part, to: Outlet, call: Callable[[str, Mapping[str, Any]], Awaitable[Any]]) -> str:
        """The part's id in the chat; empty where it is not there, or cannot be told. Raises what ``call`` does, but
        for refusals, and ``NotNow`` where it takes long: then it is gone on with."""

        async def is_it(id: int) -> bool:
            try:
                await call("editMessageReplyMarkup", {"chat_id": to.address, "message_id": id, **keyboard_of(part)})
            except Refused as problem:
                return _THE_SAME in problem.code
            return False

        left = self._left.pop(part.reference, None) or self._possible(part, to)
        deadline = asyncio.get_running_loop().time() + _SECONDS
        while left:
            some = left[:_AT_ONCE]
            try:
                if asyncio.get_running_loop().time() > deadline:
                    raise NotNow("looked_for")
                same = await asyncio.gather(*map(is_it, some))
            except NotSent:
                _keep(self._left, part.reference, left)
                raise
            if any(same):
                return str(some[same.index(True)])
            left = left[_AT_ONCE:]
        return ""

    def _possible(self, part: Part, to: Outlet) -> range:
        tried = self._tried.get(part.reference, 0)
        after = max(_number(to.before.rpartition(".")[2]), tried or _heard(to))
        if tried is None or not after:
            return range(0)
        return range(after + 1, min(after + _MOST, max(after, self.latest) + _AROUND) + 1)


def _keep(kept: dict[str, Any], name: str, value: Any) -> None:
    while len(kept) >= _REMEMBERED:
        del kept[next(iter(kept))]
    kept[name] = value


def _heard(to: Outlet) -> int:
    """The id of the customer's latest message, where ours can only have come after it."""
    return _number(str(to.details.get(KEY) or "")) if to.since and to.heard_at <= to.since else 0


def _number(id: str) -> int:
    """Of an edit or a tap that of the message, which stands before a point."""
    first = id.partition(".")[0]
    return int(first) if first.isascii() and first.isdecimal() and len(first) < 16 else 0
