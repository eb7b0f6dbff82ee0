"""Region and zone of every country that there is, and of the territories whose law is another country's."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import resources
from zoneinfo import ZoneInfo

import pytest

from concierge.orders.places import law_of, region_of, timezone_of

_TABLE = resources.files("tzdata").joinpath("zoneinfo").joinpath("iso3166.tab").read_text(encoding="utf-8")
COUNTRIES = [row.split("\t")[0] for row in _TABLE.splitlines() if not row.startswith("#")]
UNINHABITED = {"BV", "HM"}


@pytest.mark.parametrize("country", sorted(set(COUNTRIES) - UNINHABITED))
def test_every_country_has_a_zone_of_its_own(country: str) -> None:
    assert timezone_of(country) != "UTC"
    assert ZoneInfo(timezone_of(country))


@pytest.mark.parametrize(
    ("country", "offset"),
    [("RU", 3), ("CL", -4), ("PA", -5), ("VN", 7), ("BR", -3), ("AU", 10), ("CA", -4), ("US", -4), ("ID", 7), ("KZ", 5),
     ("MX", -6), ("UA", 3), ("RE", 4), ("MQ", -4), ("IC", 1), ("IN", 5.5)],
)  # fmt: skip
def test_the_zone_is_that_of_most_people(country: str, offset: float) -> None:
    summer = datetime(2026, 7, 1, tzinfo=ZoneInfo(timezone_of(country)))
    assert summer.utcoffset() == timedelta(hours=offset)


def test_what_is_no_country_has_no_zone() -> None:
    assert (timezone_of("XX"), region_of("XX"), law_of("XX")) == ("UTC", "ROW", "XX")


def test_every_region_is_that_of_the_law() -> None:
    regions: dict[str, set[str]] = {"EU": set(), "UK": set(), "US": set(), "ROW": set()}
    for country in COUNTRIES:
        regions[region_of(country)].add(country)
    assert len(regions["EU"]) == 27 + len({"GP", "MQ", "GF", "RE", "YT", "MF", "AX"})
    assert regions["UK"] == {"GB"}
    assert regions["US"] == {"US", "AS", "GU", "MP", "PR", "VI"}
    assert {"NC", "PF", "PM", "WF", "BL", "GL", "FO", "AW", "CW", "SX", "BQ", "GI", "IM", "JE", "GG"} <= regions["ROW"]
