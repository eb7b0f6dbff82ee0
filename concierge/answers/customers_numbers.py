"""What a reply's figures make of a number that the customer has told.

“60 days, right?” is confirmed or corrected; “it came 26 days ago” is counted on to the last day. Nothing is said where
an order in hand tells it exactly.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from concierge.languages import lexicon
from concierge.languages.question_form import asks
from concierge.memory.date_expressions import a_span, durations
from concierge.memory.hearing import says
from concierge.memory.memory import Memory
from concierge.policy import load_house
from concierge.policy.dates import last_day
from concierge.settings import get_settings

RIGHT, WRONG = "utter_premise_right", "utter_premise_wrong"
RUNS_UNTIL, IS_OVER = "utter_counted_until", "utter_counted_over"
_TOLD_AS = {"delivery": "received_date", "purchase": "purchase_date"}
_ONE_LIKE = {"day": ("days", 1), "week": ("days", 7), "month": ("months", 1), "year": ("months", 12)}
_IN = {"days": ("days", 1), "weeks": ("days", 7), "months": ("months", 1), "years": ("months", 12)}
_DOUBT = {"days": 8, "weeks": 8, "months": 62, "years": 62}  # days that the day told may be off, for a figure in these
_SOON = 62  # days: what is left of more is no figure that helps

Figures = Sequence[Mapping[str, Any]]
Additional = dict[str, Any]  # {response, values}, as the generator's ``also``


def worked_out(figures: Figures, texts: Sequence[str], slots: Mapping[str, Any], today: date) -> list[Additional]:
    """The replies to say before one with these ``figures``; ``texts`` are the customer's latest messages, the newest
    first."""
    if not texts or not figures:
        return []
    found = _premise(figures, texts[0], Memory(slots.get("memory"))), _counted(figures, texts, slots, today)
    return [each for each in found if each]


def _premise(figures: Figures, text: str, memory: Memory) -> Additional | None:
    """Where a period is taken to be so and so long. Lengths of time that tell when something came, was bought or broke
    are no premise."""
    told = durations(text)
    since = {each.what for each in memory.news()} & {*_TOLD_AS.values(), "fault"}
    if not told or since or not says("premises", text) or says("time_passed", text):
        return None
    verdicts = [_verdict(count, unit, figures) for count, unit in told]
    if True in verdicts:
        return {"response": RIGHT}
    return {"response": WRONG} if False in verdicts else None


def _counted(figures: Figures, texts: Sequence[str], slots: Mapping[str, Any], today: date) -> Additional | None:
    """Where one of the figures is counted from a day that the customer has told."""
    if slots.get("verified_order"):
        return None
    house, memory = load_house(get_settings().policy_figures), Memory(slots.get("memory"))
    for each in figures:
        figure = house.figure(each["key"], str(slots.get("region") or "ROW"), today)
        told = memory.get(_TOLD_AS.get(figure.counted_from, ""))
        named = _another_number(texts) or texts
        span = next(filter(None, (a_span(text, today) for text in named)), None) if told else None
        if span is None or (span[1] - span[0]).days > _DOUBT[figure.unit]:
            continue
        day = date.fromisoformat(told) if named is texts else span[0] + (span[1] - span[0]) / 2
        end = last_day(day, figure.most, figure.unit, figure.last_day, figure.holidays)
        left = (end - today).days
        values = {"deadline_date": end.isoformat()} | ({"days_left": left} if left <= _SOON else {})
        return {"response": RUNS_UNTIL if left >= 0 else IS_OVER, "values": values}
    return None


def _another_number(texts: Sequence[str]) -> list[str]:
    """“It came 26 days ago. – And 31?”: as if its unit had been said again; nothing where no number stands alone."""
    bare = _bare_number().fullmatch(texts[0].strip()) if asks(texts[0]) else None
    units = [unit for text in texts[1:] for _, unit in durations(text)]
    return [f"{bare[1]} {units[0]}s"] if bare and units else []


@lru_cache(maxsize=1)
def _bare_number() -> re.Pattern[str]:
    """With an “and” or a “what about” before it: the number after any other word, as a size, is another matter's."""
    before = rf"{lexicon.either('connectives')}\s+|{lexicon.either('interrogatives', 'what')}\s+(?:\w+\s+)?"
    return re.compile(rf"(?:{before})?(\d{{1,3}})\W*", re.IGNORECASE)


def _verdict(count: int, unit: str, figures: Figures) -> bool | None:
    """Whether it is what the figures of the same kind say; ``None`` where they do not tell."""
    kind, times = _ONE_LIKE[unit]
    alike = [(each["value"], _IN[each["unit"]][1]) for each in figures if _IN.get(each["unit"], ("",))[0] == kind]
    ranges = [isinstance(value, (list, tuple)) for value, _ in alike]
    ends = [(value[-1] if is_range else value) * of for (value, of), is_range in zip(alike, ranges, strict=True)]
    if count * times in ends:
        return True
    return None if not alike or any(ranges) else False
