"""Shopify's GraphQL Admin API and Salesforce's Commerce API, with servers that refuse what those would."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from concierge.orders import NotTaken, OrdersUnavailable
from concierge.orders.addresses import Address
from concierge.orders.http import HttpOrderBook
from concierge.orders.mapping import load_mapping, parse_mapping
from concierge.orders.model import Category, Flag, Status, Variant

from .graphql_shop import GraphqlShop
from .loopback import Answer, Asked, Retailer

SCAPI = json.loads(Path(__file__).with_name("recorded").joinpath("scapi.json").read_text())
NOW = datetime(2026, 1, 20, 12, 0, tzinfo=timezone.utc)
BAG, TRAINERS = "gid://shopify/LineItem/1", "gid://shopify/LineItem/2"
Open = Callable[..., HttpOrderBook]


@pytest.fixture
def retailer() -> Iterator[Retailer]:
    server = Retailer()
    yield server
    server.close()


@pytest.fixture
def shop(retailer: Retailer) -> GraphqlShop:
    made = GraphqlShop()
    retailer.on("POST", "graphql.json", made.answer)
    return made


@pytest.fixture
def book(retailer: Retailer, tmp_path: Path) -> Iterator[HttpOrderBook]:
    mapping = load_mapping("shopify_graphql")
    opened = HttpOrderBook(retailer.url, mapping, f"sqlite:///{tmp_path / 'records.db'}", "secret")
    yield opened
    opened.close()


def test_a_graphql_order_in_our_words(shop: GraphqlShop, book: HttpOrderBook) -> None:
    order = book.find("1001", "bob.norman@mail.example.com")
    assert order is not None
    assert (order.number, order.name, order.country, order.currency) == ("1001", "Bob Norman", "US", "EUR")
    assert order.phone == "+1 502 555 0104"
    assert (order.status, order.delivered_at) == (Status.DELIVERED, datetime(2026, 1, 14, 20, 20, tzinfo=timezone.utc))
    bag, trainers, earrings = order.lines
    assert [line.category for line in order.lines] == [Category.BAG, Category.SHOES, Category.JEWELLERY]
    assert (bag.flags, trainers.flags) == (frozenset({Flag.PERSONALISED}), frozenset({Flag.SALE}))
    assert (trainers.price, trainers.quantity, trainers.size, trainers.colour) == (Decimal(1805), 2, "42", "White")
    assert [line.unavailable for line in order.lines] == [False, False, True]
    assert (order.taxes, order.shipping_fee, order.total) == (280, 15, Decimal(4950))
    assert [(payment.method, payment.last4) for payment in order.payments] == [("gift_card", ""), ("visa", "4242")]
    assert [item.amount for payment in order.payments for item in payment.captures] == [500, 4000]
    (parcel,) = order.shipments
    assert (parcel.carrier, parcel.tracking, parcel.lines) == ("UPS", "1Z999AA16800000139", (BAG, TRAINERS))
    assert [attempt.outcome for attempt in parcel.attempts] == ["nobody_home", "delivered"]
    assert [(refund.amount, refund.method, refund.last4) for refund in order.refunds] == [(50, "visa", "4242")]
    assert [found.number for found in book.find_by_email("Bob.Norman@mail.example.com")] == ["1001"]
    assert book.find("1001", "eve@example.com") is None
    assert book.get("1002") is None
    assert earrings.price == 450


@pytest.mark.parametrize(
    ("status", "closed", "seen"),
    [
        ("REQUESTED", None, (None, False)),
        ("OPEN", None, (None, False)),
        ("CLOSED", "2026-01-19T10:00:00Z", (True, True)),
        ("DECLINED", None, None),
        ("CANCELED", None, None),
    ],
)
def test_a_return_in_each_of_its_states(
    shop: GraphqlShop, book: HttpOrderBook, status: str, closed: str | None, seen: Any
) -> None:
    shop.orders[0]["returns"]["nodes"][0] |= {"status": status, "closedAt": closed}
    order = book.get("1001")
    assert order is not None
    told = [(item.accepted, item.received_at is not None) for item in order.returns]
    assert told == ([] if seen is None else [seen])
    if seen is None:
        assert order.extra["returns_declined"] == "#1001-R1"
    else:
        assert (order.returns[0].lines, order.returns[0].quantities) == ((TRAINERS,), (1,))


def test_an_exchange_says_what_for(shop: GraphqlShop, book: HttpOrderBook) -> None:
    items = [{"lineItems": [{"title": "Track Trainers", "variantTitle": "43 / White"}]}]
    shop.orders[0]["returns"]["nodes"][0]["exchangeLineItems"]["nodes"] = items
    order = book.get("1001")
    assert order is not None
    assert [(item.kind, item.replacement) for item in order.returns] == [("exchange", "43 / White")]


def test_a_return_is_requested_once_of_what_was_sent(shop: GraphqlShop, book: HttpOrderBook) -> None:
    made = book.request_return("1001", [BAG], "exchange", "in grey " * 60, key="k", at=NOW)
    assert made == book.request_return("1001", [BAG], "exchange", "in grey " * 60, key="k", at=NOW)
    assert made.id == "#1001-R2"
    (sent,) = shop.requested
    assert sent["orderId"] == "gid://shopify/Order/450789469"
    (item,) = sent["returnLineItems"]
    assert (item["fulfillmentLineItemId"], item["quantity"]) == ("gid://shopify/FulfillmentLineItem/11", 1)
    assert "exchange in grey" in item["customerNote"]


def test_what_shopify_refuses_is_not_registered(shop: GraphqlShop, book: HttpOrderBook) -> None:
    with pytest.raises(NotTaken, match="refused it"):
        book.request_return("1001", ["gid://shopify/LineItem/3"], key="k", at=NOW)  # never sent, so not returnable
    order = book.get("1001")
    assert order is not None
    assert [item.id for item in order.returns] == ["#1001-R1"]


def test_what_is_in_stock_is_told_of_a_line(shop: GraphqlShop, book: HttpOrderBook) -> None:
    assert book.variants("1001", TRAINERS) == [
        Variant("41", "Black", True, Decimal("895.00")),
        Variant("42", "Black", False, Decimal("895.00")),
    ]
    shop.orders[0]["lineItems"]["nodes"][1]["product"] = None  # no longer sold
    assert book.variants("1001", TRAINERS) is None


def not_sent(shop: GraphqlShop) -> None:
    shop.orders[0] |= {"fulfillments": [], "displayFulfillmentStatus": "UNFULFILLED"}


def test_shopify_cancels_once_and_says_when_it_is_done(shop: GraphqlShop, book: HttpOrderBook) -> None:
    not_sent(shop)
    book.cancel("1001", key="cancel", at=NOW)
    order = book.get("1001")
    assert order is not None
    assert order.status is Status.CONFIRMED  # its job has not run yet
    book.cancel("1001", key="cancel", at=NOW)
    shop.orders[0]["cancelledAt"] = "2026-01-20T12:01:00Z"
    order = book.get("1001")
    assert order is not None
    assert order.status is Status.CANCELLED


def test_shopify_cancels_nothing_that_has_left(shop: GraphqlShop, book: HttpOrderBook) -> None:
    with pytest.raises(NotTaken, match="refused it"):
        book.cancel("1001", key="cancel", at=NOW)


def test_a_new_address_keeps_who_it_is_for(shop: GraphqlShop, book: HttpOrderBook) -> None:
    not_sent(shop)
    shop.orders[0]["shippingAddress"] |= {"firstName": "Bob", "lastName": "Norman", "phone": "1", "company": None}
    book.change_address("1001", Address("1 Main St", "40203", "Louisville"), key="k", at=NOW)
    address = shop.orders[0]["shippingAddress"]
    assert (address["lastName"], address["phone"], address["countryCode"]) == ("Norman", "1", "US")
    assert (address["address1"], address["zip"], address["city"]) == ("1 Main St", "40203", "Louisville")


def test_a_note_leaves_the_note_that_is_there(shop: GraphqlShop, book: HttpOrderBook) -> None:
    book.note("1001", "call it off if you can", "cancel_if_possible", "k", NOW)
    book.request_repair("1001", BAG, "the zip", "k", NOW)
    assert shop.note.splitlines() == [
        "Ring twice.",
        "cancel_if_possible: call it off if you can",
        f"Repair requested: {BAG} the zip",
    ]


def test_graphql_failures_under_status_200(retailer: Retailer, shop: GraphqlShop, book: HttpOrderBook) -> None:
    throttled = {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]}
    retailer.on("POST", "graphql.json", throttled, shop.answer)
    assert book.get("1001") is not None
    wrong = {"errors": [{"message": "Field 'x' of bob", "extensions": {"code": "undefinedField"}}]}
    retailer.on("POST", "graphql.json", wrong)
    for _ in range(8):
        with pytest.raises(OrdersUnavailable, match=r"refused the query \(undefinedField\)") as refusal:
            book.get("1001")
        assert "bob" not in str(refusal.value)
    retailer.on("POST", "graphql.json", {"errors": [{"message": "no", "extensions": {"code": "ACCESS_DENIED"}}]})
    with pytest.raises(OrdersUnavailable, match="denies access: check the scopes"):
        book.get("1001")
    shop.token = "another"
    retailer.on("POST", "graphql.json", shop.answer)
    with pytest.raises(OrdersUnavailable, match="answered 401"):
        book.get("1001")


def test_a_field_that_shopify_does_not_have_is_refused(retailer: Retailer, shop: GraphqlShop, tmp_path: Path) -> None:
    text = (Path(load_mapping.__code__.co_filename).parent / "mappings" / "shopify_graphql.yml").read_text()
    mapping = parse_mapping(text.replace("statusPageUrl\n", "statusPageUrl invoiceLink\n"), "mine.yml")
    opened = HttpOrderBook(retailer.url, mapping, f"sqlite:///{tmp_path / 'r.db'}", "secret")
    with pytest.raises(OrdersUnavailable, match="undefinedField_invoiceLink"):
        opened.get("1001")
    opened.close()


# --- Salesforce


@pytest.fixture
def scapi(retailer: Retailer, tmp_path: Path) -> Iterator[Open]:
    """Refuses another client or scope at the token server, and a missing token or site at the API."""

    def token(asked: Asked) -> Any:
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        client = b64decode(asked.headers["authorization"].removeprefix("Basic ")).decode()
        if client != "client:hush":
            return Answer({"error": "invalid_client"}, 401)
        if form != {"grant_type": "client_credentials", "scope": "SALESFORCE_COMMERCE_API:abcd_prd sfcc.orders"}:
            return Answer({"error": "invalid_scope"}, 400)
        return SCAPI["token"]

    def order(asked: Asked) -> Any:
        if asked.headers.get("authorization") != f"Bearer {SCAPI['token']['access_token']}":
            return Answer({"title": "Unauthorized"}, 401)
        if asked.query.get("siteId") != "RefArch":
            return Answer({"title": "Site Not Found"}, 404 if asked.query.get("siteId") else 400)
        return SCAPI["order"]

    retailer.on("POST", "access_token", token)
    retailer.on("GET", "orders/00000410", order)
    retailer.on("GET", "orders/99999999", Answer(SCAPI["not_found"], 404))
    opened: list[HttpOrderBook] = []

    def make(settings: str = "{tenant: abcd_prd, site: RefArch}", credentials: str = "client:hush") -> HttpOrderBook:
        own = f'extends: scapi\nsettings: {settings}\nauth: {{token_url: "{retailer.url}access_token"}}\n'
        records = f"sqlite:///{tmp_path / 'records.db'}"
        opened.append(HttpOrderBook(retailer.url, parse_mapping(own, "own.yml"), records, credentials))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


def test_a_scapi_order_in_our_words(scapi: Open) -> None:
    book = scapi()
    order = book.find("00000410", "max@example.com")
    assert order is not None
    assert (order.status, order.country, order.name) == (Status.PREPARING, "US", "Max Mustermann")
    (bag,) = order.lines
    assert (bag.price, bag.category, bag.family) == (2800, Category.BAG, "Rodeo")
    assert bag.flags == {Flag.PERSONALISED}
    assert (order.shipping_fee, order.taxes, order.total) == (Decimal("15.99"), 140, Decimal("2955.99"))
    assert [(pay.method, pay.last4, len(pay.captures)) for pay in order.payments] == [("visa", "1111", 0)]
    assert order.shipments == ()  # nothing has left
    assert book.find("00000410", "eve@example.com") is None
    assert book.find("99999999", "max@example.com") is None
    assert book.find_by_email("max@example.com") == []  # the API has no such search


@pytest.mark.parametrize(
    ("settings", "credentials", "reason"),
    [
        ("{tenant: other_prd, site: RefArch}", "client:hush", r"no token \(400\).*auth in the mapping"),
        ("{tenant: abcd_prd, site: RefArch}", "client:wrong", r"no token \(401\)"),
        ("{tenant: abcd_prd}", "client:hush", "answered 400"),
    ],
)
def test_what_salesforce_refuses_is_told(scapi: Open, settings: str, credentials: str, reason: str) -> None:
    with pytest.raises(OrdersUnavailable, match=reason):
        scapi(settings, credentials).get("00000410")


def test_what_is_asked_for_there_is_nobodys_until_a_person_has_it(scapi: Open) -> None:
    book = scapi()
    with pytest.raises(NotTaken):
        book.request_return("00000410", ["99e96c7f8b46b98de2bae5d778"], key="k", at=NOW)
    order = book.get("00000410")
    assert order is not None
    assert order.returns == ()
