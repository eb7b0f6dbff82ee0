"""Customers who are signed in to the shop: only what the shop signed identifies them."""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64encode
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from concierge.channels.identity import CustomerTokens, Identity, NotIdentified
from concierge.settings import Settings
from tests.channels.conftest import Page

SECRET = "the secret that shop and assistant share, as long as any of the hash functions asks"
AUDIENCE = "assistant"
EXPIRES = int(time.time()) + 3600


def claims(**other: Any) -> dict[str, Any]:
    known: dict[str, Any] = {"sub": "c-1", "email": "claire@example.com", "name": "Claire Fontaine", "aud": AUDIENCE}
    known["exp"] = EXPIRES
    return {key: value for key, value in {**known, **other}.items() if value is not None}


def signed(key: Any = SECRET, algorithm: str = "HS256", **other: Any) -> str:
    return jwt.encode(claims(**other), key, algorithm=algorithm)


def by_hand(header: dict[str, Any], key: bytes = b"") -> str:
    """As an attacker writes it: PyJWT would refuse to sign with a public key."""
    import hashlib
    import hmac

    parts = [urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in ({"typ": "JWT", **header}, claims())]
    body = b".".join(parts)
    signature = hmac.new(key, body, hashlib.sha256).digest() if key else b""
    return b".".join([body, urlsafe_b64encode(signature).rstrip(b"=")]).decode()


@pytest.fixture(scope="module")
def pair() -> tuple[Any, str]:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private, public.decode()


def shop(key: str = SECRET, algorithm: str = "HS256", audience: str = AUDIENCE) -> CustomerTokens:
    names = {"customer_jwt_key": key, "customer_jwt_algorithm": algorithm, "customer_jwt_audience": audience}
    return CustomerTokens(Settings(_env_file=None, **names))


def refused(one: CustomerTokens, token: Any) -> str:
    with pytest.raises(NotIdentified) as caught:
        one.read(token)
    return caught.value.reason


def test_what_the_shop_signed_is_believed(pair):
    known = Identity("c-1", "claire@example.com", "Claire Fontaine", EXPIRES)
    private, public = pair
    assert shop().read(signed()) == known
    assert shop(public, "RS256").read(signed(private, "RS256")) == known
    assert shop(public.replace("\n", "\\n"), "RS256").read(signed(private, "RS256")) == known
    assert shop(audience="").read(signed(aud=None)) == known
    assert shop().read(signed(name=None)).name == ""
    assert shop().read(signed(email=" Claire@Example.com ")) == known


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"exp": 1}, "expired"),
        ({"exp": int(time.time()) + 90_000}, "valid_too_long"),
        ({"exp": None}, "missing_claim"),
        ({"exp": "soon"}, "malformed"),
        ({"sub": None}, "missing_claim"),
        ({"sub": ""}, "missing_claim"),
        ({"email": None}, "missing_claim"),
        ({"email": "nobody"}, "missing_claim"),
        ({"email": ["claire@example.com"]}, "missing_claim"),
        ({"email_verified": False}, "email_not_verified"),
        ({"aud": "another"}, "wrong_audience"),
        ({"aud": None}, "missing_claim"),
        ({"nbf": int(time.time()) + 3600}, "not_valid_yet"),
        ({"key": "another secret, and just as long a one"}, "wrong_signature"),
        ({"algorithm": "HS512"}, "wrong_algorithm"),
    ],
)
def test_anything_else_is_not(other, reason):
    assert refused(shop(), signed(**other)) == reason


def test_without_an_audience_of_ours_another_applications_token_is_not_believed():
    assert refused(shop(audience=""), signed()) == "wrong_audience"
    assert refused(shop(audience=""), signed(aud=["another"])) == "wrong_audience"


@pytest.mark.parametrize("token", ["", "a.b.c", "....", "x" * 10_000, 5, {}, [], True, "\x00", "é.é.é"])
def test_what_is_no_token_is_malformed(token):
    assert refused(shop(), token) == "malformed"


def test_a_token_has_no_say_in_the_algorithm(pair):
    private, public = pair
    assert refused(shop(), by_hand({"alg": "none"})) == "wrong_algorithm"
    assert refused(shop(public, "RS256"), by_hand({"alg": "none"})) == "wrong_algorithm"
    assert refused(shop(public, "RS256"), by_hand({"alg": "HS256"}, public.encode())) == "wrong_algorithm"
    assert refused(shop(public, "RS256"), by_hand({"alg": "HS256"}, public.strip().encode())) == "wrong_algorithm"
    assert refused(shop(), signed(private, "RS256")) == "wrong_algorithm"
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert refused(shop(public, "RS256"), signed(other, "RS256")) == "wrong_signature"


