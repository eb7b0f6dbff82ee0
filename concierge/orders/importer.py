"""Orders from JSON lines, one to a line, as ``schema.json`` describes them. Good lines are kept, bad ones told."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from concierge.orders.documents import DocumentError, load
from concierge.orders.identity import normalise_email
from concierge.orders.model import REPAIR_STATUSES, RETURN_KINDS, Order, Status
from concierge.orders.numbers import NumberFormat, house_format
from concierge.orders.places import region_of, timezone_of

BATCH = 1000  # orders to a transaction: short enough for look-ups and other writers to go on beside it


class Shelf(Protocol):
    """Where orders are put: the SQL back end."""

    def put(self, batch: Sequence[Order]) -> dict[str, int]: ...


@dataclass
class ImportReport:
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)  # line number, reason

    @property
    def kept(self) -> int:
        return self.created + self.updated + self.unchanged


def import_lines(book: Shelf, lines: Iterable[str | bytes]) -> ImportReport:
    """Lazily, so a file may be of any length. Importing the same lines again changes nothing.

    Raises ``OrdersUnavailable``; what was put before it stays, and importing again continues.
    """
    report, batch = ImportReport(), list[Order]()
    first_seen: dict[str, int] = {}
    for line_number, line in enumerate(lines, 1):
        try:
            order = read_line(line)
        except DocumentError as error:
            report.problems.append((line_number, str(error)))
            continue
        if order is None:
            continue
        seen = first_seen.setdefault(order.number, line_number)
        if seen != line_number:
            report.problems.append((line_number, f"order {order.number} is on line {seen} already, which was kept"))
            continue
        batch.append(order)
        if len(batch) == BATCH:
            _flush(book, batch, report)
    _flush(book, batch, report)
    return report


def read_line(line: str | bytes) -> Order | None:
    """``None`` for an empty line; raises ``DocumentError``."""
    try:
        text = line.decode("utf-8") if isinstance(line, bytes) else line
    except UnicodeDecodeError as error:
        raise DocumentError(f"is not UTF-8 from byte {error.start + 1}; save the file as UTF-8") from None
    text = text.strip().removeprefix("\ufeff")
    if not text:
        return None
    try:
        document = json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise DocumentError(f"is not JSON at character {error.pos + 1} ({error.msg}); one order to a line") from None
    except RecursionError:
        raise DocumentError("is nested too deeply to be an order") from None
    return read_order(document)


def read_order(document: Any, numbers: NumberFormat | None = None, strict: bool = True) -> Order:
    """The order in a document, checked for form, and if ``strict`` for sense. Raises ``DocumentError``."""
    numbers = numbers or house_format()
    if isinstance(document, dict):
        document = {name: value for name, value in document.items() if name != "$schema"}
        country = str(document.get("country", "")).upper()
        document = {"region": region_of(country), "timezone": timezone_of(country), **document}
    order = load(Order, document)
    number = numbers.normalise(order.number)
    if number is None:
        raise DocumentError(f"{order.number!r} is not an order number; they look like {numbers.example}", "number")
    if number != order.number or order.country != order.country.upper():
        order = replace(order, number=number, country=order.country.upper())
    problem = _problem(order) or (_contradiction(order) if strict else None)
    if problem:
        raise DocumentError(problem[1], problem[0])
    return order


def _problem(order: Order) -> tuple[str, str] | None:  # noqa: PLR0911 - one line for each thing that can be wrong
    if not normalise_email(order.email):
        return "email", "is not an e-mail address"
    if not re.fullmatch("[A-Z]{2}", order.country):
        return "country", f"{order.country!r} is not a country code; write two letters as in FR (ISO 3166-1)"
    if not re.fullmatch("[A-Z]{3}", order.currency):
        return "currency", f"{order.currency!r} is not a currency; write three letters as in EUR (ISO 4217)"
    if not _is_zone(order.timezone):
        return "timezone", f"{order.timezone!r} is not a time zone; write one as in Europe/Paris"
    if not order.lines:
        return "lines", "are empty; an order has at least one line"
    known = [line.id for line in order.lines]
    if len(set(known)) != len(known):
        return "lines", f"have the same id twice: {', '.join(sorted(known))}"
    if any(line.price < 0 for line in order.lines):
        return "lines", "have a price below zero; what is given back belongs in refunds"
    return _wrong_word(order)


def _contradiction(order: Order) -> tuple[str, str] | None:
    return _wrong_reference(order, {line.id for line in order.lines}) or _wrong_time(order)


def _wrong_reference(order: Order, known: set[str]) -> tuple[str, str] | None:
    named = [("shipments", shipment.lines) for shipment in order.shipments]
    named += [("returns", item.lines) for item in order.returns]
    named += [("repairs", (repair.line,)) for repair in order.repairs]
    for where, lines in named:
        unknown = set(lines) - known
        if unknown:
            return (
                where,
                f"name line {min(unknown)!r}, which the order does not have (it has {', '.join(sorted(known))})",
            )
    return None


def _wrong_time(order: Order) -> tuple[str, str] | None:
    steps = ("placed_at", "prepared_at", "dispatched_at", "delivered_at")
    reached = [(name, moment) for name in steps if (moment := getattr(order, name)) is not None]
    for (earlier, before), (later, after) in pairwise(reached):
        if after < before:
            return later, f"is before {earlier}; check both, and their time zones"
    needed = {Status.DELIVERED: "delivered_at", Status.DISPATCHED: "dispatched_at", Status.CANCELLED: "cancelled_at"}
    name = needed.get(order.status, "placed_at")
    if getattr(order, name) is None:
        return name, f"is missing, but the status is {order.status.value}"
    return None


def _wrong_word(order: Order) -> tuple[str, str] | None:
    for item in order.returns:
        if item.kind not in RETURN_KINDS:
            return "returns", f"{item.kind!r} is not known; write one of {', '.join(RETURN_KINDS)}"
    for repair in order.repairs:
        if repair.status not in REPAIR_STATUSES:
            return "repairs", f"{repair.status!r} is not known; write one of {', '.join(REPAIR_STATUSES)}"
    cards = [payment.last4 for payment in order.payments] + [refund.last4 for refund in order.refunds]
    if not all(re.fullmatch("[0-9]{0,4}", card) for card in cards):
        return "last4", "is more than the last four digits of a card; never send a whole card number"
    return None


@lru_cache(maxsize=1024)
def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return False
    return True


def _no_constant(name: str) -> Any:
    raise DocumentError(f"{name} is not an amount")


def _flush(book: Shelf, batch: list[Order], report: ImportReport) -> None:
    if not batch:
        return
    counts = book.put(batch)
    report.created += counts["created"]
    report.updated += counts["updated"]
    report.unchanged += counts["unchanged"]
    batch.clear()
