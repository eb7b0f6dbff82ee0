"""For how many days each kind of data is kept, by region: ``figures/retention.yml``, read as policy figures are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa

from concierge.conversations import schema
from concierge.policy.figures import Figure, FigureHistory, read_figures
from concierge.policy.sources import REGIONS, read_sources

_HERE = Path(__file__).parent


@lru_cache(maxsize=1)
def _figures() -> dict[str, FigureHistory]:
    """Raises ``PolicyError`` with file and line for what does not fit."""
    return read_figures(_HERE / "figures", read_sources(_HERE / "sources.yml"))


def all_periods(on: date) -> list[Figure]:
    """Each figure as it stands on a day: the default, and the regions that differ."""
    found = (history.at(region, on) for history in _figures().values() for region in history.by_region)
    return [figure for figure in found if figure is not None]


def cutoff(kind: str, at: datetime, region: str = "default") -> datetime:
    """What is older goes. Raises ``KeyError`` for a kind that has no figure."""
    figure = _figures()[f"retention.{kind}"].at(region, at.date())
    if figure is None:
        raise KeyError(f"retention.{kind} has no value for {region} on {at:%Y-%m-%d}")
    return at - timedelta(days=figure.value)


def cutoffs(kind: str, at: datetime) -> Iterator[tuple[sa.sql.ColumnElement, datetime]]:
    """Conditions on ``conversations``, that together hold for each of them once, each with its cutoff."""
    region = schema.conversations.c.region
    named = [each for each in _figures()[f"retention.{kind}"].by_region if each in REGIONS]
    for each in named:
        yield region == each, cutoff(kind, at, each)
    yield region.notin_(named) if named else sa.true(), cutoff(kind, at)
