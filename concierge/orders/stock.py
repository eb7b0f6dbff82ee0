"""What an embedded installation has in stock: taken over whole from the shop's CSV file, looked up by product."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from concierge.orders.documents import DocumentError
from concierge.orders.model import Variant
from concierge.orders.places import currencies
from concierge.orders.tables import stock
from concierge.storage.database import unhurried, write

COLUMNS = ("product", "colour", "size", "available", "price", "currency")
_LENGTHS = {"product": 200, "colour": 80, "size": 40}
_AMOUNT = re.compile(r"\d{1,12}(\.\d{1,4})?")


@dataclass(frozen=True)
class StockItem:
    """``product``, ``colour`` and ``size`` as in the lines of orders; ``available``: how many there are. ``price`` is
    of one in ``currency``; neither, where no price is told."""

    product: str
    colour: str = ""
    size: str = ""
    available: int = 0
    price: Decimal | None = None
    currency: str = ""


def read_stock(text: Iterable[str]) -> list[StockItem]:
    """CSV with the columns ``COLUMNS``, of which price and currency may be missing. Raises ``DocumentError`` with
    everything that is wrong, each with its line."""
    rows = csv.DictReader(text)
    given = set(rows.fieldnames or ())
    if missing := {"product", "available"} - given:
        raise DocumentError(f"the columns {', '.join(sorted(missing))} are missing; known are {', '.join(COLUMNS)}")
    if unknown := given - set(COLUMNS):
        raise DocumentError(f"there is no column {min(unknown)!r}; known are {', '.join(COLUMNS)}")
    items: dict[tuple[str, str, str, str], StockItem] = {}
    wrong: list[str] = []
    for row in rows:
        try:
            item = _item({name: (value or "").strip() for name, value in row.items() if name})
        except DocumentError as error:
            wrong.append(f"line {rows.line_num}: {error}")
            continue
        key = (item.product, item.colour, item.size, item.currency)
        if key in items:
            wrong.append(f"line {rows.line_num}: {item.product!r} in this colour, size and currency was there before")
        items[key] = item
    if wrong:
        raise DocumentError("\n".join(wrong))
    return list(items.values())


def put_stock(engine: Engine, items: Sequence[StockItem]) -> None:
    """In the place of what there was, in one transaction."""
    rows = [{**item.__dict__, "price": None if item.price is None else f"{item.price:f}"} for item in items]
    with write(engine) as connection, unhurried(connection):
        connection.execute(stock.delete())
        if rows:
            connection.execute(stock.insert(), rows)


def variants_of(engine: Engine, product: str, currency: str) -> list[Variant] | None:
    """In the order of the file's colours and sizes as texts. A price in another currency is left out. ``None`` for a
    product that the stock does not know."""
    query = sa.select(stock).where(stock.c.product == product).order_by(stock.c.colour, stock.c.size)
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    found: dict[tuple[str, str], Variant] = {}
    for row in rows:
        price = Decimal(row.price) if row.price and row.currency == currency else None
        known = found.get((row.colour, row.size))
        if known is None or price is not None:
            found[row.colour, row.size] = Variant(row.size, row.colour, row.available > 0, price)
    return list(found.values()) or None


def _item(row: dict[str, str]) -> StockItem:
    if not row.get("product"):
        raise DocumentError("product is empty")
    for name, most in _LENGTHS.items():
        if len(row.get(name, "")) > most:
            raise DocumentError(f"{name} has more than {most} characters")
    if not row["available"].isdecimal():
        raise DocumentError(f"available: {row['available']!r} is not a whole number")
    price, currency = row.get("price", ""), row.get("currency", "").upper()
    if bool(price) is not bool(currency):
        raise DocumentError("price and currency go together: write both, or neither")
    if price and not _AMOUNT.fullmatch(price):
        raise DocumentError(f"price: {price!r} is not an amount; write it as in 1290.00")
    if currency and currency not in currencies():
        raise DocumentError(f"currency: there is no {currency!r}; write a code of ISO 4217, such as EUR")
    amount = Decimal(price) if price else None
    return StockItem(
        row["product"], row.get("colour", ""), row.get("size", ""), int(row["available"]), amount, currency
    )
