"""Whether what a customer has proved suffices for what they want of an order, and asking for more where it does not."""

from __future__ import annotations

import asyncio
from typing import Any

from concierge.conversations import proof
from concierge.conversations.mailed_codes import SENT as TAKEN
from concierge.conversations.mailed_codes import Addressee, CodeLimits, MailedCode, TooManyCodes
from concierge.conversations.model import ConversationNotFound
from concierge.dialogue.tries import now
from concierge.dialogue.turn import Turn
from concierge.languages.registry import DEFAULT
from concierge.masking.pseudonyms import disguised
from concierge.orders.identity import exact_email, mask_email
from concierge.orders.model import Order
from concierge.policy.proofs import CODE, NAME_POSTCODE, NUMBER_EMAIL, Purpose, load_proofs

PROOF = "proof"  # the slot ``order_asking``: the e-mail is asked for, though the order is known
HOLDER, CODE_ASKED = "holder", "code"  # kinds of questions
AGAIN, NO_ACCESS = "again", "no_access"  # choices beside a code that is asked for


def purpose_of(task: str) -> Purpose:
    """What a task is for, and which proofs suffice for it."""
    policy = load_proofs()
    return policy.purposes[policy.purpose_of(task)]


async def suffice(turn: Turn, purpose: str, order: Order | None) -> bool:
    """Whether what is proved of this order is enough; without one, of whatever order."""
    policy = load_proofs()
    held = await asyncio.to_thread(_held, turn, order)
    return any(policy.suffices(each.kind, purpose, each.link_for) for each in held)


def _held(turn: Turn, order: Order | None) -> list[proof.Held]:
    try:
        known = turn.resources.log().get(turn.conversation).attributes
    except ConversationNotFound:  # a plain `rasa shell`, where number and e-mail were asked for
        return [proof.Held(NUMBER_EMAIL)]
    if order is None:
        return [proof.Held(kind) for kind in proof.kinds(known, now())]
    return proof.of_order(known, order.number, exact_email(order.email), now())


def without_email(turn: Turn) -> bool:
    """Whether name and postcode lead anywhere for what is wanted: they suffice, or a code can follow them."""
    proofs = purpose_of(turn.get("task") or "track").proofs
    return NAME_POSTCODE in load_proofs().proofs and (NAME_POSTCODE in proofs or _may_send(turn, proofs))


async def allow(turn: Turn, task: str) -> bool:
    """Whether the order in hand may be written to for this task; where more has to be proved for it, that is asked for.

    A task that tells of an order may end in an offer that changes it. Raises ``OrdersUnavailable``.
    """
    number, purpose = turn.get("verified_order"), purpose_of(task).name
    order = await asyncio.to_thread(turn.orders.get, number) if number else None
    if order is None or await suffice(turn, purpose, order):
        return True
    turn.set(task=task)
    await ask_for_more(turn, purpose, order)
    return False


async def ask_for_more(turn: Turn, purpose: str, order: Order) -> None:
    """Asks for the proof that is lacking: a code where mails are sent, else the order's e-mail, else a person."""
    proofs = load_proofs().purposes[purpose].proofs
    if order.email and _may_send(turn, proofs):
        if await asyncio.to_thread(turn.resources.codes().is_pending, turn.conversation, order.number):
            turn.ask(code_question(turn, order, "utter_ask_code_still"))
        else:
            await send_code(turn, order)
    elif NUMBER_EMAIL in proofs:
        turn.set(order_number=order.number, order_asking=PROOF)
        if turn.form:  # which cannot open another one by itself
            turn.then("action_ask_for_order")
        else:
            turn.ask_for_order(PROOF)
    else:
        turn.say("utter_proof_by_person")
        offer_a_person(turn)


async def send_code(turn: Turn, order: Order, *, again: bool = False) -> None:
    """Sends a code to the order's address and asks for it. After as many as may be sent, a person."""
    try:
        code = await asyncio.to_thread(_request, turn, order)
    except TooManyCodes:
        turn.say("utter_code_too_many")
        offer_a_person(turn)
        return
    out = code.state == TAKEN or await asyncio.to_thread(turn.resources.code_mail().send_soon, code)
    if not out and await asyncio.to_thread(_refused, turn, order.number):
        say_unreachable(turn, code_question(turn, order, "")["values"])
        return
    reply = "utter_ask_code_later" if not out else "utter_ask_code_again" if again else "utter_ask_code"
    turn.ask(code_question(turn, order, reply))


def code_question(turn: Turn, order: Order, reply: str) -> dict[str, Any]:
    """The question for a code that was sent for this order; ``reply`` puts it into words."""
    policy = load_proofs()
    values = {
        "code_address": mask_email(order.email),
        "code_minutes": round(policy.code_lasts.total_seconds() / 60),
        "code_digits": policy.code_digits,
    }
    return {"kind": CODE_ASKED, "number": order.number, "reply": reply, "values": values, "wish": wish_of(turn)}


def wish_of(turn: Turn) -> dict[str, object]:
    """What it is to be proved for: it is gone on with, whatever is asked meanwhile."""
    return {name: turn.get(name) for name in ("task", "words", "item_words", "active_line")}


def say_unreachable(turn: Turn, values: dict[str, object]) -> None:
    """No code reaches the customer at the order's address; ``values`` are those of the question for it."""
    turn.say("utter_code_unreachable", values)
    offer_a_person(turn)


def _refused(turn: Turn, number: str) -> bool:
    """Whether the mail server never will take the newest mail for this order."""
    code = turn.resources.codes().latest(turn.conversation, number)
    return code is not None and code.failed


def offer_a_person(turn: Turn) -> None:
    """A person can make sure of who the customer is; the reply before has said so."""
    turn.ask({"kind": "offer", "name": "advisor", "reason": "identity_failed"})


def _may_send(turn: Turn, proofs: frozenset[str]) -> bool:
    return CODE in proofs and turn.resources.settings.sends_mail


def _request(turn: Turn, order: Order) -> MailedCode:
    key, email = turn.resources.settings.signing_key, exact_email(order.email)
    codes = {what: (limit.most, limit.within.total_seconds()) for what, limit in load_proofs().codes.items()}
    to = Addressee(
        order.number,
        order.email,
        turn.get("language") or DEFAULT,
        disguised(f"order {order.number}", key),
        disguised(email, key),
    )
    once = turn.once("code", order.number)
    return turn.resources.codes().request(turn.conversation, to, CodeLimits(codes), once=once)
