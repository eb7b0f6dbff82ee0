"""Reads a file of queues, and says of one that cannot be used what is wrong with it and where."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Optional, Union
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, Extra, Field, ValidationError, validator

from concierge import intents, yaml_files
from concierge.conversations.model import PRIORITIES
from concierge.languages.registry import DEFAULT
from concierge.queues.hours import Hours, Span, always
from concierge.queues.model import Queue, Queues, Takes
from concierge.queues.public_holidays import public_holidays
from concierge.settings import get_settings

FILE = Path(__file__).with_name("queues.yml")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")


class BadQueues(ValueError):
    """The file cannot be used: one line per problem, each saying where it is and what to do."""


class _Strict(BaseModel):
    class Config:
        extra = Extra.forbid


class _Hours(_Strict):
    time_zone: str
    city: dict[str, str]
    week: dict[str, Union[str, list[str]]]
    holidays: str = ""
    closed: list[date] = []

    @validator("time_zone")
    def _known_zone(cls, value: str) -> str:  # noqa: N805
        try:
            ZoneInfo(value)
        except (ValueError, OSError, LookupError):
            raise ValueError("write a time zone's name, such as Europe/Rome") from None
        return value

    @validator("city")
    def _in_english(cls, value: dict[str, str]) -> dict[str, str]:  # noqa: N805
        if not value.get(DEFAULT):
            raise ValueError(f"write the city in “{DEFAULT}” at least: {{{DEFAULT}: Milan}}")
        return value

    @validator("week")
    def _days_and_times(cls, value: dict[str, Any]) -> dict[str, Any]:  # noqa: N805
        wrong = [day for day in value if day not in DAYS]
        if wrong:
            raise ValueError(f"{wrong[0]} is no day: write monday to sunday")
        for spans in value.values():
            for each in [spans] if isinstance(spans, str) else spans:
                _span(each)
        return value

    @validator("holidays")
    def _known_country(cls, value: str) -> str:  # noqa: N805
        if value and public_holidays(value, datetime.now(timezone.utc).year) is None:
            raise ValueError(f"no public holidays are known of {value}: write a country's code, such as IT")
        return value


class _Takes(_Strict):
    reasons: list[str] = []
    topics: list[str] = []
    groups: list[str] = []
    decisions: list[str] = []
    languages: list[str] = []
    regions: list[str] = []
    value_from: dict[str, Decimal] = {}


class _Queue(_Strict):
    title: str = Field(..., min_length=1, max_length=60)
    hours: Optional[str] = None
    priority: str = PRIORITIES[-1]
    first_reply: dict[str, int]
    takes: Optional[_Takes] = None

    @validator("priority")
    def _known_priority(cls, value: str) -> str:  # noqa: N805
        if value not in PRIORITIES:
            raise ValueError(f"write one of {', '.join(PRIORITIES)}")
        return value

    @validator("first_reply")
    def _every_priority(cls, value: dict[str, int]) -> dict[str, int]:  # noqa: N805
        if set(value) != set(PRIORITIES) or not all(each > 0 for each in value.values()):
            raise ValueError(f"write minutes, more than nought, for each of {', '.join(PRIORITIES)}")
        return value


class _File(_Strict):
    hours: dict[str, _Hours] = {}
    queues: dict[str, _Queue]


def read(path: Path) -> Queues:
    """Raises :class:`BadQueues`."""
    try:
        found = _File.parse_obj(yaml_files.read(path))
    except (OSError, yaml.YAMLError) as problem:
        raise BadQueues(f"{path}: it cannot be read: {problem}") from problem
    except ValidationError as problem:
        where = [(".".join(map(str, each["loc"])), each["msg"]) for each in problem.errors()]
        raise BadQueues("\n".join(f"{path}: {place}: {said}" for place, said in where)) from problem
    if problems := list(_problems(found)):
        raise BadQueues("\n".join(f"{path}: {each}" for each in problems))
    hours = {name: _hours(name, each) for name, each in found.hours.items()}
    return Queues(tuple(_queue(code, each, hours) for code, each in found.queues.items()))


@lru_cache(maxsize=4)
def _read_once(path: Path) -> Queues:
    return read(path)


def queues() -> Queues:
    """Those of this installation. Raises :class:`BadQueues`."""
    return _read_once(get_settings().queues or FILE)


def _problems(found: _File) -> Iterator[str]:
    if not found.queues:
        yield "there is no queue: write one, which takes everything"
        return
    *_, last = found.queues
    for code, queue in found.queues.items():
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", code):
            yield f"queues.{code}: a queue's name is of small letters, digits and _"
        if queue.hours is not None and queue.hours not in found.hours:
            yield f"queues.{code}.hours: there are no hours {queue.hours}: write one of {', '.join(found.hours)}"
        if (code == last) == (queue.takes is not None):
            yield f"queues.{code}.takes: the last queue, and no other, takes everything and has no `takes`"
        yield from (f"queues.{code}.takes: {each}" for each in _unknown(queue.takes or _Takes()))


def _unknown(takes: _Takes) -> Iterator[str]:
    registry = intents.registry()
    for topic in takes.topics:
        if topic not in registry.intents:
            yield f"there is no intent {topic} in {intents.FILE}"
    for group in takes.groups:
        if group not in registry.groups:
            yield f"there is no group {group} in {intents.FILE}"


def _span(text: str) -> Span:
    parts = _SPAN.fullmatch(str(text).strip())
    try:
        if parts is None:
            raise ValueError
        opens, closes = time(int(parts[1]), int(parts[2])), time(int(parts[3]) % 24, int(parts[4]))
        if int(parts[3]) > 24 or (opens == closes and int(parts[3]) < 24):
            raise ValueError
    except ValueError:
        raise ValueError(f"{text} is no span of time: write 9:00-19:00, or 0:00-24:00 for the whole day") from None
    return opens, closes


def _hours(name: str, read: _Hours) -> Hours:
    def spans(day: str) -> tuple[Span, ...]:
        named = read.week.get(day, [])
        return tuple(sorted(_span(each) for each in ([named] if isinstance(named, str) else named)))

    week = tuple(spans(day) for day in DAYS)
    return Hours(name, ZoneInfo(read.time_zone), read.city, week, read.holidays, frozenset(read.closed))


def _queue(code: str, read: _Queue, hours: dict[str, Hours]) -> Queue:
    takes = read.takes or _Takes()
    lists = {name: frozenset(value) for name, value in takes.dict().items() if isinstance(value, list)}
    return Queue(
        code=code,
        title=read.title,
        hours=hours[read.hours] if read.hours else always(),
        first_reply={priority: timedelta(minutes=minutes) for priority, minutes in read.first_reply.items()},
        priority=read.priority,
        takes=Takes(**lists, value_from=takes.value_from),
    )
