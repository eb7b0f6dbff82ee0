"""What customers asked for: returns, exchanges, repairs, notes. Recorded once per key, and merged into the order.

Every back end uses it, so that a request is kept in the same way whoever holds the orders.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar, Union

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from concierge.masking.texts import secrets
from concierge.orders.addresses import Address
from concierge.orders.documents import dump, load
from concierge.orders.model import RETURN_KINDS, AddressChange, Cancellation, Note, Order, Repair, Return
from concierge.orders.tables import LOCKS, records
from concierge.storage.database import write

Record = Union[Return, Repair, Note, Cancellation, AddressChange]
R = TypeVar("R", bound=Record)
_KINDS: dict[str, type[Any]] = {
    "return": Return, "repair": Repair, "note": Note, "cancellation": Cancellation, "address": AddressChange,
}  # fmt: skip
_WORDS: dict[str, tuple[str, ...]] = {  # where the customer's own words are
    "return": ("replacement",),
    "repair": ("description",),
    "note": ("text",),
    "address": ("street", "postcode", "city"),
}
_ONLY_WORDS = frozenset({"note", "address"})  # without them nothing is left
_LETTERS = {"return": "R", "repair": "C", "note": "N", "cancellation": "X", "address": "A"}  # of the ids
_AT_ONCE = 500  # fewer than any database takes for one list


_encode = json.JSONEncoder(separators=(",", ":"), sort_keys=True).encode


def compact(document: dict[str, Any]) -> str:
    """One text for one content, so that contents are compared as texts."""
    return _encode(document)


def record(
    engine: Engine,
    order: Order,
    kind: str,
    make: Callable[[str], R],
    *,
    key: str,
    at: datetime,
    conversation: str = "",
    carry_out: Callable[[Connection], None] = lambda connection: None,
) -> R:
    """What ``make`` made of a new id, kept; or what was kept before under this key. ``carry_out`` does what was asked
    for in the same transaction, or raises."""
    if not 0 < len(key) <= 200 or plain_text(key) != key:
        raise ValueError("a write needs an idempotency key of 1 to 200 characters, none of them half or null")
    number = order.number
    with write(engine) as connection:
        if connection.dialect.name == "postgresql":  # SQLite has locked the whole database already
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCKS, sa.func.hashtext(number))))
        rows = connection.execute(_of_order(number)).all()
        for row in rows:
            if row.kind == kind and row.key == key:
                kept: R = load(_KINDS[kind], json.loads(row.document))
                return kept
        carry_out(connection)
        taken = {row.id for row in rows} | _known_ids(order)
        made = make(_free_id(number, kind, taken))
        connection.execute(
            records.insert().values(
                id=made.id,
                order_number=number,
                kind=kind,
                key=key,
                created_at=at,
                document=compact(dump(made)),
                conversation_id=conversation or None,
            )
        )
    return made


def recorded(engine: Engine, number: str, kind: str, key: str) -> bool:
    with engine.connect() as connection:
        return any(row.kind == kind and row.key == key for row in connection.execute(_of_order(number)))


def plain_text(words: str) -> str:
    """A customer's words without what no database takes: null characters, halves of characters."""
    return words.replace("\0", "").encode("utf-8", "replace").decode()


def _words(said: str) -> str:
    return secrets(plain_text(said))


def make_return(
    order: Order, lines: Sequence[str], kind: str, replacement: str, at: datetime
) -> Callable[[str], Return]:
    if kind not in RETURN_KINDS:
        raise ValueError(f"{kind!r} is not a kind of return: one of {', '.join(RETURN_KINDS)}")
    if not lines:
        raise ValueError("a return names at least one line")
    _check_lines(order, lines)
    pieces = _pieces(order, lines)
    return lambda made_id: Return(
        made_id, tuple(lines), at, kind=kind, replacement=_words(replacement), quantities=pieces
    )


def _pieces(order: Order, lines: Sequence[str]) -> tuple[int, ...]:
    """How many of each line, where some of them are in a return already; none at all: all of each."""
    asked = [order.line(line) for line in lines]
    left = tuple(order.left_to_return(line) or line.quantity for line in asked)
    return left if left != tuple(line.quantity for line in asked) else ()


