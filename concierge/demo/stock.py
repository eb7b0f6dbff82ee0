"""What the demo shop has in stock: every product of the catalogue in every market, with what is sold out or dearer."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from concierge.demo.parts import MARKETS, Product, catalogue, price_in
from concierge.orders.model import Category
from concierge.orders.stock import StockItem

PIECES = 4  # of each size and colour that there is
SOLD_OUT = {
    ("Track Trainers", "Black", "40"),
    ("Track Trainers", "Black", "42"),
    ("Logo One-Piece Swimsuit", "Red", "S"),
    *(("Hourglass Thin Belt", "Black", size) for size in ("75", "95")),
}
DEARER = {("Track Trainers", "White and Orange"): 50}  # euros


def demo_stock() -> list[StockItem]:
    """The same each time: tests may rely on it."""
    markets = list({market.currency: market for market in MARKETS}.values())
    return [
        StockItem(
            product=product.name,
            colour=colour,
            size=size,
            available=0 if (product.name, colour, size) in SOLD_OUT else PIECES,
            price=price_in(market, Decimal(product.price + DEARER.get((product.name, colour), 0))),
            currency=market.currency,
        )
        for product in catalogue()
        for colour in product.colours or ("",)
        for size in _sizes(product)
        for market in markets
    ]


def _sizes(product: Product) -> Iterator[str]:
    """Those of the catalogue, and of shoes the whole sizes between them."""
    yield from product.sizes
    if product.category is Category.SHOES:
        whole = [int(size) for size in product.sizes if size.isdecimal()]
        yield from (str(size) for size in range(min(whole), max(whole)) if str(size) not in product.sizes)
