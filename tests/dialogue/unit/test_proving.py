"""Whose order it is without its e-mail at hand: name and postcode, a code by a real mail server, what suffices."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from concierge.channels.intake import CODE_SHOWN
from concierge.conversations import proof, schema
from concierge.conversations.mailed_codes import sealed
from concierge.dialogue import next_steps, order_form, task_form, task_requests
from concierge.dialogue.proofs import suffice
from concierge.dialogue.task_progress import go_on
from concierge.dialogue.tasks import TASKS
from concierge.dialogue.tries import limits, now
from concierge.policy.proofs import load_proofs
from concierge.storage.clock import from_now
from concierge.storage.database import write
from tests.dialogue.talk import EMAIL
from tests.mail_server import NOBODY

ORDER = "BA10000003"
HOLDER = {"kind": "holder"}
RIGHT = "Claire Fontaine, 75003"


@pytest.fixture(autouse=True)
def _before_the_shop(mail):
    return mail


@pytest.fixture
def holds(take):
    """A turn of whoever has proved name and postcode, with a task in hand."""

    async def proved(task, **more):
        turn = take(RIGHT, question=HOLDER, order_number=ORDER, form="task_form", task=task, **more)
        await task_form.hear_answer(turn)
        assert turn.get("verified_order") == ORDER
        return turn

    return proved


@pytest.fixture
def typed(take, shop, conversation):
    """The turn that answers the question for a code."""

    async def answer(turn, code="", text=CODE_SHOWN):
        question = turn.get("question")
        seal = sealed(code, conversation, shop.settings.signing_key) if code else ""
        kept = {name: turn.get(name) for name in ("task", "verified_order", "verified_orders", "wrong_tries")}
        after = take(text, "nonsense", code=seal, question=question, form="task_form", proved=False, **kept)
        await task_form.hear_answer(after)
        return after

    return answer


# --- name and postcode


@pytest.mark.parametrize(
    "said",
    [
        "I don't have the e-mail here",
        "I don't remember which mail I used",
        "je n'ai pas l'adresse mail sous la main",
        "Ich weiß nicht mehr, welche Mail ich benutzt habe",
        "non ricordo quale mail ho usato",
        "no tengo el correo aquí",
        "no idea",
    ],
)
async def test_who_has_no_email_at_hand_is_asked_for_name_and_postcode(take, said):
    turn = take(said, "nlu_fallback", order_number=ORDER, form="order_form", task="track")
    await order_form.hear_order(turn)
    assert turn.get("question")["kind"] == "holder"
    assert turn.get("requested_slot") is None


async def test_so_is_who_says_so_with_the_number(take):
    turn = take(f"where is {ORDER}? I don't have the e-mail here", "track_order")
    await task_requests.begin(turn)
    assert turn.get("question")["kind"] == "holder"


async def test_without_a_number_nothing_else_is_asked(take):
    turn = take("I don't have the e-mail", "deny", form="order_form")
    await order_form.hear_order(turn)
    assert turn.get("question") is None


@pytest.mark.parametrize(
    "said",
    [
        RIGHT,
        "My name is Claire Fontaine and the postcode is 75003",
        "C. Fontaine 75003 Paris",
        "FONTAINE Claire, 75 003"[:23].replace("75 003", "75003"),
        f"{ORDER}: Claire Fontaine, 75003",
    ],
)
async def test_name_and_postcode_show_where_an_order_is(take, said):
    turn = take(said, question=HOLDER, order_number=ORDER, form="task_form", task="track")
    await task_form.hear_answer(turn)
    assert turn.get("verified_order") == ORDER
    assert turn.outcome.replies == ["utter_status_dispatched"]


async def test_one_after_the_other_will_do(take):
    first = take("Claire Fontaine", "nonsense", question=HOLDER, order_number=ORDER, form="task_form", task="track")
    await task_form.hear_answer(first)
    assert first.outcome.replies == ["utter_ask_holder_postcode"]
    then = take("75003", question=first.get("question"), order_number=ORDER, form="task_form", task="track")
    await task_form.hear_answer(then)
    assert then.get("verified_order") == ORDER


async def test_a_list_of_postcodes_is_no_try(take, shop, conversation):
    said = "Claire Fontaine 75001 75002 75003"
    turn = take(said, question=HOLDER, order_number=ORDER, form="task_form", task="track")
    await task_form.hear_answer(turn)
    assert turn.outcome.replies == ["utter_ask_holder_one_of_each"]
    assert shop.log().failed_lookups(conversation_id=conversation) == 0


WRONG = {
    "another name": (ORDER, "Vera Fontana, 75003"),
    "another postcode": (ORDER, "Claire Fontaine, 75004"),
    "both": (ORDER, "Vera Fontana, 10117"),
    "no such order": ("BA99999999", RIGHT),
    "a family name that it begins with": (ORDER, "Claire Font, 75003"),
}


@pytest.mark.parametrize("case", list(WRONG))
async def test_whatever_is_wrong_has_one_answer_after_the_same_work(take, shop, conversation, monkeypatch, case):
    number, said = WRONG[case]
    calls: list[str] = []
    book, log = shop.orders(), shop.log()
    for owner, names in ((book, ("get", "find", "find_by_email")), (log, ("begin_lookup", "end_lookup", "prove"))):
        for name in names:
            seen = getattr(owner, name)
            monkeypatch.setattr(
                owner, name, lambda *a, _seen=seen, _name=name, **k: (calls.append(_name), _seen(*a, **k))[1]
            )
    turn = take(said, question=HOLDER, order_number=number, form="task_form", task="track")
    await task_form.hear_answer(turn)
    assert [(each.reply, each.values) for each in turn.outcome.said] == [("utter_ask_holder_not_found", {})]
    assert calls == ["begin_lookup", "get", "end_lookup"]
    assert turn.get("verified_order") is None
    assert not proof.holds(log.get(conversation).attributes, now())
    assert log.failed_lookups(conversation_id=conversation) == 1


async def test_wrong_tries_end_it_in_the_conversation_whatever_is_tried(take):
    for _ in range(limits().of_conversation):
        turn = take("Vera Fontana, 75003", question=HOLDER, order_number=ORDER, form="task_form", task="track")
        await task_form.hear_answer(turn)
    turn = take(RIGHT, question=HOLDER, order_number=ORDER, form="task_form", task="track")
    await task_form.hear_answer(turn)
    assert turn.outcome.replies[0] == "utter_too_many_tries"
    assert (turn.get("verified_order"), turn.get("question")["reason"]) == (None, "identity_failed")


async def test_they_are_counted_for_the_order_too_wherever_they_come_from(take, shop, conversation):
    from concierge.masking.pseudonyms import disguised

    key = disguised(f"order {ORDER}", shop.settings.signing_key)
    for other in range(limits().of_order):
        made = shop.log().open("website", attributes={"network": f"network {other}"})
        shop.log().end_lookup(shop.log().begin_lookup(made.id, f"network {other}", limits(), order=key), False)
    turn = take(RIGHT, question=HOLDER, order_number=ORDER, form="task_form", task="track")
    await task_form.hear_answer(turn)
    assert turn.outcome.replies[0] == "utter_too_many_tries"
    other = take("Claire Fontaine 75003", question=HOLDER, order_number="BA10000004", form="task_form", task="track")
    await task_form.hear_answer(other)
    assert other.get("verified_order") == "BA10000004", "another order is not concerned"


async def test_name_and_postcode_are_of_one_order(holds, take, shop, conversation):
    turn = await holds("track")
    attributes = shop.log().get(conversation).attributes
    assert proof.email(attributes, now()) == ""
    other = take("BA10000004", verified_order=ORDER, verified_orders=[ORDER], proved=False)
    await task_requests.inform(other)
    assert other.get("verified_order") == ORDER
    assert other.get("order_number") == "BA10000004", "its e-mail is asked for"
    assert await suffice(turn, "status", shop.orders().get(ORDER))
    assert not await suffice(turn, "status", shop.orders().get("BA10000004"))


async def test_refunds_are_not_told_for_them(take):
    turn = take("Claire Fontaine, 75003", question=HOLDER, order_number="BA10000007", form="task_form", task="track")
    await task_form.hear_answer(turn)
    told = [each["response"] for said in turn.outcome.said for each in said.more.get("also", ())]
    assert "utter_status_refunded" not in told


# --- a code


async def test_where_they_do_not_suffice_a_code_is_sent_and_asked_for(holds, typed, mail, shop, conversation):
    turn = await holds("return")
    assert turn.outcome.replies == ["utter_ask_code"]
    assert turn.outcome.said[-1].values["code_address"] == "c•••@e•••.com"
    assert [sent["To"] for sent in mail.mails] == [EMAIL]
    assert mail.code not in mail.mails[0]["Subject"]
    after = await typed(turn, mail.code)
    assert proof.kinds(shop.log().get(conversation).attributes, now()) == ["code"]
    assert not after.outcome.replies[0].startswith("utter_ask_code")


async def test_without_a_mail_server_no_code_is_offered(take, shop, monkeypatch):
    monkeypatch.setattr(shop.settings, "mail_server", None)
    lacking = take("I don't have the e-mail", "inform", order_number=ORDER, form="order_form", task="return")
    await order_form.hear_order(lacking)
    assert lacking.get("question") is None, "name and postcode would lead nowhere"
    turn = take(RIGHT, question=HOLDER, order_number=ORDER, form="task_form", task="track")
    await task_form.hear_answer(turn)
    wish = take(
        "I want to return it", "return_item", verified_order=ORDER, verified_orders=[ORDER], task="return", proved=False
    )
    await go_on(wish)
    assert (wish.get("order_asking"), wish.get("order_number")) == ("proof", ORDER)
    known = take(
        EMAIL, order_number=ORDER, order_asking="proof", form="order_form", task="return", verified_orders=[ORDER]
    )
    await order_form.hear_order(known)
    assert await suffice(known, "request", shop.orders().get(ORDER))


async def test_a_wrong_code_is_counted_and_the_right_one_is_good_once(holds, typed, mail, shop, conversation):
    turn = await holds("return")
    wrong = "000000" if mail.code != "000000" else "111111"
    after = await typed(turn, wrong)
    assert after.outcome.replies == ["utter_ask_code_wrong"]
    assert shop.log().failed_lookups(conversation_id=conversation) == 1
    await typed(turn, mail.code)
    again = await typed(turn, mail.code)
    assert again.outcome.replies == ["utter_ask_code_over"], "replayed"


async def test_after_too_many_wrong_codes_a_person(holds, typed, mail):
    turn = await holds("return")
    wrong = "000000" if mail.code != "000000" else "111111"
    for _ in range(limits().of_conversation):
        turn = await typed(turn, wrong)
    last = await typed(turn, mail.code)
    assert not set(last.outcome.replies) & {"utter_return_offer"}
    assert last.outcome.replies[0] in {"utter_too_many_tries", "utter_ask_code_over"}


async def test_a_code_runs_out(holds, typed, mail, shop):
    turn = await holds("return")
    with write(shop.log().engine) as connection:
        connection.execute(sa.update(schema.mailed_codes).values(ends_at=from_now(-1)))
    after = await typed(turn, mail.code)
    assert after.outcome.replies == ["utter_ask_code_over"]


async def test_a_code_of_another_conversation_is_none(holds, typed, mail, shop, conversation):
    turn = await holds("return")
    other = shop.log().open("website").id
    key = shop.settings.signing_key
    assert sealed(mail.code, other, key) != sealed(mail.code, conversation, key)
    assert shop.codes().check(other, ORDER, sealed(mail.code, other, key), 5) is None
    assert turn.get("question")["kind"] == "code"


@pytest.mark.parametrize(
    ("said", "answered", "mails"),
    [
        ("send it again please", "utter_ask_code_again", 2),
        ("no code came", "utter_ask_code_look", 1),
        ("rien reçu", "utter_ask_code_look", 1),
        ("es kam nichts an", "utter_ask_code_look", 1),
        ("that's not my mail any more", "utter_code_unreachable", 1),
        ("ya no tengo acceso a ese correo", "utter_code_unreachable", 1),
        ("12 34", "utter_ask_code_whole", 1),
        ("wrong@example.org", "utter_ask_code_or_email", 1),
    ],
)
async def test_what_is_said_instead_of_a_code(holds, typed, mail, said, answered, mails):
    turn = await holds("return")
    after = await typed(turn, text=said)
    assert after.outcome.replies[0] == answered
    assert len(mail.mails) == mails


async def test_the_address_after_all_will_do(holds, typed, shop, conversation):
    turn = await holds("return")
    await typed(turn, text=EMAIL)
    assert "number_email" in proof.kinds(shop.log().get(conversation).attributes, now())


async def test_no_more_codes_are_sent_than_may_be(holds, typed, mail):
    turn = await holds("return")
    most = load_proofs().codes["conversation"].most
    for _ in range(most):
        turn = await typed(turn, text="send it again")
    assert turn.outcome.replies == ["utter_code_too_many", "utter_offer_advisor"]
    assert len(mail.mails) == most


async def test_a_mail_server_that_is_down_loses_nothing(holds, typed, mail, shop):
    mail.stop()
    turn = await holds("return")
    assert turn.outcome.replies == ["utter_ask_code_later"]
    said = await typed(turn, text="no code came")
    assert said.outcome.replies == ["utter_ask_code_later"]
    mail.start()
    with write(shop.log().engine) as connection:
        connection.execute(sa.update(schema.mailed_codes).values(next_at=from_now(-1)))
    shop.code_mail().work()
    assert len(mail.mails) == 1
    after = await typed(turn, mail.code)
    assert not after.outcome.replies[0].startswith("utter_ask_code")


async def test_an_address_that_the_server_refuses_is_not_tried_again(take, shop):
    from dataclasses import replace

    shop.orders().put([replace(shop.orders().get(ORDER), email=NOBODY)])
    turn = take(RIGHT, question=HOLDER, order_number=ORDER, form="task_form", task="return")
    await task_form.hear_answer(turn)
    assert turn.outcome.replies == ["utter_code_unreachable", "utter_offer_advisor"]
    assert shop.codes().due(5) == []


async def test_the_code_is_in_no_table_and_no_log(holds, typed, mail, shop, caplog):
    turn = await holds("return")
    await typed(turn, "999999")
    with shop.log().engine.connect() as connection:
        rows = [str(row) for table in schema.metadata.sorted_tables for row in connection.execute(sa.select(table))]
    assert not re.search(rf"(?<!\d){mail.code}(?!\d)", " ".join(rows))
    assert mail.code not in caplog.text
    assert not any(EMAIL in row for row in rows if "mailed" in row)


# --- what suffices for what


def test_every_task_has_its_purpose():
    """A new task is named under a purpose in concierge/policy/proofs.yml."""
    assert {task for purpose in load_proofs().purposes.values() for task in purpose.tasks} == set(TASKS)


async def test_data_are_handed_out_for_more_than_a_name(holds):
    turn = await holds("privacy_export")
    assert turn.outcome.replies == ["utter_ask_code"]
    assert turn.get("handoff") is None


@pytest.mark.parametrize(("purpose", "opened"), [("status", False), ("request", True)])
async def test_a_link_opens_its_purpose_and_no_other(take, shop, conversation, mail, purpose, opened):
    assert shop.log().open_by_link(conversation, ORDER, purpose, int(now().timestamp()) + 600)
    asked = take("where is my order", "track_order")
    await task_requests.begin(asked)
    assert asked.outcome.replies == ["utter_status_dispatched"]
    wish = take(
        "I want to return it", "return_item", task="return", verified_order=ORDER, verified_orders=[ORDER], proved=False
    )
    await go_on(wish)
    assert ((wish.get("question") or {}).get("kind") != "code") is opened
    assert bool(mail.mails) is not opened


@pytest.mark.parametrize("kind", ["return", "repair"])
async def test_what_an_offer_of_another_task_would_write_needs_the_proof_of_its_own(holds, take, shop, mail, kind):
    await holds("track")
    known = {"verified_order": "BA10000003", "verified_orders": ["BA10000003"], "active_line": "1", "task": "track"}
    turn = take("yes", "affirm", proved=False, **known)
    await next_steps.record(turn, kind)
    assert turn.get("question")["kind"] == "code"
    assert (turn.get("task"), len(mail.mails)) == (kind, 1)
    assert shop.orders().get("BA10000003").returns == shop.orders().get("BA10000003").repairs == ()
