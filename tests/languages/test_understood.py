"""Languages that are understood and not spoken: how they are told, and what is said of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from concierge.channels.language import CHOSEN, evidence, settle, understood_only
from concierge.languages import registry, small_words, understood
from concierge.settings import ROOT

WRITTEN = [
    ("pt", "Onde está o meu pedido?"),
    ("pt", "Como faço para trocar o tamanho?"),
    ("pt", "quero falar com uma pessoa, não com um robô"),
    ("nl", "Waar is mijn bestelling?"),
    ("nl", "hoe kan ik retourneren"),
    ("nl", "mijn rits is kapot"),
    ("ja", "注文した商品はどこですか"),
    ("ko", "주문이 어디에 있나요?"),
    ("zh", "我的订单 BA10000003 在哪里"),
    ("ru", "Где мой заказ?"),
    ("ru", "Привет"),
    ("ar", "أين طلبي؟"),
]


@pytest.mark.parametrize(("code", "said"), WRITTEN)
@pytest.mark.parametrize("now", ["en", "fr", "es"])
def test_it_is_told_and_answered_in_the_nearest_language(code: str, said: str, now: str) -> None:
    assert understood_only(said) == code
    assert settle(evidence(said), now, {}) == understood.languages()[code].answered_in


@pytest.mark.parametrize(
    "said",
    [
        "Where is my order?", "Où est ma commande ?", "Ich kann nicht retournieren", "wo kann ich das finden",
        "quiero devolver una bolsa", "dov'è una boutique", "posso cambiare la taglia", "is it a 東京 edition bag",
        "uma", "Le Cagole", "ok", "BA10000003", "do you have one in black",
    ],
)  # fmt: skip
def test_the_house_s_own_languages_and_names_are_none_of_them(said: str) -> None:
    assert understood_only(said) is None


def test_a_language_that_was_chosen_stays() -> None:
    assert settle(evidence("Где мой заказ?"), "fr", {CHOSEN: True}) == "fr"


@pytest.mark.parametrize("code", understood.read(ROOT))
@pytest.mark.parametrize("language", registry.complete())
def test_the_sentence_names_the_language_that_answers(code: str, language: str) -> None:
    said = understood.notice(code, language)
    assert "{" not in said
    assert understood_only(said) == code


def test_small_words_are_of_one_language() -> None:
    known = small_words.by_language()
    for code in understood.languages():
        for other in registry.complete():
            assert not known.get(code, frozenset()) & known[other], (code, other)


def test_what_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for file in (registry.FILE, understood.FILE):
        (tmp_path / file).write_text((ROOT / file).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / understood.FILE).write_text("pl: {answered_in: cs, says: Rozumiem.}\n", encoding="utf-8")
    with pytest.raises(registry.BadLanguages) as raised:
        understood.read(tmp_path)
    assert len(str(raised.value).splitlines()) == 3
