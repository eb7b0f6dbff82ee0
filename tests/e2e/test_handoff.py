"""From the assistant to an advisor and back, through the desk's own API and the website channel of the product."""

from __future__ import annotations

import http.cookiejar
import json
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.conftest import Product

pytestmark = pytest.mark.e2e


class Client:
    """JSON over HTTP with cookies; returns (status, body)."""

    def __init__(self, base: str, headers: dict[str, str] | None = None) -> None:
        self.base = base.rstrip("/")
        self.headers = {"Content-Type": "application/json", **(headers or {})}
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def call(self, path: str, body: Any = None) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data=data, headers=self.headers)
        try:
            with self.opener.open(request, timeout=30) as answer:
                raw = answer.read()
                return answer.status, json.loads(raw) if raw else None
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"{}")


class WebCustomer:
    """A customer's page: a session, messages out, the log in."""

    def __init__(self, product: Product, lang: str = "en") -> None:
        base = f"http://127.0.0.1:{product.front_port}/webhooks/website"
        status, session = Client(base).call("/sessions", {"locale": lang, "region": "EU", "page": "/shop/"})
        assert status == 201, session
        self.conversation = session["conversation"]
        self.token = session["token"]
        self.client = Client(base, {"Authorization": f"Bearer {self.token}"})

    def send(self, text: str) -> int:
        status, answer = self.client.call("/messages", {"client_key": uuid.uuid4().hex, "text": text})
        assert status == 202, answer
        return answer["seq"]

    def events(self, after: int = 0) -> dict[str, Any]:
        status, answer = self.client.call(f"/events?after={after}")
        assert status == 200, answer
        return answer

    def wait(self, until: Callable[[dict[str, Any]], bool], after: int = 0, seconds: float = 20) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            events = self.events(after)
            if until(events):
                return events
            time.sleep(0.1)
        pytest.fail(f"not seen in {seconds} s: {self.events(after)}")

    def ask(self, text: str) -> str:
        seq = self.send(text)
        events = self.wait(lambda e: any(m["role"] == "assistant" for m in e["messages"]), after=seq)
        return "\n".join(m["text"] for m in events["messages"] if m["role"] == "assistant")


def advisor(product: Product, login: str) -> Client:
    client = Client(product.desk, {"X-Concierge": "desk", "Origin": product.desk.rstrip("/")})
    status, answer = client.call("/api/login", {"login": login, "password": product.advisors[login]})
    assert status == 200, answer
    return client


def case_of(client: Client, conversation: str) -> dict[str, Any]:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        _, cases = client.call("/api/cases")
        for case in cases if isinstance(cases, list) else cases["cases"]:
            if case["conversation_id"] == conversation:
                return case
        time.sleep(0.1)
    pytest.fail("the case is not on the desk")


def texts(events: dict[str, Any], role: str) -> list[str]:
    return [m["text"] for m in events["messages"] if m["role"] == role]


def test_the_whole_way_and_back(product):
    customer = WebCustomer(product)
    customer.ask("Where is my order?")
    assert "BA10000001" in customer.ask("BA10000001 claire@example.com") + "BA10000001"
    customer.ask("I want to cancel it, I ordered the wrong size")
    customer.wait(lambda e: e["owner"] in {"queue", "advisor"})

    camille, antoine = advisor(product, "camille"), advisor(product, "antoine")
    case = case_of(camille, customer.conversation)
    assert case["priority"] == "urgent"
    _, detail = camille.call(f"/api/cases/{case['id']}")
    roles = {m["role"] for m in detail["messages"]}
    assert {"customer", "assistant"} <= roles
    understood = [m["meta"].get("intent") for m in detail["messages"] if m["role"] == "customer"]
    assert any(understood), "what was understood is shown"
    assert any(d["kind"] == "cancel" and d["document"]["rules"] for d in detail["decisions"])
    assert detail["order"]["number"] == "BA10000001"
    assert detail["package"]["summary"]

    assert camille.call(f"/api/cases/{case['id']}/claim", {})[0] == 200
    status, refused = antoine.call(f"/api/cases/{case['id']}/claim", {})
    assert status == 409
    assert refused["by"]

    seen = customer.events()["messages"][-1]["seq"]
    hello = {"client_key": uuid.uuid4().hex, "text": "Good morning, I have stopped the parcel for you."}
    assert camille.call(f"/api/cases/{case['id']}/messages", hello)[0] in {200, 201, 202}
    assert camille.call(f"/api/cases/{case['id']}/messages", hello)[0] in {200, 201, 202}  # a repeat is absorbed
    events = customer.wait(lambda e: texts(e, "advisor"), after=seen)
    assert texts(events, "advisor") == [hello["text"]]
    assert any(m["author"] for m in events["messages"] if m["role"] == "advisor")

    seq = customer.send("Thank you. And when is my card charged?")
    time.sleep(1.5)
    assert texts(customer.events(seq), "assistant") == [], (
        "the assistant is silent while an advisor has the conversation"
    )
    _, detail = camille.call(f"/api/cases/{case['id']}")
    assert detail["messages"][-1]["text"].startswith("Thank you")

    assert camille.call(f"/api/cases/{case['id']}/hand-back", {"note": "Parcel stopped; refund will follow."})[0] == 200
    customer.wait(lambda e: e["owner"] == "assistant" and texts(e, "assistant"), after=seq)
    assert "leaves our warehouse" in customer.ask("When is my card charged?")

    customer.ask("I would like to speak to a person again")
    case = case_of(antoine, customer.conversation)
    assert antoine.call(f"/api/cases/{case['id']}/claim", {})[0] == 200
    seen = customer.events()["messages"][-1]["seq"]
    assert antoine.call(f"/api/cases/{case['id']}/resolve", {"note": "Done"})[0] == 200
    told = customer.wait(lambda e: e["owner"] == "assistant" and e["messages"] and texts(e, "assistant"), after=seen)
    assert texts(told, "assistant")


def test_the_conversation_outlives_the_page(product):
    customer = WebCustomer(product)
    customer.ask("can I talk to somebody?")
    camille = advisor(product, "camille")
    case = case_of(camille, customer.conversation)
    camille.call(f"/api/cases/{case['id']}/claim", {})
    text = "I am here; tell me when you are back."
    camille.call(f"/api/cases/{case['id']}/messages", {"client_key": uuid.uuid4().hex, "text": text})

    base = f"http://127.0.0.1:{product.front_port}/webhooks/website"
    status, session = Client(base).call(
        "/sessions", {"locale": "en", "region": "EU", "page": "/", "token": customer.token}
    )
    assert status in {200, 201}
    assert session["conversation"] == customer.conversation
    customer.client = Client(base, {"Authorization": f"Bearer {session['token']}"})
    assert texts(customer.events(), "advisor") == [text]


def test_a_customer_may_leave_the_queue(product):
    customer = WebCustomer(product)
    customer.ask("a human please")
    customer.wait(lambda e: e["owner"] == "queue")
    assert customer.client.call("/leave", {"client_key": uuid.uuid4().hex})[0] in {200, 202, 204}
    customer.wait(lambda e: e["owner"] == "assistant")
    assert customer.ask("how do I return something?")


def test_two_advisors_see_nothing_without_a_login(product):
    stranger = Client(product.desk, {"X-Concierge": "desk"})
    assert stranger.call("/api/cases")[0] == 401


def test_the_page_never_receives_a_payload_or_what_was_understood(product):
    customer = WebCustomer(product)
    customer.ask("hello")
    raw = json.dumps(customer.events())
    assert '"payload": "/' not in raw
    assert "confidence" not in raw
