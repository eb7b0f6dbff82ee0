"""Shopify's GraphQL Admin API as far as the mapping uses it: it knows the documented fields, and refuses any other, an
unknown token, a search without a filter, and a return of what is not returnable."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

from .loopback import Answer, Asked

_FOLDER = Path(__file__).with_name("recorded")
SHAPES: dict[str, dict[str, str]] = json.loads((_FOLDER / "shopify_graphql_types.json").read_text())
ORDER = json.loads((_FOLDER / "shopify_graphql.json").read_text())
REASONS = {"COLOR", "DEFECTIVE", "NOT_AS_DESCRIBED", "OTHER", "SIZE_TOO_LARGE", "SIZE_TOO_SMALL", "STYLE", "UNKNOWN",
           "UNWANTED", "WRONG_ITEM"}  # fmt: skip


class Refused(Exception):
    pass


class GraphqlShop:
    """Give its ``answer`` to ``Retailer.on``."""

    def __init__(self, token: str = "secret") -> None:
        self.token = token
        self.orders = [deepcopy(ORDER)]
        self.requested: list[dict[str, Any]] = []
        self.note = "Ring twice."
        self.cancels_at: str | None = None
        self.variants = [variant("Black", "41", True, "895.00"), variant("Black", "42", False, "895.00")]

    def answer(self, asked: Asked) -> Any:
        if asked.headers.get("x-shopify-access-token") != self.token:
            return Answer({"errors": "[API] Invalid API key or access token"}, 401)
        sent = asked.json
        kind, arguments, selection = _parse(sent["query"])
        try:
            whole = {"query": self._query, "mutation": self._mutation}[kind](arguments, sent["variables"], selection)
            return {"data": _selected(whole, selection, "QueryRoot" if kind == "query" else "Mutation")}
        except Refused as refusal:
            code = str(refusal)
            return {"errors": [{"message": f"Field problem: {sent['variables']}", "extensions": {"code": code}}]}

    def _query(self, arguments: str, variables: dict[str, Any], selection: dict[str, Any]) -> dict[str, Any]:
        if "orders" in selection:
            if not 1 <= variables["first"] <= 250 or not variables["search"]:
                raise Refused("argumentLiteralsIncompatible")
            field, _, wanted = variables["search"].partition(":")
            if field not in {"name", "email"}:
                raise Refused("BAD_REQUEST")
            found = [order for order in self.orders if order[field].casefold() == wanted.strip('"').casefold()]
            return {"orders": {"nodes": found}}
        if "node" in selection:
            lines = {line["id"]: line for line in self.orders[0]["lineItems"]["nodes"]}
            found = lines.get(variables["line"])
            if len(variables["country"]) != 2:
                raise Refused("INVALID_VARIABLE")
            product = {"variants": {"nodes": self.variants}}
            return {"node": found and {**found, "product": found["product"] and product}}
        if variables["order"] not in {order["id"] for order in self.orders}:
            return dict.fromkeys(selection)
        sent = [each for parcel in self.orders[0]["fulfillments"] for each in parcel["fulfillmentLineItems"]["nodes"]]
        items = [{"quantity": each["quantity"], "fulfillmentLineItem": each} for each in sent]
        returnable = {"nodes": [{"returnableFulfillmentLineItems": {"nodes": items}}]}
        return {"returnableFulfillments": returnable, "order": {**self.orders[0], "note": self.note}}

    def _mutation(self, arguments: str, variables: dict[str, Any], selection: dict[str, Any]) -> dict[str, Any]:
        if "orderCancel" in selection:
            return {"orderCancel": self._cancel(variables)}
        given = variables["input"]
        if "orderUpdate" in selection:
            if given["id"] not in {order["id"] for order in self.orders}:
                return {"orderUpdate": {"order": None, "userErrors": [{"field": ["id"], "message": "does not exist"}]}}
            self.note = given.get("note", self.note)
            if address := given.get("shippingAddress"):
                if not {"address1", "city", "countryCode", "lastName"} <= set(address):
                    raise Refused("INVALID_VARIABLE")
                self.orders[0]["shippingAddress"] = {**address, "countryCodeV2": address["countryCode"]}
            return {"orderUpdate": {"order": {"id": given["id"]}, "userErrors": []}}
        for item in given["returnLineItems"]:
            if item["returnReason"] not in REASONS or len(item.get("customerNote", "")) > 300:
                raise Refused("INVALID_VARIABLE")
        known = {each["id"]: each["quantity"] for each in
                 self.orders[0]["fulfillments"][0]["fulfillmentLineItems"]["nodes"]}  # fmt: skip
        wrong = [item for item in given["returnLineItems"]
                 if item["quantity"] > known.get(item["fulfillmentLineItemId"], 0)]  # fmt: skip
        if wrong or not given["returnLineItems"]:
            errors = [{"field": ["returnLineItems"], "message": "Return line item has an invalid quantity."}]
            return {"returnRequest": {"return": None, "userErrors": errors}}
        self.requested.append(given)
        made = {"id": "gid://shopify/Return/945000954", "name": "#1001-R2", "status": "REQUESTED"}
        return {"returnRequest": {"return": made, "userErrors": []}}

    def _cancel(self, variables: dict[str, Any]) -> dict[str, Any]:
        order = self.orders[0]
        if variables["reason"] not in {"CUSTOMER", "DECLINED", "FRAUD", "INVENTORY", "OTHER", "STAFF"}:
            raise Refused("INVALID_VARIABLE")
        if not {"refund", "restock"} <= set(variables):
            raise Refused("missingRequiredArguments")
        if order["cancelledAt"] or order["fulfillments"]:
            return {"job": None, "orderCancelUserErrors": [{"code": "INVALID", "message": "Cannot cancel."}]}
        order["cancelledAt"] = self.cancels_at  # a job does it: some moments later, unless a test has it at once
        return {"job": {"id": "gid://shopify/Job/1", "done": False}, "orderCancelUserErrors": []}


def variant(colour: str, size: str, available: bool, price: str) -> dict[str, Any]:
    options = [{"name": "Color", "value": colour}, {"name": "Size", "value": size}]
    priced = {"price": {"amount": price, "currencyCode": "EUR"}}
    return {"availableForSale": available, "selectedOptions": options, "contextualPricing": priced}


def _parse(query: str) -> tuple[str, str, dict[str, Any]]:
    tokens = re.findall(r"\.\.\.|[A-Za-z_]\w*|\(.*?\)|[{}]", query, re.S)
    start = tokens.index("{")
    kind, arguments = tokens[0], " ".join(tokens[1:start])
    selection, rest = _fields(tokens[start + 1 :])
    assert not rest, "the query has more braces closed than opened, or less"
    return kind, arguments, selection


def _fields(tokens: list[str]) -> tuple[dict[str, Any], list[str]]:
    found: dict[str, Any] = {}
    while tokens:
        token = tokens.pop(0)
        if token == "}":
            return found, tokens
        if token == "...":  # on Type { … }: its fields are those of the type it stands in
            assert tokens.pop(0) == "on"
            tokens.pop(0)
            assert tokens.pop(0) == "{"
            inner, tokens = _fields(tokens)
            found |= inner
            continue
        if tokens and tokens[0].startswith("("):
            tokens.pop(0)
        inner = {}
        if tokens and tokens[0] == "{":
            inner, tokens = _fields(tokens[1:])
        found[token] = inner
    raise Refused("syntax")


def _selected(value: Any, selection: dict[str, Any], kind: str) -> Any:
    """What was asked for and no more, as GraphQL answers; raises for a field that its type does not have."""
    if isinstance(value, list):
        return [_selected(item, selection, kind) for item in value]
    if unknown := set(selection) - set(SHAPES[kind]):
        raise Refused(f"undefinedField_{min(unknown)}")
    if value is None:
        return None
    made = {}
    for name, inner in selection.items():
        of = SHAPES[kind][name]
        if bool(of) != bool(inner):
            raise Refused("selectionMismatch")
        made[name] = _selected(value.get(name), inner, of) if of else value.get(name)
    return made
