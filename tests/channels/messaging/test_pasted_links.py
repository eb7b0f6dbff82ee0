"""A link of the house's mails, sent into a messenger: it opens its order there, once it is the house's and holds."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

import jwt
import pytest

from concierge.channels.links import AUDIENCE, FRAGMENT, Links
from concierge.channels.messaging.model import Incoming
from concierge.channels.messaging.receiving import Receiving
from concierge.channels.sentences import sentence
from concierge.conversations import proof
from concierge.settings import Settings
from tests.channels.messaging.conftest import Alone
from tests.channels.messaging.test_receiving import receiving

__all__ = ["receiving"]  # the fixture

ORDER, KEY = "BA10000003", "new:" + "n" * 40
SETTINGS = Settings(_env_file=None, link_keys=KEY, link_page="https://shop.example/service")


@pytest.fixture
def signing(receiving: Receiving, monkeypatch: pytest.MonkeyPatch) -> Links:
    links = Links(SETTINGS)
    monkeypatch.setattr(receiving._links, "_links", links)
    return links


def sent(text: str, key: str = "1", channel: str = "telegram") -> Incoming:
    return Incoming(channel, key, "7", datetime.now(timezone.utc), text)


def proved(alone: Alone, channel: str = "telegram") -> list[str]:
    known = alone.log.find(channel, "7")
    return proof.linked_orders(known.attributes, datetime.now(timezone.utc))


def rows(alone: Alone, channel: str = "telegram") -> list[tuple[str, str]]:
    return [(row.role, row.text) for row in alone.log.messages(alone.log.find(channel, "7").id) if row.text]


async def test_alone_it_opens_its_order_and_what_signs_it_is_not_kept(
    alone: Alone, receiving: Receiving, signing: Links
) -> None:
    link = signing.make(ORDER, "status", 3600)
    for _ in range(2):
        await receiving.take([sent(link)])
    assert proved(alone) == [ORDER]
    assert rows(alone)[1:] == [("customer", "https://shop.example/service"), ("assistant", sentence("link_opened"))]
    assert link.partition("=")[2] not in str(alone.log.messages(alone.log.find("telegram", "7").id))


async def test_with_words_beside_it_they_are_answered_by_the_assistant(
    alone: Alone, receiving: Receiving, signing: Links
) -> None:
    await receiving.take([sent(f"Where is it? {signing.make(ORDER, 'status', 3600)}")])
    assert proved(alone) == [ORDER]
    assert rows(alone)[1:] == [("customer", "Where is it? https://shop.example/service")]
    assert alone.log.messages(alone.log.find("telegram", "7").id)[-1].state == "new", "it is the assistant's turn"


@pytest.mark.parametrize("why", ["expired", "revoked", "another customer's"])
async def test_one_that_holds_no_longer_opens_nothing_and_is_told_so(
    alone: Alone, receiving: Receiving, signing: Links, why: str
) -> None:
    await receiving.take([sent("hello", "0")])
    link = signing.make(ORDER, "status", 3600)
    if why == "revoked":
        alone.log.revoke_links_of(ORDER, timedelta(days=1))
    elif why == "expired":
        claims = {"sub": ORDER, "aud": AUDIENCE, "purpose": "status", "exp": int(time.time()) - 60}
        token = jwt.encode(claims, "n" * 40, algorithm="HS256", headers={"kid": "new"})
        link = f"https://shop.example/service#{FRAGMENT}={token}"
    else:
        alone.log.prove(alone.log.find("telegram", "7").id, "anna@example.com", "Anna", 12, number="BA39999999")
    await receiving.take([sent(link)])
    assert ORDER not in proved(alone)
    assert rows(alone)[-1] == ("assistant", sentence("link_over"))


async def test_what_never_was_a_link_is_words(alone: Alone, receiving: Receiving, signing: Links) -> None:
    await receiving.take([sent("look: https://shop.example/#concierge-link=abc.def.ghi")])
    assert (proved(alone), rows(alone)[-1]) == ([], ("customer", "look: https://shop.example/"))


async def test_a_mail_may_only_quote_one(alone: Alone, receiving: Receiving, signing: Links) -> None:
    await receiving.take([sent(signing.make(ORDER, "status", 3600), channel="email")])
    assert proved(alone, "email") == []
