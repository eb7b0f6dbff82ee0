"""Proofs and their ends: of an address, of one order, by a link, beside the shop's word."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from concierge.conversations import proof

AT = datetime(2026, 11, 28, 12, tzinfo=timezone.utc)
LATER = AT + timedelta(hours=13)
CLAIRE, VERA = "claire@example.com", "vera@example.org"


def by_name(known=None, number="BA1", email=CLAIRE):
    known = known or {}
    return {**known, **proof.by_order(known, email, AT, 12, kind="name_postcode", number=number, address=False)}


def by_email(known=None, number="BA1", email=CLAIRE, kind="number_email"):
    known = known or {}
    return {**known, **proof.by_order(known, email, AT, 12, kind=kind, number=number)}


def kinds(known, number, email=CLAIRE, at=AT):
    return [held.kind for held in proof.of_order(known, number, email, at)]


def test_an_address_proves_all_of_its_orders_and_a_name_one():
    assert kinds(by_email(), "BA2") == ["number_email"]
    assert kinds(by_name(), "BA1") == ["name_postcode"]
    assert kinds(by_name(), "BA2") == []
    assert proof.email(by_name(), AT) == ""
    assert kinds(by_email(), "BA2", VERA) == []


def test_both_stand_beside_each_other_and_another_address_takes_nothing_away():
    both = by_email(by_name(number="BA9", email=VERA), number="BA1")
    assert kinds(both, "BA9", VERA) == ["name_postcode"]
    again = by_email(both, number="BA5", email="third@example.org", kind="code")
    assert kinds(again, "BA1") == ["number_email"]
    assert kinds(again, "BA5", "third@example.org") == ["code"]
    assert again["several_proved"] is True


@pytest.mark.parametrize("known", [by_name(), by_email(), by_email(kind="code")])
def test_each_has_an_end(known):
    assert proof.holds(known, AT)
    assert kinds(known, "BA1", at=LATER) == []
    assert proof.has_ended(known, LATER)
    assert proof.orders(known, LATER) == []


def test_an_end_is_not_put_off_by_another_proof():
    renewed = {**by_name(), **proof.by_order(by_name(), VERA, LATER, 12, number="BA9")}
    assert kinds(renewed, "BA1", at=LATER) == []
    assert kinds(renewed, "BA9", VERA, at=LATER) == ["number_email"]


def test_whoever_writes_draws_theirs_out_but_not_a_links():
    known = {**by_name(), **proof.by_link(by_name(), "BA7", "status", int(AT.timestamp()) + 60)}
    later = {**known, **proof.used(known, AT + timedelta(hours=2), 12)}
    assert kinds(later, "BA1", at=LATER) == ["name_postcode"]
    assert kinds(later, "BA7", at=LATER) == []
    assert proof.used(known, AT + timedelta(minutes=2), 12) == {}


def test_beside_the_shops_word_a_name_holds_no_longer():
    shop = proof.by_shop("c-1", VERA, int(AT.timestamp()) + 600)
    known = by_name(shop)
    assert kinds(known, "BA1", at=AT + timedelta(seconds=601)) == []
    assert proof.used(known, AT, 12) == {}


def test_a_link_is_of_one_order_and_purpose():
    known = proof.by_link({}, "BA7", "request", int(AT.timestamp()) + 60)
    assert proof.of_order(known, "BA7", CLAIRE, AT) == [proof.Held("link", "request")]
    assert proof.linked_orders(known, AT) == ["BA7"]
    assert proof.of_order(known, "BA8", CLAIRE, AT) == []


def test_a_link_opens_only_where_nobody_else_was_proved_before():
    assert proof.is_free_for({}, "BA7", AT)
    assert proof.is_free_for(by_name(number="BA7"), "BA7", AT)
    assert not proof.is_free_for(by_name(number="BA1"), "BA7", LATER), "however long ago"
    assert not proof.is_free_for(by_email(number="BA1"), "BA7", AT)
    assert not proof.is_free_for(proof.by_shop("c-1", CLAIRE, int(AT.timestamp())), "BA7", AT)


def test_who_signs_in_does_not_inherit_a_link():
    linked = proof.by_link({}, "BA7", "status", int(AT.timestamp()) + 60)
    assert not proof.is_of(linked, "", "c-1", CLAIRE)
    assert proof.is_of(linked, CLAIRE, "c-1", CLAIRE)
    assert not proof.is_of(linked, VERA, "c-1", CLAIRE)


def test_what_was_proved_before_there_were_kinds_is_by_number_and_email():
    old = {"proved_email": CLAIRE, "proved_until": AT.timestamp() + 60}
    assert kinds(old, "BA1") == ["number_email"]
    assert proof.kinds(old, AT) == ["number_email"]
