"""The HTTP back end against systems that answer as Shopify's and Salesforce's documentation says, well and badly."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from concierge.orders import NoSuchOrder, NotTaken, OrdersUnavailable, calls
from concierge.orders.addresses import Address
from concierge.orders.breaker import Breaker
from concierge.orders.documents import dump
from concierge.orders.http import HttpOrderBook
from concierge.orders.mapping import load_mapping, parse_mapping
from concierge.orders.model import Attempt, Category, Flag, Order, SalesChannel, Status, Variant

from .loopback import Answer, Retailer

RECORDED = Path(__file__).with_name("recorded")
SHOPIFY = json.loads((RECORDED / "shopify.json").read_text())
OCAPI = json.loads((RECORDED / "ocapi.json").read_text())
NOW = datetime(2026, 3, 9, 12, 0, tzinfo=timezone.utc)
Make = Callable[..., Order]


@pytest.fixture
def retailer() -> Iterator[Retailer]:
    server = Retailer()
    yield server
    server.close()


@pytest.fixture
def open_book(retailer: Retailer, tmp_path: Path) -> Iterator[Callable[..., HttpOrderBook]]:
    opened: list[HttpOrderBook] = []

    def make(name: str = "concierge", credentials: str = "secret", **more: Any) -> HttpOrderBook:
        mapping = load_mapping(name)
        if name == "ocapi":
            text = (Path(calls.__file__).parent / "mappings" / "ocapi.yml").read_text()
            mapping = parse_mapping(
                text.replace("https://account.demandware.com/dwsso/oauth2/", retailer.url), "ocapi.yml"
            )
        book = HttpOrderBook(retailer.url, mapping, f"sqlite:///{tmp_path / 'records.db'}", credentials, **more)
        opened.append(book)
        return book

    yield make
    for book in opened:
        book.close()


@pytest.fixture
def shopify(retailer: Retailer) -> Retailer:
    retailer.on("GET", "orders.json", SHOPIFY["orders.json"])
    retailer.on("GET", "orders/450789469/transactions.json", SHOPIFY["transactions.json"])
    retailer.on("GET", "orders/450789469/fulfillments/255858046/events.json", SHOPIFY["events.json"])
    retailer.on("GET", "customers/search.json", SHOPIFY["customers_search.json"])
    retailer.on("GET", "customers/207119551/orders.json", SHOPIFY["orders.json"])
    retailer.on("GET", "products.json", SHOPIFY["products.json"])
    return retailer


@pytest.fixture
def ocapi(retailer: Retailer) -> Retailer:
    retailer.on("POST", "access_token", OCAPI["token"])
    retailer.on("GET", "orders/00001234", OCAPI["order"])
    retailer.on("GET", "orders/99999999", Answer(OCAPI["not_found"], 404))
    retailer.on("POST", "order_search", OCAPI["order_search"])
    retailer.on("POST", "orders/00001234/notes", OCAPI["note"])
    return retailer


def test_a_shopify_order_in_our_words(shopify: Retailer, open_book: Callable[..., HttpOrderBook]) -> None:
    order = open_book("shopify").find("# 1001", "Bob.Norman@mail.example.com")
    assert order is not None
    assert (order.number, order.name, order.country, order.region) == ("1001", "Bob Norman", "US", "US")
    assert (order.channel, order.status, order.currency) == (SalesChannel.ONLINE, Status.DELIVERED, "USD")
    assert order.placed_at == datetime(2026, 1, 10, 16, 0, tzinfo=timezone.utc)
    assert order.dispatched_at == datetime(2026, 1, 11, 17, 30, tzinfo=timezone.utc)
    assert order.delivered_at == datetime(2026, 1, 14, 20, 20, tzinfo=timezone.utc)  # of the event, not of an update
    bag, trainers, earrings = order.lines
    assert (bag.family, bag.category, bag.flags) == ("Hourglass", Category.BAG, frozenset({Flag.PERSONALISED}))
    assert (trainers.price, trainers.quantity, trainers.category) == (Decimal(1805), 2, Category.SHOES)
    assert (trainers.unavailable, earrings.unavailable) == (False, True)
    assert order.shipping_fee == 15
    assert order.total == Decimal("4670.00")
    (payment,) = order.payments
    assert (payment.method, payment.last4) == ("visa", "4242")
    assert [item.amount for item in payment.authorisations] == [Decimal("4670.00")]
    assert payment.authorisations[0].expires == datetime(2026, 1, 17, 16, 0, 5, tzinfo=timezone.utc)
    assert [item.amount for item in payment.captures] == [Decimal("4220.00")]
    (parcel,) = order.shipments
    assert (parcel.carrier, parcel.tracking, parcel.lines) == ("UPS", "1Z999AA16800000139", (bag.id, trainers.id))
    assert str(parcel.expected_to) == "2026-01-14"
    assert [attempt.outcome for attempt in parcel.attempts] == ["nobody_home", "delivered"]
    assert isinstance(parcel.attempts[0], Attempt)
    assert [(item.lines, item.accepted) for item in order.returns] == [((trainers.id,), True)]
    assert [(item.amount, item.last4) for item in order.refunds] == [(Decimal("902.50"), "4242")]
    first = shopify.asked[0]
    assert first.query == {"name": "#1001", "status": "any"}
    assert first.headers["x-shopify-access-token"] == "secret"


def test_shopify_by_a_proved_address(shopify: Retailer, open_book: Callable[..., HttpOrderBook]) -> None:
    book = open_book("shopify")
    assert [order.number for order in book.find_by_email("bob.norman@mail.example.com")] == ["1001"]
    assert shopify.asked[0].query["query"] == "email:bob.norman@mail.example.com"
    assert book.find_by_email("*@mail.example.com") == []  # whatever a search may match, the address decides


def test_a_filter_that_the_system_ignores_shows_nobody_elses_order(
    shopify: Retailer, open_book: Callable[..., HttpOrderBook]
) -> None:
    book = open_book("shopify")
    assert book.find("1002", "bob.norman@mail.example.com") is None
    assert book.get("1002") is None


def test_no_such_order_and_not_your_email_take_the_same_calls(
    shopify: Retailer, open_book: Callable[..., HttpOrderBook]
) -> None:
    book = open_book("shopify")
    assert book.find("1001", "eve@example.com") is None
    of_another = [asked.path for asked in shopify.asked]
    shopify.asked.clear()
    assert book.find("1002", "eve@example.com") is None
    assert [asked.path for asked in shopify.asked] == of_another


def test_an_ocapi_order_in_our_words(ocapi: Retailer, open_book: Callable[..., HttpOrderBook]) -> None:
    book = open_book("ocapi", "client:hush")
    order = book.find("00001234", "giulia.conti@example.com")
    assert order is not None
    assert (order.status, order.country, order.region, order.timezone) == (
        Status.DISPATCHED,
        "IT",
        "EU",
        "Europe/Rome",
    )
    bag, belt = order.lines
    assert (bag.category, bag.family, bag.colour, bag.flags) == (
        Category.BAG,
        "Le Cagole",
        "Black",
        frozenset({Flag.GIFT}),
    )
    assert (belt.unavailable, belt.size, belt.category) == (True, "85", Category.ACCESSORY)
    (payment,) = order.payments
    assert (payment.method, payment.last4) == ("visa", "4242")
    assert (payment.authorisations[0].amount, payment.captures[0].amount) == (Decimal("2745.0"), Decimal("2350.0"))
    assert order.dispatched_at == datetime(2026, 2, 3, 17, 0, tzinfo=timezone.utc)
    assert order.shipments[0].tracking == "1Z999AA16800000139"
    assert order.shipments[0].lines == (bag.id, belt.id)
    assert book.find("99999999", "giulia.conti@example.com") is None
    assert [found.number for found in book.find_by_email("Giulia.Conti@example.com")] == ["00001234"]
    search = next(asked for asked in ocapi.asked if asked.path.endswith("order_search"))
    assert search.json["query"]["term_query"]["values"] == ["giulia.conti@example.com"]
    tokens = [asked for asked in ocapi.asked if asked.path.endswith("access_token")]
    assert len(tokens) == 1
    assert tokens[0].body == b"grant_type=client_credentials"
    assert ocapi.asked[1].headers["authorization"] == "Bearer af7f5c90-ffc1-4ea4-9613-f5b375b7dc19"


def test_a_token_that_has_run_out_is_renewed(ocapi: Retailer, open_book: Callable[..., HttpOrderBook]) -> None:
    ocapi.on("GET", "orders/00001234", Answer({}, 401), OCAPI["order"])
    assert open_book("ocapi").get("00001234") is not None
    assert [asked.path.rsplit("/", 1)[1] for asked in ocapi.asked].count("access_token") == 2


def test_a_return_becomes_a_note_in_ocapi_once(ocapi: Retailer, open_book: Callable[..., HttpOrderBook]) -> None:
    book = open_book("ocapi")
    bag = "b6a4b8675ee477ea09d0a08226"
    first = book.request_return("00001234", [bag], "exchange", "Grey", key="k", at=NOW)
    again = book.request_return("00001234", [bag], "exchange", "Grey", key="k", at=NOW)
    assert first == again
    sent = [asked.json for asked in ocapi.asked if asked.path.endswith("/notes")]
    assert sent == [{"subject": "Exchange requested", "text": f"Lines {bag} Grey"}]
    found = book.get("00001234")
    assert found is not None
    assert found.returns == (first,)
    assert book.request_repair("00001234", bag, "zip", "k", NOW).status == "requested"
    note = book.note("00001234", "call it off if you can", "cancel_if_possible", "k", NOW)
    assert book.notes("00001234") == [note]
    with pytest.raises(NoSuchOrder):
        book.note("99999999", "x", "message", "k", NOW)


def test_our_own_interface(retailer: Retailer, open_book: Callable[..., HttpOrderBook], order: Make) -> None:
    book = open_book()
    retailer.on("GET", "orders/BA10483726", dump(order()))
    retailer.on("GET", "orders", {"orders": [dump(order()), dump(order(number="BA10000001", email="eve@example.com"))]})
    retailer.on("POST", "orders/BA10483726/returns", Answer({}, 503), {"id": "RMA-77"})
    assert book.find("ba 1048 3726", "ada@example.com") == order()
    assert book.find_by_email("ada@example.com") == [order()]
    made = book.request_return("BA10483726", ["1"], key="key-1", at=NOW)
    assert made.id == "RMA-77"
    sent = [asked for asked in retailer.asked if asked.method == "POST"]
    assert [asked.headers["idempotency-key"] for asked in sent] == ["key-1", "key-1"]
    assert sent[0].json == {"id": "", "key": "key-1", "lines": ["1"], "requested_at": "2026-03-09T12:00:00+00:00"}
    found = book.get("BA10483726")
    assert found is not None
    assert found.returns == (made,)
    assert len(retailer.asked) == 6


def test_our_own_interface_may_tell_what_is_in_stock(
    retailer: Retailer, open_book: Callable[..., HttpOrderBook], order: Make
) -> None:
    retailer.on("GET", "orders/BA10483726", dump(order()))
    book = open_book()
    assert book.variants("BA10483726", "1") is None  # 404: it cannot
    told = {"variants": [{"colour": "Latte", "available": True, "price": "2190.00"}, {"available": False}]}
    retailer.on("GET", "orders/BA10483726/lines/1/variants", told)
    assert book.variants("BA10483726", "1") == [Variant("", "Latte", True, Decimal(2190)), Variant()]
    retailer.on("GET", "orders/BA10483726/lines/1/variants", {"variants": [{"available": "perhaps"}]})
    with pytest.raises(OrdersUnavailable, match="variants do not fit"):
        book.variants("BA10483726", "1")


def test_our_own_interface_may_cancel_and_send_elsewhere(
    retailer: Retailer, open_book: Callable[..., HttpOrderBook], order: Make
) -> None:
    retailer.on("GET", "orders/BA10483726", dump(order()))
    retailer.on("POST", "orders/BA10483726/cancellation", Answer(status=503), {"id": "X-7"})
    retailer.on("POST", "orders/BA10483726/address", {"refused": ["it is being packed"]})
    book = open_book()
    made = book.cancel("BA10483726", key="cancel", at=NOW)
    assert made.id == "X-7"
    assert book.cancel("BA10483726", key="cancel", at=NOW) == made
    sent = [asked for asked in retailer.asked if asked.path.endswith("/cancellation")]
    assert [asked.headers["idempotency-key"] for asked in sent] == ["cancel", "cancel"]  # the second try of the first
    found = book.get("BA10483726")
    assert found is not None
    assert found.status is Status.CONFIRMED  # until the system says otherwise
    with pytest.raises(NotTaken, match="refused it"):
        book.change_address("BA10483726", Address("12 rue de la Paix", "75002", "Paris"), key="k", at=NOW)
    assert json.loads(retailer.asked[-1].body)["postcode"] == "75002"


def test_a_system_that_cancels_nothing_says_so(ocapi: Retailer, open_book: Callable[..., HttpOrderBook]) -> None:
    with pytest.raises(NotTaken, match="sends no cancellation on"):
        open_book("ocapi").cancel("00001234", key="cancel", at=NOW)


def test_what_the_system_did_not_take_is_not_recorded(
    retailer: Retailer, open_book: Callable[..., HttpOrderBook], order: Make
) -> None:
    book = open_book()
    retailer.on("GET", "orders/BA10483726", dump(order()))
    retailer.on("POST", "orders/BA10483726/notes", Answer({}, 500))
    with pytest.raises(OrdersUnavailable, match="answered 500, 3 times"):
        book.note("BA10483726", "x", "message", "k", NOW)
    with pytest.raises(OrdersUnavailable, match="check writes in the mapping"):
        book.request_repair("BA10483726", "1", "zip", "k", NOW)
    assert book.notes("BA10483726") == []


def test_a_passing_fault_is_passed_over(
    retailer: Retailer, open_book: Callable[..., HttpOrderBook], order: Make
) -> None:
    retailer.on("GET", "orders/BA10483726", Answer({}, 503), Answer({}, 429, {"Retry-After": "0.2"}), dump(order()))
    assert open_book().get("BA10483726") == order()
    assert len(retailer.asked) == 3


@pytest.mark.parametrize(
    ("answer", "message", "requests"),
    [
        (Answer({}, 500), "answered 500, 3 times", 3),
        (Answer({}, 429, {"Retry-After": "3600"}), "answered 429", 1),
        (Answer({}, 401), "check CONCIERGE_ORDERS_CREDENTIALS", 1),
        (Answer({}, 403), "check CONCIERGE_ORDERS_CREDENTIALS", 1),
        (Answer({}, 400), "check the path and the query in the mapping", 1),
        (Answer({}, 302, {"Location": "https://elsewhere.example/"}), "a redirect", 1),
        (Answer(b"<html>hello</html>"), "what is not JSON", 1),
        (Answer(b"[" * 100_000), "what is not JSON", 1),
        (Answer(b" " * 4_000_001), "more than 4000000 bytes", 1),
        (Answer({"unexpected": True}), "does not fit the mapping Concierge's own interface", 1),
        (Answer({"number": "BA10483726", "email": "a@b.example"}), "country and channel", 1),
    ],
)
def test_a_system_that_answers_badly(
    retailer: Retailer, open_book: Callable[..., HttpOrderBook], answer: Answer, message: str, requests: int
) -> None:
    retailer.on("GET", "orders/BA10483726", answer)
    with pytest.raises(OrdersUnavailable, match=message):
        open_book().get("BA10483726")
    assert len(retailer.asked) == requests


def test_nobody_listens(open_book: Callable[..., HttpOrderBook], tmp_path: Path) -> None:
    book = HttpOrderBook("http://127.0.0.1:1/", load_mapping("concierge"), f"sqlite:///{tmp_path / 'r.db'}")
    started = time.monotonic()
    with pytest.raises(OrdersUnavailable, match=r"127\.0\.0\.1:1.*no connection \(ConnectError\), 3 times"):
        book.find("BA10483726", "ada@example.com")
    assert time.monotonic() - started < 2
    book.close()


def test_a_look_up_ends_within_five_seconds(retailer: Retailer, open_book: Callable[..., HttpOrderBook]) -> None:
    retailer.on("GET", "orders/BA10483726", Answer({}, after=30))
    started = time.monotonic()
    with pytest.raises(OrdersUnavailable, match=r"did not answer within 4\.5 s"):
        open_book().get("BA10483726")
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "answer",
    [Answer(b" " * 1000, dribble=0.1), Answer({}, headers={"Content-Length": "10"})],
    ids=["dribbling", "cut short"],
)
def test_so_does_one_that_is_answered_a_little_at_a_time(
    retailer: Retailer, open_book: Callable[..., HttpOrderBook], answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "DEADLINE", 1.0)
    retailer.on("GET", "orders/BA10483726", answer)
    started = time.monotonic()
    with pytest.raises(OrdersUnavailable, match=r"did not answer within 1\.0 s"):
        open_book().get("BA10483726")
    assert time.monotonic() - started < 3


def test_a_system_that_is_down_is_left_in_peace_and_found_again(
    retailer: Retailer, open_book: Callable[..., HttpOrderBook], order: Make
) -> None:
    clock = [100.0]
    book = open_book(breaker=Breaker(failures=2, rest=30, clock=lambda: clock[0]))
    retailer.on("GET", "orders/BA10483726", Answer({}, 501))
    for _ in range(2):
        with pytest.raises(OrdersUnavailable, match="answered 501"):
            book.get("BA10483726")
    with pytest.raises(OrdersUnavailable, match="asked again in 30 s"):
        book.get("BA10483726")
    assert len(retailer.asked) == 2
    clock[0] += 31
    retailer.on("GET", "orders/BA10483726", dump(order()))
    assert book.get("BA10483726") == order()
    assert book.get("BA10483726") == order()


@pytest.mark.parametrize("answer", [Answer({"number": "BA10483726"}), Answer({}, 400)], ids=["unreadable", "400"])
def test_an_order_that_cannot_be_read_stops_nobody_elses(
    retailer: Retailer, open_book: Callable[..., HttpOrderBook], order: Make, answer: Answer
) -> None:
    book = open_book()
    retailer.on("GET", "orders/BA10483726", answer)
    retailer.on("GET", "orders/BA10000001", dump(order(number="BA10000001")))
    for _ in range(8):
        with pytest.raises(OrdersUnavailable, match="mapping"):
            book.get("BA10483726")
    assert book.get("BA10000001") == order(number="BA10000001")


def test_one_unreadable_order_of_an_address_hides_no_other(
    retailer: Retailer, open_book: Callable[..., HttpOrderBook], order: Make, caplog: pytest.LogCaptureFixture
) -> None:
    retailer.on("GET", "orders", {"orders": [{**dump(order()), "currency": "€"}, dump(order(number="BA10000001"))]})
    assert [found.number for found in open_book().find_by_email("ada@example.com")] == ["BA10000001"]
    assert "currency" in caplog.text
    assert "ada" not in caplog.text


def test_a_parcel_without_carrier_or_number_is_a_parcel(
    shopify: Retailer, ocapi: Retailer, open_book: Callable[..., HttpOrderBook]
) -> None:
    raw = deepcopy(SHOPIFY["orders.json"])
    raw["orders"][0]["fulfillments"][0] |= {"tracking_company": None, "tracking_number": None, "tracking_url": None}
    shopify.on("GET", "orders.json", raw)
    found = open_book("shopify").get("1001")
    assert found is not None
    assert [(parcel.carrier, parcel.tracking, bool(parcel.lines)) for parcel in found.shipments] == [("", "", True)]
    order = deepcopy(OCAPI["order"])
    del order["shipments"][0]["tracking_number"]
    ocapi.on("GET", "orders/00001234", order)
    found = open_book("ocapi").get("00001234")
    assert found is not None
    assert [(parcel.carrier, parcel.tracking) for parcel in found.shipments] == [("", "")]


def test_shopify_in_the_customers_currency_with_taxes_and_two_means_of_payment(
    shopify: Retailer, open_book: Callable[..., HttpOrderBook]
) -> None:
    raw = deepcopy(SHOPIFY["orders.json"])
    order = raw["orders"][0]
    order |= {"presentment_currency": "EUR", "taxes_included": False}
    order["total_tax_set"] = {"presentment_money": {"amount": "310.25", "currency_code": "EUR"}}
    for line in order["line_items"]:
        line["price_set"]["presentment_money"] = {"amount": str(Decimal(line["price"]) * 2), "currency_code": "EUR"}
        for share in line["discount_allocations"]:
            share["amount_set"] = {"presentment_money": {"amount": str(Decimal(share["amount"]) * 2)}}
    order["shipping_lines"][0]["price_set"]["presentment_money"]["amount"] = "30.00"
    shopify.on("GET", "orders.json", raw)
    card = SHOPIFY["transactions.json"]["transactions"]
    gift = {"id": 1, "kind": "sale", "gateway": "gift_card", "status": "success", "parent_id": None,
            "processed_at": "2026-01-10T11:00:05-05:00", "amount": "500.00", "currency": "EUR"}  # fmt: skip
    shopify.on("GET", "orders/450789469/transactions.json", {"transactions": [gift, *card]})
    found = open_book("shopify").get("1001")
    assert found is not None
    assert (found.currency, found.taxes, found.shipping_fee) == ("EUR", Decimal("310.25"), 30)
    assert found.total == Decimal("4655.00") * 2 + 30 + Decimal("310.25")
    assert [(payment.method, payment.last4) for payment in found.payments] == [("gift_card", ""), ("visa", "4242")]
    assert [len(payment.captures) for payment in found.payments] == [1, 1]


def test_what_a_piece_is_says_its_type_or_tag_and_not_its_title(
    shopify: Retailer, open_book: Callable[..., HttpOrderBook]
) -> None:
    raw = deepcopy(SHOPIFY["orders.json"])
    titles = ["Baggy Denim Trousers", "Bag Charm", "Bootcut Jeans"]
    for line, title, product in zip(raw["orders"][0]["line_items"], titles, (11, 12, None), strict=True):
        line |= {"title": title, "product_id": product}
    shopify.on("GET", "orders.json", raw)
    known = [
        {"id": 11, "product_type": "Ready-to-Wear", "tags": ""},
        {"id": 12, "product_type": "", "tags": "new, Jewelry"},
    ]
    shopify.on("GET", "products.json", {"products": known})
    found = open_book("shopify").get("1001")
    assert found is not None
    assert [line.category for line in found.lines] == [Category.READY_TO_WEAR, Category.JEWELLERY, Category.ACCESSORY]
    assert next(asked.query["ids"] for asked in shopify.asked if asked.path.endswith("products.json")) == "11,12"


def test_a_shop_says_in_a_file_of_its_own_how_it_names_things(
    shopify: Retailer, open_book: Callable[..., HttpOrderBook], tmp_path: Path
) -> None:
    raw = deepcopy(SHOPIFY["orders.json"])
    raw["orders"][0]["line_items"][0]["properties"] = [{"name": "Your letters", "value": "B. N."}]
    shopify.on("GET", "orders.json", raw)
    own = tmp_path / "own.yml"
    own.write_text("extends: shopify\nname: Own\nnames: {personalised: [your LETTERS], categories: {handbag: bag}}\n")
    shopify.on("GET", "products.json", {"products": [{"id": 632910392, "product_type": "Handbag", "tags": ""}]})
    found = open_book(str(own)).get("1001")
    assert found is not None
    assert (found.lines[0].flags, found.lines[0].category) == (frozenset({Flag.PERSONALISED}), Category.BAG)
    shipped = open_book("shopify").get("1001")
    assert shipped is not None
    assert shipped.lines[0].flags == frozenset()


def test_a_request_that_nobody_would_hear_of_is_not_recorded(
    shopify: Retailer, open_book: Callable[..., HttpOrderBook]
) -> None:
    book = open_book("shopify")
    with pytest.raises(NotTaken, match="sends no return on"):
        book.request_return("1001", ["466157049"], key="k", at=NOW)
    with pytest.raises(NotTaken, match="sends no repair on"):
        book.request_repair("1001", "466157049", "zip", "k", NOW)
    with pytest.raises(NotTaken, match="sends no note on"):
        book.note("1001", "x", "message", "k", NOW)
    found = book.get("1001")
    assert found is not None
    assert [item.kind for item in found.returns] == ["return"]  # the one that Shopify knows
    assert (found.repairs, book.notes("1001")) == ((), [])


def test_no_personal_data_in_logs_or_errors(
    retailer: Retailer, open_book: Callable[..., HttpOrderBook], caplog: pytest.LogCaptureFixture, order: Make
) -> None:
    book = open_book()
    retailer.on("GET", "orders", Answer({"orders": [{**dump(order()), "currency": "€"}]}))
    with caplog.at_level(logging.INFO), pytest.raises(OrdersUnavailable) as failure:
        book.find_by_email("ada@example.com")
    retailer.on("GET", "orders", Answer({}, 500))
    with caplog.at_level(logging.INFO), pytest.raises(OrdersUnavailable) as second:
        book.find_by_email("ada@example.com")
    for text in (caplog.text, str(failure.value), str(second.value), repr(second.value.__cause__)):
        assert "ada" not in text
        assert "secret" not in text


def test_the_records_database_may_be_down_too(
    retailer: Retailer, open_book: Callable[..., HttpOrderBook], order: Make, tmp_path: Path
) -> None:
    (tmp_path / "broken.db").write_bytes(b"no database" * 200)
    retailer.on("GET", "orders/BA10483726", dump(order()))
    book = HttpOrderBook(retailer.url, load_mapping("concierge"), f"sqlite:///{tmp_path / 'broken.db'}")
    with pytest.raises(OrdersUnavailable, match="not a database"):
        book.get("BA10483726")
    book.close()
