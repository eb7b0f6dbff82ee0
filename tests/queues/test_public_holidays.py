"""Public holidays of the house's own places are read from a file; it says what the library says."""

from __future__ import annotations

import os
import subprocess
from datetime import date, datetime, timezone

from concierge.policy import dates
from concierge.queues.public_holidays import public_holidays, written
from concierge.settings import ROOT
from tests import front
from tools.public_holidays import countries

ANEW = "write it anew: python -m tools.public_holidays"


def test_the_file_says_what_the_library_says() -> None:
    for country, years in written().items():
        for year, days in years.items():
            assert days == dates.public_holidays(country, year), ANEW


def test_it_has_the_countries_that_the_queues_name_for_years_to_come() -> None:
    this = datetime.now(timezone.utc).year
    assert sorted(written()) == countries(), ANEW
    for years in written().values():
        assert set(years) >= set(range(this, this + 3)), ANEW


def test_of_other_countries_and_years_the_library_is_asked() -> None:
    assert date(2026, 7, 14) in (public_holidays("FR", 2026) or ())
    assert date(1999, 4, 5) in (public_holidays("IT", 1999) or ())
    assert public_holidays("XX", 2026) is None
    assert public_holidays("it", 2026) == public_holidays("IT", 2026)


ASKED = """
import sys
from datetime import datetime, timedelta, timezone
from concierge.queues.reader import queues

now = datetime.now(timezone.utc)
for queue in queues().all:
    queue.hours.opens(now), queue.hours.closes(now), queue.hours.after(now, timedelta(hours=30))
print("holidays" in sys.modules)
"""


def test_who_asks_for_the_hours_holds_no_other_countries() -> None:
    environment = {"PATH": os.defpath}
    done = subprocess.run(
        [front.PYTHON, "-c", ASKED], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False"]
