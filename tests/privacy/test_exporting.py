"""A customer's document: all that they said and were told, nobody else's, and nothing that is the house's alone."""

from __future__ import annotations

import json
import stat

import pytest
from click.testing import CliRunner

from concierge.privacy.commands import privacy
from concierge.privacy.finding import by_email
from tests.dialogue.talk import EMAIL
from tests.privacy.conftest import ANNA, WORDS, everything, in_an_hour, live_a_little

pytestmark = pytest.mark.model


async def test_it_tells_everything_that_is_the_customers(talk, shop, urls, tmp_path):
    hers = await live_a_little(talk, shop, EMAIL, "BA1", secret=True)
    await live_a_little(talk, shop, ANNA, "BA3", secret=False)
    file = tmp_path / "claire.json"
    done = CliRunner().invoke(privacy, ["export", "--email", EMAIL, "--by", "antoine", "--output", str(file)])
    assert done.exit_code == 0, done.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    text = file.read_text("utf-8")
    told = json.loads(text)
    [conversation] = told["conversations"]
    assert (conversation["id"], conversation["email"]) == (hers, EMAIL)
    messages = conversation["messages"]
    assert WORDS["said"] in [each.get("text") for each in messages if each["from"] == "you"]
    assert {"you", "assistant", "advisor", "system"} == {each["from"] for each in messages}
    assert next(each for each in messages if each["from"] == "advisor")["name"] == "Camille"
    assert next(each for each in messages if each.get("text") == WORDS["said"])["at"] < messages[-1]["at"]
    assert [each["about"] for each in conversation["decisions"]] == ["cancel"]
    assert conversation["decisions"][0]["how"]["reasons"]
    [case] = conversation["cases"]
    assert (case["reason"], case["handed_over"]["customer"]["email"]) == ("customer_asked", EMAIL)
    assert [each["found"] for each in conversation["lookups"]] == [False, True]
    assert conversation["promised_answers"][0]["asked"]["words"] == WORDS["said"]
    assert told["remembered"][hers]["verified_orders"] == ["BA10000003"]
    assert {each["words"] for each in told["order_requests"]} == {WORDS["repair"], WORDS["exchange"], WORDS["note"]}

    for others in (ANNA, "Weber", "BA3000", "plain words"):
        assert others not in text
    notes = [each for each in conversation["messages"] if WORDS["advisor"] in str(each)]
    assert all(each["from"] == "advisor" for each in notes), "what was said to her, and no note about her"
    for internal in (
        "details_revealed",
        "noted",
        "advisor_id",
        "lease_until",
        "confidence",
        "client_key",
        "Transcript",
    ):
        assert internal not in text, internal
    [proof] = everything(urls)["database.privacy_proofs"]
    assert (proof["kind"], proof["by"], proof["todo"]) == ("export", "antoine", "{}")
    assert EMAIL not in str(proof)


async def test_notes_are_told_where_somebody_asks_for_them(talk, shop):
    hers = await live_a_little(talk, shop, EMAIL, "BA1", secret=True)
    done = CliRunner(mix_stderr=False).invoke(privacy, ["export", "--conversation", hers, "--notes"])
    [conversation] = json.loads(done.stdout)["conversations"]
    assert [each["note"] for each in conversation["notes"]] == [WORDS["advisor"]]


async def test_who_only_wrote_the_address_may_be_somebody_else(talk, shop):
    unproved = talk()
    await unproved.say(f"the xylophone is mine, {EMAIL}")
    done = CliRunner(mix_stderr=False).invoke(privacy, ["export", "--email", EMAIL])
    assert json.loads(done.stdout)["conversations"] == []
    assert unproved.id in done.stderr


async def test_what_was_masked_stays_masked(shop):
    from concierge.channels import intake

    opened = shop.log().open("website")
    shop.log().identify(opened.id, "c-1", EMAIL, "Claire", in_an_hour())
    shop.log().append(opened.id, "customer", intake.take("my card is 4242 4242 4242 4242", 2000).text)
    done = CliRunner(mix_stderr=False).invoke(privacy, ["export", "--email", EMAIL])
    assert "4242 4242" not in done.stdout
    assert "4242" in json.loads(done.stdout)["conversations"][0]["messages"][0]["text"]


async def test_a_conversation_that_only_a_link_has_proved_is_found_by_its_orders_address(shop):
    """The desk shows it beside the customer's others; nobody has looked at its order yet, and so it has no address."""
    linked, annas = shop.log().open("whatsapp", "1"), shop.log().open("whatsapp", "2")
    for one, number in ((linked, "BA10000003"), (annas, "BA30000003")):
        assert shop.log().open_by_link(one.id, number, "status", in_an_hour())
    found = by_email(shop.log().engine, shop.orders(), EMAIL)
    assert (linked.id in found.proved, annas.id in found.proved) == (True, False)
