from __future__ import annotations

import pytest

from concierge.channels.links import page_of
from concierge.settings import Settings


@pytest.fixture
def get(http):
    return lambda path, **headers: http.get(path, headers={"Accept-Encoding": "identity", **headers})


def test_the_shop_page_under_a_strict_policy(get):
    answer = get("/shop/")
    assert "<title>shop</title>" in answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    for part in ("default-src 'none'", "script-src 'self'", "require-trusted-types-for 'script'", "base-uri 'none'"):
        assert part in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert get("/shop").status_code == 302


def test_where_links_lead_to_unless_it_is_said_is_there(get):
    address = page_of(Settings(_env_file=None, public_url="https://house.example"))
    assert get(address.removeprefix("https://house.example")).status_code == 200


def test_the_widget_may_be_loaded_by_other_pages_and_is_sent_once(get):
    answer = get("/widget.js")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert get("/widget.js", **{"If-None-Match": answer.headers["etag"]}).status_code == 304
    zipped = get("/widget.js", **{"Accept-Encoding": "gzip"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.text == answer.text
    assert "content-encoding" not in get("/widget.js", **{"Accept-Encoding": "gzip;q=0"}).headers


def test_what_the_widget_imports_may_be_imported_from_other_sites(get):
    answer = get("/widget/assets/main-3c4d.js")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "immutable" in answer.headers["cache-control"]
    smaller = get("/widget/assets/main-3c4d.js", **{"Accept-Encoding": "gzip, deflate, br;q=1.0"})
    assert smaller.headers["content-encoding"] == "br"
    assert smaller.headers["vary"] == "Accept-Encoding"
    assert get("/widget/assets/").status_code == 404


def test_built_files_are_kept_by_browsers(get):
    assert "immutable" in get("/shop/assets/page-1a2b.js").headers["cache-control"]
    assert get("/shop/").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    ["/shop/nothing.html", "/shop/../../secret.txt", "/shop/%2e%2e/%2e%2e/secret.txt", "/shop/..%2f..%2fsecret.txt",
     "/shop//etc/passwd", "/shop/%00", "/shop/assets"],
)  # fmt: skip
def test_nothing_else_is_served(get, path):
    answer = get(path)
    assert answer.status_code in (400, 404)
    assert "not for the public" not in answer.text
    assert "root:" not in answer.text
