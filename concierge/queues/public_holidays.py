"""The public holidays on which the house's queues are closed: those of its own countries from a file, of any other from
the library that knows all of them.

Who asks the library holds two hundred and fifty countries from then on, four to nine megabytes of every front. The file
is the library's own word, written by ``python -m tools.public_holidays``; a test tells when it is no longer that.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

from concierge import yaml_files
from concierge.policy import dates

FILE = Path(__file__).with_suffix(".yml")


def public_holidays(country: str, year: int) -> frozenset[date] | None:
    """``None`` where none are known."""
    found = written().get(country.upper(), {}).get(year)
    return dates.public_holidays(country, year) if found is None else found


@lru_cache(maxsize=1)
def written() -> dict[str, dict[int, frozenset[date]]]:
    """What the file has, by country and year."""
    return {
        country: {year: frozenset(days) for year, days in years.items()}
        for country, years in yaml_files.read(FILE).items()
    }
