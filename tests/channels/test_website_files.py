"""Files from the website's page: told by their content, theirs alone, in the log as what they are."""

from __future__ import annotations

import io
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import httpx
import pillow_heif
import pytest
from PIL import Image

from concierge.channels.sentences import sentence
from concierge.files import LARGEST, FileStore
from tests.channels.conftest import Page, Site, Stream, until
from tests.files.test_files import photo

pillow_heif.register_heif_opener()
PDF = b"%PDF-1.7\n%%EOF\n"


def send(page: Page, content: bytes, name: str = "", key: str = "f", **headers: str) -> httpx.Response:
    known = {"X-Client-Key": key, "X-File-Name": quote(name), "Content-Type": "application/octet-stream"}
    return page.http.post("/files", content=content, headers={**known, **headers})


def store(site: Site) -> FileStore:
    return FileStore(site.var / "files")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_a_photo_is_a_message_that_page_and_desk_see_in_its_place(site: Site, kind: str) -> None:
    page = Page(site.urls[0])
    page.ask("hello")
    stream = Stream(page, last=2)
    sent = send(page, photo(kind), f"heel é.{kind.lower()}")
    assert (sent.status_code, sent.json()) == (202, {"seq": 3})
    told = stream.next()
    ending = {"JPEG": "jpeg", "HEIF": "jpg"}.get(kind, kind.lower())
    title = f"heel é.{ending}"
    assert (told["kind"], told["text"], told["client_key"]) == ("file", "[photo]", "f")
    size = told["payload"]["file"].pop("size")
    media_type = {"HEIF": "image/jpeg"}.get(kind, f"image/{kind.lower()}")
    facts = {"kind": "photo", "title": title, "media_type": media_type, "small": True, "state": "kept"}
    assert told["payload"] == {"file": facts}
    until(lambda: page.said(3) == [sentence("file_noted")])
    stream.close()
    whole, small = page.http.get("/files/3"), page.http.get("/files/3", params={"small": 1})
    assert len(whole.content) == size
    assert b"Telephone" not in whole.content
    assert b"Telephone" not in small.content
    assert whole.headers["content-disposition"] == f"attachment; filename*=UTF-8''{quote(title)}"
    assert whole.headers["x-content-type-options"] == "nosniff"
    for answer in (whole, small):
        Image.open(io.BytesIO(answer.content)).verify()
    assert (small.headers["content-type"], whole.headers["content-type"]) == ("image/jpeg", media_type)


def test_it_is_its_conversation_s_alone(site: Site, page: Page) -> None:
    assert send(page, PDF, "a/b\\receipt.pdf").status_code == 202
    assert page.http.get("/files/1").content == PDF
    assert page.events()["messages"][0]["payload"]["file"]["title"] == "receipt.pdf"
    other = Page(site.urls[0])
    other.send("hello")
    assert other.http.get("/files/1").status_code == 404
    assert page.http.get("/files/1", headers={"Authorization": "Bearer x"}).status_code == 401
    assert page.http.get("/files/1", params={"small": 1}).status_code == 404
    assert page.http.get(f"/files/{2**40}").status_code == 404


@pytest.mark.parametrize(
    ("content", "status", "error"),
    [
        (b"", 400, "file_empty"),
        (b"MZ\x90\x00", 415, "file_unknown_kind"),
        (b"<svg onload=alert(1)>", 415, "file_unknown_kind"),
        (b"OggS\x00\x02", 415, "file_unknown_kind"),
        (photo("JPEG")[:400], 400, "file_broken"),
        (b"%PDF-" + bytes(LARGEST), 413, "file_too_large"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_a_sentence_and_leaves_nothing(
    site: Site, page: Page, content: bytes, status: int, error: str
) -> None:
    answer = send(page, content, "a.jpg", **{"Accept-Language": "fr"})
    assert (answer.status_code, answer.json()) == (status, {"error": error, "message": sentence(error, "fr")})
    assert page.events()["messages"] == []
    assert store(site).names(page.id) == []
    assert page.send("hello").status_code == 202


def test_it_may_be_as_large_as_is_said_and_the_next_request_may_not(page: Page) -> None:
    assert send(page, b"%PDF-" + bytes(LARGEST - 5)).status_code == 202
    with httpx.Client(base_url=page.http.base_url, headers=page.http.headers) as one_connection:
        known = {"X-Client-Key": "g", "Content-Type": "application/octet-stream"}
        assert one_connection.post("/files", content=PDF, headers=known).status_code == 202
        assert one_connection.post("/messages", json={"client_key": "h", "text": "x" * 1_100_000}).status_code == 413


def test_sent_again_it_is_kept_once(site: Site, page: Page) -> None:
    before = len([each for each in (site.var / "files").rglob("*") if each.is_file()])
    with ThreadPoolExecutor(3) as several:
        answers = list(several.map(lambda _: send(page, photo("JPEG")), range(3)))
    assert {answer.json()["seq"] for answer in answers} == {1}
    assert (
        len([each for each in (site.var / "files").rglob("*") if each.is_file()]) == before + 2
    )  # with its small picture
    assert len(store(site).names(page.id)) == 1
    assert send(page, PDF, key="").status_code == 400


def test_several_are_thanked_for_once_and_beside_an_advisor_nothing_is_said(site: Site, page: Page) -> None:
    for number in range(3):
        assert send(page, photo("JPEG"), key=f"p{number}").status_code == 202
    until(page.said)
    page.ask("person")
    assert page.said().count(sentence("file_noted")) == 1
    case, advisor = site.cases.live(page.id), site.advisor()
    assert send(page, PDF, key="queued").status_code == 202
    until(lambda: page.said()[-1] == sentence("file_noted_for_advisor"))
    site.cases.claim(case.id, advisor)
    before = page.said()
    assert send(page, photo("PNG"), key="beside").status_code == 202
    time.sleep(1)
    assert page.said() == before


def test_too_many_are_refused_for_a_while(page: Page) -> None:
    answers = [send(page, PDF, key=f"k{number}") for number in range(22)]
    assert {answer.status_code for answer in answers[:20]} == {202}
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0


def test_a_shop_s_page_may_send_one(page: Page) -> None:
    asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    allowed = page.http.options("/files", headers=asked).headers["access-control-allow-headers"]
    assert {"X-Client-Key", "X-File-Name"} <= set(allowed.split(", "))
    answer = page.http.options("/files/1", headers=asked)
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"


def test_secrets_in_a_name_are_masked(page: Page) -> None:
    assert send(page, PDF, "card 4111 1111 1111 1111.pdf").status_code == 202
    assert "4111 1111" not in page.events()["messages"][0]["payload"]["file"]["title"]