def test_a_key_must_fit_its_algorithm(pair):
    _, public = pair
    for key, algorithm in ((public, "HS256"), ("short", "HS256"), (SECRET, "RS256")):
        with pytest.raises(ValueError, match="customer_jwt_key"):
            shop(key, algorithm)
    assert refused(CustomerTokens(Settings(_env_file=None, customer_jwt_key=None)), signed()) == "not_configured"


# --- over HTTP


@pytest.fixture(scope="module")
def house(new_site):
    site = new_site(CONCIERGE_CUSTOMER_JWT_KEY=SECRET, CONCIERGE_CUSTOMER_JWT_AUDIENCE=AUDIENCE)
    site.start_assistant()
    yield site
    site.stop()


def test_a_session_opens_with_the_shops_token(house):
    page = Page(house.urls[0], customer_token=signed())
    assert page.opened["identified"] is True
    found = house.log.get(page.id)
    assert (found.name, found.email) == ("Claire Fontaine", "claire@example.com")
    assert found.attributes["verified_email"] == "claire@example.com"
    assert found.attributes["network"]  # what was known stays
    again = Page(house.urls[0], token=page.opened["token"])
    assert (again.id, again.opened["identified"]) == (page.id, True)


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (signed(exp=1), "expired"),
        (signed("another secret, and just as long a one"), "wrong_signature"),
        (signed(aud="another"), "wrong_audience"),
        (by_hand({"alg": "none"}), "wrong_algorithm"),
        ({"email": "claire@example.com"}, "malformed"),
    ],
    ids=["expired", "wrong_signature", "wrong_audience", "wrong_algorithm", "malformed"],  # a token has its time in it
)
def test_a_session_opens_without_identity_and_says_why(house, token, reason):
    page = Page(house.urls[0], customer_token=token)
    assert (page.opened["identified"], page.opened["reason"]) == (False, reason)
    found = house.log.get(page.id)
    assert (found.name, found.email) == ("", "")
    assert "verified_email" not in found.attributes
    assert page.ask("hello") == "Hello"
    lines = [line for line in house.log_text().splitlines() if page.id in line and reason in line]
    assert lines
    assert "claire" not in house.log_text().lower()


def test_only_the_token_says_who_it_is(house):
    page = Page(house.urls[0], name="Claire", email="claire@example.com", verified_email="claire@example.com")
    assert page.opened["identified"] is False
    found = house.log.get(page.id)
    assert (found.name, found.email, "verified_email" in found.attributes) == ("", "", False)


def test_signing_in_later_identifies_the_same_conversation(house):
    page = Page(house.urls[0])
    page.ask("hello")
    answer = page.http.post("/identify", json={"customer_token": signed()}).json()
    assert (answer["conversation"], answer["identified"], answer["last_seq"]) == (page.id, True, 2)
    assert house.log.get(page.id).attributes["verified_email"] == "claire@example.com"
    bad = page.http.post("/identify", json={"customer_token": "x"}).json()
    assert (bad["conversation"], bad["identified"], bad["reason"]) == (page.id, False, "malformed")
    assert house.log.get(page.id).email == "claire@example.com"
    assert page.http.post("/identify", json={}).status_code == 400
    assert page.http.post("/identify", json={"customer_token": "x"}, headers={"Authorization": ""}).status_code == 401


@pytest.mark.parametrize("way", ["/sessions", "/identify"])
@pytest.mark.parametrize(
    "other", [{"sub": "c-2", "email": "b@example.com"}, {"sub": "c-2"}, {"email": "b@example.com"}]
)
def test_another_customer_gets_another_conversation(house, way, other):
    page = Page(house.urls[0], customer_token=signed())
    page.ask("hello")
    body = {"customer_token": signed(**other), "token": page.opened["token"]}
    answer = page.http.post(way, json=body).json()
    assert answer["conversation"] != page.id
    assert (answer["identified"], answer["last_seq"]) == (True, 0)
    assert house.log.get(page.id).email == "claire@example.com"
    expected = {"email": "claire@example.com", **other}["email"]
    assert house.log.get(answer["conversation"]).attributes["verified_email"] == expected


def test_a_shops_token_is_no_session_and_a_session_no_shops_token(house):
    page = Page(house.urls[0])
    assert page.http.get("/events", headers={"Authorization": f"Bearer {signed()}"}).status_code == 401
    assert Page(house.urls[0], customer_token=page.opened["token"]).opened["identified"] is False
