from __future__ import annotations

import pytest

from concierge.channels import intake


@pytest.mark.parametrize(
    ("said", "stored"),
    [
        ("my card is 4111 1111 1111 1111 ok", "my card is •••• 1111 ok"),
        ("4111-1111-1111-1111", "•••• 1111"),
        ("4111.1111.1111.1111", "•••• 1111"),
        ("378282246310005.", "•••• 0005."),
        ("5555555555554444 and 4012888888881881", "•••• 4444 and •••• 1881"),
        ("４１１１１１１１１１１１１１１１", "•••• 1111"),
        ("4111\n1111 1111–1111", "•••• 1111"),
        ("iban FR76 3000 6000 0112 3456 7890 189", "iban FR••••"),
        ("my password is hunter2!", "my password is ••••"),
        ("4111 1111 1111 1112", "•••• 1112"),  # mistyped, and still nearly somebody's card
    ],
)
def test_what_is_secret_is_never_stored(said, stored):
    assert intake.take(said, 2000).text == stored


@pytest.mark.parametrize(
    "said",
    [
        "BA10000003",
        "order ba 1000-0003, claire@example.com",
        "tracking 1Z999AA10123456784",
        "call me on +33 1 23 45 67 89",
        "4111111111111112 is no card",
        "<script>alert(1)</script>",
        "on 2026-03-01 at 10:00, size 38",
        "👨‍👩‍👧 family",
    ],
)
def test_everything_else_is_stored_as_it_was_said(said):
    assert intake.take(said, 2000).text == said


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("", "empty_message"),
        (" \n\t", "empty_message"),
        ("\u200b\u202e\x00", "empty_message"),
        ("👜👜👜", "no_words"),
        ("?", "no_words"),
        ("...", "no_words"),
        ("x" * 2001, "message_too_long"),
        ("ok", ""),
        ("はい", ""),
        ("42", ""),
        ("4111 1111 1111 1111", "secrets_alone"),
        ("my card: 4111 1111 1111 1111, where is my order?", ""),
    ],
)
def test_what_cannot_be_understood_is_known_at_once(said, problem):
    assert intake.take(said, 2000).problem == problem


def test_a_long_message_is_cut_and_the_cut_is_noted():
    taken = intake.take("y" * 100_000, 2000)
    assert len(taken.text) == 2000
    assert taken.meta == {"cut_from": 100_000}


@pytest.mark.parametrize("said", ["/restart", "  //restart", '/inform{"a":"b"}', "\n / restart"])
def test_a_command_is_only_text(said):
    assert not intake.without_command(said).startswith("/")


def test_half_a_surrogate_pair_does_not_get_in_the_way():
    assert intake.take("a\ud83d", 2000).text == "a\ufffd"


def test_a_card_number_across_the_cut_is_masked_all_the_same():
    taken = intake.take("y" * 1985 + " 4111 1111 1111 1111 and more", 2000)
    assert "4111" not in taken.text
    assert taken.masked == ("card",)
