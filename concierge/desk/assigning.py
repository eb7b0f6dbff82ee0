"""Gives out the cases that wait, where the house has chosen so (``CONCIERGE_DESK_ASSIGN=automatic``)."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from concierge.conversations import Case, CaseNotFound, Cases
from concierge.conversations.model import HERE
from concierge.conversations.staff import Colleague, Staff

logger = logging.getLogger(__name__)


def assign(cases: Cases, staff: Staff) -> None:
    """Blocks. In the queue's order; what nobody here serves and has room for, waits. Any number of desks may do so."""
    waiting = cases.waiting()
    team = staff.all() if waiting else []
    for case, language in waiting:
        to = fittest(case, language, team)
        if to is None:
            continue
        try:
            given = cases.give(case.id, to.id)
        except CaseNotFound:  # erased since
            continue
        if given:
            logger.info("Case %s is given to advisor %s", case.id, to.id)
        team = staff.all()


def fittest(case: Case, language: str, team: Iterable[Colleague]) -> Colleague | None:
    """Who had the customer's last case, if they can, else whose hands are emptiest; never who has put it back."""
    before = (case.brief.get("before") or {}).get("advisor_id")
    put_back = case.brief.get("put_back") or ()
    able = [
        each
        for each in team
        if each.presence == HERE and each.has_room and each.serves(case.queue, language) and each.id not in put_back
    ]
    return min(able, key=lambda each: (each.id != before, each.load, each.cases, each.login), default=None)
