"""Counting days the way the policies and the law do: calendar days of a place, from the day after the event.

A period in months ends on the day of the same number, or on the last day of a shorter month (Regulation 1182/71,
article 3), and by European law a period that would end at a weekend or on a public holiday ends on the next working
day. Public holidays differ from place to place: only those of every member state are known here, and business days are
Monday to Friday.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

_SATURDAY = 5
_HOLIDAYS = {(1, 1), (12, 25)}  # month and day


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


def add_business_days(start: date, days: int) -> date:
    """Monday to Friday count, holidays too; ``days`` is zero or more. A weekend counts from its Friday."""
    weeks, rest = divmod(days, 5)
    day = start + timedelta(weeks=weeks)
    if weeks and day.weekday() >= _SATURDAY:  # whole weeks from a weekend end on the Friday
        day -= timedelta(days=day.weekday() - _SATURDAY + 1)
    while rest:
        day += timedelta(days=1)
        if day.weekday() < _SATURDAY:
            rest -= 1
    return day


def last_day(start: date, amount: int, unit: str, ends_on: str = "any") -> date:
    """The last day that still counts."""
    if unit == "days":
        end = start + timedelta(days=amount)
    elif unit == "business_days":
        end = add_business_days(start, amount)
    elif unit == "weeks":
        end = start + timedelta(weeks=amount)
    else:
        end = add_months(start, amount if unit == "months" else amount * 12)
    if ends_on == "working_day":
        while end.weekday() >= _SATURDAY or (end.month, end.day) in _HOLIDAYS:
            end += timedelta(days=1)
    return end
