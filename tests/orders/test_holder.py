"""Name and postcode, as customers write them: of this order, and of no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

import pytest

from concierge.demo.documented import documented_orders
from concierge.languages import lexicon
from concierge.orders.holder import Holder, is_held_by, read_holder

ORDER = documented_orders(datetime(2026, 11, 28, 12, tzinfo=timezone.utc))[2]
AROUND = lexicon.words("around_a_name")


def held(said: str, **of: str) -> bool | None:
    """Whether it is the order's; ``None`` where it is no single try."""
    read = read_holder(said, AROUND)
    return is_held_by(replace(ORDER, **of), read) if read and read.is_whole else None


@pytest.mark.parametrize(
    ("name", "country", "postcode", "said"),
    [
        ("Claire Fontaine", "FR", "75003", "Claire Fontaine 75003"),
        ("Claire Fontaine", "FR", "75003", "My name is Claire Fontaine, and the postcode is 75003."),
        ("Claire Fontaine", "FR", "75003", "c fontaine, 75003 Paris"),
        ("Claire Marie Fontaine", "FR", "75003", "Claire Fontaine 75003"),
        ("Fontaine Claire", "FR", "75003", "CLAIRE FONTAINE\n75003"),
        ("Jürgen Groß", "DE", "10117", "Ich heiße Juergen Gross, PLZ 10117"),
        ("Lucía Ibáñez", "ES", "28001", "Lucia Ibanez, código postal 28001"),
        ("Zoë O'Brien", "GB", "W1S 2XG", "Zoe OBrien w1s2xg"),
        ("Zoë O'Brien", "GB", "W1S2XG", "Zoë O’Brien, W1S 2XG"),
        ("Sanne de Vries", "NL", "1012 NX", "Sanne de Vries 1012nx"),
        ("Sanne de Vries", "NL", "1012NX", "Sanne de Vries, 1012 NX Amsterdam"),
        ("Maya Johnson", "US", "10012-3456", "Maya Johnson 10012"),
        ("Maya Johnson", "US", "10012", "Maya Johnson, zip 10012-3456"),
        ("Chloé Tremblay", "CA", "H3G 1P7", "Chloe Tremblay H3G1P7"),
        ("Yuki Tanaka", "JP", "150-0001", "Tanaka Yuki 150-0001"),
        ("王小明", "CN", "100000", "王小明 100000"),
    ],
)
def test_it_is_theirs_however_they_write_it(name: str, country: str, postcode: str, said: str) -> None:
    assert held(said, name=name, country=country, postcode=postcode) is True


@pytest.mark.parametrize(
    "said",
    [
        "Claire Fontaine 75004",
        "Claire Fontaine 7500",
        "Claire Fontaine 750033",
        "Vera Fontaine 75003",
        "Claire Fontana 75003",
        "V Fontaine 75003",
        "Claire F 75003",
        "Claire Claire 75003",
    ],
)
def test_another_is_anothers(said: str) -> None:
    assert held(said) is False


@pytest.mark.parametrize(
    "said",
    [
        "Claire Fontaine 75001 75002 75003",
        "Claire Fontaine 75001 or 75003",
        "Claire Vera Anna Marie Julie Lucie Fontaine 75003",
        "Fontaine 75003",
        "Claire Fontaine",
        "75003",
        "",
    ],
)
def test_what_is_no_single_try_is_none(said: str) -> None:
    assert held(said) is None


@pytest.mark.parametrize("of", [{"postcode": ""}, {"name": ""}, {"name": "", "postcode": ""}])
def test_an_order_without_them_is_nobodys(of: dict[str, str]) -> None:
    assert held("Claire Fontaine 75003", **of) is False
    assert is_held_by(replace(ORDER, **of), Holder(("",), ("",))) is False


def test_an_order_that_there_is_not_is_nobodys() -> None:
    read = read_holder("Claire Fontaine 75003")
    assert read is not None
    assert is_held_by(None, read) is False
    assert is_held_by(None, Holder(("\0",), ("\0",))) is False
