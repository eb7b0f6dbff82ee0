"""What the house knows of an order. Plain data: no database, no network, so that policy can reason on it anywhere.

All times are aware datetimes (UTC where the source gives no zone); money is ``Decimal`` in the order's currency.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum


class Status(str, Enum):
    """How far an order has come."""

    CONFIRMED = "confirmed"  # accepted, the warehouse has not begun
    PREPARING = "preparing"
    DISPATCHED = "dispatched"
    DELIVERED = "delivered"
    RETURNED_TO_WAREHOUSE = "returned_to_warehouse"  # after the last failed delivery attempt
    CANCELLED = "cancelled"


class SalesChannel(str, Enum):
    """Where it was bought."""

    ONLINE = "online"
    BOUTIQUE = "boutique"
    OUTLET = "outlet"
    AUTHORISED_RETAILER = "authorised_retailer"
    UNAUTHORISED = "unauthorised"


class Category(str, Enum):
    """What an item is to the policies."""

    BAG = "bag"
    SMALL_LEATHER = "small_leather"
    SHOES = "shoes"
    READY_TO_WEAR = "ready_to_wear"
    SWIMWEAR = "swimwear"
    JEWELLERY = "jewellery"
    ACCESSORY = "accessory"
    SUNGLASSES = "sunglasses"
    FRAGRANCE = "fragrance"


class Flag(str, Enum):
    """What is special about a line; each one changes what a policy decides."""

    PERSONALISED = "personalised"
    MADE_TO_ORDER = "made_to_order"
    SALE = "sale"
    OPENED = "opened"
    SEAL_BROKEN = "seal_broken"
    ALTERED = "altered"
    USED = "used"
    PRESS_SAMPLE = "press_sample"
    FRIENDS_AND_FAMILY = "friends_and_family"
    GIFT = "gift"


@dataclass(frozen=True)
class Line:
    """An item of an order. ``id`` is unique within its order; ``price`` is in the order's currency."""

    id: str
    product: str
    family: str  # the house's product family: "Hourglass", "Le Cagole", "Track" …; "" where it has none
    category: Category
    price: Decimal
    size: str = ""
    colour: str = ""
    flags: frozenset[Flag] = frozenset()
    quantity: int = 1  # the price is for all of them
    unavailable: bool = False  # could not be shipped, so it was not charged
    picture: str = ""  # the address of a picture of it, on the house's own server


@dataclass(frozen=True)
class Variant:
    """A size and colour in which the product of a line is made. ``price`` is of one, today, in the order's currency."""

    size: str = ""
    colour: str = ""
    available: bool = False
    price: Decimal | None = None


@dataclass(frozen=True)
class Movement:
    """Money asked for (authorisation) or taken (capture)."""

    at: datetime
    amount: Decimal
    expires: datetime | None = None
    voided_at: datetime | None = None  # a hold that was given back before it ran out


@dataclass(frozen=True)
class Payment:
    """One means of payment, and the money that was asked for and taken by it."""

    method: str  # "visa", "mastercard", "amex", "paypal", "apple_pay", "klarna", "gift_card" …
    last4: str = ""
    authorisations: tuple[Movement, ...] = ()
    captures: tuple[Movement, ...] = ()


@dataclass(frozen=True)
class Attempt:
    """A carrier's try to deliver."""

    at: datetime
    outcome: str  # "nobody_home", "address_not_found", "refused", "delivered"; any other is no attempt that failed


@dataclass(frozen=True)
class Shipment:
    """A parcel. ``lines`` are ids of the order's lines; none at all: the whole order."""

    carrier: str = ""  # "" and no number: by the house's own courier, or not told
    tracking: str = ""
    url: str = ""
    lines: tuple[str, ...] = ()
    dispatched_at: datetime | None = None
    expected_from: date | None = None
    expected_to: date | None = None
    delivered_at: datetime | None = None
    attempts: tuple[Attempt, ...] = ()


FAILED_ATTEMPTS = frozenset({"nobody_home", "address_not_found", "refused"})
"""Outcomes of a try at the door. Any other, such as customs, is the carrier's news of the parcel."""

RETURN_KINDS = ("return", "exchange")
REPAIR_STATUSES = ("requested", "received", "assessed", "in_repair", "ready", "sent_back", "declined")


