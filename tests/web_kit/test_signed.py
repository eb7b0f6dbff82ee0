"""Our own tokens: what is signed is read, and nothing else is."""

from __future__ import annotations

import string
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest

from concierge.web_kit import signed

KEY, OTHER = "k" * 40, "o" * 40
SOON = time.time() + 86_400  # a suite of half an hour reads this file first


def token(**claims: Any) -> str:
    known = {"sub": "one", "aud": "here", "exp": int(SOON)}
    return jwt.encode({name: each for name, each in {**known, **claims}.items() if each is not None}, KEY, "HS256")


def test_what_is_signed_is_read() -> None:
    made = signed.sign({"sub": "one", "more": True}, KEY, "here", SOON, kid="new")
    assert signed.read(made, KEY, "here", "more") == {"sub": "one", "more": True, "aud": "here", "exp": int(SOON)}
    assert signed.key_named(made) == "new"
    assert signed.key_named(token()) == ""


@pytest.mark.parametrize(
    "other",
    [
        lambda: None,
        lambda: 7,
        lambda: b"bytes",
        lambda: "",
        lambda: "a.b.c",
        lambda: "é.é.é",
        lambda: "\ud800",
        lambda: "x" * (signed.MOST_CHARACTERS + 1),
        lambda: "bnVsbA.bnVsbA.bnVsbA",
        lambda: f"{token()}=",
        lambda: f"{token()}.",
        lambda: f" {token()}",
        lambda: token().replace(".", ".\n", 1),
        lambda: jwt.encode({"sub": "one", "aud": ["here"], "exp": int(SOON), "more": 1}, KEY, "HS256"),
        lambda: jwt.encode({"sub": 1, "aud": "here", "exp": int(SOON), "more": 1}, KEY, "HS256"),
        lambda: token(exp="never", more=1),
        lambda: token(nbf=int(SOON), more=1),
        lambda: jwt.encode({"sub": "one", "aud": "here", "exp": int(SOON)}, OTHER, "HS256"),
        lambda: jwt.encode({"sub": "one", "aud": "here", "exp": int(SOON)}, None, "none"),
        lambda: jwt.encode({"sub": "one", "aud": "here", "exp": int(SOON)}, KEY * 2, "HS384"),
        lambda: token(aud="elsewhere"),
        lambda: token(aud=None),
        lambda: token(sub=None),
        lambda: token(exp=None),
        lambda: token(iat=int(SOON)),
        lambda: token(more=None),
    ],
)
def test_nothing_else_is(other: Callable[[], Any]) -> None:
    with pytest.raises(signed.NotOurs) as refused:
        signed.read(other(), KEY, "here", "more")
    assert refused.type is signed.NotOurs


def test_others_read_what_is_signed_and_what_others_signed_is_read() -> None:
    made = signed.sign({"sub": "é", "more": [1]}, KEY, "here", SOON, kid="new")
    claims = {"sub": "é", "more": [1], "aud": "here", "exp": int(SOON)}
    assert jwt.decode(made, KEY, ["HS256"], audience="here") == claims
    assert jwt.get_unverified_header(made) == {"alg": "HS256", "typ": "JWT", "kid": "new"}
    theirs = jwt.encode({"sub": "é", "aud": "here", "exp": int(SOON)}, KEY, "HS256", headers={"kid": "old"})
    assert signed.read(theirs, KEY, "here")["sub"] == "é"
    assert signed.key_named(theirs) == "old"


def test_a_signature_has_one_spelling() -> None:
    """Of the last letter four bits count: a token that was revoked by its digest must not come back as another."""
    made = token()
    others = {made[:-1] + letter for letter in f"{string.ascii_letters}{string.digits}-_"} - {made}
    for other in others:
        with pytest.raises(signed.NotOurs):
            signed.read(other, KEY, "here")


def test_what_is_over_is_told_apart_and_clocks_may_differ() -> None:
    late = signed.sign({"sub": "one"}, KEY, "here", time.time() - 5)
    with pytest.raises(signed.Over):
        signed.read(late, KEY, "here")
    assert signed.read(late, KEY, "here", leeway=30)["sub"] == "one"
    assert signed.read(token(iat=int(SOON)), KEY, "here", check_iat=False)["sub"] == "one"
    with pytest.raises(signed.NotOurs):
        signed.key_named("no token")
