"""A parcel of which nobody has told the carrier or the number is spoken of all the same, in every language."""

from __future__ import annotations

from dataclasses import replace

import pytest

from concierge.policy import load_house
from tests.policy.rendering import LANGUAGES, decide, render
from tests.policy.sentences import Sentence, sentences

HOUSE = load_house()
OF_PARCELS = [each for each in sentences() if each.order is not None and each.order.shipments]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sentence", OF_PARCELS, ids=str)
def test_it_is_said_without_them(sentence: Sentence, language: str) -> None:
    assert sentence.order is not None
    bare = tuple(replace(parcel, carrier="", tracking="", url="") for parcel in sentence.order.shipments)
    unknown = replace(sentence, order=replace(sentence.order, shipments=bare))
    whole, decision = decide(sentence, HOUSE), decide(unknown, HOUSE)
    assert decision.rules == whole.rules
    with_number, without = (render(each, of, language)[0] for each, of in ((sentence, whole), (unknown, decision)))
    assert without
    first, second = (text.split(". ")[0].rstrip(".") for text in (with_number, without))
    assert first == second
