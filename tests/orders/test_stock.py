"""What is in stock: read from the shop's file, told by product, and by a retailer's system that tells it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from concierge.orders.commands import orders as commands
from concierge.orders.documents import DocumentError
from concierge.orders.model import Category, Line, Order, Variant
from concierge.orders.sql import SqlOrderBook
from concierge.orders.stock import read_stock

HEAD = "product,colour,size,available,price,currency"
SHOES = Line("1", "Track Trainers", "Track", Category.SHOES, Decimal(895), "38", "Black")


def test_what_is_in_stock_is_told_of_the_line_in_the_orders_currency(
    book: SqlOrderBook, order: Callable[..., Order]
) -> None:
    book.put([order(lines=(SHOES,))])
    rows = [
        "Track Trainers,Black,39,2,895.00,EUR",
        "Track Trainers,Black,39,2,990.00,USD",
        "Track Trainers,Black,40,0,,",
    ]
    book.put_stock(read_stock([HEAD, *rows, "Other,Black,39,2,1.00,EUR"]))
    assert book.variants("BA10483726", "1") == [
        Variant("39", "Black", True, Decimal("895.00")),
        Variant("40", "Black", False, None),
    ]
    book.put_stock([])
    assert book.variants("BA10483726", "1") is None


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (["product,size", "Belt,85"], "the columns available are missing"),
        (["product,available,shelf", "Belt,1,A"], "there is no column 'shelf'"),
        ([HEAD, ",Black,85,1,,"], "line 2: product is empty"),
        ([HEAD, "Belt,Black,85,some,,"], "line 2: available: 'some' is not a whole number"),
        ([HEAD, "Belt,Black,85,1,395,"], "line 2: price and currency go together"),
        ([HEAD, "Belt,Black,85,1,-3,EUR"], "line 2: price: '-3' is not an amount"),
        ([HEAD, "Belt,Black,85,1,395,EURO"], "line 2: currency: there is no 'EURO'"),
        ([HEAD, "Belt,Black,85,1,,", "Belt,Black,85,2,,"], "line 3: 'Belt' in this colour"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(rows: list[str], problem: str) -> None:
    with pytest.raises(DocumentError, match=problem.replace("(", "\\(")):
        read_stock(rows)


def test_the_command_takes_all_or_nothing(tmp_path: Path, order: Callable[..., Order]) -> None:
    url = f"sqlite:///{tmp_path / 'orders.db'}"
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(f"{HEAD}\nTrack Trainers,Black,39,2,,\n")
    bad.write_text(f"{HEAD}\nTrack Trainers,Black,39,none,,\n")
    run: Any = CliRunner().invoke
    assert run(commands, ["stock", str(good), "--database", url]).exit_code == 0
    refused = run(commands, ["stock", str(bad), "--database", url])
    assert refused.exit_code == 1
    assert "Nothing was changed" in refused.output
    book = SqlOrderBook(url)
    book.put([order(lines=(SHOES,))])
    assert book.variants("BA10483726", "1") == [Variant("39", "Black", True)]
    book.close()
