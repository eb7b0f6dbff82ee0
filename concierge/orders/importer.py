"""Orders from JSON lines, one to a line, as ``schema.json`` describes them. Good lines are kept, bad ones told."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from concierge.orders.documents import DocumentError
from concierge.orders.model import Order
from concierge.orders.numbers import house_format
from concierge.orders.reading import read_order

BATCH = 1000  # orders to a transaction: short enough for look-ups and other writers to go on beside it


class Shelf(Protocol):
    """Where orders are put: the SQL back end."""

    def put(self, batch: Sequence[Order]) -> dict[str, int]: ...


@dataclass
class ImportReport:
    """How many orders were new, changed and as they were, and which lines could not be read."""

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
    return read_order(document, house_format())


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
