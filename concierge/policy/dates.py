"""Counting days the way the policies and the law do: calendar days of a place, from the day after the event.

A period in months ends on the day of the same number, or on the last day of a shorter month (Regulation 1182/71,
article 3), and by European law a period that would end at a weekend or on a public holiday ends on the next working
day. Business days are Monday to Friday without public holidays. Public holidays are a country's own, as the library
``holidays`` knows them; those of a region or a town alone are not counted.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

_SATURDAY = 5
_HOLIDAYS = {(1, 1), (12, 25)}  # month and day, where the country is not known: those of every member state


@lru_cache(maxsize=512)
def zone(name: str) -> tzinfo:
    """UTC where the name is not one that this system knows: a wrong zone must not cost the customer an answer."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):  # ZoneInfoNotFoundError is a KeyError
        return timezone.utc


def local_day(moment: datetime, where: tzinfo) -> date:
    """The day on which ``moment`` falls for somebody in that time zone; ``moment`` must know its own."""
    return moment.astimezone(where).date()


def add_months(start: date, months: int) -> date:
    """The same day of the month so many months later, or that month's last day where it has no such day."""
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


@lru_cache(maxsize=1024)
def public_holidays(country: str, year: int) -> frozenset[date] | None:
    """The public holidays of a country; ``None`` where none are known. A year at a time: the library's own calendars
    grow while they are read, and threads share this one."""
    import holidays

    try:
        return frozenset(holidays.country_holidays(country.upper(), years=year))
    except NotImplementedError:
        return None


def is_working_day(day: date, country: str = "") -> bool:
    """Neither at a weekend nor on a public holiday of the country (ISO 3166-1)."""
    if day.weekday() >= _SATURDAY:
        return False
    closed = public_holidays(country, day.year) if country else None
    return (day.month, day.day) not in _HOLIDAYS if closed is None else day not in closed


def add_business_days(start: date, days: int, country: str = "") -> date:
    """The last of so many working days after ``start``; ``days`` is zero or more. No country: holidays count, too."""
    day = start
    while days:
        day += timedelta(days=1)
        days -= is_working_day(day, country) if country else day.weekday() < _SATURDAY
    return day


def last_day(start: date, amount: int, unit: str, ends_on: str = "any", country: str = "") -> date:
    """The last day that still counts; ``country`` tells whose public holidays are no business or working days."""
    if unit == "days":
        end = start + timedelta(days=amount)
    elif unit == "business_days":
        end = add_business_days(start, amount, country)
    elif unit == "weeks":
        end = start + timedelta(weeks=amount)
    else:
        end = add_months(start, amount if unit == "months" else amount * 12)
    if ends_on == "working_day":
        while not is_working_day(end, country):
            end += timedelta(days=1)
    return end
