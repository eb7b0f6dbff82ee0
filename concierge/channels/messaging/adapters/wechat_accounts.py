"""WeChat's customer service accounts: under whose nickname an advisor's message is shown.

developers.weixin.qq.com/doc/service/api/customer/servicermanage/api_getkflist. An account's nickname has at most six
Chinese characters, or twelve others.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from concierge.channels.messaging.adapter import objects_at, text_at
from concierge.channels.messaging.model import NotSent

_KEPT = 600.0  # seconds


class Accounts:
    """By nickname, as WeChat has told them lately."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._until = 0.0

    async def of(self, author: str, ask: Callable[[], Awaitable[Any]]) -> str:
        """The account that is called as the author is; empty where there is none. ``ask``: for the list."""
        if time.monotonic() >= self._until:
            self._until = time.monotonic() + _KEPT
            try:
                found = objects_at(await ask(), "kf_list")
            except NotSent:  # words without a name are better than none
                return ""
            self._names = {text_at(each, "kf_nick"): text_at(each, "kf_account") for each in found}
        return self._names.get(author, "")
