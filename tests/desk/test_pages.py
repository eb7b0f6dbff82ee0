"""The desk's page and its headers, from a real server over files as the build leaves them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.desk.conftest import Desk, start, stop

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; font-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types lit-html"
)


def page_at(static: Path) -> str:
    return f"from pathlib import Path; import concierge.desk.app as app; app.STATIC = Path({str(static)!r})"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    var = tmp_path_factory.mktemp("desk")
    static = var / "static"
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_text("<!doctype html><title>Desk</title>")
    (static / "icon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (static / "assets" / "desk-B1x_9aZ0.js").write_text("export {}")
    (static / "assets" / "desk-C2y-8bY1.css").write_text("body{}")
    (var / "beside.txt").write_text("not for anybody")
    running = start(var, before=page_at(static))
    yield running
    stop(running)


def test_the_page_is_open_and_strict(desk: Desk) -> None:
    answer = httpx.get(desk.url)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "server" not in answer.headers


def test_a_place_inside_the_page_is_the_page(desk: Desk) -> None:
    assert httpx.get(f"{desk.url}/cases/abc").text == httpx.get(desk.url).text


@pytest.mark.parametrize(
    ("path", "content_type", "cache"),
    [
        ("/assets/desk-B1x_9aZ0.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
        ("/assets/desk-C2y-8bY1.css", "text/css", "public, max-age=31536000, immutable"),
        ("/icon.svg", "image/svg+xml", "no-cache"),
    ],
)
def test_files_and_how_long_they_are_kept(desk: Desk, path: str, content_type: str, cache: str) -> None:
    answer = httpx.get(desk.url + path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(content_type)
    assert answer.headers["cache-control"] == cache
    again = httpx.get(desk.url + path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == cache


@pytest.mark.parametrize(
    "path",
    [
        "/assets/missing.js",
        "/../beside.txt",
        "/%2e%2e/beside.txt",
        "/..%2fbeside.txt",
        "/assets/..%2f..%2fbeside.txt",
        "/%00.txt",
        "//etc/passwd.txt",
        "/favicon.ico",
    ],
)
def test_nothing_else_is_served(desk: Desk, path: str) -> None:
    answer = httpx.get(desk.url + path)
    assert (answer.status_code, answer.json()["error"]) in ((404, "not_found"), (400, "bad_request"))


@pytest.mark.parametrize("path", ["/api/nothing", "/api/cases/x/y/z", "/api"])
def test_the_page_does_not_answer_for_the_api(desk: Desk, path: str) -> None:
    answer = desk.client("camille").get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
    assert answer.headers["content-security-policy"] == POLICY


def test_other_methods(desk: Desk) -> None:
    answer = desk.client("camille").put("/api/cases", json={})
    assert (answer.status_code, answer.json()["error"]) == (405, "not_allowed")
    assert httpx.post(desk.url, headers={"X-Concierge": "desk"}).status_code == 405


def test_answers_of_the_api_are_not_kept(desk: Desk) -> None:
    answer = desk.client("camille").get("/api/cases")
    assert answer.headers["cache-control"] == "no-store"


def test_a_page_that_is_not_built_yet_says_so(tmp_path: Path) -> None:
    unbuilt = start(tmp_path, before=page_at(tmp_path / "nowhere"))
    try:
        answer = httpx.get(unbuilt.url)
        assert (answer.status_code, answer.json()["error"]) == (503, "not_built")
        assert "make run" in answer.json()["message"]
    finally:
        stop(unbuilt)
