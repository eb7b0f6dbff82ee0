"""The command line for those who keep the orders: ``concierge orders …``."""

from __future__ import annotations

from pathlib import Path

import click

from concierge.orders.book import OrdersUnavailable
from concierge.orders.importer import ImportReport, import_lines
from concierge.orders.sql import SqlOrderBook
from concierge.settings import get_settings

SHOWN = 50  # problems printed one by one


@click.group()
def orders() -> None:
    """Fill the embedded orders."""


@orders.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--database", help="An SQLAlchemy URL; else CONCIERGE_ORDERS_URL.")
def import_orders(file: Path, database: str | None) -> None:
    """Take over the orders in FILE: JSON lines, as concierge/orders/schema.json describes them.

    Good lines are kept, bad ones are named with the reason. Importing a file again changes nothing. Ends with
    status 1 when a line was bad.
    """
    book = open_book(database)
    try:
        with file.open("rb") as lines:
            report = import_lines(book, lines)
        book.settle()
    except OrdersUnavailable as error:
        raise click.ClickException(f"{error}. What was imported is kept; run the same command again.") from None
    finally:
        book.close()
    for line_number, reason in report.problems[:SHOWN]:
        click.echo(f"{file}:{line_number}: {reason}", err=True)
    if len(report.problems) > SHOWN:
        click.echo(f"… and {len(report.problems) - SHOWN} more lines with problems", err=True)
    click.echo(summary(report))
    if report.problems:
        raise SystemExit(1)


def open_book(database: str | None) -> SqlOrderBook:
    """The embedded orders at an SQLAlchemy URL, else those of the settings. Close it when done.

    Raises ``ClickException`` where a retailer's own system has them, and for what is not a URL.
    """
    url = database or get_settings().orders
    if url.startswith(("http://", "https://")):
        raise click.ClickException(
            "the orders are in the retailer's own system (CONCIERGE_ORDERS_URL): import them there."
        )
    try:
        return SqlOrderBook(url)
    except ValueError as error:
        raise click.ClickException(str(error)) from None


def summary(report: ImportReport) -> str:
    return (
        f"{report.created} created, {report.updated} updated, {report.unchanged} unchanged, "
        f"{len(report.problems)} with problems"
    )
