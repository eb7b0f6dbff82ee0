"""One try at proving whose an order is, by whatever proof: counted before it is checked, noted once it is right.

Each counts in the conversation, for the network and for the order, whether or not there is such an order.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from functools import lru_cache

from concierge.conversations import proof
from concierge.conversations.lookups import TryLimits
from concierge.conversations.model import REST_ANONYMOUS, Conversation, ConversationNotFound
from concierge.dialogue.turn import Turn
from concierge.masking.pseudonyms import disguised
from concierge.orders.model import Order
from concierge.policy.proofs import OF_ADDRESS, load_proofs


class NoTry(Exception):
    """Nobody looks whether the proof is right."""


class TooManyTries(NoTry):
    """Whoever asks has guessed too often."""


class NothingProvedHere(NoTry):
    """The conversation is one of callers who show nothing: see ``concierge/channels/rest.py``."""


def say_why(turn: Turn, problem: NoTry) -> None:
    """Why nobody looked, and the offer of an advisor, as a question to be asked next."""
    if isinstance(problem, NothingProvedHere):
        turn.say_not_here()
        return
    turn.say("utter_too_many_tries")
    turn.set(question={"kind": "offer", "name": "advisor", "reason": "identity_failed", "asked": True})


@lru_cache(maxsize=1)
def limits() -> TryLimits:
    """Those of ``concierge/policy/proofs.yml``."""
    tries = load_proofs().tries
    network, order = tries["network"], tries["order"]
    return TryLimits(
        tries["conversation"].most,
        network.most,
        network.within.total_seconds(),
        order.most,
        order.within.total_seconds(),
    )


def attempt(turn: Turn, number: str, kind: str, find: Callable[[], Order | None]) -> Order | None:
    """The order that ``find`` gives to whoever has the proof of this ``kind``; then it is noted. Blocks.

    Raises ``TooManyTries``, ``NothingProvedHere``, and what ``find`` raises: then it does not count.
    """
    conversation, log, wrong = turn.conversation, turn.resources.log(), turn.get("wrong_tries") or 0
    enough = wrong >= limits().of_conversation
    try:
        known = log.get(conversation)
    except ConversationNotFound:  # a plain `rasa shell`: there is nobody else to count
        if enough:
            raise TooManyTries from None
        return find()
    if known.channel == REST_ANONYMOUS:
        raise NothingProvedHere
    who, order_key = _counted_for(known, number, turn.resources.settings.signing_key)
    key = turn.once("look-up", number)
    tried = None if enough else log.begin_lookup(conversation, who, limits(), key, order_key)
    if tried is None:
        raise TooManyTries
    try:
        order = find()
    except BaseException:
        log.end_lookup(tried, None)
        raise
    log.end_lookup(tried, order is not None)
    if order is not None:
        log.prove(
            conversation,
            email=order.email,
            name=order.name,
            hours=turn.resources.settings.proof_hours,
            kind=kind,
            number=order.number,
            address=load_proofs().proofs[kind].of == OF_ADDRESS,
        )
    return order


def _counted_for(known: Conversation, number: str, signing_key: str) -> tuple[str, str]:
    """For what a wrong try counts, beside the conversation: the customer, once an address is proved; else the network,
    and the order.

    Whoever has proved who they are is not stopped for what others have tried.
    """
    email = proof.email(known.attributes, now())
    if email:
        return disguised(email, signing_key), ""
    return str(known.attributes.get("network") or ""), disguised(f"order {number}", signing_key)


def now() -> datetime:
    return datetime.now(timezone.utc)
