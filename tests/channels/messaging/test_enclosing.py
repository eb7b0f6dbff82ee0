"""An advisor's files on each channel: uploaded, fetched by the provider, or a link that opens for a while."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import httpx
import jwt
import pillow_heif
import pytest

from concierge.channels.file_links import SECONDS, FileLinks
from concierge.channels.messaging.enclosing import reaches
from concierge.channels.messaging.registry import kinds
from concierge.channels.refusals import Refusal
from concierge.channels.sentences import sentence
from concierge.files import FileStore
from concierge.settings import Settings
from tests.channels.conftest import Site, until
from tests.channels.messaging.conftest import Alone, Customer
from tests.channels.messaging.provider import Sent
from tests.files.test_files import photo

pillow_heif.register_heif_opener()
PDF = b"%PDF-1.7\n%%EOF\n"
KINDS = {kind.name: kind for kind in kinds()}


def send(customer: Customer, case: Any, content: bytes, title: str) -> Sent:
    """As the desk does; what the provider has of it."""
    site, fake = customer.site, customer.fake
    kept = FileStore(site.var / "files").keep(case.conversation_id, content, title=title)
    before = len(fake.taken[customer.address])
    site.cases.say(case.id, site.advisor(), "", None, kept)
    return until(lambda: fake.taken[customer.address][before:])[0]


def content_of(sent: Sent, title: str, language: str = "en") -> tuple[bytes, str]:
    """What the customer opens, and of what kind it is."""
    if sent.file is not None:
        assert (sent.file[0], sent.text) == (title, "")
        return sent.file[2], sent.file[1]
    link = sent.link or re.search(r"http\S+", sent.text)[0]  # type: ignore[index]
    if not sent.link:
        assert sent.text == sentence("file_by_link", language).format(advisor="Camille", title=title, link=link)
    answer = httpx.get(link)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith("attachment")
    return answer.content, answer.headers["content-type"]


def test_a_photo_and_a_paper_reach_the_customer(customer: Customer) -> None:
    customer.write("person")
    site = customer.site
    until(lambda: customer.conversation and site.cases.live(customer.conversation.id))
    case = site.cases.live(customer.conversation.id)
    until(lambda: "An advisor will come" in " ".join(customer.fake.said(customer.address)))
    site.cases.claim(case.id, site.advisor())
    until(lambda: "Camille is with you now." in customer.fake.said(customer.address))
    shown = send(customer, case, photo("HEIF"), "clasp.HEIC")
    content, kind = content_of(shown, "clasp.jpg")
    assert kind == "image/jpeg"
    assert content[:3] == b"\xff\xd8\xff"
    assert b"Telephone" not in content
    paper = send(customer, case, PDF, "estimate.pdf")
    assert content_of(paper, "estimate.pdf") == (PDF, "application/pdf")
    takes = KINDS[customer.fake.name]
    assert (shown.file is not None) == ("image/jpeg" in takes.uploads)
    assert bool(shown.link) == ("image/jpeg" in takes.fetched)
    assert (paper.file is not None) == ("application/pdf" in takes.uploads)


def test_a_link_opens_its_file_alone_and_not_for_ever(served: Site) -> None:
    served.start_assistant() if not served.urls else None
    settings = Settings(_env_file=None, var=served.var, public_url=served.urls[0])
    links = FileLinks(settings)
    one = served.log.open("sms", "+33").id
    kept = FileStore(served.var / "files").keep(one, photo("JPEG"), title="a.jpg")
    message = served.log.append(one, "advisor", "[photo]", kind="file", payload={"attachment": {}}, file=kept)
    link = links.to(one, message.seq)
    assert (httpx.get(link).status_code, httpx.head(link).status_code) == (200, 200)
    assert len(httpx.get(links.to(one, message.seq, small=True)).content) < len(httpx.get(link).content) * 2
    refused = [links.to(one, 9), links.to("nobody", 1), f"{link}x", f"{served.urls[0]}/webhooks/messaging/files/x"]
    for each in refused:
        answer = httpx.get(each)
        assert (answer.status_code, answer.json()["error"]) == (404, "link_to_file_over")
    old = jwt.encode(
        {"sub": one, "seq": message.seq, "small": False, "aud": "concierge-file", "exp": int(time.time()) - 1},
        settings.signing_key,
        algorithm="HS256",
    )
    with pytest.raises(Refusal):
        links.read(old)
    assert SECONDS <= 7 * 24 * 3600
    page = httpx.get(f"{served.urls[0]}/webhooks/website/files/1", headers={"Authorization": f"Bearer {old}"})
    assert page.status_code == 401  # a token for one thing is none for another


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_what_reaches_a_channel_depends_on_links(kind: Any) -> None:
    assert reaches(kind, "image/webp", 10_000_000, linked=True)
    assert reaches(kind, "image/jpeg", 1000, linked=False) == ("image/jpeg" in kind.uploads)
    assert not reaches(kind, "image/jpeg", 200_000_000, linked=False)


async def test_a_file_that_is_gone_is_said_to_be_not_delivered(alone: Alone, tmp_path: Path) -> None:
    one = alone.hear("telegram", "7")
    kept = FileStore(tmp_path / "files").keep(one, PDF)
    alone.log.append(one, "advisor", "[file]", kind="file", payload={"attachment": {"kind": "file"}}, file=kept)
    alone.log.append(one, "advisor", "And a word.", author="Camille")
    async with alone.sender():
        await alone.drained()
    assert alone.states(one) == ["failed", "sent"]
