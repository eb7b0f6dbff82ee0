"""What a few words about an order in hand are not taken for."""

from __future__ import annotations

import pytest

from concierge.nlu.matters import strays


@pytest.mark.parametrize(
    ("answer", "topic", "text"),
    [
        ("return_item/how", "repair_item", "and how would it get to you?"),
        ("alteration/how_much", "repair_item", "gratis then?"),
        ("charged_twice", "exchange_item", "possible two times?"),
        ("exchange_item/how_much", "return_fragrance", "is there anything to pay"),
        ("return_item/how", "repair_warranty", "wie kommt das zu Ihnen?"),
        ("alteration/how_much", "repair_cost", "c'est offert ?"),
    ],
)
def test_what_is_not_named_is_not_meant(answer, topic, text):
    assert strays(answer, topic, text)


@pytest.mark.parametrize(
    ("answer", "topic", "text"),
    [
        ("exchange_item", "return_item", "could I swap it?"),
        ("return_item", "repair_item", "puis-je le rendre ?"),
        ("repair_item", "return_item", "lässt sich das reparieren?"),
        ("repair_item", "return_item", "the buckle came off, what now"),
        ("return_item/how", "exchange_item", "and how do I send it?"),
        ("shipping_times", "repair_item", "how long?"),
        ("return_item", "repair_item", "after all of this I would much rather not have it in the house"),
    ],
)
def test_what_is_named_or_of_no_other_matter_may_be(answer, topic, text):
    assert not strays(answer, topic, text)
