"""What a simulated customer makes of an answer: knows what was asked by the reply's name, and what is still wanted."""

from __future__ import annotations

from concierge.evaluation.customers.goals import Goal
from concierge.evaluation.customers.phrasing import Voice
from concierge.evaluation.talk import Answer

_FACT, _OFFER = "utter_ask_fact_", "utter_offer_"
_OF_SEVERAL = "_of"  # behind the name of a question that is about several items
_NUMBER = ("utter_ask_order_form_order_number", "utter_ask_which_order", "utter_number_incomplete")
_EMAIL = "utter_ask_order_form_order_email"
PATIENCE = 3  # how often the wish is said once more

# How the customer tells things.
#   drips         the wish alone, the rest when asked       mistaken    names a wrong number at first
#   all_at_once   the wish with number and e-mail           interrupts  answers the first question with another one
#   number_first  the wish with the number                  signed_in   the shop has proved who they are
#   everything    the wish, number, e-mail and all facts, in any order
MANNERS = ("drips", "all_at_once", "everything", "number_first", "mistaken", "interrupts", "signed_in")
_TOLD_AT_ONCE = {"number_first": "number", "all_at_once": "both", "everything": "both", "interrupts": "both"}


class Customer:
    def __init__(self, goal: Goal, voice: Voice, manner: str, wrong_number: str = "") -> None:
        self._goal = goal
        self._voice = voice
        self._manner = manner
        self._wrong = wrong_number if manner == "mistaken" else ""
        self._tells = _TOLD_AT_ONCE.get(manner, "")
        self._owed: str | None = None  # the answer to a question that was answered with a question
        self._said_order = False
        self._left = PATIENCE
        self._heard: list[str] = []

    def opening(self) -> str:
        tells = self._tells if self._goal.order else ""
        self._said_order = tells == "both"
        return self._voice.opening(tells, with_facts=self._manner == "everything")

    def next(self, answer: Answer, reached: bool) -> str | None:
        """What the customer says to this; ``None`` once there is nothing more to say."""
        self._heard.append(answer.text)
        if self._heard[-PATIENCE:] == [answer.text] * PATIENCE:
            return None  # nobody says it a fourth time
        reply = self._to_question(answer)
        if reply is not None and self._manner == "interrupts":
            self._manner, self._owed = "", reply
            return self._voice.interruption()
        if reply is None and self._owed is not None:
            reply = self._owed  # it was asked before, and a person remembers
        self._owed = None
        if reply is not None or reached:
            return reply
        return self._once_more()

    def _to_question(self, answer: Answer) -> str | None:
        for name in reversed(answer.replies):
            if name.startswith(_FACT):
                fact = name[len(_FACT) :].removesuffix(_OF_SEVERAL)
                return self._voice.item() if fact == "line" and self._voice.item() else self._voice.fact(fact)
            if name.startswith(_OFFER):
                return self._to_offer(name[len(_OFFER) :].removesuffix(_OF_SEVERAL))
            if name.startswith(_NUMBER):
                return self._order()
            if name.startswith(_EMAIL):
                return self._voice.order("email")
            if name == "utter_did_you_mean_number":
                return self._voice.yes()
        return None

    def _to_offer(self, offer: str) -> str:
        if offer == "look_up" and self._goal.order:
            return f"{self._voice.yes()}, {self._order()}"
        return self._voice.yes() if offer in self._goal.accepts else self._voice.no()

    def _order(self) -> str:
        """Number and e-mail; the wrong number the first time, where the customer is mistaken."""
        if self._wrong:
            wrong, self._wrong = self._wrong, ""
            return wrong
        if self._manner == "mistaken":
            self._manner = ""
            return self._voice.order("corrected")
        self._said_order = True
        return self._voice.order("both")

    def _once_more(self) -> str | None:
        if not self._left:
            return None
        self._left -= 1
        if self._goal.order and not self._said_order:
            return self._order()
        return self._voice.wish()
