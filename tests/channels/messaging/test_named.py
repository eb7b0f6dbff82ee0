"""An advisor's name beside each message, where the provider has one for them; and the words all the same where not."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from concierge.channels.messaging.calling import Api
from concierge.channels.messaging.model import Enclosure, Outlet, Part
from tests.channels.messaging.conftest import Alone
from tests.channels.messaging.provider import Fake, Providers, Refusal


async def authors(alone: Alone, fake: Fake, customer: str, *authors: str) -> list[str]:
    """Of what the customer has, once each of them has said something."""
    one = alone.hear(fake.name, customer)
    for author in authors:
        alone.log.append(one, "advisor", f"Good evening, {author}", author=author)
    async with alone.sender():
        await alone.drained()
    assert set(alone.states(one)) == {"sent"}
    return [sent.author for sent in fake.taken[customer]]


async def test_a_persona_is_made_once_and_found_again(alone: Alone, providers: Providers) -> None:
    fake: Any = providers.fakes["messenger"]
    fake.calls.clear()
    long = "Maximilienne-Alexandrine de Rochefoucauld-Montmorency"
    assert await authors(alone, fake, "401", "Odile", long, "Odile") == ["Odile", long[:50], "Odile"]
    assert sum(call.path.endswith("/personas") and call.method == "POST" for call in fake.calls) == 2
    other: Any = type(alone.adapters["messenger"])(alone.adapters["messenger"].values)  # another process
    known = dict(fake.personas)
    alone.adapters["messenger"] = other
    assert (await authors(alone, fake, "402", "Odile"))[-1:] == ["Odile"]
    assert fake.personas == known


async def test_words_go_out_without_a_persona_where_there_can_be_none(
    alone: Alone, providers: Providers, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake: Any = providers.fakes["messenger"]
    adapter: Any = alone.adapters["messenger"]
    with monkeypatch.context() as refusing:
        refusing.setattr(fake, "persona", refuse)
        assert await authors(alone, fake, "403", "Bertille") == [""]
    adapter._personas._none_until.clear()
    adapter._personas._ids["Bertille"] = "taken back at Meta"
    assert await authors(alone, fake, "404", "Bertille", "Bertille") == ["", "Bertille"]
    alone.adapters["messenger"] = type(adapter)({**adapter.values, "CONCIERGE_MESSENGER_PICTURE": ""})
    fake.calls.clear()
    assert await authors(alone, fake, "405", "Bertille") == [""]
    assert not any(call.path.endswith("/personas") for call in fake.calls)


def refuse(call: Any) -> Any:
    raise Refusal(400, {"error": {"code": 200}})


async def test_slack_without_the_scope_has_the_words(
    alone: Alone, providers: Providers, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake: Any = providers.fakes["slack"]
    part = Part("", author="Camille", file=Enclosure("image/jpeg", "bag.jpg", b"photo"))
    async with Api() as api:
        await alone.adapters["slack"].send(api, Outlet("406", datetime.now(timezone.utc), {}, False), [part])
    assert await authors(alone, fake, "406", "Camille") == ["Camille", "Camille"]
    monkeypatch.setattr(fake, "customizes", False)
    assert await authors(alone, fake, "407", "Camille") == [""]


async def test_wechat_has_names_that_its_accounts_have(alone: Alone, providers: Providers) -> None:
    fake: Any = providers.fakes["wechat"]
    fake.calls.clear()
    assert await authors(alone, fake, "408", "Camille", "Odile", "Jeanne") == ["Camille", "", ""]
    assert sum(call.path.endswith("/getkflist") for call in fake.calls) == 1
