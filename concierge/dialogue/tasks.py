"""What a customer can want done or know of an order, and which intent asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from concierge.intents import Kind, facet_of, get, of_kind, registry
from concierge.memory.fact_extraction import fact_in

DECIDED = frozenset({"may", "until_when", "how_much"})  # facets that a decision on an order answers


@dataclass(frozen=True)
class Task:
    """``kind`` of the policy's decision; none: the order's state is the answer. ``policy``: the reply while no order is
    known; none: the order is asked for at once. ``by_line``: decided for one item. ``without_order``: can be decided
    from what the customer says. ``told``: in the place of ``policy`` for what the words tell of ``fact``. ``case``: a
    person does it; this is the reason of the case that it becomes once it is proved who asks, and ``policy`` says why
    that is asked for. ``excluded``: in the place of ``policy`` where it is told that the house makes an exception.
    ``allowed``: the figure that says when a house allows it; “…_allowed” is its ``policy`` then. ``decided``: the
    facets of its single questions that the decision answers; ``of_the_order``: those that it answers as well where the
    order's number stands beside them, “when do I get my refund for BA10000004?”. ``of_line``: told of the order, or of
    the one item that is named."""

    name: str
    intent: str
    kind: str | None
    policy: str | None
    by_line: bool = False
    of_line: bool = False
    without_order: bool = False
    fact: str = ""
    case: str = ""
    allowed: str = ""
    excluded: str = ""
    decided: frozenset[str] = DECIDED
    of_the_order: frozenset[str] = frozenset()
    told: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def next(self) -> tuple[str, ...]:
        """Intents that are likeliest to follow."""
        return get(self.intent).next

    @property
    def only_tells(self) -> bool:
        """Whether it looks at an order and changes nothing."""
        return self.kind is None and not self.case

    def policy_for(self, words: str) -> str | None:
        """The reply to these words while no order is known; ``None``: the order is asked for."""
        return self.told.get(str(fact_in(words, self.fact) or ""), self.policy)


TASKS = {
    task.name: task
    for task in (
        Task("track", "track_order", None, None, of_line=True),
        Task("look_up", "look_up_order", None, None),
        Task(
            "delivery_problem",
            "delivery_problem",
            "delivery_problem",
            "utter_delivery_problem_policy",
            of_line=True,
            fact="problem",
            told=dict.fromkeys(("wrong_item", "missing_item", "damaged"), "utter_delivery_put_right")
            | {"not_received": "utter_delivery_not_there"},
        ),
        Task("cancel", "cancel_order", "cancel", "utter_cancel_policy", allowed="cancel.stages"),
        Task("modify", "modify_order", "modify", "utter_modify_policy"),
        Task(
            "change_address",
            "change_address",
            "change_address",
            "utter_change_address_policy",
            allowed="change_address.stages",
        ),
        Task("explain_charge", "explain_charge", "charge_explanation", "utter_charge_policy"),
        Task("charged_twice", "charged_twice", "charge_explanation", "utter_charged_twice_policy"),
        Task(
            "amount_differs",
            "amount_differs",
            "charge_explanation",
            "utter_amount_differs_policy",
            decided=DECIDED | {"why"},  # which piece it was
        ),
        Task(
            "return",
            "return_item",
            "return",
            "utter_return_policy",
            by_line=True,
            of_the_order=frozenset({"which"}),
        ),
        Task("exchange", "exchange_item", "exchange", "utter_exchange_policy", by_line=True),
        Task(
            "refund_status",
            "refund_status",
            "refund_status",
            "utter_refund_policy",
            of_line=True,
            of_the_order=frozenset({"how_long"}),
        ),
        Task(
            "repair",
            "repair_item",
            "repair",
            "utter_repair_policy",
            by_line=True,
            without_order=True,
            excluded="utter_repair_exclusions",
        ),
        Task("repair_status", "repair_status", None, None),
        Task("attempts", "delivery_attempts", None, None),
        Task("invoice", "invoice", None, None),
        Task("warranty", "repair_warranty", None, None),
        Task("alteration", "alteration", "alteration", "utter_alteration_policy", by_line=True),
        Task("privacy_erasure", "privacy_erasure", None, "utter_privacy_needs_proof", case="privacy_erasure"),
        Task("privacy_export", "privacy_export", None, "utter_privacy_needs_proof", case="privacy_export"),
    )
}

BY_INTENT = {task.intent: task for task in TASKS.values() if task.intent in of_kind(Kind.TASK)}


def task_of(intent: str) -> Task | None:
    """The task that an intent begins, or that answers the topic of it on an order."""
    asked = registry().intents.get(intent)
    return BY_INTENT.get(intent) or (TASKS[asked.order_task] if asked and asked.order_task else None)


def is_decided(cell: str) -> bool:
    """Whether what a decision on an order tells answers the single question ``cell``."""
    task = task_of(cell.partition("/")[0])
    return facet_of(cell) in (task.decided if task else DECIDED)
