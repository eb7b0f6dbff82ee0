"""How people write an order number, and what they write that is none."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.orders.number_format import HOUSE, Mistyped, NumberFormat, one_slip_apart
from concierge.orders.numbers import find_numbers, mistyped_number, normalise

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ"
numbers = st.builds(
    lambda letters, digits: letters + digits,
    st.text(LETTERS, min_size=2, max_size=2),
    st.text("0123456789", min_size=8, max_size=8).filter(lambda digits: set(digits) - {"0", "1"}),
)


@st.composite
def written(draw: st.DrawFn) -> tuple[str, str]:
    """A number, and one of the ways in which a customer might type it."""
    number = draw(numbers)
    swaps = {"0": "0Oo０", "1": "1IilL", "O": "O0o", "I": "I1i"}
    out = draw(st.sampled_from(["", "#", "# ", " "]))
    for position, character in enumerate(number):
        forms = swaps.get(character, character + character.lower() + chr(ord(character) + 0xFEE0))
        out += draw(st.sampled_from(forms))
        if position < 9:
            out += draw(st.sampled_from(["", "", "", " ", "-", " - ", "–", ".", "\u200b", "\u00a0", "/"]))
    return number, out + draw(st.sampled_from(["", " ", "."]))


@given(written())
def test_every_way_of_typing_a_number_finds_it(pair: tuple[str, str]) -> None:
    number, text = pair
    assert normalise(text) == number


@given(numbers, st.sampled_from(["my order is {}", "{}?", "where is #{} please", "n°{}.", "order:{},thanks", "«{}»"]))
def test_a_number_in_a_sentence_is_found(number: str, sentence: str) -> None:
    assert find_numbers(sentence.format(number)) == [number]
    assert find_numbers(sentence.format(number.lower())) == [number]


@given(st.text())
def test_what_is_returned_is_always_a_number(text: str) -> None:
    for found in [*find_numbers(text), *filter(None, [normalise(text)])]:
        assert re.fullmatch(r"[A-Z]{2}[0-9]{8}", found)
        assert normalise(found) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "my order is 10483726",
        "call 0112345678 now",
        "+33 1 42 68 53 00",
        "BA1048372",
        "BA104837261",
        "1Z999AA10123456784",
        "ABA10483726",
        "4242 4242 4242 4242",
        "bought in 2024, size 38",
        '/inform{"x": 1}',
    ],
)
def test_what_is_no_number(text: str) -> None:
    assert find_numbers(text) == []
    assert normalise(text) is None


def test_several_in_one_message_each_once_and_in_order() -> None:
    text = "BA10000002 and ba 1000-0001, not BA1OOOOO02"
    assert find_numbers(text) == ["BA10000002", "BA10000001"]


def test_digits_of_other_scripts() -> None:
    assert normalise("BA ١٠٤٨٣٧٢٦") == normalise("ＢＡ１０４８３７２６") == "BA10483726"


def test_a_small_word_is_a_prefix_when_it_is_written_as_one() -> None:
    assert find_numbers("my order IT10483726") == ["IT10483726"]
    assert find_numbers("is it 10483726") == []
    assert normalise("IT 10483726") == "IT10483726"


def test_a_long_message_takes_no_long_time() -> None:
    for text in ["A" * 20_000, "BA 1 0 " * 3_000, "0 " * 10_000, "B-" * 10_000, "#" * 20_000]:
        assert find_numbers(text) == []


def test_the_pattern_for_the_entity_ruler_takes_the_plain_forms() -> None:
    assert re.fullmatch(HOUSE.regex, "#ba10483726")
    assert not re.fullmatch(HOUSE.regex, "ba1048")


def test_another_retailers_format() -> None:
    bare = NumberFormat(letters=0, digits=4, max_digits=8, example="#1001")
    assert bare.normalise("#1001") == bare.normalise(" 1001 ") == "1001"
    assert bare.find("where is #1001, bought in 2024") == ["1001"]
    assert bare.find("1001") == ["1001"]
    assert bare.find("order 00001234 please") == ["00001234"]


@pytest.mark.parametrize(
    ("text", "said", "meant"),
    [
        ("BA1000005", "BA1000005", ""),
        ("my number is BA 1000 00055", "BA100000055", ""),
        ("10000005", "10000005", "BA10000005"),
        ("my order is 10483726 thanks", "10483726", "BA10483726"),
        ("A10000005", "A10000005", "BA10000005"),
        ("BA1000000S", "BA1000000S", "BA10000005"),
        ("BAA10000005", "BAA10000005", ""),
    ],
)
def test_what_seems_meant_for_a_number(text: str, said: str, meant: str) -> None:
    assert find_numbers(text) == []
    assert mistyped_number(text) == Mistyped(said, meant)


@pytest.mark.parametrize(
    "text", ["in 2024", "call me at 0612345678", "I paid 1200 euros", "size 38", "le 12/11/2026", "at 10:30", ""]
)
def test_what_is_no_attempt_at_one(text: str) -> None:
    assert mistyped_number(text) is None


def test_looking_for_an_attempt_takes_no_long_time() -> None:
    for text in ["A" * 20_000, "BA 1 0 " * 3_000, "0 " * 10_000, "B-" * 10_000, "1O" * 10_000]:
        mistyped_number(text)


@pytest.mark.parametrize(("a", "b", "one"), [("lable", "label", True), ("order", "oder", True), ("cat", "dog", False)])
def test_one_slip_of_a_word(a: str, b: str, one: bool) -> None:
    assert one_slip_apart(a, b) is one_slip_apart(b, a) is one


@given(st.sampled_from(["BA10000005", "BA10483726"]), st.integers(0, 9), st.sampled_from("0123456789"))
def test_one_slip(number: str, at: int, other: str) -> None:
    dropped, added, changed = number[:at] + number[at + 1 :], number[:at] + other + number[at:], number[:at] + "X"
    for slip in (dropped, added, changed + number[at + 1 :]):
        assert one_slip_apart(slip, number)
        assert one_slip_apart(number, slip)
    assert not one_slip_apart(number, number)
    assert not one_slip_apart("BA22000005", "BA10000005")
