"""Secrets are masked however they are written, and what only looks like one is left alone."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concierge.masking.folding import fold
from concierge.masking.texts import everywhere, examine, identifier, secrets
from tests.masking.cards import messages, pieces

CARD = "4242 4242 4242 4242"

MASKED = [
    # groups and separators
    ("4111111111111111", "•••• 1111"),
    ("my card 4111 1111-1111 1111 thanks", "my card •••• 1111 thanks"),
    ("4242  4242   4242 4242", "•••• 4242"),
    ("4242\n4242\n4242\n4242", "•••• 4242"),
    ("4242\t4242\t4242\t4242", "•••• 4242"),
    ("4242 - 4242 - 4242 - 4242", "•••• 4242"),
    ("4242.4242.4242.4242", "•••• 4242"),
    ("4242/4242/4242/4242", "•••• 4242"),
    ("4242_4242_4242_4242", "•••• 4242"),
    ("4242,4242,4242,4242", "•••• 4242"),
    ("4242–4242—4242‑4242", "•••• 4242"),
    ("4242−4242‐4242‒4242", "•••• 4242"),
    ("4242·4242•4242|4242", "•••• 4242"),
    ("4242\u00a04242\u20094242\u30004242", "•••• 4242"),
    ("4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2", "•••• 4242"),
    ("42 42 42 42 42 42 42 42", "•••• 4242"),
    ("42424242 42424242", "•••• 4242"),
    ("424242 4242424242", "•••• 4242"),
    ("3782 822463 10005", "•••• 0005"),
    ("amex 378282246310005.", "amex •••• 0005."),
    ("3056 930902 5904", "•••• 5904"),
    ("30569309025904", "•••• 5904"),
    ("6759 6498 2643 8453", "•••• 8453"),
    ("6304 9506 1111 0000 126", "•••• 0126"),
    ("2223 0031 2200 3222", "•••• 3222"),
    # scripts and what cannot be seen
    ("４２４２ ４２４２ ４２４２ ４２４２", "•••• 4242"),
    ("٤٢٤٢ ٤٢٤٢ ٤٢٤٢ ٤٢٤٢", "•••• 4242"),
    ("४२४२४२४२४२४२४२४२", "•••• 4242"),
    ("𝟒𝟐𝟒𝟐𝟒𝟐𝟒𝟐𝟒𝟐𝟒𝟐𝟒𝟐𝟒𝟐", "•••• 4242"),
    ("4242\u200b4242\u200d4242\u20604242", "•••• 4242"),
    ("4\ufe0f\u20e32\ufe0f\u20e3424242424242424\u00ad2", "•••• 4242"),
    # glued, mistyped, more of them
    ("card4242424242424242please", "card•••• 4242please"),
    ("visa:4242-4242-4242-4242;", "visa:•••• 4242;"),
    ("carte n°4242424242424242.", "carte n°•••• 4242."),
    ("4242 4242 4242 4243", "•••• 4243"),
    ("3782 822463 10006", "•••• 0006"),
    ("5555555555554444 and 4012888888881881", "•••• 4444 and •••• 1881"),
    (f"{CARD} 5555 5555 5555 4444", "•••• 4242 •••• 4444"),
    (f"order 1001 {CARD}", "order 1001 •••• 4242"),
    (f"BA10000005, {CARD}", "BA10000005, •••• 4242"),
    ("my card number is 4242424242424241", "my card number is •••• 4241"),
    ("tracking number 4242424242424242", "tracking number •••• 4242"),
    ("340434161094012347", "•••• 2347"),
    # in pieces
    ("4242 4242 then 4242 4242", "•••• 4242"),
    ("4242 4242, dann 4242 4242", "•••• 4242"),
    ("4242 4242 puis 4242 4242", "•••• 4242"),
    ("4242 4242 poi 4242 4242", "•••• 4242"),
    ("4242 4242 y luego 4242 4242", "•••• 4242"),
    ("first 42424242, the rest is 42424242", "first •••• 4242"),
    ("3782 822463 and finally 10005", "•••• 0005"),
    ("4242:4242:4242:4242", "•••• 4242"),
    ("4242 (4242) 4242 (4242)", "•••• 4242)"),
    ("4242+4242~4242=4242", "•••• 4242"),
    ("4242        4242        4242        4242", "•••• 4242"),
    ("4242\n\n\n4242\n\n\n4242\n\n\n4242", "•••• 4242"),
    ("card 4242424242424242123", "card •••• 4242 ••••"),
    ("visa 42424242424242421227123", "visa •••• 4242 ••••"),
    # in words, and other numerals
    ("cvv is one two three", "cvv is ••••"),
    ("one two three is my cvv", "•••• is my cvv"),
    ("cryptogramme un deux trois", "cryptogramme ••••"),
    ("Sicherheitscode eins zwei drei", "Sicherheitscode ••••"),
    ("Prüfnummer: eins-zwei-fünf", "Prüfnummer: ••••"),
    ("codice di sicurezza uno due tre", "codice di sicurezza ••••"),
    ("código de seguridad uno dos tres", "código de seguridad ••••"),
    ("my PIN is four eight two one", "my PIN is ••••"),
    ("four two " * 8, "•••• 4242 "),
    ("四二四二四二四二四二四二四二四二", "•••• 4242"),
    (f"{CARD}, one two three", "•••• 4242, ••••"),
    # with CVV and expiry
    (f"{CARD} the code on the back is 123", "•••• 4242 the code on the back is ••••"),
    (f"{CARD} et le code au dos 123", "•••• 4242 et le code au dos ••••"),
    (f"{CARD} und hinten 123", "•••• 4242 und hinten ••••"),
    (f"{CARD} e dietro 123", "•••• 4242 e dietro ••••"),
    (f"{CARD} y detrás 123", "•••• 4242 y detrás ••••"),
    ("my card expires December 2027", "my card expires ••••"),
    ("Karte gültig bis Dezember 2027", "Karte gültig bis ••••"),
    ("code 3-D Secure 482913", "code 3-D Secure ••••"),
    (f"{CARD} 123", "•••• 4242 ••••"),
    (f"{CARD} 12/27 123", "•••• 4242 ••••"),
    (f"{CARD}, 12/2027, 123", "•••• 4242, ••••"),
    (f"{CARD} exp 12/27 cvv 123", "•••• 4242 exp •••• cvv ••••"),
    (f"{CARD} costs 450 EUR", "•••• 4242 costs 450 EUR"),
    ("cvv 123", "cvv ••••"),
    ("CVV 123 ", "CVV •••• "),
    ("cvv: 123", "cvv: ••••"),
    ("CVC2=1234", "CVC2=••••"),
    ("cvv123", "cvv••••"),
    ("ＣＶＶ １２３", "ＣＶＶ ••••"),
    ("my cvv number is 123", "my cvv number is ••••"),
    ("the security code on the card is 123", "the security code on the card is ••••"),
    ("123 is my cvv", "•••• is my cvv"),
    ("123 (CVV)", "•••• (CVV)"),
    ("exp 12/27 cvv 123", "exp •••• cvv ••••"),
    ("exp 1227, CVC 123", "exp ••••, CVC ••••"),
    ("my card expires 12-2027", "my card expires ••••"),
    # French
    ("cryptogramme 123", "cryptogramme ••••"),
    ("le cryptogramme visuel de ma carte est le 123", "le cryptogramme visuel de ma carte est le ••••"),
    ("code de sécurité : 123", "code de sécurité : ••••"),
    ("code de se\u0301curite\u0301 : 123", "code de se\u0301curite\u0301 : ••••"),
    ("date d’expiration 12/27, cvv 123", "date d’expiration ••••, cvv ••••"),
    ("ma carte expire en 12/27", "ma carte expire en ••••"),
    ("mot de passe : Soleil9", "mot de passe : ••••"),
    ("mon mot de passe est secret1", "mon mot de passe est ••••"),
    ("mdp: azerty", "mdp: ••••"),
    ("code à usage unique 482913", "code à usage unique ••••"),
    # German
    ("sicherheitscode 123", "sicherheitscode ••••"),
    ("Prüfnummer 123", "Prüfnummer ••••"),
    ("Kartenprüfnummer lautet 123", "Kartenprüfnummer lautet ••••"),
    ("Karte gültig bis 12/27", "Karte gültig bis ••••"),
    ("Passwort lautet Sommer2026", "Passwort lautet ••••"),
    ("mein Passwort für das Konto ist Sommer", "mein Passwort für das Konto ist ••••"),
    ("Kennwort: Sommer", "Kennwort: ••••"),
    ("Einmalcode 482 913", "Einmalcode ••••"),
    # Italian
    ("codice di sicurezza 123", "codice di sicurezza ••••"),
    ("il codice di sicurezza della carta è 123", "il codice di sicurezza della carta è ••••"),
    ("carta, scadenza 12/27", "carta, scadenza ••••"),
    ("la mia password è sole88", "la mia password è ••••"),
    ("codice OTP: 482913", "codice OTP: ••••"),
    # Spanish
    ("código de seguridad 123", "código de seguridad ••••"),
    ("el código de seguridad es el 123", "el código de seguridad es el ••••"),
    ("tarjeta, caducidad 12/27", "tarjeta, caducidad ••••"),
    ("mi contraseña es sol88", "mi contraseña es ••••"),
    ("clave: sol", "clave: ••••"),
    ("código de un solo uso: 482913", "código de un solo uso: ••••"),
    # passwords, codes, tokens
    ("Password: hunter2 is mine", "Password: •••• is mine"),
    ("password hunter2", "password ••••"),
    ("my pwd is hunter2", "my pwd is ••••"),
    ("pwd=hunter", "pwd=••••"),
    ("pwd = hunter", "pwd = ••••"),
    ("my password for the account is Swordfish", "my password for the account is ••••"),
    ('password: "correct horse battery"', "password: ••••"),
    ("password sunshine", "password ••••"),
    ("my password sunshine.", "my password ••••."),
    ("hello, my password sunshine", "hello, my password ••••"),
    ("mot de passe soleil", "mot de passe ••••"),
    ("Passwort sonnenschein", "Passwort ••••"),
    ("username claire password Swordfish", "username claire password ••••"),
    ("hunter2 is my password", "•••• is my password"),
    ("my PIN is 4821", "my PIN is ••••"),
    ("the verification code is 482913", "the verification code is ••••"),
    ("482913 is my one-time code", "•••• is my one-time code"),
    ("otp 482-913", "otp ••••"),
    ("Authorization: Bearer abcdefghijklmnop1234", "Authorization: ••••"),
    ("eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.SflKxwRJSMeKKF2QT4", "••••"),
    # IBAN
    ("IBAN FR76 3000 6000 0112 3456 7890 189", "IBAN FR••••"),
    ("fr7630006000011234567890189", "FR••••"),
    ("fr76-3000-6000-0112-3456-7890-189 merci", "FR•••• merci"),
    ("DE89 3704 0044 0532 0130 00 bitte", "DE•••• bitte"),
    ("ibanDE89370400440532013000bitte", "ibanDE••••bitte"),
    ("it60 x054 2811 1010 0000 0123 456", "IT••••"),
    ("my IBAN is DE89 3704 0044 0532 0130 01 please", "my IBAN is DE•••• please"),
    ("iban: gb82 west 1234 5698 7654 33", "iban: GB••••"),
    ("ES91.2100.0418.4502.0005.1332", "ES••••"),
    ("CH93  0076  2011  6238  5295  7", "CH••••"),
    ("GB82 WEST 1234 5698 7654 32 and more", "GB•••• and more"),
]

LEFT_ALONE = [
    "BA10000005",
    "ba 1000 0005",
    "order ba 1000-0003, claire@example.com",
    "my order #1001 and #1002",
    "order 3707955617",
    "order 1001, is the cvv needed?",
    "orders 1001 1002 1003",
    "1Z999AA10123456784",
    "1Z 999 AA1 01 2345 6784",
    "1Z4242424242424242",
    "003404341610940123456",
    "tracking 7712 3456 7890",
    "tracking 771234567890",
    "tracking 612999123456",
    "9400 1118 9922 3344 5566 77",
    "9205590164917312839152",
    "JJD000390007882903837",
    "RA123456789FR",
    "W95789",
    "EAN 3614273852951",
    "ean 4006381333931",
    "serial 01-234567-89",
    "4111111111111112 is no card",
    "FR76 3000 6000 0112 3456 7890 188",
    "+33 6 12 34 56 78",
    "06 12 34 56 78 ou 06 98 76 54 32",
    "0039 02 1234567, +49 (0)30 1234-5678",
    "(212) 555-0187",
    "2026-11-21T09:45:00+00:00",
    "2026-11-21 09:45:00",
    "from 21.11.2026 to 05.12.2026",
    "30.11.2026 - 05.12.2026",
    "2023 2024 2025 2026",
    "on 2026-03-01 at 10:00, size 38",
    "EUR 1.990,00",
    "I paid 4.290,00 EUR and 1,990.00 USD",
    "450, 590, 1290, 3400 and 2890 EUR",
    "30 days",
    "75008 Paris, 10115 Berlin",
    "my voucher is valid until 12/27",
    "expires 12/12/2027",
    "code postal 75008",
    "code promo 1234, promo code 2026",
    "orders 4210, then 2024, and 1990 and 2500",
    "order 42424242 and then 42424243",
    "paid by card, tracking number 6129991234567891",
    "tracking 4242424242424242123",
    "tracking number 340434161094012347",
    "Sendungsnummer: 340434161094012347",
    "numéro de suivi 340434161094012347",
    "EAN 4006381333931",
    "EAN: 4000000000006",
    "IMEI 356938035643809",
    "the card ending in 4242 and order 3707955617",
    "4242 EUR, 4242 EUR, 4242 EUR, 4242 EUR",
    "10:30:00 then 4242",
    "one two three bags, or four",
    "ein, zwei oder drei Taschen",
    "une ou deux ou trois",
    "what is an IBAN number?",
    "my IBAN is on file, order BA10000005",
    "the sale expires December 2027",
    "password please",
    "my password, help",
    "password problem",
    "mot de passe perdu",
    "Passwort Hilfe",
    "I want to reset my password quickly",
    "I forgot my password, can you help?",
    "my password is not working",
    "my password is wrong.",
    "password reset",
    "forgot my password for order BA10000005",
    "password claire@example.com",
    "mon mot de passe est oublié",
    "mon mot de passe ne marche pas, commande 1001",
    "Passwort ist falsch",
    "la password è sbagliata",
    "la contraseña es incorrecta",
    "what is my password",
    "quel est mon mot de passe ?",
    "what is the security code?",
    "wo finde ich den Sicherheitscode?",
    "a tan bag, 1001",
    "the bag in tan 4821 is lovely",
    "the pin of the clasp broke after 2026",
    "👨‍👩‍👧 family",
    "バッグ 4242",
    "",
]


@pytest.mark.parametrize(("text", "masked"), MASKED)
def test_secrets(text: str, masked: str) -> None:
    assert secrets(text) == masked


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_no_secrets(text: str) -> None:
    assert secrets(text) == text


@pytest.mark.parametrize(("text", "masked"), MASKED)
def test_masking_twice_is_masking_once(text: str, masked: str) -> None:
    assert secrets(masked) == masked


@pytest.mark.parametrize(
    ("text", "kinds", "alone"),
    [
        (CARD, ("card",), True),
        (f"Hello, my card is {CARD}, exp 12/27, CVV 123. Thank you!", ("card", "cvv", "expiry"), True),
        (f"Voici ma carte bancaire : {CARD}", ("card",), True),
        (f"Meine Kreditkartennummer lautet {CARD}", ("card",), True),
        (f"where is my order? my card is {CARD}", ("card",), False),
        (f"{CARD} BA10000005", ("card",), False),
        ("pwd=hunter", ("password",), True),
        ("where is my order?", (), False),
    ],
)
def test_what_was_found(text: str, kinds: tuple[str, ...], alone: bool) -> None:
    found = examine(text)
    assert (found.kinds, found.alone) == (kinds, alone)


def test_names_that_others_chose_stay_different() -> None:
    assert identifier("whatsapp:+33612345678", "key") == "whatsapp:+33612345678"
    for name in ("2ed145f47998179883020cf694b19e9f", "d1454709-d58d-43b6-8333-1459502540d7"):
        assert identifier(name, "key") == name, "a UUID, though it has a run of digits"
    first, second = identifier("4242424242424242", "key"), identifier("4111111111111111", "key")
    assert first != second
    assert "4242" not in first
    assert first == identifier("4242424242424242", "key") != identifier("4242424242424242", "other")


def test_in_all_of_a_document() -> None:
    assert everywhere({"a": [CARD, 1, None], "b": {"c": f"x {CARD}"}}) == {
        "a": ["•••• 4242", 1, None],
        "b": {"c": "x •••• 4242"},
    }


HOSTILE = [
    unit * (2000 // len(unit))
    for unit in (
        "1", "4", " ", "-", "4 ", "42 ", "4242 ", "424 ", "12-", "4-2/", "1       ", "cvv ", "cvv is ", "cvv: the ",
        "FR76",
        "fr76 ", "fr 7 6 ", "password ", "password is ", "password for ", "a is my ", "exp 1", "eyJaaaaaaaa.",
        "eyJaaaaaaaa-",
        "code ", "pin is 1", "4\u200b", "٤", "é4 ", ".", "1.", "a.", "\n", "\"password: \"", "is ", "tan code ",
        "2221 ", "22 2 ", "3 7 ", "5555 5", "123 is my ", "424242424242424 ",
    )
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=[repr(text[:12]) for text in HOSTILE])
def test_no_text_takes_long(text: str) -> None:
    def seconds() -> float:
        began = time.thread_time()
        secrets(text)
        return time.thread_time() - began

    assert min(seconds() for _ in range(5)) < 0.010


@settings(max_examples=600, deadline=None)
@given(messages())
def test_no_card_number_however_it_is_written(said: tuple[str, str]) -> None:
    number, text = said
    kept = secrets(text)
    digits = "".join(character for character in fold(kept).text if character.isdigit())
    assert not any(number[at : at + 7] in digits.replace("10000005", "x") for at in range(len(number) - 6))
    assert secrets(kept) == kept
    assert ("BA10000005" in kept) == ("BA10000005" in text)


@settings(max_examples=300, deadline=None)
@given(pieces())
def test_no_card_number_in_pieces(said: tuple[str, str]) -> None:
    number, text = said
    digits = "".join(character for character in fold(secrets(text)).text if character.isdigit())
    assert not any(number[at : at + 7] in digits for at in range(len(number) - 6))


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_any_text_can_be_masked(text: str) -> None:
    once = secrets(text)
    assert secrets(once) == once
