"""Periods, against days worked out by hand and against slow counting."""

from __future__ import annotations

from datetime import date, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.policy.dates import add_business_days, add_months, is_working_day, last_day, zone

days = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2024-02-29", 24, "2026-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2024-08-31", 24, "2026-08-31"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-10-31", 4, "2027-02-28"),
        ("2026-05-31", 0, "2026-05-31"),
    ],
)
def test_months_end_on_the_same_number_or_the_last_day(start: str, months: int, end: str) -> None:
    assert add_months(date.fromisoformat(start), months) == date.fromisoformat(end)


@given(start=days, amount=st.integers(0, 40))
def test_business_days_are_counted_one_by_one(start: date, amount: int) -> None:
    day, left = start, amount
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    assert add_business_days(start, amount) == day


@pytest.mark.parametrize(
    ("start", "days", "country", "end"),
    [
        ("2026-04-01", 7, "IT", "2026-04-13"),  # Easter Monday
        ("2026-04-01", 7, "", "2026-04-10"),
        ("2026-12-22", 3, "IT", "2026-12-28"),  # Christmas Day; Saint Stephen's is a Saturday
        ("2026-08-12", 3, "IT", "2026-08-17"),  # Ferragosto is a Saturday
        ("2025-08-13", 2, "IT", "2025-08-18"),  # Ferragosto is a Friday
        ("2026-06-01", 1, "IT", "2026-06-03"),  # the Republic's day
        ("2026-04-01", 7, "XX", "2026-04-10"),
    ],
)
def test_public_holidays_are_no_business_days(start: str, days: int, country: str, end: str) -> None:
    assert last_day(date.fromisoformat(start), days, "business_days", country=country) == date.fromisoformat(end)


@pytest.mark.parametrize(
    "country", ["AT", "BE", "CY", "DE", "ES", "FR", "GP", "IS", "IT", "MF", "MT", "NO", "RE", "YT"]
)
def test_holidays_are_known_where_the_law_asks_for_them(country: str) -> None:
    """A country's own, of which each has more than those of every member state."""
    weekdays = (date(2026, 1, 1) + timedelta(days=place) for place in range(365))
    closed = [day for day in weekdays if day.weekday() < 5 and not is_working_day(day, country)]
    assert len(closed) > 4


@given(start=days, amount=st.integers(0, 400), unit=st.sampled_from(["days", "weeks", "months", "business_days"]))
def test_a_later_start_never_ends_earlier(start: date, amount: int, unit: str) -> None:
    assert last_day(start, amount, unit) <= last_day(start + timedelta(days=1), amount, unit)


@given(start=days, amount=st.integers(0, 60))
def test_a_period_of_the_law_ends_on_a_working_day(start: date, amount: int) -> None:
    end = last_day(start, amount, "days", "working_day")
    assert end.weekday() < 5
    assert (end.month, end.day) not in {(1, 1), (12, 25)}
    assert timedelta(0) <= end - last_day(start, amount, "days") <= timedelta(days=3)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-12-11", "2026-12-28"),  # Christmas Day is a Friday
        ("2025-12-11", "2025-12-26"),  # and a Thursday
        ("2026-12-18", "2027-01-04"),  # New Year's Day is a Friday
        ("2026-03-01", "2026-03-16"),  # a Sunday
    ],
)
def test_fourteen_days_of_the_law(start: str, end: str) -> None:
    assert last_day(date.fromisoformat(start), 14, "days", "working_day") == date.fromisoformat(end)


def test_years_are_twelve_months() -> None:
    assert last_day(date(2024, 2, 29), 2, "years") == date(2026, 2, 28)


@pytest.mark.parametrize("name", ["Nowhere/Atoll", "", "../etc/passwd", "Europe"])
def test_a_zone_that_is_not_known_is_utc(name: str) -> None:
    assert zone(name) is timezone.utc
