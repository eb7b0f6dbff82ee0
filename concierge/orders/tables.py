"""Where orders and what was asked about them are kept, and how a database is brought up to date.

An order is read whole, by number or by e-mail, so those are columns and the rest is one JSON document: a look-up is
one indexed query whatever the order holds. What customers ask for is kept apart from what the house's systems say,
so that importing an order again never loses a request.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from concierge.storage.database import UTCDateTime
from concierge.storage.schema_version import bring_up_to_date

MIGRATIONS = Path(__file__).with_name("migrations")
VERSION_TABLE = "orders_alembic_version"  # so that orders may share a database with the conversation log
LOCKS = 0x0DE5  # the class of our advisory locks in PostgreSQL: any number, but the same in every process

metadata = sa.MetaData()

orders = sa.Table(
    "orders",
    metadata,
    sa.Column("number", sa.String(32), primary_key=True),
    sa.Column("email", sa.String(254), nullable=False),  # normalised, as it is compared
    sa.Column("placed_at", UTCDateTime, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
    sa.Index("orders_by_email", "email", "placed_at"),
)

# No foreign key: with an HTTP back end the orders are elsewhere and these records are all there is here.
records = sa.Table(
    "order_records",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("order_number", sa.String(32), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),  # return, repair, note, cancellation, address
    sa.Column("key", sa.String(200), nullable=False),
    sa.Column("created_at", UTCDateTime, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
    sa.Column("conversation_id", sa.String(40)),  # in which it was asked for, until that is erased
    sa.Index("order_records_by_conversation", "conversation_id"),
    sa.UniqueConstraint("order_number", "kind", "key", name="order_records_once"),
)

stock = sa.Table(
    "order_stock",
    metadata,
    sa.Column("product", sa.String(200), primary_key=True),
    sa.Column("colour", sa.String(80), primary_key=True),
    sa.Column("size", sa.String(40), primary_key=True),
    sa.Column("currency", sa.String(3), primary_key=True),  # of the price; empty without one
    sa.Column("price", sa.String(20)),
    sa.Column("available", sa.Integer, nullable=False),
)


def upgrade(engine: Engine) -> None:
    """Makes or migrates the tables: see :func:`~concierge.storage.schema_version.bring_up_to_date`.

    Raises ``SchemaTooNew`` where a newer program has made a schema that this one cannot use.
    """
    bring_up_to_date(engine, MIGRATIONS, VERSION_TABLE, (LOCKS, 0))
