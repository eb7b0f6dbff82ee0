"""Files of orders: JSON lines, a JSON list or object of orders, or CSV, plain or gzipped, or standard input.

Read as they come where the form allows it (JSON lines, CSV), so that a file may be of any length.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import IO, Any, NamedTuple

from concierge.orders.documents import DocumentError

_GZIP = b"\x1f\x8b"
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_LISTS = {"flags", "lines"}  # of texts, divided by semicolons in a cell
_TRUTHS = {"unavailable", "accepted"}


class Entry(NamedTuple):
    """A document of an order, and the line of the file that it begins on; or why there is none."""

    line: int
    document: Any
    problem: str = ""


class _Counted(io.RawIOBase):
    """Tells how far a file has been read."""

    def __init__(self, source: IO[bytes], progress: Callable[[int], None]) -> None:
        self._source, self._progress = source, progress

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._source.read(len(buffer))
        buffer[: len(data)] = data
        self._progress(len(data))
        return len(data)


def read_file(source: IO[bytes], progress: Callable[[int], None] = lambda count: None) -> Iterator[Entry]:
    """``progress`` is told how many more bytes were read of ``source``. Raises ``DocumentError`` for a file that is
    none of these forms, or is cut off."""
    raw: Any = io.BufferedReader(_Counted(source, progress), 1 << 16)
    if raw.peek(2)[:2] == _GZIP:
        raw = io.BufferedReader(gzip.GzipFile(fileobj=raw), 1 << 16)
    try:
        yield from _entries(raw)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise DocumentError("the file is damaged, or cut off: it cannot be unpacked to its end") from None


def _entries(raw: io.BufferedReader) -> Iterator[Entry]:
    first = raw.readline()
    while first and not first.removeprefix(b"\xef\xbb\xbf").strip():
        first = raw.readline()
    start = first.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] == b"[" or (start[:1] == b"{" and not _is_whole(start) and _goes_on(raw)):
        yield from _whole(first + raw.read())
    elif start[:1] in (b"{", b""):
        yield from json_lines(_chain(first, raw))
    else:
        yield from _csv(_chain(first, raw))


def _goes_on(raw: io.BufferedReader) -> bool:
    """The next line is not the beginning of another order: one object over many lines."""
    return raw.peek(64).lstrip()[:2] not in (b'{"', b"")


def _is_whole(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return b'"number"' in line or b'"lines"' in line


def _chain(first: bytes, rest: Iterable[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def json_lines(lines: Iterable[str | bytes]) -> Iterator[Entry]:
    """One order a line; an empty line is none."""
    for number, line in enumerate(lines, 1):
        try:
            text = line.decode("utf-8") if isinstance(line, bytes) else line
        except UnicodeDecodeError as error:
            yield Entry(number, None, f"is not UTF-8 from byte {error.start + 1}; save the file as UTF-8")
            continue
        text = text.strip().removeprefix("\ufeff")
        if not text:
            continue
        try:
            yield Entry(number, _json(text))
        except json.JSONDecodeError as error:
            yield Entry(number, None, f"is not JSON at character {error.pos + 1} ({error.msg}); one order to a line")
        except RecursionError:
            yield Entry(number, None, "is nested too deeply to be an order")
        except DocumentError as error:
            yield Entry(number, None, str(error))


def _whole(content: bytes) -> Iterator[Entry]:
    """A list of orders, or an object of orders by whatever names them. Counted by their place in it."""
    try:
        found = _json(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise DocumentError(f"is not UTF-8 from byte {error.start + 1}; save the file as UTF-8") from None
    except json.JSONDecodeError as error:
        raise DocumentError(f"is not JSON at line {error.lineno}, column {error.colno} ({error.msg})") from None
    except RecursionError:
        raise DocumentError("is nested too deeply to be orders") from None
    if isinstance(found, dict):
        found = [found] if "number" in found else list(found.values())
    yield from (Entry(place, document) for place, document in enumerate(found, 1))


def _csv(lines: Iterable[bytes]) -> Iterator[Entry]:
    """A row for each line of an order; rows that follow each other with the same number are one order.

    Columns are fields of the order (``email``) or of its parts (``lines.product``, ``shipments.tracking``): a part that
    repeats the one above is the same part. Empty cells are left out.
    """
    text = io.TextIOWrapper(io.BufferedReader(_Lines(lines)), encoding="utf-8-sig", newline="")
    header = text.readline()
    divider = max(",;\t", key=header.count)
    names = next(csv.reader([header], delimiter=divider), [])
    if "number" not in names:
        raise DocumentError("is neither JSON nor CSV with a column number")
    document: dict[str, Any] = {}
    begun, rows = 2, csv.reader(text, delimiter=divider)
    try:
        for row in rows:
            cells = {name.strip(): cell.strip() for name, cell in zip(names, row, strict=False) if cell.strip()}
            if len(row) > len(names):
                yield Entry(rows.line_num + 1, None, f"has {len(row)} cells for {len(names)} columns")
            elif cells:
                if cells.get("number") != document.get("number"):
                    if document:
                        yield Entry(begun, document)
                    document, begun = {}, rows.line_num + 1
                _add(document, cells)
    except (csv.Error, UnicodeDecodeError) as error:
        yield Entry(rows.line_num + 1, None, f"is not CSV in UTF-8 ({error})")
    if document:
        yield Entry(begun, document)


def _add(document: dict[str, Any], cells: dict[str, str]) -> None:
    parts: dict[str, dict[str, Any]] = {}
    for name, cell in cells.items():
        of, _, field = name.rpartition(".")
        (parts.setdefault(of, {}) if of else document)[field] = _cell(field, cell)
    for of, part in parts.items():
        if of == "lines":
            part.setdefault("family", "")  # most pieces have none
        listed = document.setdefault(of, [])
        if part not in listed:
            listed.append(part)


def _cell(field: str, cell: str) -> Any:
    if field in _LISTS:
        return [each.strip() for each in cell.split(";") if each.strip()]
    return _TRUTH.get(cell.casefold(), cell) if field in _TRUTHS else cell


class _Lines(io.RawIOBase):
    """Lines as a stream that text can be read from."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines, self._left = iter(lines), b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._left = self._left or next(self._lines, b"")
        data, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)


def _json(text: str) -> Any:
    return json.loads(text, parse_float=Decimal, parse_constant=_no_constant)


def _no_constant(name: str) -> Any:
    raise DocumentError(f"{name} is not an amount")
