"""Figures: the numbers, names and lists that policies are made of, each with its unit, dates, region and source."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from concierge.policy.errors import PolicyError, did_you_mean
from concierge.policy.reader import Entry, read
from concierge.policy.sources import REGIONS, UNKNOWN, Source, Sources

NUMBERS = ("days", "business_days", "hours", "weeks", "months", "years", "times", "codes", "count", "year", "megabytes")
RANGES = ("days", "business_days", "hours", "weeks", "months", "megabytes", "calendar_months")
LISTS = ("list", "stages", "address", "countries", "regions", "categories", "exclusions", "phone_numbers")
UNITS = (*NUMBERS, *LISTS, "text", "url", "law", "calendar_months", "weekdays")
STAGES = ("confirmed",)  # of an order in which it may be changed: while nobody has begun to prepare it
PERIODS = ("days", "business_days", "weeks", "months", "years")
EVENTS = ("delivery", "purchase")  # that a period is counted from

_EXAMPLE = "Write 'default: [{from: 2024-01-01, value: …, source: faq#return-policy}]'."


@dataclass(frozen=True)
class Figure:
    """One figure as it stands in a region on a day. ``value``: a number, a text, or a tuple (a range or a list)."""

    key: str
    value: Any
    unit: str
    label: str
    source: Source
    region: str = "default"
    since: date = date.min
    last_day: str = "any"  # "working_day": not at a weekend, nor on a holiday
    holidays: str = ""  # the country (ISO 3166-1) whose public holidays are no business days
    counted_from: str = ""  # a period: one of EVENTS, where a customer may know its day

    @property
    def most(self) -> Any:
        """The upper end of a range, else the value."""
        return self.value[1] if isinstance(self.value, tuple) and self.unit in RANGES else self.value

    def to_dict(self) -> dict[str, Any]:
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        return {
            "key": self.key,
            "value": value,
            "unit": self.unit,
            "label": self.label,
            "source": self.source.to_dict(),
            "region": self.region,
            "since": self.since.isoformat(),
            "last_day": self.last_day,
            "holidays": self.holidays,
            "counted_from": self.counted_from,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Figure:
        value = tuple(data["value"]) if isinstance(data["value"], list) else data["value"]
        fields = dict(data, value=value, source=Source.from_dict(data["source"]))
        return cls(**{**fields, "since": date.fromisoformat(data["since"])})


@dataclass(frozen=True)
class FigureHistory:
    """All values of one figure. ``kept``: what was promised at the purchase is not shortened by a later value."""

    key: str
    label: str
    unit: str
    kept: bool
    by_region: Mapping[str, tuple[Figure, ...]]  # newest first
    changes: bool

    def at(self, region: str, on: date) -> Figure | None:
        """The value in force, or ``None`` where it had not begun yet."""
        for figure in self.by_region.get(region) or self.by_region["default"]:
            if figure.since <= on:
                return figure
        return None


def read_figures(folder: Path, sources: Sources) -> dict[str, FigureHistory]:
    """Every figure of every file; raises ``PolicyError`` with file and line for whatever does not fit."""
    found: dict[str, FigureHistory] = {}
    homes: dict[str, Path] = {}
    for file in sorted(folder.glob("*.yml")):
        entries = read(file)
        for key, entry in entries.items():
            if not isinstance(entry, Entry):
                raise entries.error(f"{key!r} has no fields.", "Write 'label:', 'unit:' and 'values:' under it.", key)
            if key in found:
                raise entries.error(f"{key!r} has a second home.", f"It is in {homes[key].name}: keep one.", key)
            if key.count(".") != 1:
                raise entries.error(
                    f"{key!r} is not a figure's name.", "Write 'subject.what', e.g. 'returns.window'.", key
                )
            found[key] = _history(key, entry, sources)
            homes[key] = file
    return found


def read_own_figures(file: Path, shipped: Mapping[str, FigureHistory], sources: Sources) -> dict[str, FigureHistory]:
    """Figures of an installation, in the form of the shipped ones. Raises ``PolicyError`` also for one that is not
    among these, or has another unit."""
    if not file.is_file():
        raise PolicyError(f"There is no file {file}.", "Write the path of a .yml file with figures.", file=file)
    found: dict[str, FigureHistory] = {}
    entries = read(file)
    for key, entry in entries.items():
        if key not in shipped:
            raise entries.error(f"There is no figure {key!r} to be replaced.", did_you_mean(key, shipped), key)
        if not isinstance(entry, Entry):
            raise entries.error(f"{key!r} has no fields.", "Write 'label:', 'unit:' and 'values:' under it.", key)
        found[key] = _history(key, entry, sources)
        if found[key].unit != shipped[key].unit:
            raise entry.error(f"{key} is in {shipped[key].unit}.", f"Write 'unit: {shipped[key].unit}'.", "unit")
    return found


def _history(key: str, entry: Entry, sources: Sources) -> FigureHistory:
    entry.only(("label", "unit", "values", "promise", "counted_from"), key)
    label, unit = entry.text("label", key), entry.choice("unit", key, UNITS)
    if "promise" in entry:
        entry.choice("promise", key, ("kept",))
        if unit not in PERIODS:
            raise entry.error(
                f"{key}: only a period can be kept.", f"Remove 'promise', or use {_any(PERIODS)}.", "promise"
            )
    counted_from = entry.choice("counted_from", key, EVENTS) if "counted_from" in entry else ""
    if counted_from and unit not in PERIODS:
        raise entry.error(f"{key}: only a period is counted from a day.", f"Use {_any(PERIODS)}.", "counted_from")
    values = entry.get("values")
    if not isinstance(values, Entry) or "default" not in values:
        raise entry.error(f"{key} has no default value.", _EXAMPLE, "values")
    values.only(("default", *REGIONS), f"{key}: values")
    blank = Figure(key, None, unit, label, UNKNOWN, counted_from=counted_from)
    by_region = {region: _dated(replace(blank, region=region), values, sources) for region in values}
    changes = any(len(dated) > 1 for dated in by_region.values())
    return FigureHistory(key, label, unit, "promise" in entry, by_region, changes)


def _dated(blank: Figure, values: Entry, sources: Sources) -> tuple[Figure, ...]:
    """The values of one region, newest first; ``blank`` holds what they share."""
    what = f"{blank.key}, {blank.region}"
    dated: list[Figure] = []
    rows = values.entries(blank.region, what)
    if not rows:
        raise values.error(f"{what} has no value.", _EXAMPLE, blank.region)
    for row in rows:
        row.only(("from", "value", "source", "last_day", "holidays"), what)
        since = row.day("from", what)
        if dated and since <= dated[-1].since:
            raise row.error(
                f"{what}: {since} does not come after {dated[-1].since}.", "Write the oldest first.", "from"
            )
        last_day = row.choice("last_day", what, ("any", "working_day")) if "last_day" in row else "any"
        source = sources.find(row, what)
        value = _checked(row, what, blank.unit)
        country = row.text("holidays", what) if "holidays" in row else ""
        if country and (blank.unit != "business_days" or len(country) != 2 or not country.isupper()):
            raise row.error(f"{what}: holidays.", "Write a country, 'holidays: IT', of business days only.", "holidays")
        dated.append(replace(blank, value=value, source=source, since=since, last_day=last_day, holidays=country))
    return tuple(reversed(dated))


def _checked(row: Entry, what: str, unit: str) -> Any:
    value = row.get("value")
    if value is None:
        raise row.error(f"{what} has no value.", "Write 'value: …'.", "value")
    if unit == "stages":
        if not isinstance(value, list) or not set(value) <= set(STAGES):
            raise row.error(
                f"{what}: {value!r} are no stages.", f"Write 'value: [{STAGES[0]}]', or [] for none.", "value"
            )
        return tuple(value)
    if unit in LISTS or unit == "weekdays":
        if not isinstance(value, list) or not value or not all(isinstance(item, (str, int)) for item in value):
            raise row.error(f"{what}: {value!r} is not a list.", "Write 'value: [first, second]'.", "value")
        return tuple(str(item) for item in value)
    if unit in RANGES and isinstance(value, list):
        if len(value) != 2 or not all(_whole(item) for item in value):
            raise row.error(f"{what}: {value!r} is not a range.", "Write 'value: [3, 7]', least and most.", "value")
        if unit != "calendar_months" and value[0] >= value[1]:
            raise row.error(f"{what}: {value!r} runs backwards.", f"Write 'value: [{value[1]}, {value[0]}]'.", "value")
        return tuple(value)
    if unit in NUMBERS:
        if not _whole(value):
            raise row.error(f"{what}: {value!r} is not a whole number of {unit}.", "Write 'value: 30'.", "value")
        return value
    if not isinstance(value, str):
        raise row.error(f"{what}: {value!r} is not a text.", f"Put it in quotes: 'value: \"{value}\"'.", "value")
    return value


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _any(names: Collection[str]) -> str:
    return "one of " + ", ".join(names)


def unknown_figure(key: str, known: Collection[str]) -> PolicyError:
    return PolicyError(f"There is no figure {key!r}.", did_you_mean(key, known))
