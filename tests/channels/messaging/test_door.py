"""The door: what is not signed does not come in, what is signed is taken once, in order, whatever it is."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlencode

import pytest

from concierge.channels.messaging.registry import configured
from concierge.channels.sentences import sentence
from tests.channels.conftest import Site, until
from tests.channels.messaging.conftest import HTTP, Customer
from tests.channels.messaging.fakes import ALL, WEBHOOK
from tests.channels.messaging.provider import Providers

SIGNATURES = (
    "X-Telegram-Bot-Api-Secret-Token",
    "X-Hub-Signature-256",
    "X-Line-Signature",
    "X-Twilio-Signature",
    "X-Slack-Signature",
    "X-Concierge-Signature",
    "Authorization",
)


# Twilio and Apple tell no time.
OTHERS = [kind.name for kind in ALL if kind.family not in ("twilio", "apple")]


def words(customer: Customer) -> list[str]:
    rows = customer.site.log.messages(customer.conversation.id) if customer.conversation else []
    return [row.text for row in rows if row.role == "customer"]


@pytest.mark.parametrize("fake", [kind.name for kind in ALL if kind.name != "wechat"], indirect=True)
def test_what_is_not_signed_does_not_come_in(customer: Customer) -> None:
    signed = customer.fake.text(customer.address, "hello", customer.next())
    name = next(each for each in SIGNATURES if each in signed["headers"])
    for wrong in ({}, {name: ""}, {name: "x" * 64}, {name: "ü"}, {name: signed["headers"][name] + "0"}):
        others = {other: value for other, value in signed["headers"].items() if other != name}
        encoded = {each: value.encode() for each, value in {**others, **wrong}.items()}
        assert customer.deliver({**signed, "headers": encoded}).status_code == 403
    if customer.fake.name not in ("telegram", "apple"):  # whose secret says nothing of the body
        body = signed["content"]
        changed = (body if isinstance(body, bytes) else body.encode()).replace(b"hello", b"jello")
        assert customer.deliver({**signed, "content": changed}).status_code == 403
    assert customer.conversation is None


def test_what_comes_again_is_taken_once(customer: Customer) -> None:
    delivery = customer.fake.text(customer.address, "hello", customer.next())
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(customer.deliver, [delivery] * 4))
    assert [answer.status_code for answer in answers] == [200] * 4
    until(lambda: len(customer.fake.said(customer.address)) == 2)
    assert customer.deliver(delivery).status_code == 200
    time.sleep(0.3)
    assert words(customer) == ["hello"]
    assert customer.fake.said(customer.address) == [sentence("machine_speaks"), "Hello"]


@pytest.mark.parametrize("fake", OTHERS, indirect=True)
def test_what_comes_at_once_is_put_in_order(customer: Customer) -> None:
    """On a machine that is busy it may not come at once: then it is tried again, with another customer."""
    texts, now, found = ["choose", "hello", "nothing"], time.time() - 60, []
    for _ in range(4):
        someone = Customer(customer.site, customer.fake)
        sent = [someone.fake.text(someone.address, text, someone.next(), now + n) for n, text in enumerate(texts)]
        with ThreadPoolExecutor(3) as pool:
            assert {answer.status_code for answer in pool.map(someone.deliver, reversed(sent))} == {200}
        found.append(words(someone))
        if found[-1] == texts:
            return
    raise AssertionError(found)


PATIENCE = {"line": 2.0, "slack": 3.0}  # seconds; 5 of WeChat's and Meta's, and no other has less


def test_the_provider_has_its_answer_in_time_and_before_the_customer_has_theirs(customer: Customer) -> None:
    """Two at once, to an assistant that is slow: what is answered first is in the log."""
    fake, site = customer.fake, customer.site
    several = [Customer(site, fake) for _ in range(2)]
    deliveries = [each.fake.text(each.address, "slowly", each.next()) for each in several]

    def deliver(number: int) -> float:
        began = time.monotonic()
        assert several[number].deliver(deliveries[number]).status_code == 200
        took = time.monotonic() - began
        assert words(several[number]) == ["slowly"]
        assert "at last" not in " ".join(fake.said(several[number].address))
        return took

    site.slow(2.5)
    try:
        with ThreadPoolExecutor(2) as pool:
            assert max(pool.map(deliver, range(2))) < PATIENCE.get(fake.name, 5.0)
        until(lambda: all("at last" in " ".join(fake.said(each.address)) for each in several), 60)
    finally:
        site.slow(0.3)


def test_all_of_a_batch_is_taken(served: Site, providers: Providers) -> None:
    fake: Any = providers.fakes["whatsapp"]
    one, other = Customer(served, fake), Customer(served, fake)
    now = time.time() - 100
    mine = [fake.message(one.address, one.next(), now + n, type="text", text={"body": f"{n}"}) for n in (2, 1)]
    theirs = fake.message(other.address, other.next(), type="text", text={"body": "hello"})
    batch = fake.batch(fake.value(messages=[mine[0], theirs]), fake.value(messages=[mine[1]]))
    assert one.deliver(batch).status_code == 200
    assert (words(one), words(other)) == (["1", "2"], ["hello"])
    fake = providers.fakes["line"]
    someone = Customer(served, fake)
    said = [
        fake.event(
            f"U{one.address}",
            n,
            now - n,
            type="message",
            message={"id": f"{someone.next()}", "type": "text", "text": str(n)},
        )
        for n in range(4)
    ]
    assert one.deliver({**fake.batch(*said)}).status_code == 403, "another webhook's"
    assert someone.deliver(fake.batch(*said)).status_code == 200
    found = served.log.find("line", f"U{one.address}")
    assert [row.text for row in served.log.messages(found.id) if row.role == "customer"] == ["3", "2", "1", "0"]


def test_meta_asks_whether_we_are_there(served: Site) -> None:
    address = f"{served.urls[0]}/webhooks/messaging/meta"
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "meta-verify"}
    answer = HTTP.get(address, params=asked)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.headers["content-type"].startswith("text/plain")
    assert HTTP.get(address, params={**asked, "hub.verify_token": "wrong"}).status_code == 403
    assert HTTP.get(address).status_code == 403


def test_who_is_not_configured_has_no_door(served: Site) -> None:
    assert HTTP.post(f"{served.urls[0]}/webhooks/messaging/pigeon", content=b"{}").status_code == 404
    assert HTTP.post(f"{served.urls[0]}/webhooks/messaging/", content=b"{}").status_code == 404


def test_a_channel_without_its_secret_is_off_and_the_log_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    only = {"CONCIERGE_TELEGRAM_TOKEN": "123:bot"}
    found = configured(lambda names: {name: only[name] for name in names if name in only}, tell=True)
    assert found == {}
    assert "Telegram is off: CONCIERGE_TELEGRAM_SECRET not set" in caplog.text
    assert len(caplog.records) == len({record.getMessage() for record in caplog.records})
    assert "123:bot" not in caplog.text


@pytest.mark.parametrize("fake", ["telegram", "sms"], indirect=True)
def test_card_numbers_are_masked_and_commands_are_words(customer: Customer) -> None:
    customer.write("my card is 4111 1111 1111 1111")
    customer.write("/greet")
    assert "4111" not in " ".join(words(customer))
    assert words(customer)[1] == "/greet"
    row = customer.site.log.messages(customer.conversation.id)[-1]
    assert "payload" not in row.meta


@pytest.mark.parametrize("fake", ["telegram", "whatsapp", "line"], indirect=True)
def test_a_tap_on_an_old_card_is_answered_for_what_that_was_about(customer: Customer) -> None:
    customer.write("choose")
    until(lambda: len(customer.fake.said(customer.address)) == 2)
    title, old = customer.fake.taken[customer.address][1].choices[1]
    customer.write("hello")
    until(lambda: len(customer.fake.said(customer.address)) == 3)
    for choice in ((title, old), (title, old)):  # and twice
        assert customer.deliver(customer.fake.tap(customer.address, choice, customer.next())).status_code == 200
    until(lambda: len(customer.fake.said(customer.address)) == 5)
    assert customer.fake.said(customer.address)[3] == "Nothing then"
    assert words(customer)[-2:] == ["The second", "The second"]


@pytest.mark.parametrize("fake", ["telegram", "messenger", "slack"], indirect=True)
def test_a_choice_that_nobody_offered_is_only_words(customer: Customer) -> None:
    customer.write("hello")
    for made_up in ("/greet{}", "c.1.0", "c.9999.0", "c.1", "EXTERNAL_handed_back"):
        tapped = customer.fake.tap(customer.address, ("hello", made_up), customer.next())
        assert customer.deliver(tapped).status_code == 200
    rows = customer.site.log.messages(customer.conversation.id)
    assert [row for row in rows if "payload" in row.meta] == []


@pytest.mark.parametrize("fake", ["whatsapp", "sms"], indirect=True)
def test_a_number_and_a_title_are_answers_where_choices_are_numbered(customer: Customer) -> None:
    customer.write("choose")
    until(lambda: len(customer.fake.said(customer.address)) == 2)
    customer.write(" the SECOND " if customer.fake.buttons else "2")
    until(lambda: len(customer.fake.said(customer.address)) == 3)
    assert customer.fake.said(customer.address)[2] == "Nothing then"
    customer.write("2")  # nothing is offered any more
    assert words(customer) == ["choose", "The second", "2"]


@pytest.mark.parametrize("fake", ["telegram", "messenger", "line"], indirect=True)
def test_an_album_is_noted_once(customer: Customer) -> None:
    for _ in range(3):
        assert customer.deliver(customer.fake.photo(customer.address, customer.next())).status_code == 200
    customer.write("hello")
    until(lambda: len(customer.fake.said(customer.address)) >= 3)
    said = [sentence("machine_speaks"), sentence("attachment_noted"), "Hello"]
    assert customer.fake.said(customer.address) == said
    assert words(customer) == ["[photo]"] * 3 + ["hello"]


FORM, NO_TEXT = "application/x-www-form-urlencoded", b"\xff\xfe"
RAW = (b"", b"[]", b"{", NO_TEXT, b"[" * 5000, b'{"a":' * 3000, b"=&=&%zz=%")
ODD = [None, True, -1, 10**30, 0.5, "", "\x00", "ü" * 3000, "\ud800", [], {}, [[]], [{}], {"id": {}}, "Infinity"]


def mutations(document: Any, chance: random.Random) -> Any:
    """The same with one place of it replaced, taken out, or doubled."""
    copy = json.loads(json.dumps(document))
    places: list[tuple[Any, Any]] = []

    def walk(value: Any) -> None:
        for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
            places.append((value, key))
            walk(value[key])

    walk(copy)
    for _ in range(chance.choice((1, 1, 2, 4))):
        inside, key = chance.choice(places)
        if isinstance(inside, list) or chance.random() < 0.8:
            if isinstance(inside, dict) or key < len(inside):
                inside[key] = chance.choice(ODD)
        else:
            inside.pop(key, None)
    return copy


def test_odd_deliveries_are_no_trouble(customer: Customer) -> None:
    """Signed, and yet nothing that a provider would send: never a 5xx, and the next customer is served."""
    fake: Any = customer.fake
    chance = random.Random(fake.name)
    kinds = [
        fake.text(customer.address, "hello", 1),
        *([fake.photo(customer.address, 2)] if "photo" in fake.sends else []),
    ]
    if fake.buttons:
        kinds.append(fake.tap(customer.address, ("hello", "c.1.0"), 3))
    raw = [signed(fake, each) for each in RAW]
    if fake.name == "slack":  # whose taps are forms
        raw += [
            fake.signed(each, kind=FORM) for each in (*RAW, *(b"payload=" + quote_plus(one).encode() for one in RAW))
        ]
    odd = [oddity(fake, customer.address, chance.choice(kinds), chance) for _ in range(80)]
    with ThreadPoolExecutor(8) as pool:
        answers = [answer.status_code for answer in pool.map(customer.deliver, [*raw, *odd])]
    # What is no text cannot be signed as Twilio signs. Of anything else the signature holds: it is looked at.
    refused = {number for number, each in enumerate(RAW) if fake.family == "twilio" and each == NO_TEXT}
    assert {number for number, status in enumerate(answers) if status == 403} == refused
    assert set(answers) <= {200, 400, 403}
    other = Customer(customer.site, fake)
    other.write("hello")
    until(lambda: len(fake.said(other.address)) == 2)


def oddity(fake: Any, customer: str, kind: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """A delivery of this kind with something of it replaced, taken out or doubled, signed as the provider signs."""
    content = kind["content"]
    if fake.name == "wechat":
        fields = {
            "MsgType": "text",
            "Content": "hello",
            "FromUserName": customer,
            "MsgId": "1",
            "bizmsgmenuid": "c.1.0",
        }
        odd = {name: str(value)[:500] for name, value in mutations(fields, chance).items() if value != "\ud800"}
        return dict(fake.message(odd.pop("FromUserName", ""), 1, **odd))
    if fake.name == "email":
        return signed(fake, spoilt(content, chance))
    if fake.family == "twilio":
        if chance.random() < 0.3:
            return signed(fake, spoilt(content.encode(), chance, strange=False))
        form = mutations(dict(parse_qsl(content)), chance)
        return dict(fake.form({name: str(value)[:500] for name, value in form.items() if value != "\ud800"}))
    if fake.name == "slack" and kind["headers"]["Content-Type"] == FORM:
        payload = mutations(json.loads(dict(parse_qsl(content.decode()))["payload"]), chance)
        return dict(fake.signed(urlencode({"payload": json.dumps(payload)}).encode(), kind=FORM))
    body = mutations(json.loads(gzip.decompress(content) if fake.name == "apple" else content), chance)
    return signed(fake, json.dumps(body).encode())


def spoilt(raw: bytes, chance: random.Random, *, strange: bool = True) -> bytes:
    """A mail or a form with some bytes gone, doubled, or others; such as are no text only where it is ``strange``."""
    for _ in range(chance.randrange(1, 6)):
        at, many = chance.randrange(len(raw) or 1), chance.randrange(20)
        kinds = [b"", raw[at : at + many] * 2, b"=?utf-8?b?//?=", b"\r\n\r\n", b"%", b"&=&"]
        odd = chance.choice([*kinds, *([chance.randbytes(many)] if strange else [])])
        raw = raw[:at] + odd + raw[at + many :]
    return raw


def signed(fake: Any, body: bytes) -> dict[str, Any]:
    """These bytes as the provider would sign them."""
    if fake.name in ("slack", "email", "wechat", "apple", "callback"):
        sent: dict[str, Any] = fake.encrypted(body) if fake.name == "wechat" else fake.signed(body)
        return sent
    if fake.name == "telegram":
        return {"content": body, "headers": {"X-Telegram-Bot-Api-Secret-Token": fake.secret}}
    if fake.name == "line":
        digest = base64.b64encode(hmac.new(fake.secret.encode(), body, hashlib.sha256).digest()).decode()
        return {"content": body, "headers": {"X-Line-Signature": digest}}
    if fake.webhook == "meta":
        digest = hmac.new(fake.app_secret.encode(), body, hashlib.sha256).hexdigest()
        return {"content": body, "headers": {"X-Hub-Signature-256": f"sha256={digest}"}}
    digest = hmac.new(fake.token.encode(), twilio_signs(body).encode("utf-8", "surrogatepass"), hashlib.sha1).digest()
    return {
        "content": body,
        "headers": {"X-Twilio-Signature": base64.b64encode(digest).decode(), "Content-Type": FORM},
    }


def twilio_signs(body: bytes) -> str:
    """The address, and all that the form has, sorted."""
    pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    return f"{WEBHOOK}/twilio" + "".join(name + value for name, value in sorted(pairs))
