from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from concierge.queues.hours import Hours, always

UTC = timezone.utc
DAY = ((time(9), time(19)),)
MILAN = Hours(
    "milan",
    ZoneInfo("Europe/Rome"),
    {"en": "Milan", "it": "Milano"},
    (DAY, DAY, DAY, DAY, DAY, ((time(10), time(13)), (time(14), time(18))), ()),
    "IT",
    frozenset({date(2026, 12, 30)}),
)


def at(text: str) -> datetime:
    """A moment in Milan."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Rome"))


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-12-01T09:00", "2026-12-01T09:00"),  # a Tuesday
        ("2026-12-01T18:59", "2026-12-01T18:59"),
        ("2026-12-01T19:00", "2026-12-02T09:00"),  # the end is closed
        ("2026-12-01T03:00", "2026-12-01T09:00"),
        ("2026-12-05T13:30", "2026-12-05T14:00"),  # Saturday's pause
        ("2026-12-05T18:30", "2026-12-07T09:00"),  # over Sunday
        ("2026-12-07T20:00", "2026-12-09T09:00"),  # 8 December is a public holiday in Italy
        ("2026-12-29T20:00", "2026-12-31T09:00"),  # a day of the house's own
        ("2026-12-24T20:00", "2026-12-28T09:00"),  # Christmas, Saint Stephen, Sunday
    ],
)
def test_when_it_opens(moment: str, opens: str) -> None:
    assert MILAN.opens(at(moment)) == at(opens)
    assert MILAN.is_open(at(moment)) is (moment == opens)


def test_when_it_closes() -> None:
    assert MILAN.closes(at("2026-12-01T09:00")) == at("2026-12-01T19:00")
    assert MILAN.closes(at("2026-12-05T12:00")) == at("2026-12-05T13:00")
    assert MILAN.closes(at("2026-12-05T13:00")) is None
    over_midnight = Hours("night", UTC, {"en": "Here"}, (((time(18), time(0)),), ((time(0), time(2)),), *[()] * 5))
    monday = datetime(2026, 11, 30, 20, tzinfo=UTC)
    assert over_midnight.closes(monday) == monday + timedelta(hours=6)


def test_time_counts_while_it_is_open() -> None:
    half_an_hour = timedelta(minutes=30)
    assert MILAN.after(at("2026-12-01T18:50"), half_an_hour) == at("2026-12-02T09:20")
    assert MILAN.after(at("2026-12-01T23:00"), half_an_hour) == at("2026-12-02T09:30")
    assert MILAN.after(at("2026-12-05T12:50"), timedelta(hours=5)) == at("2026-12-07T09:50")
    assert MILAN.between(at("2026-12-01T18:50"), at("2026-12-02T09:20")) == half_an_hour
    assert MILAN.between(at("2026-12-06T09:00"), at("2026-12-06T19:00")) == timedelta()


def test_the_clock_is_the_places() -> None:
    """The last Sunday of March: at two it is three, and Monday's nine o'clock comes an hour earlier in UTC."""
    assert MILAN.opens(datetime(2026, 3, 27, 20, tzinfo=UTC)) == datetime(2026, 3, 28, 9, tzinfo=UTC)
    assert MILAN.opens(datetime(2026, 3, 29, 0, tzinfo=UTC)) == datetime(2026, 3, 30, 7, tzinfo=UTC)


def test_spans_may_go_past_midnight_and_some_places_never_close_or_open() -> None:
    night = Hours("night", UTC, {"en": "London"}, (((time(22), time(2)),),) * 7)
    assert night.is_open(datetime(2026, 12, 1, 1, 59, tzinfo=UTC))
    assert night.opens(datetime(2026, 12, 1, 2, tzinfo=UTC)) == datetime(2026, 12, 1, 22, tzinfo=UTC)
    moment = datetime(2026, 12, 25, 3, 17, tzinfo=UTC)
    assert always().after(moment, timedelta(hours=100)) == moment + timedelta(hours=100)
    never = Hours("never", UTC, {"en": "Nowhere"}, ((),) * 7)
    assert (never.opens(moment), never.after(moment, timedelta(1))) == (None, None)
