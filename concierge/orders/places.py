"""What a country of delivery implies where the source of an order does not say: the policies' region, the time zone.

Countries are ISO 3166-1 codes, with the reserved IC and EA by which couriers know the Canaries, and Ceuta and Melilla.
Zones are read from the time zone database. Which law holds in a territory with a code of its own is in no data set; it
is written here from the treaties.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

from babel.numbers import get_territory_currencies

_EU_TEXT = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EU = frozenset(_EU_TEXT.split())

# Union law holds in the outermost regions (Treaty on the Functioning of the European Union, articles 349 and 355(1)),
# on Åland (355(4)) and in the Spanish territories; not in the overseas countries of its annex II (NC, PF, PM, WF, BL,
# GL, AW, CW, SX, BQ), nor in the Faroes or the Crown dependencies. US federal law holds in the inhabited territories.
_LAW_OF = {
    "GF": "FR", "GP": "FR", "MF": "FR", "MQ": "FR", "RE": "FR", "YT": "FR", "AX": "FI", "IC": "ES", "EA": "ES",
    "AS": "US", "GU": "US", "MP": "US", "PR": "US", "VI": "US",
}  # fmt: skip

# The database lists a country's zones by population only where that is also their order on the map. Elsewhere: the zone
# of most people, and those of the two reserved codes, which it does not know.
_MOST_PEOPLE = {
    "AU": "Australia/Sydney", "BR": "America/Sao_Paulo", "CA": "America/Toronto", "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv", "UZ": "Asia/Tashkent", "XK": "Europe/Belgrade", "EA": "Africa/Ceuta", "IC": "Atlantic/Canary",
}  # fmt: skip


_ALSO_WRITTEN = {"UK": "GB", "EL": "GR"}  # reserved in ISO 3166-1, and what the law of the Union writes

REGIONS = ("EU", "UK", "US", "ROW")
"""The policies' regions."""


def country_code(text: str) -> str:
    """``fr`` → ``FR``, ``UK`` → ``GB``; what is no code comes back in upper case, and is not among ``countries()``."""
    code = text.strip().upper()
    return _ALSO_WRITTEN.get(code, code)


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """ISO 3166-1 alpha-2 from the time zone database, with what couriers write for the Canaries, Ceuta and Melilla, and
    Kosovo."""
    table = resources.files("tzdata").joinpath("zoneinfo").joinpath("iso3166.tab").read_text(encoding="utf-8")
    return frozenset({row[:2] for row in table.splitlines() if not row.startswith("#")} | {"IC", "EA", "XK"})


@lru_cache(maxsize=1)
def currencies() -> frozenset[str]:
    """ISO 4217 codes that are money somewhere today."""
    return frozenset(code for country in countries() for code in get_territory_currencies(country))


def law_of(country: str) -> str:
    """The country whose law holds there: FR for Réunion. Most countries are their own."""
    return _LAW_OF.get(country, country)


def region_of(country: str) -> str:
    """EU, UK, US or ROW (the rest of the world), for an ISO 3166-1 alpha-2 code."""
    law = law_of(country)
    if law in EU:
        return "EU"
    return {"GB": "UK", "US": "US"}.get(law, "ROW")


def timezone_of(country: str) -> str:
    """An IANA name such as Europe/Paris, of most people in the country; UTC for what is no country."""
    return _MOST_PEOPLE.get(country) or _first_zones().get(country, "UTC")


@lru_cache(maxsize=1)
def _first_zones() -> dict[str, str]:
    """The first zone of each country in the database's ``zone.tab``."""
    table = resources.files("tzdata").joinpath("zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    first: dict[str, str] = {}
    for row in table.splitlines():
        if not row.startswith("#"):
            country, _, zone = row.split("\t")[:3]
            first.setdefault(country, zone)
    return first
