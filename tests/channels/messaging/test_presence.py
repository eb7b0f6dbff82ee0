"""An advisor who reads and writes is shown so to the customer, by the providers that can."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from concierge.channels.messaging import presence
from concierge.channels.messaging.presence import Presence
from concierge.conversations.outbox_standing import KEY
from concierge.conversations.records import ADVISOR
from tests.channels.conftest import until
from tests.channels.messaging.conftest import Alone
from tests.channels.messaging.provider import Providers

# By channel: the calls that show that the customer's last message was read, and that somebody writes.
READ = {"whatsapp": ["read"], "messenger": ["mark_seen"], "instagram": ["mark_seen"], "line": ["markAsRead"]}
WRITES = {
    "whatsapp": ["read", "typing"],
    "messenger": ["typing_on"],
    "instagram": ["typing_on"],
    "line": ["markAsRead", "start"],
    "telegram": ["typing"],
    "wechat": ["Typing"],
    "apple": ["typing_start"],
    "twilio_whatsapp": ["typing"],
}


def shown(calls: list[Any]) -> list[str]:
    found: list[str] = []
    for call in calls:
        form = call.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        body = call.json if call.body and not form else {}
        said = body.get("sender_action") or body.get("action") or body.get("command") or body.get("status")
        said = said or body.get("callback_query_id")  # a tap's, which was acknowledged when it came
        if call.path.startswith("/v2/bot/chat/"):
            said = call.path.rpartition("/")[2]
        if body.get("type") == "typing_start":
            said = "typing_start"
        found += [str(said)] if said else []
        found += ["typing"] if "typing_indicator" in body or call.path.endswith("/Typing.json") else []
    return found


async def test_reading_and_writing_are_shown_once_each(
    alone: Alone, providers: Providers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "LOOK_SECONDS", 0.02)
    details = {KEY: "SM1.0", "read_token": "r1", "callback": "q1"}
    at = datetime.now(timezone.utc) - timedelta(seconds=5)
    everyone = {name: alone.hear(name, f"5{number}", at, **details) for number, name in enumerate(alone.adapters)}
    for name in everyone:
        providers.fakes[name].calls.clear()

    async def called(wanted: dict[str, list[str]]) -> None:
        found: dict[str, list[str]] = {}

        def all_there() -> bool:
            found.update({name: shown(providers.fakes[name].calls) for name in everyone})
            return all(found[name] == wanted.get(name, []) for name in everyone)

        await asyncio.to_thread(until, all_there)
        await asyncio.sleep(0.1)
        assert all_there(), found

    async with alone.sender() as sender:
        watching = asyncio.create_task(Presence(alone.outbox, alone.adapters, sender, asyncio.to_thread).work())
        for one in everyone.values():
            await asyncio.to_thread(alone.log.append, one, "customer", "hello")
            await asyncio.to_thread(alone.log.read_by_advisor, one, 1)
        await called(READ)
        for one in everyone.values():
            await asyncio.to_thread(alone.log.typing, one, ADVISOR)
        await called({name: [*READ.get(name, []), *calls] for name, calls in WRITES.items()})
        watching.cancel()
