"""When somebody is there: opening hours of a place, in its time zone, with its holidays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone, tzinfo

from concierge.languages.registry import DEFAULT
from concierge.queues.public_holidays import public_holidays

LOOKED_AHEAD = timedelta(days=62)  # a place that is closed for longer than that does not open
_MIDNIGHT = time(0)

Span = tuple[time, time]  # one that ends at midnight ends at 0:00


@dataclass(frozen=True)
class Hours:
    """``week``: the spans of each day, from Monday. ``holidays``: the country whose public holidays are closed."""

    name: str
    zone: tzinfo
    city: Mapping[str, str]
    week: tuple[tuple[Span, ...], ...]
    holidays: str = ""
    closed: frozenset[date] = field(default_factory=frozenset)

    def place(self, language: str) -> str:
        return self.city.get(language) or self.city[DEFAULT]

    def opens(self, at: datetime) -> datetime | None:
        """``at`` while it is open, else when it opens next; ``None`` where it does not."""
        return next((max(start, at) for start, _ in self._spans(at)), None)

    def closes(self, at: datetime) -> datetime | None:
        """When it closes, while it is open; ``None`` while it is not."""
        until = at
        for start, end in self._spans(at):
            if start > until:
                break
            until = end
        return until if until > at else None

    def is_open(self, at: datetime) -> bool:
        return self.opens(at) == at

    def after(self, at: datetime, span: timedelta) -> datetime | None:
        """When it has been open for ``span`` since ``at``; ``None`` where that does not come."""
        left = span
        for start, end in self._spans(at):
            begun = max(start, at)
            if end - begun >= left:
                return begun + left
            left -= end - begun
        return None

    def between(self, start: datetime, end: datetime) -> timedelta:
        """For how long it was open between two moments, the later one at most ``LOOKED_AHEAD`` after the other."""
        spans = (min(closes, end) - max(opens, start) for opens, closes in self._spans(start) if opens < end)
        return sum(spans, timedelta())

    def _spans(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Those that end after ``at``, in order, in UTC."""
        day = at.astimezone(self.zone).date() - timedelta(days=1)  # a span may go on past midnight
        last = (at + LOOKED_AHEAD).astimezone(self.zone).date()
        while day <= last:
            for opens, closes in () if self._is_closed(day) else self.week[day.weekday()]:
                ends_on = day + timedelta(days=1) if closes <= opens else day
                start, end = self._utc(day, opens), self._utc(ends_on, closes)
                if end > at:
                    yield start, end
            day += timedelta(days=1)

    def _is_closed(self, day: date) -> bool:
        return day in self.closed or day in ((self.holidays and public_holidays(self.holidays, day.year)) or ())

    def _utc(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(timezone.utc)


def always() -> Hours:
    """Of a queue that somebody is always there for."""
    return Hours("", timezone.utc, {DEFAULT: ""}, (((_MIDNIGHT, _MIDNIGHT),),) * 7)
