"""``concierge orders demo``."""

from __future__ import annotations

from datetime import datetime, timezone

import click

from concierge.demo.orders import fill, holds_others
from concierge.orders.book import OrdersUnavailable
from concierge.orders.commands import open_book, summary


@click.command()
@click.option("--database", help="An SQLAlchemy URL; else CONCIERGE_ORDERS_URL.")
@click.option("--force", is_flag=True, help="Also into a database that holds other orders.")
def demo(database: str | None, force: bool) -> None:
    """Fill in the demo orders, dated back from now; those that are there already are dated again."""
    book, now = open_book(database), datetime.now(timezone.utc)
    try:
        if not force and holds_others(book):
            raise click.ClickException(
                "this database holds other orders too; --force puts the demo orders beside them."
            )
        click.echo(summary(fill(book, now)))
    except OrdersUnavailable as error:
        raise click.ClickException(str(error)) from None
    finally:
        book.close()
