"""Two or three sentences for the advisor, made of what is on record. Nothing is guessed and no model writes it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from concierge.handoff.names import channel as channel_name
from concierge.handoff.names import name
from concierge.intents import handoffs
from concierge.languages.registry import english_name
from concierge.masking.texts import secrets
from concierge.orders.model import Order, Status

_MOST_TOLD = 8
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# What the customer did, after their name. A code that is not here is shown as it is.
REASONS = {
    "customer_asked": "asks to speak with an advisor",
    "cancel_urgent": "asks to cancel an order",
    "change_address_urgent": "asks to have an order sent to another address",
    "return_to_register": "wants a return that the policy allows and that is not registered yet",
    "exchange_to_register": "wants an exchange that the policy allows and that is not registered yet",
    "exchange_stock_unknown": "wants an exchange that the policy allows; whether the wish is in stock is not known",
    "exchange_price": "wants an exchange that the policy allows, for a size or colour of another price",
    "repair_to_register": "wants a repair that the policy allows and that is not registered yet",
    "exception": "asks for an exception to what the policy says",
    "not_understood": "was not understood by the assistant",
    "technical_problem": "could not be served because of a technical problem",
    **{reason: handoff.says for reason, handoff in handoffs().items()},
}

KINDS = {
    "cancel": "cancelling the order",
    "modify": "changing the order",
    "change_address": "changing the delivery address",
    "return": "returning",
    "exchange": "exchanging",
    "refund_status": "the refund",
    "charge_explanation": "the charge",
    "delivery_problem": "the delivery",
    "repair": "the repair",
    "alteration": "the alteration",
}

OUTCOMES = {
    "yes": "yes",
    "no": "no",
    "advisor": "an advisor is to decide",
    "needs_facts": "not decided, facts are missing",
}


def summarise(
    *,
    name: str,
    language: str,
    region: str,
    channel: str,
    reason: str,
    order: Order | None,
    decisions: Sequence[Mapping[str, Any]],
    last_words: str,
    told: Sequence[Mapping[str, Any]] = (),
    about: str | None = None,
) -> str:
    """English, factual, secrets masked. ``about``: the topic beside a wish for a person; ``decisions`` oldest first, as
    ``Decision.to_dict`` gives them; ``told``: what the customer has told, see ``concierge/memory``."""
    sentences = [_who(name, language, region, channel, _did(reason, about))]
    if order is not None:
        sentences.append(_order(order))
    if decisions:
        sentences.append(_decision(decisions[-1], order))
    if told:
        sentences.append(_told(told))
    if len(sentences) < 3 and last_words.strip():
        sentences.append(f"Last message: “{_short(last_words)}”")
    return secrets(" ".join(sentences))


def long_date(value: date) -> str:
    """As advisors read it: 3 March 2026."""
    return f"{value.day} {value:%B %Y}"


def _many(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else []


def _did(reason: str, about: str | None) -> str:
    did = REASONS.get(reason) or f"was handed over (reason: {reason.replace('_', ' ') or 'not given'})"
    return f"{did} about “{name(about)}”" if about else did


def _who(customer: str, language: str, region: str, channel: str, did: str) -> str:
    where = ", ".join(
        each
        for each in (
            f"in {english_name(language)}" if language else "",
            f"by {channel_name(channel)}" if channel else "",
            f"region {region}" if region else "",
        )
        if each
    )
    who = " ".join(customer.split())[:120] or "A customer"
    return f"{who} {did} ({where})." if where else f"{who} {did}."


def _order(order: Order) -> str:
    things = ", ".join(f"{line.product} ({line.size})" if line.size else line.product for line in order.lines[:4])
    if len(order.lines) > 4:
        things += f" and {len(order.lines) - 4} more"
    head = f"Order {order.number}, placed on {long_date(order.placed_at)} ({things})"

    def on(when: datetime | None) -> str:
        return f" on {long_date(when)}" if when else ""

    state = {
        Status.CONFIRMED: "is confirmed and not yet in preparation",
        Status.PREPARING: "is in preparation",
        Status.DISPATCHED: f"was dispatched{on(order.dispatched_at)}",
        Status.DELIVERED: f"was delivered{on(order.delivered_at)}",
        Status.RETURNED_TO_WAREHOUSE: "went back to the warehouse undelivered",
        Status.CANCELLED: f"was cancelled{on(order.cancelled_at)}",
    }[order.status]
    return f"{head}, {state}."


def _decision(decision: Mapping[str, Any], order: Order | None) -> str:
    kind = str(decision.get("kind", ""))
    about = KINDS.get(kind, kind.replace("_", " ") or "the request")
    line = decision.get("line")
    if order is not None and line:
        product = next((each.product for each in order.lines if each.id == line), "")
        about += f" ({product})" if product else ""
    outcome = str(decision.get("outcome", ""))
    told = OUTCOMES.get(outcome, outcome or "not recorded")
    if outcome == "needs_facts" and _many(decision.get("missing")):
        told += f" ({', '.join(str(each).replace('_', ' ') for each in decision['missing'])})"
    if decision.get("deadline"):
        told += f", until {_day(str(decision['deadline']))}"
    return f"The policy on {about}: {told}{_because(decision)}."


def _told(told: Sequence[Mapping[str, Any]]) -> str:
    facts = (f"{str(each['what']).replace('_', ' ')} {_value(each['value'])}" for each in told[-_MOST_TOLD:])
    return f"Told by the customer: {'; '.join(facts)}."


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _day(str(value)) if _ISO_DAY.fullmatch(str(value)) else str(value).replace("_", " ")


def _because(decision: Mapping[str, Any]) -> str:
    """The first reason is the one that decided: its sentence; its rule's name where nobody has written one."""
    reason = next(iter(_many(decision.get("reasons"))), None)
    if isinstance(reason, Mapping) and reason.get("rule"):
        says = str(reason.get("says") or "").rstrip(".")
        return f" ({says})" if says else f" (rule {reason['rule']})"
    rule = next(iter(_many(decision.get("rules"))), None)
    return f" (rule {rule})" if isinstance(rule, str) else ""


def _day(text: str) -> str:
    try:
        return long_date(date.fromisoformat(text[:10]))
    except ValueError:
        return text


def _short(text: str, limit: int = 200) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"
