"""Identity before data: an order is shown to who has proved that it is theirs, here by its number and its e-mail.

An unknown number and a wrong e-mail have one answer. Other proofs: ``proving``.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

from concierge.conversations import proof
from concierge.conversations.log import ConversationLog
from concierge.conversations.model import ConversationNotFound
from concierge.dialogue import order_outage
from concierge.dialogue.order_lookup import OrderLookup
from concierge.dialogue.phone_proof import by_phone
from concierge.dialogue.proofs import PROOF
from concierge.dialogue.tries import NoTry, attempt, now, say_why
from concierge.dialogue.turn import Turn
from concierge.memory.put_right import corrects
from concierge.orders import OrderBook, OrdersUnavailable
from concierge.orders.identity import exact_email, normalise_email
from concierge.orders.model import Order
from concierge.orders.number_format import Mistyped, one_slip_apart
from concierge.orders.numbers import find_numbers, house_format, mistyped_number
from concierge.policy.proofs import NUMBER_EMAIL

NO_NUMBER = "utter_number_incomplete"
_SEPARATORS = re.compile(r"[\W_]+")
# Whole: "claire@example.com@evil.org" is no address, and not its first half either.
_EMAIL = re.compile(r"(?<![^\s<>()\[\],;:\"'])[^\s@<>()\[\],;:\"']+@[^\s@<>()\[\],;:\"']+(?![^\s<>()\[\],;:\"'])")


def heard(text: str) -> tuple[str | None, str | None]:
    """Order number and e-mail in a message, in any order; each ``None`` where there is none."""
    emails = [email for email in map(normalise_email, _EMAIL.findall(text)) if email]
    numbers = find_numbers(_EMAIL.sub(" ", text))
    return (numbers[-1] if numbers else None, emails[-1] if emails else None)


def without_contacts(text: str) -> str:
    """The text without its e-mail addresses and order numbers: what is left may be a name."""
    left = _EMAIL.sub(" ", text)
    for number in find_numbers(left):
        left = re.sub(r"[\W_]{0,3}".join(map(re.escape, number)), " ", left, flags=re.IGNORECASE)
    return left


def hear(turn: Turn) -> bool:
    """Notes what the message says of an order. True when it said anything."""
    number, email = heard(turn.text)
    if number and not email and "@" not in turn.text:  # told beside another question of the same message
        email = normalise_email(turn.entity("email") or "")
    if not turn.may_prove:  # and so nothing is kept
        return bool(number or email or mistyped_number(_EMAIL.sub(" ", turn.text)))
    if number:
        number, *turn.other_numbers = _meant(turn.text)
        turn.set(order_number=number)
        if number not in _SEPARATORS.sub("", turn.text).upper():  # a look-alike or a typing mistake was put right
            turn.say("utter_number_read_as", {"order_number": number})
    if email:
        turn.set(order_email=email)
    if not number:
        turn.mistyped = mistyped_number(_EMAIL.sub(" ", turn.text))
    return bool(number or email or turn.mistyped)


def _meant(text: str) -> list[str]:
    """The numbers in a text that has one, each once; the last alone where it puts another right."""
    numbers = find_numbers(_EMAIL.sub(" ", text))
    return numbers[-1:] if corrects(text) else numbers


async def identify(turn: Turn) -> str:
    """ "found", "incomplete", "mistyped", "not_found", or "stopped": then a question is set, to be asked next."""
    if not turn.may_prove:
        turn.say_not_here()
        return "stopped"
    if turn.mistyped:
        return await _doubtful(turn, turn.mistyped)
    try:
        return await _by_what_is_known(turn, turn.get("order_number"), turn.get("order_email"))
    except NoTry as problem:
        say_why(turn, problem)
    except OrdersUnavailable:
        order_outage.tell_within_form(turn)
    return "stopped"


async def _by_what_is_known(turn: Turn, number: str | None, email: str | None) -> str:
    more = turn.get("order_asking") == PROOF  # the order is known, and its e-mail is to prove more
    if email and not number and not more and await _proved_by(turn, email):
        number = turn.get("verified_order")  # “… and my mail is a@b.com”, behind what was answered of the order
    if number in (turn.get("verified_orders") or []) and not more:
        take(turn, str(number))
        return "found"
    if not number or (more and not email):
        return "incomplete"
    return await (by_email(turn, number, email) if email else _by_number(turn, number))


async def by_email(turn: Turn, number: str, email: str, proved: bool = False) -> str:
    """ "found" or "not_found". ``proved``: the customer has not typed the address; it was proved before.

    Raises ``NoTry`` and ``OrdersUnavailable``.
    """
    order = await asyncio.to_thread(_look_up, turn, number, email, proved)
    if order is None:
        turn.set(wrong_tries=(turn.get("wrong_tries") or 0) + 1)
        return "not_found"
    know(turn, [order])
    take(turn, order.number)
    return "found"


async def _doubtful(turn: Turn, mistyped: Mistyped) -> str:
    """A number that is none: asked back where its form or the customer's own orders tell which one was meant.

    Nobody else's orders are looked at for it: which numbers exist is nobody's business.
    """
    try:
        own = [*(turn.get("verified_orders") or []), *(order.number for order in await own_orders(turn))]
    except OrdersUnavailable:
        own = turn.get("verified_orders") or []
    near = {number for number in own if one_slip_apart(mistyped.said, number)}
    number = mistyped.meant or (near.pop() if len(near) == 1 else "")
    if number:
        turn.set(question={"kind": "number", "number": number})
        return "stopped"
    house = house_format()
    turn.say(NO_NUMBER, {"number_letters": house.letters, "number_digits": house.digits})
    return "mistyped"


async def _by_number(turn: Turn, number: str) -> str:
    """A number without an e-mail: enough where it is known whose the conversation is."""
    own = await own_orders(turn)
    numbers = [order.number for order in own]
    if number in numbers:
        know(turn, own)
        take(turn, number)
        return "found"
    near = [each for each in numbers if one_slip_apart(number, each)]
    if len(near) == 1 and turn.history.last_reply() != "utter_did_you_mean_number":
        turn.set(question={"kind": "number", "number": near[0], "otherwise": number})
        return "stopped"
    if (order := await by_phone(turn, number)) is not None:
        know(turn, [order])
        take(turn, order.number)
        return "found"
    return await _by_email_given_before(turn, number)


async def _by_email_given_before(turn: Turn, number: str) -> str:
    """Another order of the address that has been proved with the first one. It is a try like any other."""
    if not turn.get("verified_orders"):
        return "incomplete"
    try:
        known = await asyncio.to_thread(turn.resources.log().get, turn.conversation)
    except ConversationNotFound:
        return "incomplete"
    email = proof.email(known.attributes, now())
    found = await by_email(turn, number, email, proved=True) if email else "incomplete"
    return "incomplete" if found == "not_found" else found


async def _proved_by(turn: Turn, email: str) -> bool:
    """Whether the order in hand was proved with this address."""
    if not turn.get("verified_order"):
        return False
    try:
        known = await asyncio.to_thread(turn.resources.log().get, turn.conversation)
    except ConversationNotFound:
        return False
    before = proof.email(known.attributes, now())
    return bool(before) and exact_email(before or "") == exact_email(email)


async def own_orders(turn: Turn) -> list[Order]:
    """The newest first, of a customer whose e-mail the shop's page has proved, or the order of a link that they have
    opened. Raises ``OrdersUnavailable``."""
    return await asyncio.to_thread(orders_of, turn.conversation, turn.resources.log(), turn.orders)


def orders_of(conversation: str, log: ConversationLog, orders: OrderBook | OrderLookup) -> list[Order]:
    """``own_orders`` for those who have no turn. Blocks."""
    try:
        known = log.get(conversation)
    except ConversationNotFound:
        return []
    if email := proof.shop_email(known.attributes, now()):
        return orders.find_by_email(email)
    linked = [orders.get(number) for number in proof.linked_orders(known.attributes, now())]
    found = [order for order in linked if order is not None]
    if found and not known.email:  # the house has made the link: now it is known for whom
        log.prove(conversation, found[0].email, found[0].name, 0, kind=proof.LINK)
    return found


async def proved(turn: Turn) -> bool:
    """Whether this conversation has proved who the customer is: by an order, or by the shop's page."""
    if turn.get("verified_orders"):
        return True
    return await asyncio.to_thread(_by_the_shop, turn.conversation, turn.resources.log())


