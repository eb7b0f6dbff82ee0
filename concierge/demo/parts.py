"""What demo orders are made of: products, people, tracking numbers, payments. The same number gives the same part."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from random import Random

import yaml

from concierge.orders.model import Category, Flag, Line, Movement, Payment, Shipment

AUTHORISATION_LASTS = timedelta(days=7)


# By how a product's name begins: what the demo's shop has drawn of it.
DRAWINGS = {
    "Hourglass Small": "hourglass",
    "Hourglass XS": "hourglass",
    "Le Cagole Small": "crescent",
    "Le Cagole XS": "crescent",
    "Neo Cagole XS": "tote",
    "Neo Cagole City": "tote",
    "Triple S": "sole",
    "Track Trainers": "track",
    "Speed": "sock",
    "Cocoon": "coat",
    "Dynasty": "shades",
    "Le Dix": "flacon",
    "Getaria": "flacon",
}


@dataclass(frozen=True)
class Market:
    country: str
    currency: str
    rate: Decimal  # of the euro price
    shipping: Decimal
    names: tuple[tuple[str, str], ...]
    wallet: str  # the payment method that is popular there, beside cards
    postcode: str  # "" where there are none


@dataclass(frozen=True)
class Product:
    name: str
    family: str
    category: Category
    price: int  # euros
    colours: tuple[str, ...]
    sizes: tuple[str, ...]


@lru_cache(maxsize=1)
def catalogue() -> tuple[Product, ...]:
    text = Path(__file__).with_name("catalogue.yml").read_text(encoding="utf-8")
    return tuple(
        Product(name, family, Category(category), price, tuple(colours), tuple(*sizes) if sizes else ("",))
        for category, products in yaml.safe_load(text).items()
        for name, family, price, colours, *sizes in products
    )


def product(name: str) -> Product:
    return next(item for item in catalogue() if item.name.startswith(name))


def picture_of(item: Product) -> str:
    """Of the demo's own shop, which the front serves; empty where it has drawn none."""
    drawn = next((drawing for begins, drawing in DRAWINGS.items() if item.name.startswith(begins)), "")
    return drawn and f"/shop/pieces/{drawn}.svg"


def price_in(market: Market, euros: Decimal) -> Decimal:
    """In the market's currency, rounded as prices are."""
    step = 100 if market.currency in ("JPY", "KRW") else 5
    whole = (euros * market.rate / step).quantize(Decimal(1)) * step
    return whole if market.currency in ("JPY", "KRW") else whole.quantize(Decimal("0.01"))


def line(number: int, item: Product, chance: Random, market: Market, flags: Iterable[Flag] = ()) -> Line:
    flags = frozenset(flags)
    euros = Decimal(item.price) * (Decimal("0.7") if Flag.SALE in flags else 1)
    return Line(
        id=str(number),
        product=item.name,
        family=item.family,
        category=item.category,
        price=price_in(market, euros),
        size=chance.choice(item.sizes),
        colour=chance.choice(item.colours),
        flags=flags,
        picture=picture_of(item),
    )


def ups_tracking(serial: int, service: str = "68") -> str:
    """Shaped as UPS numbers are, with a true check digit, for the shipper that UPS keeps for examples.

    The algorithm is UPS's published one: letters count as the digit that follows from their place in the alphabet.
    """
    body = f"999AA1{service}{serial % 10**7:07d}"
    values = [int(c) if c.isdigit() else (ord(c) - 63) % 10 for c in body]
    total = sum(values[0::2]) + 2 * sum(values[1::2])
    return f"1Z{body}{-total % 10}"


def ups(serial: int, lines: Iterable[str], dispatched_at: datetime, **known: object) -> Shipment:
    tracking = ups_tracking(serial)
    url = f"https://www.ups.com/track?tracknum={tracking}"
    return Shipment("UPS", tracking, url, tuple(lines), dispatched_at, **known)  # type: ignore[arg-type]


def payment(
    method: str,
    last4: str,
    placed_at: datetime,
    ordered: Decimal,
    captures: Iterable[tuple[datetime, Decimal]] = (),
) -> Payment:
    """Authorised at the order, once more if that lapsed before the parcel left; taken at dispatch."""
    captured = tuple(Movement(moment, amount) for moment, amount in captures)
    authorisations = [Movement(placed_at, ordered, placed_at + AUTHORISATION_LASTS)]
    if captured and captured[0].at > placed_at + AUTHORISATION_LASTS:
        again = placed_at + AUTHORISATION_LASTS
        authorisations.append(Movement(again, ordered, again + AUTHORISATION_LASTS))
    return Payment(method, last4, tuple(authorisations), captured)


MARKETS = (
    Market("FR", "EUR", Decimal(1), Decimal(0),
          (("Claire", "Morel"), ("Julien", "Lefèvre"), ("Inès", "Garnier")), "paypal", "75003"),
    Market("DE", "EUR", Decimal(1), Decimal(0),
          (("Jonas", "Weber"), ("Lena", "Hoffmann"), ("Jürgen", "Groß")), "klarna", "10117"),
    Market("IT", "EUR", Decimal(1), Decimal(0),
          (("Giulia", "Conti"), ("Marco", "Ricci"), ("Chiara", "Galli")), "paypal", "20121"),
    Market("ES", "EUR", Decimal(1), Decimal(0),
          (("Lucía", "Navarro"), ("Pablo", "Ibáñez"), ("Nuria", "Vidal")), "paypal", "28001"),
    Market("NL", "EUR", Decimal(1), Decimal(0), (("Sanne", "de Vries"), ("Daan", "Bakker")), "klarna", "1012 NX"),
    Market("SE", "SEK", Decimal("11.5"), Decimal(0), (("Elin", "Åkesson"), ("Oskar", "Lindqvist")), "klarna", "111 47"),
    Market("GB", "GBP", Decimal("0.88"), Decimal(0),
          (("Olivia", "Hughes"), ("Zoë", "O'Brien"), ("Amir", "Khan")), "apple_pay", "W1S 2XG"),
    Market("US", "USD", Decimal("1.12"), Decimal(15),
          (("Maya", "Johnson"), ("Ethan", "Reyes"), ("Grace", "Kim")), "apple_pay", "10012"),
    Market("CH", "CHF", Decimal("1.02"), Decimal(0), (("Noah", "Keller"), ("Aline", "Favre")), "paypal", "8001"),
    Market("JP", "JPY", Decimal(165), Decimal(0), (("Yuki", "Tanaka"), ("Haruto", "Sato")), "apple_pay", "150-0001"),
    Market("KR", "KRW", Decimal(1600), Decimal(0), (("Seo-yeon", "Park"), ("Min-jun", "Lee")), "apple_pay", "06015"),
    Market("CA", "CAD", Decimal("1.55"), Decimal(20), (("Chloé", "Tremblay"), ("Liam", "Nguyen")), "paypal", "H3G 1P7"),
    Market("AE", "AED", Decimal("4.2"), Decimal(0), (("Layla", "Haddad"), ("Omar", "Al Suwaidi")), "apple_pay", ""),
    Market("AU", "AUD", Decimal("1.75"), Decimal(25), (("Ruby", "Taylor"), ("Jack", "Papadopoulos")), "paypal", "3000"),
)  # fmt: skip
MARKET = {market.country: market for market in MARKETS}
