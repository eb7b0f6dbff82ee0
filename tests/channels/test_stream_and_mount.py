"""How long a stream waits before it looks again, and what an operator is told when the website is mounted."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from sanic import Sanic

from concierge.channels.stream import _patience
from concierge.channels.view import Status
from concierge.channels.website import WebsiteChannel
from concierge.settings import get_settings


@pytest.mark.parametrize(
    ("owner", "typing", "until_heartbeat", "seconds"),
    [
        ("advisor", "advisor", 9.0, 2.0),  # who stops typing changes nothing in the log
        ("queue", None, 9.0, 5.0),  # others move up
        ("assistant", "assistant", 9.0, 9.0),
        ("assistant", None, 0.0, 0.05),
    ],
)
def test_a_stream_looks_again_soon_where_nothing_wakes_it(
    owner: str, typing: str | None, until_heartbeat: float, seconds: float
) -> None:
    assert _patience(Status(owner, "", None, typing), until_heartbeat) == seconds


@pytest.mark.parametrize(("audience", "warned"), [("", True), ("shop", False)])
async def test_a_shop_whose_tokens_are_for_anything_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, audience: str, warned: bool
) -> None:
    monkeypatch.setenv("CONCIERGE_VAR", str(tmp_path))
    monkeypatch.setenv("CONCIERGE_CUSTOMER_JWT_KEY", "k" * 32)
    if audience:
        monkeypatch.setenv("CONCIERGE_CUSTOMER_JWT_AUDIENCE", audience)
    get_settings.cache_clear()
    try:
        channel = WebsiteChannel()
        with caplog.at_level(logging.WARNING):
            channel._mount(Sanic(f"mounted{audience}"))
        await channel.reception.close()
    finally:
        get_settings.cache_clear()
    assert any("CONCIERGE_CUSTOMER_JWT_AUDIENCE" in line for line in caplog.messages) is warned
