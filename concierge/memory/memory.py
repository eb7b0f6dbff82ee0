"""What the customer has told: each thing with its value, the turn it was said in, what it is of, and how sure it is.

The latest wins, so a correction needs no more than to be said. It is kept in the slot ``memory`` as plain JSON.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

ASKED = 1.0  # an answer to the question that was asked
VOLUNTEERED = 0.8
IN_A_QUESTION = 0.6
WHOLE = ""  # what is told of no item in particular


class Told(NamedTuple):
    """``of``: the kind of product, or the line of an order (``line_of``), or ``WHOLE``. ``turn`` counts the
    customer's messages."""

    what: str
    value: Any
    turn: int
    of: str = WHOLE
    sure: float = VOLUNTEERED


def line_of(order_number: str | None, line: str | None) -> str:
    return f"{order_number}/{line}" if order_number and line else WHOLE


class Memory:
    """``kept`` is the slot's value; nothing of it is changed, a new one is made of it."""

    def __init__(self, kept: Mapping[str, Any] | None = None) -> None:
        self.turn: int = (kept or {}).get("turn", 0)
        self._told = [Told(**each) for each in (kept or {}).get("told", ())]

    def next_turn(self) -> Memory:
        self.turn += 1
        return self

    def tell(self, what: str, value: Any, of: str = WHOLE, sure: float = VOLUNTEERED) -> Memory:
        """Takes the place of what was told of the same before."""
        self._told = [each for each in self._told if (each.what, each.of) != (what, of)]
        self._told.append(Told(what, value, self.turn, of, sure))
        return self

    def forget(self, what: str, of: str = WHOLE) -> Memory:
        self._told = [each for each in self._told if (each.what, each.of) != (what, of)]
        return self

    def get(self, what: str, of: Collection[str] = (WHOLE,)) -> Any:
        """The latest that was told of it; ``None`` for nothing."""
        return next((each.value for each in reversed(self._told) if each.what == what and each.of in of), None)

    def facts(self, names: Collection[str], of: Collection[str] = (WHOLE,)) -> dict[str, Any]:
        return {each.what: each.value for each in self._told if each.what in names and each.of in of}

    def news(self) -> list[Told]:
        """What the message in hand has told."""
        return [each for each in self._told if each.turn == self.turn and each.sure >= VOLUNTEERED]

    def everything(self) -> Sequence[Told]:
        """In the order of the turns."""
        return tuple(self._told)

    def forget_items(self) -> Memory:
        """Another order is in hand: what was told of items before this message was of the other one's."""
        self._told = [each for each in self._told if each.turn == self.turn or each.what not in OF_AN_ITEM]
        return self

    def to_slot(self) -> dict[str, Any]:
        return {"turn": self.turn, "told": [each._asdict() for each in self._told]}


OF_AN_ITEM = frozenset(
    {
        "category",
        "product_family",
        "colour",
        "size",
        "original_condition",
        "opened",
        "seal_intact",
        "damage_cause",
        "fault",
        "problem",
        "on_sale",
        "purchase_channel",
        "purchase_date",
        "proof_of_purchase",
        "received_date",
        "amount",
    }
)
"""What one item may have and another has not."""
