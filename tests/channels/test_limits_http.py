"""What one conversation may ask of the website's interface: more than a page ever does, and no more."""

from __future__ import annotations

import pytest

from tests.channels.conftest import Page, Stream, until


def too_many(answer) -> bool:
    if answer.status_code != 429:
        return False
    assert answer.json()["error"] == "too_many_requests"
    assert answer.json()["message"]
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    return True


@pytest.mark.parametrize("path", ["/typing", "/leave", "/sessions", "/identify"])
def test_sixty_a_minute(site, page, path):
    body = {"/sessions": {"token": page.opened["token"]}, "/identify": {"customer_token": "x"}}.get(path, {})
    answers = [page.http.post(path, json=body) for _ in range(90)]
    refused = [too_many(answer) for answer in answers]
    assert not any(refused[:60])
    assert sum(refused) >= 20
    assert Page(site.urls[0]).http.post(path, json={**body, "token": None}).status_code < 300, (
        "others are not concerned"
    )
    assert page.send("hello").status_code == 202


def test_ten_streams_at_once(site, page):
    streams = [Stream(page) for _ in range(10)]
    for stream in streams:
        stream.next("status")
    assert too_many(page.http.get("/stream"))
    other = Stream(Page(site.urls[0]))
    other.next("status")
    other.close()
    streams.pop().close()

    def opened() -> bool:
        again = Stream(page)
        allowed = again.response.status_code == 200
        again.close()
        return allowed

    until(opened, 5)
    page.send("hello")
    assert streams[0].next()["text"] == "hello"
    for stream in streams:
        stream.close()


def test_reading_too_often(page):
    count = 0
    while (answer := page.http.get("/events")).status_code == 200:
        count += 1
        assert count < 5000
    assert count >= 1200
    assert too_many(answer)
