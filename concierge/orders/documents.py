"""Orders as JSON documents: what is imported, stored and exchanged. ``schema.json`` describes the same to others.

The readers are made once from the model's type hints: a hundred thousand orders are read in seconds, and a field
added to the model needs no second place.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
import types
from collections.abc import Callable, Mapping
from datetime import date, datetime, timezone
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
_FRACTION = re.compile(r"\.(\d+)")


class DocumentError(ValueError):
    """What is wrong and where, so that whoever made the document can mend it."""

    def __init__(self, reason: str, where: str = "") -> None:
        super().__init__(f"{where}: {reason}" if where else reason)
        self.reason, self.where = reason, where
        self.several: list[DocumentError] = []

    def within(self, part: str) -> DocumentError:
        return joined([_inside(part, error) for error in self.all()])

    def all(self) -> list[DocumentError]:
        """Each thing that is wrong, where there are several."""
        return self.several or [self]


def _inside(part: str, error: DocumentError) -> DocumentError:
    dot = "." if error.where and not error.where.startswith("[") else ""
    return DocumentError(error.reason, f"{part}{dot}{error.where}")


def joined(errors: list[DocumentError]) -> DocumentError:
    """All of them as one; its text has each, divided by semicolons."""
    if len(errors) == 1:
        return errors[0]
    one = DocumentError("; ".join(str(error) for error in errors))
    one.several = errors
    return one


def load(kind: type[T], document: Any) -> T:
    """Raises ``DocumentError``."""
    value: T = _reader(cast(Any, kind))(document)
    return value


def dump(value: Any) -> dict[str, Any]:
    """JSON-safe; fields that have their default value are left out."""
    document: dict[str, Any] = _writer(cast(Any, type(value)))(value)
    return document


def read_datetime(value: Any) -> datetime:
    """ISO 8601; UTC where it names no zone."""
    if not isinstance(value, str):
        raise DocumentError(f"{_shown(value)} is not a time; write it as in 2026-03-31T14:05:00+02:00")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = _read_other_datetime(value)
    return moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment.astimezone(timezone.utc)


def _read_other_datetime(value: str) -> datetime:
    """What Python 3.10's ``fromisoformat`` refuses: ``Z``, ``+0200``, fractions of other than 3 or 6 digits."""
    text = _FRACTION.sub(lambda match: "." + match[1][:6].ljust(6, "0"), value.strip().upper().replace("Z", "+00:00"))
    text = re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", text)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise DocumentError(f"{_shown(value)} is not a time; write it as in 2026-03-31T14:05:00+02:00") from None


def _read_date(value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise DocumentError(f"{_shown(value)} is not a day; write it as in 2026-03-31") from None


def _read_amount(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        raise DocumentError(f"{_shown(value)} is not an amount; write it as in 1290.00")
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or abs(amount) >= 10**12:
        raise DocumentError(f"{_shown(value)} is not an amount; write it as in 1290.00")
    places = amount.as_tuple().exponent
    if isinstance(places, int) and not -4 <= places <= 0:  # a share of a discount, or 1E+3
        amount = amount.quantize(Decimal("0.0001" if places < 0 else "1"))
    return amount


def _read_count(value: Any) -> int:
    if (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, str) and value.isdecimal()):
        return int(value)
    raise DocumentError(f"{_shown(value)} is not a whole number")


def _read_text(value: Any) -> str:
    if not isinstance(value, str):
        raise DocumentError(f"{_shown(value)} is not text; put it in quotation marks")
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise DocumentError("has half a character (a lone surrogate); write it again")
    return value


def _read_truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise DocumentError(f"{_shown(value)} is neither true nor false")


def _enum_reader(kind: type[Enum]) -> Callable[[Any], Any]:
    known = {member.value: member for member in kind}

    def read(value: Any) -> Any:
        try:
            return known[value]
        except (KeyError, TypeError):
            raise DocumentError(f"{_shown(value)} is not known; write one of {', '.join(known)}") from None

    return read


def _list_reader(inner: Any, make: Callable[[list[Any]], Any]) -> Callable[[Any], Any]:
    read_item = _reader(inner)

    def read(value: Any) -> Any:
        if not isinstance(value, (list, tuple)):
            raise DocumentError(f"{_shown(value)} is not a list; put it in [ ]")
        items, wrong = [], list[DocumentError]()
        for index, item in enumerate(value):
            try:
                items.append(read_item(item))
            except DocumentError as error:
                wrong += error.within(f"[{index}]").all()
        if wrong:
            raise joined(wrong)
        return make(items)

    return read


def _text_map(value: Any) -> dict[str, str]:
    if isinstance(value, Mapping) and all(isinstance(part, str) for pair in value.items() for part in pair):
        return dict(value)
    raise DocumentError("is not an object of texts")


def _object_reader(kind: Any) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    readers = {field.name: _reader(hints[field.name]) for field in dataclasses.fields(kind)}
    required = [field.name for field in dataclasses.fields(kind) if _no_default(field)]

    def read(value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise DocumentError(f"{_shown(value)} is not an object; put it in {{ }}")
        missing, wrong = [name for name in required if name not in value], list[DocumentError]()
        if missing:
            wrong.append(DocumentError(f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"))
        given = {}
        for name, item in value.items():
            reader = readers.get(name)
            if reader is None:
                close = difflib.get_close_matches(name, readers, 1)
                hint = f"; did you mean {close[0]}?" if close else f"; known are {', '.join(readers)}"
                wrong.append(DocumentError(f"there is no field {_shown(name)}{hint}"))
                continue
            try:
                given[name] = reader(item)
            except DocumentError as error:
                wrong += error.within(name).all()
        if wrong:
            raise joined(wrong)
        return kind(**given)

    return read


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        read = _reader(next(part for part in inner if part is not type(None)))
        return lambda value: None if value is None or value == "" else read(value)
    if origin in (tuple, frozenset):
        return _list_reader(inner[0], origin)
    if origin is dict:
        return _text_map
    if dataclasses.is_dataclass(kind):
        return _object_reader(kind)
    if issubclass(kind, Enum):
        return _enum_reader(kind)
    return _SIMPLE_READERS[kind]


_SIMPLE_READERS: dict[Any, Callable[[Any], Any]] = {
    str: _read_text,
    int: _read_count, bool: _read_truth, Decimal: _read_amount, datetime: read_datetime, date: _read_date,
}  # fmt: skip


@cache
def _writer(kind: Any) -> Callable[[Any], Any]:  # noqa: PLR0911 - one line for each kind of value
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _writer(next(part for part in inner if part is not type(None)))
    if origin is tuple:
        write = _writer(inner[0])
        return lambda value: [write(item) for item in value]
    if origin is frozenset:
        return lambda value: sorted(item.value for item in value)
    if dataclasses.is_dataclass(kind):
        return _object_writer(kind)
    if origin is dict or kind in (str, bool, int):
        return lambda value: value
    if issubclass(kind, Enum):
        return lambda value: value.value
    return (lambda value: f"{value:f}") if kind is Decimal else lambda value: value.isoformat()


def _object_writer(kind: Any) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    fields = [(field.name, _default(field), _writer(hints[field.name])) for field in dataclasses.fields(kind)]

    def write(value: Any) -> dict[str, Any]:
        document = {}
        for name, default, write_item in fields:
            item = getattr(value, name)
            if item is not default and (default is dataclasses.MISSING or item != default):
                document[name] = write_item(item)
        return document

    return write


def _no_default(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _default(field: dataclasses.Field[Any]) -> Any:
    return field.default if field.default_factory is dataclasses.MISSING else field.default_factory()


def _shown(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 40 else text[:39] + "…"
