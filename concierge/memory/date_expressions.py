"""The day that a customer means: a date, a month, a year, or so long ago. In the house's languages."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from babel.dates import get_day_names, get_month_names

from concierge.languages import lexicon, registry
from concierge.languages.keys import KEYS

_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_NUMERIC = re.compile(r"\b(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})\b")
_DAY_AND_YEAR = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th|er|\.|º|°)?\b(?!\d)")
_YEAR = re.compile(r"\b(20\d\d)\b")
_COUNTS = {name: count for count, name in enumerate(KEYS["numbers"].parts, 1)}
_UNITS = ("day", "week", "month", "year")
_SLACK = {"day": 1, "week": 4, "month": 16, "year": 100}  # days either way that “so long ago” may mean
# The part of the lexicon's ``lately``: the unit, and which one from now.
_LATELY = {
    "day_before_yesterday": ("day", -2),
    "yesterday": ("day", -1),
    "today": ("day", 0),
    "last_week": ("week", -1),
    "this_week": ("week", 0),
    "last_month": ("month", -1),
    "this_month": ("month", 0),
    "half_year": ("half", -1),
    "last_year": ("year", -1),
    "this_year": ("year", 0),
}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}  # first months, as weather services count them


class Count(NamedTuple):
    """A number with no unit beside it, and where it ends in the text."""

    value: int
    end: int
    is_word: bool


def a_day(text: str, today: date, month_first: bool = False) -> date | None:
    """Where only a month or a year is said, its last day: a doubt serves the customer. Never after today."""
    said = text.casefold().replace("’", "'")
    if _ISO.search(said) or _NUMERIC.search(said):
        found = _exact(said, month_first)
    else:
        found = _half_year_ago(said, today) or _ago(_time_since(said), today) or _month(said, today)
        if found is None and (span := _in_the_year(said, today)):
            found = span[1]
        found = found or _weekday(said, today)
        if found is None and (year := _YEAR.search(said)):
            found = date(int(year[1]), 12, 31)
    return min(found, today) if found else None


def durations(text: str) -> list[tuple[int, str]]:
    """The lengths of time in it: how many, and “day”, “week”, “month” or “year”."""
    found = _ago_pattern().finditer(text.casefold().replace("’", "'"))
    return [(_count(each), _one_of(_UNITS, each)) for each in found]


def bare_counts(text: str) -> list[Count]:
    """The numbers of up to three digits in it that have no unit, and those that are words; “a” is none."""
    said = text.casefold().replace("’", "'")
    with_unit = [found.span() for found in _ago_pattern().finditer(said)]
    found = (each for each in _bare_pattern().finditer(said) if not any(a <= each.start() < b for a, b in with_unit))
    return [Count(_count(each), each.end(), not each["digits"]) for each in found]


def ago(count: int, unit: str, today: date) -> date:
    """The day so many days, weeks, months or years before."""
    if unit in {"day", "week"}:
        return today - timedelta(days=count * (7 if unit == "week" else 1))
    return _months_before(today, count * (12 if unit == "year" else 1))


def without_feasts(text: str) -> str:
    """The same text, as long, with blanks for what names a feast: “Black Friday” is no colour."""
    for _, pattern in _patterns("feasts"):
        text = pattern.sub(lambda found: " " * len(found.group()), text)
    return text


def is_private(text: str) -> bool:
    """Whether the day is one that only the customer knows: “on my birthday”."""
    return bool(_private_pattern().search(text.casefold().replace("’", "'")))


def a_span(text: str, today: date, month_first: bool = False) -> tuple[date, date] | None:
    """First and last day of what is said: a day, a week, a month, a year, about so long ago; ``None`` for none."""
    said = text.casefold().replace("’", "'")
    if exact := _exact(said, month_first):
        return exact, exact
    if span := _in_the_year(said, today):
        return span
    if (since := _time_since(said)) and (day := _ago(since, today)):
        slack = timedelta(days=_SLACK[_one_of(_UNITS, since)])
        return day - slack, day + slack
    if (day := _month(said, today)) is not None:
        named = _DAY_AND_YEAR.search(said)
        return (day if named and int(named[1]) == day.day else day.replace(day=1)), day
    if year := _YEAR.search(said):
        return date(int(year[1]), 1, 1), date(int(year[1]), 12, 31)
    return None


def _in_the_year(said: str, today: date) -> tuple[date, date] | None:
    """“Last week”, “last year”, “this spring”, “last Christmas”."""
    for part, pattern in _patterns("feasts"):
        if pattern.search(said):
            day = _latest(said, today, lambda year, part=part: _feast(part, year))  # type: ignore[misc]
            return day - timedelta(days=14), min(day + timedelta(days=7), today)
    for part, pattern in _patterns("seasons"):
        if pattern.search(said):
            first = _latest(said, today, lambda year, part=part: date(year, _SEASONS[part], 1))  # type: ignore[misc]
            return first, _end_of_month(first.year * 12 + first.month + 1)
    for part, pattern in _patterns("lately"):
        if pattern.search(said):
            return _lately(today, *_LATELY[part])
    return None


def _year(said: str, today: date) -> int | None:
    """The year that is written, or said: “in March last year”."""
    if written := _YEAR.search(said):
        return int(written[1])
    years = [part for part, (unit, _) in _LATELY.items() if unit == "year"]
    lately = dict(_patterns("lately"))
    return next((today.year + _LATELY[part][1] for part in years if lately[part].search(said)), None)


def _half_year_ago(said: str, today: date) -> date | None:
    """Before “a year ago”, which is in it."""
    pattern = dict(_patterns("lately"))["half_year"]
    return _months_before(today, 6) if pattern.search(said) else None


def _latest(said: str, today: date, day_in: Callable[[int], date]) -> date:
    """Of the year that is said, else the latest that is past."""
    if (year := _year(said, today)) is not None:
        return day_in(year)
    return max(day for year in (today.year, today.year - 1) if (day := day_in(year)) <= today)


def _feast(name: str, year: int) -> date:
    if name == "easter":
        return _easter(year)
    if name == "black_friday":  # the day after the fourth Thursday of November
        first = date(year, 11, 1)
        return first + timedelta(days=(3 - first.weekday()) % 7 + 22)
    month, day = {"christmas": (12, 25), "new_year": (1, 1), "valentine": (2, 14)}[name]
    return date(year, month, day)


def _easter(year: int) -> date:
    """By the Gregorian calendar (Meeus, Astronomical Algorithms, chapter 8)."""
    golden, (century, rest) = year % 19, divmod(year, 100)
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _end_of_month(months: int) -> date:
    """``months`` since the year 0, January being 0."""
    year, month = divmod(months, 12)
    return date(year, month + 1, monthrange(year, month + 1)[1])


def _weekday(said: str, today: date) -> date | None:
    """“On Saturday”: the latest one before today."""
    named = next((number for name, number in _weekdays() if re.search(rf"\b{name}\b", said)), None)
    return today - timedelta(days=(today.weekday() - named - 1) % 7 + 1) if named is not None else None


def _lately(today: date, unit: str, offset: int) -> tuple[date, date]:
    if unit == "day":
        return (day := today + timedelta(days=offset)), day
    if unit == "week":
        monday = today + timedelta(days=7 * offset - today.weekday())
        return monday, monday + timedelta(days=6)
    if unit == "year":
        year = today.year + offset
        return date(year, 1, 1), min(date(year, 12, 31), today)
    if unit == "half":
        day = _months_before(today, 6)
        return day - timedelta(days=31), day + timedelta(days=31)
    first = today.replace(day=1)
    if offset:
        return (first - timedelta(days=1)).replace(day=1), first - timedelta(days=1)
    return first, today


def _exact(said: str, month_first: bool) -> date | None:
    if match := _ISO.search(said):
        return _date(*match.groups())
    if match := _NUMERIC.search(said):
        first, second, year = match.groups()
        day, month = (second, first) if month_first else (first, second)
        return _date(year if len(year) == 4 else f"20{year}", month, day) or _date(f"20{year[-2:]}", day, month)
    return None


@lru_cache(maxsize=4)
def _patterns(key: str) -> list[tuple[str, re.Pattern[str]]]:
    return [(part, re.compile(rf"\b{lexicon.either(key, part)}\b")) for part in KEYS[key].parts]


@lru_cache(maxsize=1)
def _private_pattern() -> re.Pattern[str]:
    return re.compile(lexicon.either("own_days"))


@lru_cache(maxsize=1)
def _ago_pattern() -> re.Pattern[str]:
    counts = "|".join(f"(?P<{name}>{lexicon.either('numbers', name)})" for name in _COUNTS)
    units = "|".join(f"(?P<{name}>{lexicon.either('units', name)})" for name in _UNITS)
    return re.compile(rf"\b(?:(?P<digits>\d{{1,3}})|{counts})\s+(?:{units})\b")


@lru_cache(maxsize=1)
def _bare_pattern() -> re.Pattern[str]:
    words = [name for name in _COUNTS if name != "one"]  # which is an article, too
    counts = "|".join(f"(?P<{name}>{lexicon.either('numbers', name)})" for name in words)
    return re.compile(rf"(?<![\w.,:/€$£-])(?:(?P<digits>\d{{1,3}})|{counts})(?![\w:/%€$£-]|[.,]\d)")


def _count(match: re.Match[str]) -> int:
    return int(match["digits"]) if match["digits"] else _COUNTS[_one_of(match.re.groupindex.keys() & _COUNTS, match)]


def _one_of(names: Iterable[str], match: re.Match[str]) -> str:
    return next(name for name in names if match[name])


def _time_since(said: str) -> re.Match[str] | None:
    """The first length of time that tells of a day: “after a week” and “within a month” do not."""
    found = _ago_pattern().finditer(said)
    return next((each for each in found if not _no_day_pattern().search(said[: each.start()])), None)


@lru_cache(maxsize=1)
def _no_day_pattern() -> re.Pattern[str]:
    return re.compile(rf"\b{lexicon.either('no_day_after')}\s+$")


def _ago(since: re.Match[str] | None, today: date) -> date | None:
    return ago(_count(since), _one_of(_UNITS, since), today) if since else None


def _months_before(today: date, count: int) -> date:
    year, month = divmod(today.year * 12 + today.month - 1 - count, 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def _month(said: str, today: date) -> date | None:
    month = next((number for name, number in _months() if re.search(rf"\b{name}\b", said)), None)
    if month is None:
        return None
    year = _year(said, today) or today.year - (month > today.month)
    day = _DAY_AND_YEAR.search(said)
    return (_date(year, month, day[1]) if day else None) or date(year, month, monthrange(year, month)[1])


def _date(year: int | str, month: int | str, day: int | str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


@lru_cache(maxsize=1)
def _months() -> list[tuple[str, int]]:
    codes = registry.complete()
    wide = ((name.casefold(), n) for code in codes for n, name in get_month_names("wide", locale=code).items())
    short = ((name, n) for code in codes for n, name in enumerate(lexicon.list_of(code, "short_months"), start=1))
    return sorted({*wide, *short}, key=lambda item: -len(item[0]))


@lru_cache(maxsize=1)
def _weekdays() -> list[tuple[str, int]]:
    names = (
        (name.casefold(), n) for code in registry.complete() for n, name in get_day_names("wide", locale=code).items()
    )
    return sorted(set(names), key=lambda item: -len(item[0]))
