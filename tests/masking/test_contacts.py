"""What the desk hides until somebody asks to see it."""

from __future__ import annotations

import time

import pytest

from concierge.masking.contacts import contacts


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("write to claire.fontaine+shop@mail.example.com!", "write to c••••@mail.example.com!"),
        ("for fiona.o'brien@example.com", "for f••••@example.com"),
        ("it is 'claire@example.com'", "it is 'c••••@example.com'"),
        ("call +33 6 12 34 56 78", "call ••••78"),
        ("call 06 12 34 56 78 please", "call ••••78 please"),
        ("(212) 555-0187", "••••87"),
        ("0039 02 1234567", "••••67"),
    ],
)
def test_contacts(text: str, masked: str) -> None:
    assert contacts(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "BA10000001",
        "1Z999AA10123456784",
        "2026-11-21T09:45:00.012345+00:00",
        "EUR 1,990.00",
        "30 days",
        "Interporto di Bologna, blocco 9.5, 40010 Bentivoglio (BO)",
        "order 10483726",
    ],
)
def test_no_contacts(text: str) -> None:
    assert contacts(text) == text


@pytest.mark.parametrize("unit", ["a.", "a", "+1 ", "0", "1 ", "a@", "@a.", "-"])
def test_no_text_takes_long(unit: str) -> None:
    text = unit * (4000 // len(unit))
    began = time.thread_time()
    contacts(text)
    assert time.thread_time() - began < 0.05
