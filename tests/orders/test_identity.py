"""Whose order it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.orders.identity import mask_email, mask_name, normalise_email, same_email


@pytest.mark.parametrize(
    "typed",
    [
        "claire@example.com",
        " Claire@Example.COM ",
        "claire @ example.com",
        "ｃｌａｉｒｅ＠ｅｘａｍｐｌｅ．ｃｏｍ",
        "<claire@example.com>",
        "mailto:claire@example.com",
        "claire@example.com.",
        "cla\u200bire@exam\u00adple.com",
    ],
)
def test_one_address_typed_in_many_ways(typed: str) -> None:
    assert same_email("claire@example.com", typed)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "claire",
        "claire@example",
        "clair@example.com",
        "claire@example.co",
        "сlaire@example.com",
        "claire+x@example.com",
        "claire@example.com claire@example.org",
        "@example.com",
        "claire@@example.com",
        "%",
        "claire@example.com\x00",
    ],
)
def test_another_address_is_another(typed: str) -> None:
    assert not same_email("claire@example.com", typed)


def test_what_is_no_address_is_nobodys() -> None:
    assert not same_email("", "")
    assert not same_email("none", "none")


@given(st.emails())
def test_normalising_twice_changes_nothing(address: str) -> None:
    once = normalise_email(address)
    assert normalise_email(once) == once


@given(st.text())
def test_anything_may_be_typed(text: str) -> None:
    once = normalise_email(text)
    assert not once or ("@" in once and normalise_email(once) == once)
    assert isinstance(mask_email(text), str)
    assert isinstance(mask_name(text), str)


def test_a_masked_address_tells_its_owner_and_nobody_else() -> None:
    assert mask_email("claire@example.com") == "c•••@e•••.com"
    assert mask_email("nonsense") == "•••"
    assert mask_name("Claire Fontaine") == "C. F."
