"""One word and nothing else: taken for the topic that it names, or asked back with that topic among the choices."""

from __future__ import annotations

import pytest

from concierge.dialogue.fallback import likely

SUBJECTS = {
    "payment": "payment_methods",
    "payments": "payment_methods",
    "pay": "payment_methods",
    "card": "payment_methods",
    "visa": "payment_methods",
    "klarna": "deferred_payment",
    "delivery": "shipping_times",
    "deliveries": "shipping_times",
    "shipping": "shipping_times",
    "parcel": "track_order",
    "package": "track_order",
    "tracking": "track_order",
    "ups": "track_order",
    "order": "look_up_order",
    "orders": "look_up_order",
    "return": "return_item",
    "returns": "return_item",
    "exchange": "exchange_item",
    "refund": "refund_status",
    "cancel": "cancel_order",
    "cancellation": "cancel_order",
    "change": "modify_order",
    "repair": "repair_item",
    "broken": "repair_item",
    "repairs": "repair_services",
    "warranty": "repair_warranty",
    "damaged": "delivery_problem",
    "lost": "delivery_problem",
    "late": "delivery_problem",
    "invoice": "invoice",
    "receipt": "invoice",
    "size": "sizing",
    "sizes": "sizing",
    "price": "item_price",
    "tax": "prices_and_taxes",
    "sale": "promotions",
    "discount": "promotions",
    "availability": "stock_availability",
    "stock": "stock_availability",
    "store": "find_boutique",
    "boutique": "find_boutique",
    "hours": "opening_hours",
    "care": "care_leather",
    "gift": "gifts",
    "account": "account_benefits",
    "password": "login_problem",
    "address": "change_address",
    "contact": "contact_ways",
    "advisor": "talk_to_advisor",
    "complaint": "complaint",
    "help": "greet",
    "problem": "greet",
    "bag": "inform",
    "sneakers": "inform",
    "livraison": "shipping_times",
    "pagamento": "payment_methods",
    "Umtausch": "exchange_item",
    "reembolso": "refund_status",
}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_bare_subject(assistant, subject):
    for written in (subject, subject.capitalize(), f"{subject}?", f"{subject} please"):
        parsed = assistant.parse([written])[0]
        intent = parsed["intent"]["name"]
        offered = likely(parsed["intent_ranking"]) if intent == "nlu_fallback" else []
        assert SUBJECTS[subject] in {intent, *offered}, (written, parsed["intent_ranking"][:3])
