"""An outlook in the customer's language."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from pathlib import Path

from babel.dates import format_date

from concierge import yaml_files
from concierge.languages.registry import DEFAULT, candidates, complete
from concierge.queues.hours import Hours
from concierge.queues.outlook import Outlook, in_hours

FOLDER = Path(__file__).with_name("sentences")
_A_WEEK = 7


@lru_cache(maxsize=1)
def _all() -> dict[str, dict[str, str]]:
    return {code: yaml_files.read(FOLDER / f"{code}.yml") for code in complete()}


def sentence(code: str, language: str, **values: object) -> str:
    """In this language, or the nearest that there is. Raises ``KeyError`` for an unknown code."""
    spoken = next((each for each in candidates(language) if each in _all()), DEFAULT)
    return _all()[spoken][code].format(**values)


def told(of: Outlook, hours: Hours, language: str, at: datetime, *, offer: str = "answer_here") -> str:
    """What is known of the wait, or nothing. ``offer``: the sentence behind when nobody is here: ``leave_address``,
    ``address_known``, or ``answer_here``."""
    if of.closed:
        return f"{_nobody(of, hours, language, at)} {sentence(offer, language)}"
    if of.longer:
        return sentence("longer", language)
    if of.most is None:
        return ""
    if whole := in_hours(of):
        span = sentence("hours", language, least=whole[0], most=whole[1])
    elif of.least:
        span = sentence("minutes", language, least=of.least, most=of.most)
    else:
        span = sentence("minutes_at_most", language, most=of.most)
    return sentence("lately", language, span=span)


def _nobody(of: Outlook, hours: Hours, language: str, at: datetime) -> str:
    if of.opens is None:
        return sentence("nobody_at_all", language)
    opens, today = of.opens.astimezone(hours.zone), at.astimezone(hours.zone).date()
    days = (opens.date() - today).days
    code = "today" if days == 0 else "tomorrow" if days == 1 else "weekday" if days < _A_WEEK else "later"
    spoken = next((each for each in candidates(language) if each in _all()), DEFAULT)
    skeleton = "EEEE" if days < _A_WEEK else "d MMMM"
    time = sentence("time", language, hour=opens.hour, minute=f"{opens.minute:02}")
    when = sentence(code, language, time=time, day=format_date(opens, skeleton, locale=spoken))
    return sentence("nobody", language, when=when, city=hours.place(spoken))
