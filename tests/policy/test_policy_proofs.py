"""Which proof suffices for what, and what is wrong with a file that cannot be used."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from concierge.conversations import proof
from concierge.policy.commands import policy
from concierge.policy.errors import PolicyError
from concierge.policy.proofs import FILE, KINDS, LINK, load_proofs, read_proofs

TEXT = FILE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("purpose", "suffice"),
    [
        ("status", {"name_postcode", "number_phone", "number_email", "code", "link", "shop"}),
        ("address", {"number_email", "code", "link", "shop"}),
        ("money", {"number_email", "code", "link", "shop"}),
        ("request", {"number_email", "code", "link", "shop"}),
        ("change", {"number_email", "code", "shop"}),
        ("data", {"number_email", "code", "shop"}),
    ],
)
def test_what_suffices_for_what(purpose: str, suffice: set[str]) -> None:
    proofs = load_proofs()
    assert {kind for kind in KINDS if kind != LINK and proofs.suffices(kind, purpose)} == suffice - {LINK}
    assert (LINK in suffice) is any(proofs.suffices(LINK, purpose, name) for name in proofs.links)


def test_a_link_suffices_for_its_purpose_and_for_no_other() -> None:
    proofs = load_proofs()
    opened = {name: {each for each in proofs.purposes if proofs.suffices(LINK, each, name)} for name in proofs.links}
    assert opened == {
        "status": {"status"},
        "request": {"status", "request"},
        "money": {"status", "money"},
        "address": {"status", "address"},
    }
    assert not any(proofs.suffices(LINK, each) for each in proofs.purposes)


def test_the_limits() -> None:
    proofs = load_proofs()
    assert {what: each.most for what, each in proofs.tries.items()} == {"conversation": 5, "network": 20, "order": 15}
    assert {what: each.most for what, each in proofs.codes.items()} == {"conversation": 3, "order": 5, "address": 5}
    assert (proofs.code_digits, proofs.code_lasts, proofs.code_tries) == (6, timedelta(minutes=15), 5)
    assert proofs.link_lasts == timedelta(days=14)


def test_the_names_are_those_that_conversations_keep() -> None:
    assert {proof.NUMBER_EMAIL, proof.LINK, proof.SHOP} < set(KINDS)


@pytest.mark.parametrize(
    ("text", "said", "problem"),
    [
        (
            "  name_postcode: {of: order",
            "  name_zip: {of: order",
            "'name_zip' is no proof that is checked. Write one",
        ),
        ("{of: address, label: Signed", "{of: house, label: Signed", "of 'house' does not exist"),
        ("proofs: [name_postcode, number", "proofs: [name_zip, number", "status: there is no proof 'name_zip'"),
        ("tasks: [invoice]", "tasks: [invoice, track]", "'track' is of two purposes, status and address"),
        ("  status: [status]", "  statue: [status]", "there is no purpose 'statue'"),
        ("  money: [status, money]", "  money: [status, change]", "'money' opens 'change', for which no link suffices"),
        ("conversation: {most: 5}", "conversation: {most: 0}", "Write a whole number from 1 to 100"),
        ("digits: 6", "digits: 4", "Write a whole number from 6 to 9"),
        ("link: {days: 14}", "link: {weeks: 2}", "has no field 'weeks'"),
    ],
)
def test_what_cannot_be_used_says_where_and_what_to_write(tmp_path: Path, text: str, said: str, problem: str) -> None:
    assert text in TEXT
    file = tmp_path / "proofs.yml"
    file.write_text(TEXT.replace(text, said, 1), encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        read_proofs(file)
    assert problem in str(caught.value)
    assert "line " in str(caught.value)


def test_the_command_lists_them() -> None:
    done = CliRunner().invoke(policy, ["proofs"])
    assert "status: name_postcode, number_phone, number_email, code, link, shop" in done.output
