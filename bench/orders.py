"""Orders at size: how fast files are imported, and how long a look-up takes among a million orders.

    nice python -m bench.orders [--orders N] [--database URL]

Fills a database of its own with copies of the demo orders (a million take about a minute and 1.2 GB), asks for random
ones by number and e-mail, right and wrong, and by e-mail alone, and writes bench/results/orders-<dialect>.json.
"""

from __future__ import annotations

import json
import os
import platform
import random
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timezone
from itertools import islice
from pathlib import Path
from typing import Any

import click

from concierge.demo.orders import demo_orders
from concierge.orders.documents import dump
from concierge.orders.importer import import_lines
from concierge.orders.records import compact
from concierge.orders.sql import SqlOrderBook
from concierge.orders.tables import orders as table
from concierge.storage.database import write

RESULTS = Path(__file__).with_name("results")
FIRST_NUMBER = 20_000_000
TODAY = date(2026, 3, 31)
LOOK_UPS = 20_000


def email_of(index: int) -> str:
    """Three orders to an address."""
    return f"customer{index // 3}@example.com"


def rows(count: int) -> Iterator[dict[str, Any]]:
    """Orders as they are stored, made by changing texts: building a million objects would take far longer."""
    texts = []
    for order in demo_orders(TODAY):
        text = compact(dump(replace(order, email="@EMAIL@")))
        texts.append((text.replace(order.number, "@NUMBER@"), order.placed_at))
    for index in range(count):
        text, placed_at = texts[index % len(texts)]
        number, email = f"BA{FIRST_NUMBER + index}", email_of(index)
        document = text.replace("@NUMBER@", number).replace("@EMAIL@", email)
        yield {"number": number, "email": email, "placed_at": placed_at, "document": document}


def fill(book: SqlOrderBook, count: int) -> float:
    started, source = time.perf_counter(), rows(count)
    with book._database.guard() as engine:
        while batch := list(islice(source, 10_000)):
            with write(engine) as connection:
                connection.execute(table.insert(), batch)
    book.settle()
    return time.perf_counter() - started


def measure(ask: Callable[[random.Random], object], times: int) -> dict[str, float]:
    """Milliseconds as the caller waits, and of the processor, which other load on the machine changes little."""
    chance = random.Random(7)
    waited, worked = [], []
    for _ in range(times):
        started, started_work = time.perf_counter_ns(), time.thread_time_ns()
        ask(chance)
        worked.append((time.thread_time_ns() - started_work) / 1e6)
        waited.append((time.perf_counter_ns() - started) / 1e6)
    points = {"p50": 0.5, "p99": 0.99, "p999": 0.999}
    return {
        f"{name}{suffix}": round(sorted(taken)[int(times * point)], 3)
        for suffix, taken in (("", waited), ("_cpu", worked))
        for name, point in points.items()
    }


def import_rate(book: SqlOrderBook, count: int) -> dict[str, float]:
    """Orders a second for a file of new orders, and for the same file again; and with the processor to itself."""
    source = rows(count)
    lines = [row["document"].replace(f'"BA{FIRST_NUMBER // 10_000_000}', '"BA9', 1) for row in source]
    rates = {}
    for name in ("new", "again"):
        started, worked = time.perf_counter(), time.process_time()
        report = import_lines(book, lines)
        assert report.kept == count, report.problems[:3]
        rates[name] = round(count / (time.perf_counter() - started))
        rates[f"{name}_cpu"] = round(count / (time.process_time() - worked))
    return rates


@click.command()
@click.option("--orders", "count", default=1_000_000, show_default=True)
@click.option("--imported", default=100_000, show_default=True, help="Lines of the imported file.")
@click.option("--database", help="An SQLAlchemy URL of an empty database; else SQLite in a temporary folder.")
def main(count: int, imported: int, database: str | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        book = SqlOrderBook(database or f"sqlite:///{folder}/orders.db")
        if book.count():
            raise click.ClickException("that database holds orders: give an empty one")
        click.echo(f"filling in {count} orders …")
        filled = fill(book, count)

        def right(chance: random.Random) -> object:
            index = chance.randrange(count)
            return book.find(f"ba {FIRST_NUMBER + index}", email_of(index))

        def wrong(chance: random.Random) -> object:
            return book.find(f"BA{FIRST_NUMBER + chance.randrange(count)}", "nobody@example.com")

        def unknown(chance: random.Random) -> object:
            return book.find(f"XX{FIRST_NUMBER + chance.randrange(count)}", "nobody@example.com")

        def address(chance: random.Random) -> object:
            return book.find_by_email(email_of(chance.randrange(count)))

        def note(chance: random.Random) -> object:
            key = str(chance.random())
            number = f"BA{FIRST_NUMBER + chance.randrange(count)}"
            return book.note(number, "bench", "message", key, datetime.now(timezone.utc))

        asked = {"right": right, "wrong e-mail": wrong, "unknown": unknown, "by e-mail": address}
        result: dict[str, Any] = {
            "orders": count,
            "database": book._database.engine.dialect.name,
            "load": round(os.getloadavg()[0], 1),
            "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
            "filled_in_seconds": round(filled, 1),
            "look_up_ms": {name: measure(ask, LOOK_UPS) for name, ask in asked.items()},
            "write_ms": measure(note, LOOK_UPS // 10),
            "import_per_second": import_rate(book, imported),
        }
        book.close()
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"orders-{re.sub('[^a-z]', '', result['database'])}.json"
    file.write_text(json.dumps(result, indent=2) + "\n")
    click.echo(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
