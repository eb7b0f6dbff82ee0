"""What may be said of a wait: how long others waited in the last hours, and when somebody is here again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from concierge.queues.hours import Hours

LATELY = timedelta(hours=4)
LEAST_ANSWERS = 3  # fewer say nothing of the next one
_STEP = 5  # minutes that are told
_IN_HOURS = 90  # minutes, from which hours are told


@dataclass(frozen=True)
class Waited:
    """A case of the queue: when it began to wait, and its first answer, if it has one."""

    began: datetime
    replied: datetime | None


@dataclass(frozen=True)
class Outlook:
    """``least`` and ``most``: minutes that first answers took lately, ``None`` where too few came to say so.
    ``opens``: when somebody is here again, ``None`` while somebody is, and where nobody is foreseen (``closed``)."""

    closed: bool = False
    opens: datetime | None = None
    least: int | None = None
    most: int | None = None
    longer: bool = False  # this case has waited longer than that


def outlook(hours: Hours, waited: Sequence[Waited], began: datetime, at: datetime) -> Outlook:
    """``waited``: first answers of the last hours, and what still waits; ``began``: of the case that is asked about.

    Only time in which somebody was there counts.
    """
    opens = hours.opens(at)
    if opens != at:
        return Outlook(closed=True, opens=opens)
    spans = sorted(
        hours.between(each.began, each.replied) for each in waited if each.replied and each.replied > at - LATELY
    )
    if len(spans) < LEAST_ANSWERS:
        return Outlook()
    usual, own = spans[-(-9 * len(spans) // 10) - 1], hours.between(began, at)
    # Whoever came before and still waits will have waited longer than the figures say.
    still = (hours.between(each.began, at) for each in waited if each.replied is None and each.began < began)
    longest = max(usual, *still, timedelta())
    most = max(1, math.ceil(longest / timedelta(minutes=_STEP))) * _STEP
    least = math.floor(spans[len(spans) // 4] / timedelta(minutes=_STEP)) * _STEP
    return Outlook(least=least, most=most, longer=own > timedelta(minutes=most))


def in_hours(told: Outlook) -> tuple[int, int] | None:
    """The same in whole hours, where minutes would pretend to know."""
    if told.most is None or told.least is None or told.most < _IN_HOURS:
        return None
    most = math.ceil(told.most / 60)
    return max(1, min(told.least // 60, most - 1)), most
