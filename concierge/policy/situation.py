"""One question about one order: what is known, looked up when a rule first asks for it.

Facts are read through here by ``facts``, ``money`` and ``parcels``; nothing here knows a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any, TypeVar

from concierge.orders.model import Category, Line, Order, Shipment
from concierge.orders.places import law_of, region_of
from concierge.policy.dates import last_day, local_day, zone
from concierge.policy.figures import Figure, FigureHistory, unknown_figure

T = TypeVar("T")


@dataclass(frozen=True)
class Missing:
    """Not known. ``ask``: the fact to ask the customer for; empty where only the house could find out."""

    ask: str


UNKNOWABLE = Missing("")


_UNSEEN = Line("", "", "", Category.ACCESSORY, Decimal(0))
"""Stands for an item without an order: nothing special is known of it, only the customer's account."""


class Situation:
    """``region``: whose policies apply. It is the order's own; the given one serves where there is no order."""

    __slots__ = ("_figures", "given", "line", "lines", "now", "order", "region", "seen", "today", "where")

    def __init__(
        self,
        figures: Mapping[str, FigureHistory],
        order: Order | None,
        *,
        line: str | None,
        given: Mapping[str, Any],
        on: datetime,
        region: str | None,
    ) -> None:
        self._figures = figures
        self.order = order
        self.given = given
        self.now = on
        self.where: tzinfo = zone(order.timezone) if order else (on.tzinfo or zone("UTC"))
        self.today = on.astimezone(self.where).date()
        self.region = (order.region if order and order.region else region or "ROW").upper()
        if self.region == "ROW" and order is not None:
            self.region = self._region_by_law(order.country.upper())
        self.lines: tuple[Line, ...] = order.lines if order else ()
        self.line: Line | None = None
        if order and line is not None:
            self.line = order.line(line)
        elif len(self.lines) == 1:
            self.line = self.lines[0]
        self.seen: dict[str, Any] = {}  # facts that were read already

    def _region_by_law(self, country: str) -> str:
        """Of an order that is filed under the rest of the world: the law does not ask where a shop files it."""
        return "EU" if law_of(country) in self.figure("law.eea").value else region_of(country)

    def figure(self, key: str) -> Figure:
        """The value in force today, or the one in force at the purchase where that was kept for the customer."""
        try:
            history = self._figures[key]
        except KeyError:
            raise unknown_figure(key, self._figures) from None
        now = history.at(self.region, self.today) or history.by_region["default"][-1]
        if history.kept and history.changes and self.order is not None:
            then = history.at(self.region, self.day(self.order.placed_at))
            if then is not None and then.most > now.most:
                return then
        return now

    def end(self, start: date, key: str) -> date:
        """The last day of a period that began on ``start``."""
        figure = self.figure(key)
        country = figure.holidays or (self.order.country.upper() if self.order and figure.last_day != "any" else "")
        return last_day(start, figure.most, figure.unit, figure.last_day, country)

    def day(self, moment: datetime) -> date:
        return local_day(moment, self.where)

    def each(self, read: Callable[[Line], T]) -> T | Missing:
        """The line's value; of an order with no line chosen, the value that all its lines share."""
        if self.line is not None or self.order is None:
            return read(self.line or _UNSEEN)
        values = [read(line) for line in self.lines]
        if not values:
            return UNKNOWABLE
        if all(value == values[0] for value in values):
            return values[0]
        return Missing("line")

    def shipment(self, line: Line) -> Shipment | None:
        """The parcel that holds the line: the one that names it, else the only one there is."""
        shipments = self.order.shipments if self.order else ()
        for shipment in shipments:
            if line.id in shipment.lines:
                return shipment
        if len(shipments) == 1 and not shipments[0].lines:
            return shipments[0]
        return None