def _by_the_shop(conversation: str, log: ConversationLog) -> bool:
    try:
        return bool(proof.shop_email(log.get(conversation).attributes, now()))
    except ConversationNotFound:
        return False


def know(turn: Turn, orders: Sequence[Order]) -> None:
    """These are the customer's: nothing more need be proved for them."""
    known = turn.get("verified_orders") or []
    more = [order.number for order in orders if order.number not in known]
    turn.set(verified_orders=[*known, *more], order_known=True)


def take(turn: Turn, number: str) -> None:
    """Has this order in hand from now on."""
    if number != (before := turn.get("verified_order")):
        turn.set(active_line=None, lines_left=None)
        if before:
            turn.set(memory=turn.memory.forget_items().to_slot())
    turn.set(verified_order=number, order_known=True, order_number=None, order_email=None, order_asking=None)


def is_proved(conversation: str, log: ConversationLog) -> bool:
    """Whether it is known, now, whose the conversation is. Blocks."""
    try:
        return proof.holds(log.get(conversation).attributes, now())
    except ConversationNotFound:
        return True  # a plain `rasa shell`


def _look_up(turn: Turn, number: str, email: str, proved: bool) -> Order | None:
    def find() -> Order | None:
        order = turn.orders.find(number, email)
        if order is not None and proved and exact_email(order.email) != exact_email(email):
            return None
        return order

    return attempt(turn, number, NUMBER_EMAIL, find)