@dataclass(frozen=True)
class Return:
    """A return or an exchange. ``accepted`` is ``None`` until the warehouse has decided."""

    id: str
    lines: tuple[str, ...]
    requested_at: datetime
    kind: str = "return"  # one of RETURN_KINDS
    received_at: datetime | None = None
    decided_at: datetime | None = None
    accepted: bool | None = None
    tracking: str = ""
    replacement: str = ""  # for an exchange: the size or colour asked for
    quantities: tuple[int, ...] = ()  # how many of each of ``lines``, in their order; none at all: all of each
    replacement_delivered_at: datetime | None = None  # for an exchange: its windows count anew from here

    def quantity(self, line: Line) -> int:
        """How many of ``line`` come back with it; zero for a line that it does not name."""
        if line.id not in self.lines:
            return 0
        place = self.lines.index(line.id)
        return self.quantities[place] if place < len(self.quantities) else line.quantity


@dataclass(frozen=True)
class Refund:
    """Money that went back, in the order's currency."""

    id: str
    amount: Decimal
    issued_at: datetime
    method: str = ""
    last4: str = ""


@dataclass(frozen=True)
class Repair:
    """A repair of one line, by its id. ``estimate`` is in the order's currency."""

    id: str
    line: str
    status: str  # one of REPAIR_STATUSES
    opened_at: datetime
    expected_to: date | None = None
    estimate: Decimal | None = None
    description: str = ""  # in the customer's words


@dataclass(frozen=True)
class Note:
    """Something the house is asked to do or know about an order, for people to act on."""

    id: str
    kind: str  # "cancel_if_possible", "address", "message" …
    text: str
    at: datetime


@dataclass(frozen=True)
class Cancellation:
    """A customer's, that the order system has taken."""

    id: str
    at: datetime


@dataclass(frozen=True)
class AddressChange:
    """Where an order is to go instead, in the country that it was placed for."""

    id: str
    at: datetime
    street: str = field(repr=False)
    postcode: str = field(repr=False)
    city: str = field(repr=False)


@dataclass(frozen=True)
class Order:
    """An order as every part of the product knows it, whichever system holds it. Moments know their time zone."""

    number: str
    email: str = field(repr=False)  # what names a person stays out of logs and tracebacks
    country: str  # ISO 3166-1 alpha-2 of delivery
    region: str  # the policies' region: "EU", "UK", "US", "ROW" …
    channel: SalesChannel
    status: Status
    currency: str
    placed_at: datetime
    lines: tuple[Line, ...]
    name: str = field(default="", repr=False)
    postcode: str = field(default="", repr=False)  # of delivery, as written there; "" where the country has none
    phone: str = field(default="", repr=False)  # given at the order; of use where it begins with + or 00 and a country
    timezone: str = "UTC"  # of the delivery address: days are counted there
    prepared_at: datetime | None = None
    dispatched_at: datetime | None = None
    delivered_at: datetime | None = None
    cancelled_at: datetime | None = None
    shipping_fee: Decimal = Decimal(0)
    taxes: Decimal = Decimal(0)  # on top of the prices, as in the US; zero where prices include them
    discounts: Decimal = Decimal(0)  # off the whole order, besides what the lines' prices leave out
    payments: tuple[Payment, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    returns: tuple[Return, ...] = ()
    refunds: tuple[Refund, ...] = ()
    repairs: tuple[Repair, ...] = ()
    invoice_url: str = ""
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def total(self) -> Decimal:
        """What the customer ordered, with shipping and taxes, whether or not every line could be shipped."""
        prices = sum((line.price for line in self.lines), Decimal(0))
        return prices + self.shipping_fee + self.taxes - self.discounts

    def left_to_return(self, line: Line) -> int:
        """How many of a line are in no return yet, refused ones aside."""
        returns = (item for item in self.returns if item.kind == "return" and item.accepted is not False)
        return max(0, line.quantity - sum(item.quantity(line) for item in returns))

    def line(self, line_id: str) -> Line:
        """Raises ``KeyError`` for a line that is not of this order."""
        for line in self.lines:
            if line.id == line_id:
                return line
        raise KeyError(line_id)
