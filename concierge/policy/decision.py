"""What a decision is: the outcome, why, on which sources, until when, and what to say and do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from concierge.policy.figures import Figure
from concierge.policy.sources import Source

KINDS = (
    "cancel",
    "modify",
    "change_address",
    "return",
    "exchange",
    "refund_status",
    "charge_explanation",
    "delivery_problem",
    "repair",
    "alteration",
)
OUTCOMES = ("yes", "no", "advisor", "needs_facts")


@dataclass(frozen=True)
class Reason:
    """A rule that holds. ``outcome`` is the rule's own: only the first reason's became the decision's."""

    code: str
    rule: str
    outcome: str
    response: str
    says: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Note:
    """Something true besides the outcome, worth one more sentence: a reply and its keyword values."""

    response: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Decision:
    """``values`` are the keyword values of ``response``; ``missing[0]`` is the fact to ask for next."""

    kind: str
    outcome: str
    response: str
    reasons: tuple[Reason, ...]
    figures: tuple[Figure, ...]
    sources: tuple[Source, ...]
    next_step: str
    on: datetime
    order_number: str = ""
    line: str | None = None
    deadline: date | None = None
    days_left: int | None = None
    missing: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()

    @property
    def rules(self) -> tuple[str, ...]:
        return tuple(reason.rule for reason in self.reasons)

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe; ``from_dict`` gives an equal decision back."""
        return {
            "kind": self.kind,
            "outcome": self.outcome,
            "response": self.response,
            "reasons": [dict(reason.__dict__, sources=list(reason.sources)) for reason in self.reasons],
            "rules": list(self.rules),
            "figures": [figure.to_dict() for figure in self.figures],
            "sources": [source.to_dict() for source in self.sources],
            "next_step": self.next_step,
            "on": self.on.isoformat(),
            "order_number": self.order_number,
            "line": self.line,
            "deadline": self.deadline.isoformat() if self.deadline else None,
            "days_left": self.days_left,
            "missing": list(self.missing),
            "values": dict(self.values),
            "notes": [{"response": note.response, "values": dict(note.values)} for note in self.notes],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Decision:
        return cls(
            kind=data["kind"],
            outcome=data["outcome"],
            response=data["response"],
            reasons=tuple(Reason(**dict(reason, sources=tuple(reason["sources"]))) for reason in data["reasons"]),
            figures=tuple(Figure.from_dict(figure) for figure in data["figures"]),
            sources=tuple(Source.from_dict(source) for source in data["sources"]),
            next_step=data["next_step"],
            on=datetime.fromisoformat(data["on"]),
            order_number=data["order_number"],
            line=data["line"],
            deadline=date.fromisoformat(data["deadline"]) if data["deadline"] else None,
            days_left=data["days_left"],
            missing=tuple(data["missing"]),
            values=dict(data["values"]),
            notes=tuple(Note(note["response"], dict(note["values"])) for note in data["notes"]),
        )
