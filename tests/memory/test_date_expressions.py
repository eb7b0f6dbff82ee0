"""Days as customers say them."""

from __future__ import annotations

from datetime import date

import pytest

from concierge.memory.date_expressions import a_day, a_span, is_private

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-03-12", date(2025, 3, 12)),
        ("12/03/2025", date(2025, 3, 12)),
        ("12.3.25", date(2025, 3, 12)),
        ("in March 2025", date(2025, 3, 31)),
        ("on 5 June 2025", date(2025, 6, 5)),
        ("February 2024", date(2024, 2, 29)),
        ("last December", date(2025, 12, 31)),
        ("2024", date(2024, 12, 31)),
        ("two years ago", date(2024, 11, 21)),
        ("3 weeks ago", date(2026, 10, 31)),
        ("il y a 3 mois", date(2026, 8, 21)),
        ("vor zwei Jahren", date(2024, 11, 21)),
        ("en marzo de 2025", date(2025, 3, 31)),
        ("a maggio 2025", date(2025, 5, 31)),
        ("le 5 août 2025", date(2025, 8, 5)),
        ("november", date(2026, 11, 21)),
        ("seven months ago", date(2026, 4, 21)),
        ("a couple of months ago", date(2026, 9, 21)),
        ("vor ein paar Wochen", date(2026, 10, 31)),
        ("il y a sept mois", date(2026, 4, 21)),
        ("hace ocho meses", date(2026, 3, 21)),
        ("half a year ago", date(2026, 5, 21)),
        ("last year", date(2025, 12, 31)),
        ("in March last year", date(2025, 3, 31)),
        ("this spring", date(2026, 5, 31)),
        ("letzten Sommer", date(2026, 8, 31)),
        ("l'inverno scorso", date(2026, 2, 28)),
        ("last Christmas", date(2026, 1, 1)),
        ("à Noël 2024", date(2025, 1, 1)),
        ("en Semana Santa", date(2026, 4, 12)),
        ("on Saturday", date(2026, 11, 14)),
        ("Black Friday 2025", date(2025, 12, 5)),
        ("it hangs on a spring", None),
        ("it came and after ten days the seam opened", None),
        ("received, can I still return it within two weeks", None),
        ("au bout de deux mois", None),
        ("nach drei Wochen", None),
        ("dopo una settimana", None),
        ("al cabo de cinco días", None),
        ("after a month, I got it 3 weeks ago", date(2026, 10, 31)),
        ("31/02/2025", None),
        ("I do not know", None),
        ("", None),
    ],
)
def test_a_day_in_words(text: str, day: date | None) -> None:
    assert a_day(text, TODAY) == day


def test_americans_put_the_month_first() -> None:
    assert a_day("03/12/2025", TODAY, month_first=True) == date(2025, 3, 12)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("on 2025-03-12", date(2025, 3, 12), date(2025, 3, 12)),
        ("yesterday", date(2026, 11, 20), date(2026, 11, 20)),
        ("last week", date(2026, 11, 9), date(2026, 11, 15)),
        ("this week", date(2026, 11, 16), date(2026, 11, 22)),
        ("last month", date(2026, 10, 1), date(2026, 10, 31)),
        ("this month", date(2026, 11, 1), date(2026, 11, 21)),
        ("in March 2025", date(2025, 3, 1), date(2025, 3, 31)),
        ("on 5 June 2025", date(2025, 6, 5), date(2025, 6, 5)),
        ("in 2024", date(2024, 1, 1), date(2024, 12, 31)),
    ],
)
def test_a_span_in_words(text: str, first: date, last: date) -> None:
    assert a_span(text, TODAY) == (first, last)


def test_about_so_long_ago_leaves_some_slack_on_both_sides() -> None:
    first, last = a_span("two weeks ago", TODAY) or (TODAY, TODAY)
    assert first < date(2026, 11, 7) < last
    assert a_span("no idea", TODAY) is None


@pytest.mark.parametrize("text", ["on my birthday", "für meinen Geburtstag", "à mon mariage", "el día de la madre"])
def test_a_day_that_only_the_customer_knows(text: str) -> None:
    assert is_private(text)
    assert a_day(text, TODAY) is None
