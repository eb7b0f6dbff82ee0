"""Secrets are masked, and what only looks like one is not."""

from __future__ import annotations

import pytest

from concierge.handoff.masking import contacts, secrets


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("4111111111111111", "•••• 1111"),
        ("my card 4111 1111-1111 1111 thanks", "my card •••• 1111 thanks"),
        ("amex 378282246310005.", "amex •••• 0005."),
        ("5555555555554444", "•••• 4444"),
        ("30569309025904", "•••• 5904"),
        ("IBAN FR76 3000 6000 0112 3456 7890 189", "IBAN FR••••"),
        ("Password: hunter2 is mine", "Password: •••• is mine"),
        ("mon mot de passe est secret1", "mon mot de passe est ••••"),
        ("CVV 123 ", "CVV 123 "),
        ("cvv: 123", "cvv: ••••"),
        ("Authorization: Bearer abcdefghijklmnop1234", "Authorization: ••••"),
        ("eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.SflKxwRJSMeKKF2QT4", "••••"),
    ],
)
def test_secrets(text: str, masked: str) -> None:
    assert secrets(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "BA10483726",
        "1Z999AA10123456784",
        "4111111111111112",  # the check digit is wrong
        "003404341610940123456",
        "W95789",
        "FR76 3000 6000 0112 3456 7890 188",
        "I forgot my password, can you help?",
        "+33 6 12 34 56 78",
        "2026-11-21T09:45:00+00:00",
    ],
)
def test_no_secrets(text: str) -> None:
    assert secrets(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("write to claire.fontaine+shop@mail.example.com!", "write to c••••@mail.example.com!"),
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
