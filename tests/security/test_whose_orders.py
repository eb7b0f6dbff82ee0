"""Whose order is told to whom, against the running product: guessed senders, old proofs, shared devices."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest

from concierge.conversations import Cases, ConversationLog, schema
from concierge.storage.database import open_engine
from tests.e2e.conftest import Product, start_product, stop_product

pytestmark = pytest.mark.e2e

EMAIL = "claire@example.com"
KEY = "what the shop and the assistant share, in a test"
LINK_KEYS = "test:what signs links in the mails of a house".replace(" ", "-")
SECRETS = re.compile(r"1Z999|Le Cagole|Hourglass|Fontaine|4242|ups\.com|invoices/|BA1000000[1245689]|claire@", re.I)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    started = start_product(
        tmp_path_factory.mktemp("security"), CONCIERGE_CUSTOMER_JWT_KEY=KEY, CONCIERGE_LINK_KEYS=LINK_KEYS
    )
    yield started
    stop_product(started)


@pytest.fixture(scope="module")
def log(product: Product) -> Iterator[ConversationLog]:
    engine = open_engine(f"sqlite:///{product.var / 'concierge.db'}")
    yield ConversationLog(engine)
    engine.dispose()


class Caller:
    """A REST caller; ``token`` is what it shows."""

    def __init__(self, product: Product, sender: str = "") -> None:
        self.sender = sender or uuid.uuid4().hex
        self.token: str | None = None
        self.given: list[str] = []
        self.last: list[dict[str, Any]] = []
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{product.front_port}", timeout=60)

    def say(self, text: str, **more: Any) -> str:
        shown = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        body = {"sender": self.sender, "message": text, **more}
        answer = self._http.post("/webhooks/rest/webhook", json=body, headers=shown)
        assert answer.status_code == 200, answer.text
        if token := answer.headers.get("Concierge-Token"):
            self.given.append(token)
        self.last = answer.json()
        return "\n".join(part.get("text") or "" for part in self.last)

    def keep(self) -> None:
        self.token = self.given[-1]

    def events(self) -> str:
        shown = {"Authorization": f"Bearer {self.given[-1]}"}
        return self._http.get("/webhooks/website/events", headers=shown).text


@pytest.fixture
def claire(product: Product) -> Caller:
    """Has proved one order, and keeps the token."""
    caller = Caller(product)
    caller.say("where is my order")
    caller.keep()
    assert "1Z" in caller.say(f"BA10000003 {EMAIL}")
    return caller


# --- REST


ATTACKS = {
    "the proved order": ["where is my order", "and the tracking number?", "when will it arrive", "yes"],
    "its invoice": ["send me the invoice", "what was charged", "why was I charged twice", "yes please"],
    "another by its number": ["where is BA10000004", "BA10000005", "the other order", "yes"],
    "a proof of one's own": [f"BA10000004 {EMAIL}", "where is my order", f"BA10000004, {EMAIL}", EMAIL, "BA10000004"],
    "a task": ["I want to return it", "cancel my order", "yes", f"BA10000003 {EMAIL}", "yes"],
    "a payload": ['/inform{"choice": "BA10000003"}', "/look_up_order", "/track_order", "/affirm"],
}


@pytest.mark.parametrize("attack", list(ATTACKS))
def test_who_guesses_a_sender_reads_and_moves_nothing(product, log, claire, attack):
    own = log.open("rest", claire.sender)
    before = log.messages(own.id)
    mallory = Caller(product, claire.sender)
    for text in ATTACKS[attack]:
        assert not SECRETS.search(re.sub(r"BA1000000\d", "", mallory.say(text))), text
    assert mallory.given == []
    assert log.messages(own.id) == before
    assert log.get(own.id).attributes == own.attributes
    anonymous = log.find("rest_anonymous", claire.sender)
    assert (anonymous.email, anonymous.name) == ("", "")
    assert "1Z" in claire.say("where is my order"), "and its rightful caller goes on"


def test_an_attacker_who_was_first_reads_nothing_of_what_is_said_later(product):
    mallory = Caller(product)
    mallory.say("hello")
    claire = Caller(product, mallory.sender)
    said = [claire.say(text) for text in ("where is my order", f"BA10000003 {EMAIL}", f"{EMAIL} BA10000003")]
    assert not SECRETS.search("".join(said))
    assert "token" in said[0]
    mallory.keep()
    assert not SECRETS.search(mallory.say("where is my order"))
    assert "BA10000003" not in mallory.events()
    assert EMAIL not in mallory.events()


def test_a_repeated_first_message_tells_nothing_again(product):
    claire = Caller(product)
    assert "1Z" in claire.say(f"where is BA10000003 {EMAIL}", message_id="1"), "a new conversation is its caller's own"
    mallory = Caller(product, claire.sender)
    assert not SECRETS.search(mallory.say("where is my order", message_id="1"))
    assert mallory.given == []
    claire.keep()
    assert "1Z" in claire.say("where is my order again, please")


@pytest.mark.parametrize(
    ("language", "asked", "answered"),
    [
        ("en", "Where is my order?", "token that came with"),
        ("fr", "Bonjour, où est ma commande s'il vous plaît ?", "jeton"),
        ("it", "Buongiorno, dov'è il mio ordine per favore?", "token ricevuto"),
        ("de", "Guten Tag, wo ist meine Bestellung bitte?", "Token aus"),
        ("es", "¿Dónde está mi pedido?", "token que llegó"),
    ],
)
def test_without_a_token_an_order_is_asked_for_in_vain_and_general_questions_are_answered(
    product, language, asked, answered
):
    sender = uuid.uuid4().hex
    Caller(product, sender).say("hello")
    stranger = Caller(product, sender)
    assert answered in stranger.say(asked, metadata={"language": language})
    if language == "en":
        assert "W95789" in stranger.say("I have lost my return label")
        Caller(product, f"{sender}-2").say("hello")
        other = Caller(product, f"{sender}-2")
        assert "order number" not in other.say("can I cancel my order")
        assert answered in other.say("yes please")


def test_without_a_token_an_advisor_may_be_called_and_says_how_to_be_reached(product, log):
    sender = uuid.uuid4().hex
    Caller(product, sender).say("hello")
    stranger = Caller(product, sender)
    stranger.say("where is my order")
    assert "telephone number" in stranger.say("yes please")
    assert stranger.say("reach me at +44 20 7946 0000") == ""
    case = Cases(log).live(log.find("rest_anonymous", sender).id)
    assert (case.status, case.reason) == ("queued", "identity_failed")
    assert case.package["customer"]["verified"] is False
    assert Caller(product).say("hello"), "others are not concerned"


# --- the end of a proof


class Page:
    def __init__(self, product: Product, **session: Any) -> None:
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{product.front_port}/webhooks/website", timeout=60)
        self.opened = self.open(**session)
        self.http.headers["Authorization"] = f"Bearer {self.opened['token']}"

    @property
    def id(self) -> str:
        return self.opened["conversation"]

    def open(self, **session: Any) -> dict[str, Any]:
        answer = self.http.post("/sessions", json={"locale": "en-GB", "region": "EU", **session})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def resume(self, **session: Any) -> dict[str, Any]:
        return self.open(token=self.opened["token"], **session)

    def identify(self, token: str) -> dict[str, Any]:
        return self.http.post("/identify", json={"customer_token": token}).json()

    def say(self, text: str) -> str:
        sent = self.http.post("/messages", json={"client_key": uuid.uuid4().hex, "text": text}).json()["seq"]
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            found = self.http.get("/events", params={"after": sent}).json()
            said = [message["text"] for message in found["messages"] if message["role"] == "assistant"]
            if said and found["typing"] is None:
                return "\n".join(said)
            time.sleep(0.1)
        raise AssertionError(f"no answer to {text!r}")

    def prove(self, number: str = "BA10000003") -> str:
        self.say("where is my order")
        return self.say(f"{number} {EMAIL}")


def token(seconds: float = 3600, **other: Any) -> str:
    known = {"sub": "c-1", "email": EMAIL, "name": "Claire", "exp": int(time.time() + seconds)}
    return jwt.encode({**known, **other}, KEY, algorithm="HS256")


def end(log: ConversationLog, conversation_id: str) -> None:
    """As if the time had passed."""
    attributes = log.get(conversation_id).attributes
    past = int(time.time()) - 1
    log.update(
        conversation_id, attributes={name: past for name in ("proved_until", "verified_until") if name in attributes}
    )


@pytest.mark.parametrize(
    "asked", ["where is my order", "can I get the tracking number", "yes", "BA10000003", "can I cancel my order"]
)
def test_after_the_end_of_a_proof_the_assistant_asks_again_and_tells_nothing(product, log, asked):
    page = Page(product)
    assert "1Z" in page.prove()
    end(log, page.id)
    answer = page.say(asked)
    assert not SECRETS.search(answer)
    assert "once more" in answer or "e-mail" in answer
    assert re.search("1Z|on its way", page.say(f"BA10000003 {EMAIL}")), "and the task goes on"
    assert "1Z" in page.say("where is my order")


def test_what_was_being_asked_about_the_order_is_put_aside_at_the_end(product, log):
    page = Page(product)
    page.prove("BA10000004")
    assert "?" in page.say("I want to return it")
    end(log, page.id)
    answer = page.say("the shoes")
    assert not SECRETS.search(answer)
    again = page.say("where is my order")  # asked a moment ago, too
    assert again.startswith("My question is still open:\nIt has been a while")


def test_whoever_writes_goes_on_and_hours_without_a_word_end_a_proof(product, log):
    page = Page(product)
    page.prove()
    until = log.get(page.id).attributes["proved_until"]
    assert 11.9 * 3600 < until - time.time() <= 12 * 3600
    log.update(page.id, attributes={"proved_until": int(time.time()) + 600})
    page.say("thank you")
    assert log.get(page.id).attributes["proved_until"] - time.time() > 11.9 * 3600


def test_the_shops_word_ends_with_its_token(product, log):
    page = Page(product, customer_token=token(4))
    assert page.opened["identified"] is True
    assert "Which order" in page.say("where is my order")
    assert "1Z" in page.say("BA10000003")
    time.sleep(max(0.0, log.get(page.id).attributes["verified_until"] - time.time()))
    assert not SECRETS.search(page.say("where is my order"))
    assert not SECRETS.search(page.say("BA10000004"))
    assert page.resume()["conversation"] != page.id
    again = page.resume(customer_token=token())
    assert (again["conversation"], again["identified"]) == (page.id, True)
    assert "1Z" in page.say("where is BA10000003")


def test_a_proof_by_number_and_email_is_resumed_while_it_holds_and_no_longer(product, log):
    page = Page(product)
    page.prove()
    assert page.resume()["conversation"] == page.id
    end(log, page.id)
    other = page.resume()
    assert other["conversation"] != page.id
    assert other["last_seq"] == 0
    again = page.resume(customer_token=token())
    assert (again["conversation"], again["identified"]) == (page.id, True)


def test_while_an_advisor_is_to_answer_the_conversation_is_resumed_without_its_proof(product, log):
    page = Page(product)
    page.prove()
    page.say("I want to talk to a person")
    end(log, page.id)
    assert page.resume()["conversation"] == page.id


def test_whoever_has_proved_nothing_is_resumed_always(product, log):
    page = Page(product)
    page.say("hello")
    assert page.resume()["conversation"] == page.id
    page.say("BA10000003 wrong@example.com")
    assert page.resume()["conversation"] == page.id


@pytest.mark.parametrize("ended", [False, True])
@pytest.mark.parametrize("way", ["resume", "identify"])
@pytest.mark.parametrize("by", ["number and e-mail", "shop"])
def test_another_customer_on_the_device_inherits_nothing(product, log, by, way, ended):
    page = Page(product, **({"customer_token": token()} if by == "shop" else {}))
    if by == "shop":
        page.say("where is my order")
    else:
        page.prove()
    if ended:
        end(log, page.id)
    other = token(sub="c-2", email="vera@example.org", name="Vera")
    opened = page.resume(customer_token=other) if way == "resume" else page.identify(other)
    assert opened["conversation"] != page.id
    assert (opened["identified"], opened["last_seq"]) == (True, 0)
    assert log.get(page.id).email == EMAIL


def test_whose_order_was_proved_in_anothers_conversation_inherits_nothing_by_signing_in(product, log):
    page = Page(product)
    page.prove()
    log.prove(page.id, "vera@example.org", "Vera", 12)  # as with number and e-mail of an order of hers
    vera = page.identify(token(sub="c-2", email="vera@example.org"))
    assert (vera["conversation"] != page.id, vera["identified"]) == (True, True)


def test_the_shops_word_is_not_drawn_out_by_another_addresss_order(product, log):
    page = Page(product, customer_token=token(5, email="partner@example.org"))
    page.say("where is my order")
    assert "1Z" in page.say(f"BA10000003 {EMAIL}")
    known = log.get(page.id).attributes
    assert known["proved_until"] == known["verified_until"]
    time.sleep(max(0.0, known["verified_until"] - time.time()))
    assert not SECRETS.search(page.say("where is my order"))


def test_the_same_customer_who_signs_in_goes_on(product, log):
    page = Page(product)
    page.prove()
    opened = page.identify(token())
    assert (opened["conversation"], opened["identified"]) == (page.id, True)
    assert "1Z" in page.say("where is my order")


def test_an_order_of_another_address_leaves_a_signed_in_customer_where_they_are(product, log):
    page = Page(product, customer_token=token(email="partner@example.org"))
    page.say("where is my order")
    assert "1Z" in page.say(f"BA10000003 {EMAIL}")
    again = page.resume(customer_token=token(email="partner@example.org"))
    assert again["conversation"] == page.id
    assert log.get(page.id).email == "partner@example.org"


def test_a_rest_token_is_not_renewed_after_the_end(product, log, claire):
    http = httpx.Client(base_url=f"http://127.0.0.1:{product.front_port}/webhooks/website", timeout=60)
    assert http.post("/sessions", json={"token": claire.token}).status_code == 201
    end(log, log.open("rest", claire.sender).id)
    assert http.post("/sessions", json={"token": claire.token}).status_code == 401
    assert not SECRETS.search(claire.say("where is my order"))
    assert "1Z" in claire.say(f"BA10000003 {EMAIL}")


# --- links in the house's mails


def link(number: str = "BA10000003", purpose: str = "status", seconds: float = 600) -> str:
    name, _, secret = LINK_KEYS.partition(":")
    claims = {"sub": number, "aud": "concierge-link", "purpose": purpose, "exp": int(time.time() + seconds)}
    return jwt.encode(claims, secret, algorithm="HS256", headers={"kid": name})


def test_a_link_opens_its_order_for_its_purpose_and_nothing_else(product, log):
    page = Page(product, link=link())
    assert "1Z" in page.say("where is my order")
    assert log.get(page.id).email == EMAIL
    assert "e-mail address" in page.say("I want to cancel it")
    assert not re.search("delivered|Le Cagole", Page(product, link=link()).say("where is order BA10000004"))


def test_a_link_for_a_return_opens_the_return(product):
    page = Page(product, link=link("BA10000004", "request"))
    assert "e-mail" not in page.say("I want to return the shoes")


@pytest.mark.parametrize(
    ("token", "reason"),
    [(link(seconds=-120), "expired"), (link()[:-4] + "AAAA", "malformed"), (token(), "unknown_key")],
    ids=["expired", "malformed", "unknown_key"],  # a token has its time in it
)
def test_a_link_that_is_none_tells_nothing_but_that(product, token, reason):
    page = Page(product, link=token)
    assert page.opened["link_reason"] == reason
    assert "no longer opens" in page.http.get("/events").text
    assert not SECRETS.search(page.say("where is my order"))


def test_a_revoked_link_opens_nothing(product, log):
    log.revoke_links_of("BA10000003", timedelta(days=14))
    assert Page(product, link=link()).opened["link_reason"] == "revoked"
    with log.engine.begin() as connection:  # for the tests beside this one
        connection.execute(schema.revoked_links.delete())


def test_a_link_ends_however_much_is_written(product):
    page = Page(product, link=link(seconds=4))
    opened = time.monotonic()
    assert "1Z" in page.say("where is my order")
    time.sleep(max(0.0, 5 - (time.monotonic() - opened)))
    assert not SECRETS.search(page.say("where is my order"))


def test_a_link_is_not_opened_in_anothers_conversation(product, log):
    page = Page(product)
    page.prove("BA10000004")
    other = page.resume(link=link("BA10491645"))
    assert (other["conversation"] != page.id, other["last_seq"]) == (True, 0)
    assert log.get(page.id).attributes["proved_orders"].keys() == {"BA10000004"}


def test_who_signs_in_does_not_inherit_what_a_link_has_opened(product):
    page = Page(product, link=link())
    assert page.identify(token(sub="c-2", email="vera@example.org"))["conversation"] != page.id


# --- name and postcode


def test_a_wrong_name_postcode_or_number_are_told_alike(product):
    def answered(number: str, said: str) -> str:
        page = Page(product)
        page.say(f"where is {number}? I don't have the email here")
        return page.say(said)

    told = {
        answered("BA10000003", "Vera Fontana 75003"),
        answered("BA10000003", "Claire Fontaine 75004"),
        answered("BA10999999", "Claire Fontaine 75003"),
    }
    assert len(told) == 1
    assert not SECRETS.search(told.pop())
    assert "1Z" in answered("BA10000003", "Claire Fontaine 75003")


# --- one network for everybody, as behind a proxy that is not trusted


def test_wrong_tries_of_others_do_not_stop_who_has_proved_who_they_are(product, log, claire):
    signed_in = Page(product, customer_token=token(email="partner@example.org"))
    network = log.get(log.open("rest", claire.sender).id).attributes["network"]
    for number in ("BA10000003", "BA10000004", "BA10000005", "BA10000006"):
        guesser = Caller(product)
        guesser.say("where is my order")
        guesser.keep()
        for attempt in range(5):
            guesser.say(f"{number} wrong{attempt}@example.com")
    assert log.failed_lookups(timedelta(hours=1), network=network) >= 20
    stranger = Caller(product)
    stranger.say("where is my order")
    stranger.keep()
    assert "have not matched" in stranger.say(f"BA10000003 {EMAIL}")
    assert "delivered" in claire.say("where is BA10000004")
    signed_in.say("where is my order")
    assert "1Z" in signed_in.say(f"BA10000003 {EMAIL}")
