"""The command line for those who keep the orders: ``concierge orders …``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

import click

from concierge.orders.book import OrdersUnavailable
from concierge.orders.documents import DocumentError
from concierge.orders.files import read_file
from concierge.orders.import_mapping import load_import
from concierge.orders.importer import ImportReport, import_entries, read_document
from concierge.orders.model import Order
from concierge.orders.paths import MappingError
from concierge.orders.sql import SqlOrderBook
from concierge.orders.stock import read_stock
from concierge.settings import get_settings

SHOWN = 50  # problems printed one by one


@click.group()
def orders() -> None:
    """Fill the embedded orders."""


@orders.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--database", help="An SQLAlchemy URL; else CONCIERGE_ORDERS_URL.")
@click.option("--check", is_flag=True, help="Only say what would be refused: nothing is written.")
@click.option("--problems", type=click.Path(dir_okay=False, path_type=Path), help="Write every problem to this file.")
@click.option(
    "--mapping", help="For files of another shape: a name in concierge/orders/mappings/imports, or a .yml file."
)
@click.option("--with", "beside", multiple=True, metavar="NAME=FILE", help="Another JSON file that the mapping needs.")
def import_orders(  # noqa: PLR0917 - click gives them by name
    file: Path, database: str | None, check: bool, problems: Path | None, mapping: str | None, beside: tuple[str, ...]
) -> None:
    """Take over the orders in FILE (- is standard input), as concierge/orders/schema.json describes them: JSON lines, a
    JSON list, or CSV, each also gzipped.

    Good orders are kept, bad ones are named with everything that is wrong. Importing a file again changes nothing. Ends
    with status 1 when an order was bad.
    """
    read = _reader(mapping, beside)
    book = None if check else open_book(database)
    try:
        report = _import(book, file, read)
        if book is not None:
            book.settle()
    except DocumentError as error:
        raise click.ClickException(f"{file}: {error}") from None
    except OrdersUnavailable as error:
        raise click.ClickException(f"{error}. What was imported is kept; run the same command again.") from None
    finally:
        if book is not None:
            book.close()
    _tell(file, report, problems)
    click.echo(f"{report.read} can be imported, {report.refused} with problems" if check else summary(report))
    if report.problems:
        raise SystemExit(1)


@orders.command("stock")
@click.argument("file", type=click.File("r", encoding="utf-8-sig"))
@click.option("--database", help="An SQLAlchemy URL; else CONCIERGE_ORDERS_URL.")
def take_stock(file: TextIO, database: str | None) -> None:
    """Take over what is in stock from FILE (- is standard input): CSV with product, colour, size, available, price and
    currency, named as in the lines of orders. It takes the place of all that was there. Without it nothing is told of
    what is in stock, and an exchange goes to an advisor.
    """
    book = open_book(database)
    try:
        items = read_stock(file)
        book.put_stock(items)
    except (DocumentError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file.name}: {error}\nNothing was changed.") from None
    except OrdersUnavailable as error:
        raise click.ClickException(str(error)) from None
    finally:
        book.close()
    click.echo(f"{len(items)} in stock or sold out")


def _import(book: SqlOrderBook | None, file: Path, read: Callable[[Any], Order]) -> ImportReport:
    if str(file) == "-":
        return import_entries(book, read_file(click.get_binary_stream("stdin")), read)
    shown = click.get_text_stream("stderr")
    with file.open("rb") as source:
        if not shown.isatty():
            return import_entries(book, read_file(source), read)
        bar: Any = click.progressbar(length=file.stat().st_size, label=file.name, file=shown)
        with bar:
            return import_entries(book, read_file(source, bar.update), read)


def _reader(mapping: str | None, beside: tuple[str, ...]) -> Callable[[Any], Order]:
    if mapping is None:
        return read_document
    others = {}
    for each in beside:
        name, _, path = each.partition("=")
        try:
            others[name] = json.loads(Path(path).read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise click.ClickException(f"--with {each}: cannot be read as JSON ({type(error).__name__})") from None
    try:
        return load_import(mapping, others)
    except MappingError as error:
        raise click.ClickException(str(error)) from None


def _tell(file: Path, report: ImportReport, to: Path | None) -> None:
    lines = [f"{file}:{line}: {reason}" for line, reason in report.problems]
    if to is not None:
        to.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    for line in lines[:SHOWN]:
        click.echo(line, err=True)
    if len(lines) > SHOWN:
        where = f": all of them are in {to}" if to else "; --problems FILE writes them all"
        click.echo(f"… and {len(lines) - SHOWN} more problems{where}", err=True)


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
        f"{report.refused} with problems"
    )