def make_repair(order: Order, line: str, description: str, at: datetime) -> Callable[[str], Repair]:
    _check_lines(order, [line])
    return lambda made_id: Repair(made_id, line, "requested", at, description=_words(description))


def make_note(text: str, kind: str, at: datetime) -> Callable[[str], Note]:
    return lambda made_id: Note(made_id, kind, _words(text), at)


def make_cancellation(at: datetime) -> Callable[[str], Cancellation]:
    return lambda made_id: Cancellation(made_id, at)


def make_address_change(address: Address, at: datetime) -> Callable[[str], AddressChange]:
    parts = [_words(part) for part in (address.street, address.postcode, address.city)]
    return lambda made_id: AddressChange(made_id, at, *parts)


def merged(order: Order, rows: Iterable[Any]) -> Order:
    """The order with what was asked for. Where the house's systems know the same return or repair, theirs is newer."""
    returns, repairs = list(order.returns), list(order.repairs)
    known = _known_ids(order)
    for row in rows:
        if row.id in known:
            continue
        if row.kind == "return":
            returns.append(load(Return, json.loads(row.document)))
        elif row.kind == "repair":
            repairs.append(load(Repair, json.loads(row.document)))
    return replace(order, returns=tuple(returns), repairs=tuple(repairs))


def rows_of(engine: Engine, numbers: Iterable[str]) -> dict[str, list[Any]]:
    """By order."""
    with engine.connect() as connection:
        return {number: list(connection.execute(_of_order(number))) for number in numbers}


def notes_of(engine: Engine, number: str) -> list[Note]:
    rows = rows_of(engine, [number])[number]
    return [load(Note, json.loads(row.document)) for row in rows if row.kind == "note"]


def asked_in(connection: Connection, conversations: Sequence[str], numbers: Sequence[str] = ()) -> list[Any]:
    """What was asked for in these conversations, and anywhere for these orders: rows of ``order_records``."""
    found: dict[str, Any] = {}
    for column, wanted in ((records.c.conversation_id, conversations), (records.c.order_number, numbers)):
        for start in range(0, len(wanted), _AT_ONCE):
            query = sa.select(records).where(column.in_(list(wanted[start : start + _AT_ONCE])))
            found.update({row.id: row for row in connection.execute(query.order_by(records.c.created_at))})
    return list(found.values())


def words_of(row: Any) -> str:
    """What the customer said in a request, of whichever kind."""
    document = json.loads(row.document)
    return ", ".join(str(document[name]) for name in _WORDS.get(row.kind, ()) if document.get(name))


def forget(connection: Connection, conversations: Sequence[str], numbers: Sequence[str] = ()) -> dict[str, int]:
    """Takes out what the customer said, in the caller's transaction: a note and a new address are nothing else and go
    whole; a return or repair is the order's, and stays without its words. Returns how many of each there were."""
    gone = {"order notes": 0, "wordings of returns and repairs": 0}
    for row in asked_in(connection, conversations, numbers):
        this = records.c.id == row.id
        if row.kind in _ONLY_WORDS:
            gone["order notes"] += connection.execute(records.delete().where(this)).rowcount
            continue
        document = json.loads(row.document)
        words = [document.pop(name, "") for name in _WORDS.get(row.kind, ())]
        gone["wordings of returns and repairs"] += any(words)
        change = records.update().where(this)
        connection.execute(change.values(document=compact(document), conversation_id=None))
    return gone


def _known_ids(order: Order) -> set[str]:
    return {item.id for item in order.returns} | {repair.id for repair in order.repairs}


def _of_order(number: str) -> Any:
    return sa.select(records).where(records.c.order_number == number).order_by(records.c.created_at, records.c.id)


def _free_id(number: str, kind: str, taken: set[str]) -> str:
    letter, count = _LETTERS[kind], 1
    while (candidate := f"{number}-{letter}{count}") in taken:
        count += 1
    return candidate


def _check_lines(order: Order, lines: Sequence[str]) -> None:
    known = [line.id for line in order.lines]
    for line in lines:
        if line not in known:
            raise ValueError(f"order {order.number} has no line {line!r}: it has {', '.join(known)}")
