"""Addresses as customers write them."""

from __future__ import annotations

import pytest

from concierge.orders.addresses import read_address


@pytest.mark.parametrize(
    ("text", "country", "parts"),
    [
        ("12 rue de la Paix, 75002 Paris", "FR", ("12 rue de la Paix", "75002", "Paris")),
        ("12 rue de la Paix 75002 Paris", "FR", ("12 rue de la Paix", "75002", "Paris")),
        (
            "Claire Fontaine\n12 rue de la Paix\n75002 Paris",
            "FR",
            ("Claire Fontaine, 12 rue de la Paix", "75002", "Paris"),
        ),
        ("Via Roma 5, 20121 Milano", "IT", ("Via Roma 5", "20121", "Milano")),
        ("Hauptstraße 3a, D-10115 Berlin", "DE", ("Hauptstraße 3a", "10115", "Berlin")),
        ("Calle Mayor 1, 2º B; 28013 Madrid.", "ES", ("Calle Mayor 1, 2º B", "28013", "Madrid")),
        ("10 Downing Street, London sw1a 2aa", "GB", ("10 Downing Street", "SW1A 2AA", "London")),
        ("350 Fifth Avenue, New York, NY 10118", "US", ("350 Fifth Avenue", "10118", "New York, NY")),
        ("Keizersgracht 10, 1015 CN Amsterdam", "NL", ("Keizersgracht 10", "1015 CN", "Amsterdam")),
        ("Drottninggatan 5, 111 51 Stockholm", "SE", ("Drottninggatan 5", "111 51", "Stockholm")),
        ("1 Queen's Road Central, Hong Kong", "HK", ("1 Queen's Road Central", "", "Hong Kong")),
    ],
)
def test_its_parts_are_found(text: str, country: str, parts: tuple[str, str, str]) -> None:
    found = read_address(text, country)
    assert found is not None
    assert (found.street, found.postcode, found.city) == parts


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("", "FR"),
        ("75002 Paris", "FR"),  # no street
        ("rue de la Paix, 75002 Paris", "FR"),  # no number
        ("12 rue de la Paix, Paris", "FR"),  # no postcode
        ("12 rue de la Paix, 75002", "FR"),  # no town
        ("to my office please", "FR"),
        ("10 Downing Street, 75002 Paris", "GB"),
        ("x" * 300 + " 1, 75002 Paris", "FR"),
    ],
)
def test_what_lacks_a_part_is_no_address(text: str, country: str) -> None:
    assert read_address(text, country) is None
