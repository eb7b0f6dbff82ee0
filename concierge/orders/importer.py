"""Orders from files, as ``schema.json`` describes them or by a mapping. Good ones are kept, bad ones told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from concierge.orders.documents import DocumentError
from concierge.orders.files import Entry, json_lines
from concierge.orders.model import Order
from concierge.orders.numbers import house_format
from concierge.orders.reading import read_order

BATCH = 1000  # orders to a transaction: short enough for look-ups and other writers to go on beside it


class Shelf(Protocol):
    """Where orders are put: the SQL back end."""

    def put(self, batch: Sequence[Order]) -> dict[str, int]: ...


@dataclass
class ImportReport:
    """How many orders were new, changed and as they were, and what could not be read."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)  # line or place in the file, reason
    refused: int = 0  # orders with at least one problem
    read: int = 0  # good ones, kept or only checked

    @property
    def kept(self) -> int:
        return self.created + self.updated + self.unchanged


def read_document(document: Any) -> Order:
    """As ``schema.json`` says. Raises ``DocumentError``."""
    return read_order(document, house_format())


def import_entries(
    book: Shelf | None, entries: Iterable[Entry], read: Callable[[Any], Order] = read_document
) -> ImportReport:
    """Lazily, so a file may be of any length. Importing the same again changes nothing. Without a book, it is only
    checked.

    Raises ``OrdersUnavailable``; what was put before it stays, and importing again continues.
    """
    report, batch = ImportReport(), list[Order]()
    first_seen: dict[str, int] = {}
    for entry in entries:
        order = _read(entry, read, report)
        if order is None:
            continue
        seen = first_seen.setdefault(order.number, entry.line)
        if seen != entry.line:
            _refuse(report, entry.line, [f"order {order.number} is on line {seen} already, which was kept"])
            continue
        report.read += 1
        if book is not None:
            batch.append(order)
            if len(batch) == BATCH:
                _flush(book, batch, report)
    if book is not None:
        _flush(book, batch, report)
    return report


def import_lines(book: Shelf, lines: Iterable[str | bytes]) -> ImportReport:
    """``import_entries`` of JSON lines."""
    return import_entries(book, json_lines(lines))


def read_line(line: str | bytes) -> Order | None:
    """``None`` for an empty line; raises ``DocumentError``."""
    entry = next(json_lines([line]), None)
    if entry is None:
        return None
    if entry.problem:
        raise DocumentError(entry.problem)
    return read_document(entry.document)


def _read(entry: Entry, read: Callable[[Any], Order], report: ImportReport) -> Order | None:
    if entry.problem:
        _refuse(report, entry.line, [entry.problem])
        return None
    try:
        return read(entry.document)
    except DocumentError as error:
        _refuse(report, entry.line, [str(each) for each in error.all()])
        return None


def _refuse(report: ImportReport, line: int, reasons: list[str]) -> None:
    report.refused += 1
    report.problems += [(line, reason) for reason in reasons]


def _flush(book: Shelf, batch: list[Order], report: ImportReport) -> None:
    if not batch:
        return
    counts = book.put(batch)
    report.created += counts["created"]
    report.updated += counts["updated"]
    report.unchanged += counts["unchanged"]
    batch.clear()
