"""Slack's deliveries: its signed question, taps, files, old recordings; and its errors, which come with a 200."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import urlencode

import pytest

from concierge.channels.messaging.calling import Api
from concierge.channels.messaging.model import NotNow, Refused, Unclear, Withdrawal
from tests.channels.conftest import Site
from tests.channels.messaging.adapters.parsing import delivered, parsed
from tests.channels.messaging.conftest import HTTP, Alone
from tests.channels.messaging.fakes import FakeSlack
from tests.channels.messaging.provider import Providers

fake = FakeSlack()


def event(**content: Any) -> list[Any]:
    return parsed("slack", fake.event("D1", 1, **content))


def test_slack_asks_whether_we_are_there_and_signs_it(served: Site) -> None:
    address = f"{served.urls[0]}/webhooks/messaging/slack"
    asked = {"type": "url_verification", "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}
    assert HTTP.post(address, **fake.signed(asked)).text == asked["challenge"]
    assert HTTP.post(address, json=asked).status_code == 403


def test_a_recording_is_refused() -> None:
    adapter, delivery = delivered("slack", fake.signed({}, time.time() - 400))
    assert not adapter.verified(delivery)
    adapter, delivery = delivered("slack", fake.signed({}, time.time() - 200))
    assert adapter.verified(delivery)


def test_a_button_that_only_opens_an_address_says_nothing() -> None:
    action = {"type": "button", "action_id": "link.0", "action_ts": "1.0", "text": {"text": "Follow the parcel"}}
    payload = {"type": "block_actions", "channel": {"id": "D1"}, "actions": [action]}
    form = urlencode({"payload": json.dumps(payload)}).encode()
    assert parsed("slack", fake.signed(form, kind="application/x-www-form-urlencoded")) == []


def test_changes_name_what_they_change() -> None:
    (incoming,) = event(ts="2.0", subtype="message_changed", message={"ts": "1.0", "text": "put right", "user": "U1"})
    assert (incoming.edits, incoming.text, incoming.key) == ("1.0", "put right", "2.0.edited")
    (withdrawal,) = event(subtype="message_deleted", deleted_ts="1.0", previous_message={"user": "U1"})
    assert withdrawal == Withdrawal("slack", "D1", "1.0")
    ours = {"ts": "1.0", "text": "ours", "bot_id": "B1"}
    assert (
        event(subtype="message_changed", message=ours) == event(subtype="message_deleted", previous_message=ours) == []
    )


def test_bots_channels_and_changes_are_passed_over() -> None:
    assert event(bot_id="B1", text="hello") == event(channel_type="channel", text="hello") == []
    assert event(subtype="message_changed", text="hello") == []


def test_files_and_words_beside_them() -> None:
    files = [{"id": "F1", "mimetype": "image/png"}, {"id": "F2", "mimetype": "application/pdf"}]
    found = event(subtype="file_share", files=files, text="a &lt;3 &amp; b")
    assert [each.attachment.kind if each.attachment else each.text for each in found] == ["photo", "file", "a <3 & b"]


@pytest.mark.parametrize(
    ("error", "kind"), [("invalid_auth", NotNow), ("internal_error", Unclear), ("channel_not_found", Refused)]
)
async def test_errors_that_come_with_a_200(
    alone: Alone, providers: Providers, monkeypatch: pytest.MonkeyPatch, error: str, kind: type[Exception]
) -> None:
    async with Api() as api:
        assert await alone.adapters["slack"].check(api) == []
        monkeypatch.setattr(providers.fakes["slack"], "answer", lambda call: (200, {"ok": False, "error": error}))
        with pytest.raises(kind, match=error):
            await alone.adapters["slack"].check(api)


async def test_what_is_written_becomes_no_mention(alone: Alone, providers: Providers) -> None:
    one = alone.hear("slack", "D9")
    alone.log.append(one, "assistant", "<!channel> & you")
    async with alone.sender():
        await alone.drained()
    assert providers.fakes["slack"].taken["D9"][0].raw["text"] == "&lt;!channel&gt; &amp; you"
