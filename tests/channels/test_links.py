"""Links in the house's mails: what they open, for how long, and what is no link."""

from __future__ import annotations

import time
from base64 import urlsafe_b64decode as decoded
from typing import Any

import jwt
import pytest
from click.testing import CliRunner
from pydantic import ValidationError

from concierge.channels.commands import links
from concierge.channels.links import FRAGMENT, Links, NotALink
from concierge.conversations import ConversationLog
from concierge.settings import Settings, get_settings
from concierge.storage.database import open_engine

OLD, NEW = "old:" + "o" * 40, "new:" + "n" * 40
ORDER = "BA10000003"


def made_with(*keys: str) -> Links:
    return Links(Settings(_env_file=None, link_keys=" ".join(keys) or None, link_page="https://shop.example/service"))


def token_of(link: str) -> str:
    page, _, token = link.partition(f"#{FRAGMENT}=")
    assert page == "https://shop.example/service"
    return token


def refused(one: Links, token: Any) -> str:
    with pytest.raises(NotALink) as caught:
        one.read(token)
    return caught.value.reason


def signed(secret: str = "n" * 40, kid: str = "new", algorithm: str = "HS256", **other: Any) -> str:
    known = {"sub": ORDER, "aud": "concierge-link", "purpose": "status", "exp": int(time.time()) + 86400}
    claims = {key: value for key, value in {**known, **other}.items() if value is not None}
    return jwt.encode(claims, secret, algorithm=algorithm, headers={"kid": kid})


def test_a_link_names_one_order_and_one_purpose_until_a_day():
    link = made_with(NEW).read(token_of(made_with(NEW).make("ba 1000 0003", "request", 3600)))
    assert (link.order, link.purpose) == (ORDER, "request")
    assert 3590 < link.until - time.time() <= 3600


def test_the_first_key_signs_all_are_believed_and_one_taken_out_is_not():
    before = token_of(made_with(OLD).make(ORDER, "status", 3600))
    assert made_with(NEW, OLD).read(before).order == ORDER
    assert jwt.get_unverified_header(token_of(made_with(NEW, OLD).make(ORDER, "status", 60)))["kid"] == "new"
    assert refused(made_with(NEW), before) == "unknown_key"


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (signed(exp=int(time.time()) - 60), "expired"),
        (signed(exp=None), "malformed"),
        (signed(exp=int(time.time()) + 365 * 86400), "malformed"),
        (signed(aud="concierge-widget"), "malformed"),
        (signed(purpose="data"), "malformed"),
        (signed(sub="no number"), "malformed"),
        (signed(secret="x" * 40), "malformed"),
        (signed(algorithm="HS512"), "malformed"),
        (signed(kid="other"), "unknown_key"),
        (jwt.encode({"sub": ORDER}, "", algorithm="none", headers={"kid": "new"}), "malformed"),
        ("", "malformed"),
        ("a.b.c", "malformed"),
        ("ä" * 50, "malformed"),
        ("x" * 5000, "malformed"),
        (17, "malformed"),
    ],
    ids=[  # a token has its time in it, and every run collects the same tests
        "expired",
        "no end",
        "too long",
        "audience",
        "purpose",
        "number",
        "secret",
        "algorithm",
        "key",
        "unsigned",
        "empty",
        "no token",
        "no ASCII",
        "long",
        "no text",
    ],
)
def test_what_is_no_link(token, reason):
    assert refused(made_with(NEW), token) == reason


def test_a_conversations_token_signed_with_the_same_secret_is_none():
    from concierge.channels.tokens import Tokens

    assert refused(made_with(NEW), Tokens("n" * 40).issue("c1")) == "unknown_key"


def test_without_keys_nothing_is_made_or_believed():
    assert refused(made_with(), signed()) == "not_configured"
    with pytest.raises(ValueError, match="CONCIERGE_LINK_KEYS"):
        made_with().make(ORDER, "status", 60)


@pytest.mark.parametrize("keys", ["short:secret", "x" * 40, f":{'x' * 40}"])
def test_a_key_has_a_name_and_is_long(keys):
    with pytest.raises(ValidationError, match="name:secret"):
        Settings(_env_file=None, link_keys=keys)


def test_the_command_makes_one_for_each_order(monkeypatch):
    monkeypatch.setenv("CONCIERGE_LINK_KEYS", NEW)
    get_settings.cache_clear()
    try:
        done = CliRunner().invoke(links, ["--purpose", "request", "--days", "2"], input=f"{ORDER}\n\nBA10000004\n")
        assert [line.split("\t")[0] for line in done.output.splitlines()] == [ORDER, "BA10000004"]
        wrong = CliRunner().invoke(links, [ORDER, "--purpose", "data"])
        assert (wrong.exit_code, "status, request" in wrong.output) == (1, True)
        late = CliRunner().invoke(links, [ORDER, "--days", "400"])
        assert "at most 14 days" in late.output
    finally:
        get_settings.cache_clear()


def test_a_single_link_is_revoked_however_its_signature_is_written(tmp_path, monkeypatch):
    monkeypatch.setenv("CONCIERGE_LINK_KEYS", NEW)
    monkeypatch.setenv("CONCIERGE_LINK_PAGE", "https://shop.example/service")
    monkeypatch.setenv("CONCIERGE_DATABASE_URL", f"sqlite:///{tmp_path}/log.db")
    get_settings.cache_clear()
    try:
        made = Links(get_settings())
        first, other = (made.make(ORDER, "status", seconds) for seconds in (3600, 7200))
        assert CliRunner().invoke(links, ["--revoke", first]).exit_code == 0
        log = ConversationLog(open_engine(get_settings().database))

        def revoked(token):
            try:
                found = made.read(token)
            except NotALink:  # the library may take one way of writing a signature alone
                return True
            return log.is_revoked(found.digest, found.order, found.made_at)

        token = token_of(first)
        same_bytes = next(
            token[:-1] + last
            for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
            if last != token[-1] and decoded(f"{token[-43:-1]}{last}=") == decoded(f"{token[-43:]}=")
        )
        assert made.read(token).order == ORDER
        assert (revoked(token), revoked(same_bytes), revoked(token_of(other))) == (True, True, False)
        assert CliRunner().invoke(links, ["--revoke"], input="ba 1000 0003\n").exit_code == 0
        assert revoked(token_of(other))
        assert revoked(signed())  # by the house's mail system, which does not say when
        assert not revoked(signed(iat=int(time.time()) + 5))  # made afterwards
        assert not revoked(token_of(made.make("BA10000004", "status", 60)))
        wrong = CliRunner().invoke(links, ["--revoke", "a.b.c"])
        assert (wrong.exit_code, "no link that opens anything (malformed)" in wrong.output) == (1, True)
    finally:
        get_settings.cache_clear()
