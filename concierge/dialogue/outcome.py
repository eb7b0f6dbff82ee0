"""What comes of a turn, as plain data: replies by name, and changes in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Union


@dataclass(frozen=True)
class Said:
    """A reply by its name in the domain, and what it is filled in with: never wording. ``more`` is for the
    generator, see ``Turn.say``."""

    reply: str
    values: Mapping[str, Any] = field(default_factory=dict)
    buttons: Sequence[Mapping[str, str]] = ()
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Remembered:
    """A slot has this value from now on."""

    slot: str
    value: Any


@dataclass(frozen=True)
class FormSwitched:
    """This form is active from now on; ``None``: no form is."""

    form: str | None


@dataclass(frozen=True)
class ActionDue:
    """This action follows at once."""

    action: str


@dataclass(frozen=True)
class HandedOver:
    """A person has the conversation: nothing is said until it comes back."""


Change = Union[Remembered, FormSwitched, ActionDue, HandedOver]


@dataclass
class Outcome:
    said: list[Said] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    @property
    def replies(self) -> list[str]:
        return [each.reply for each in self.said]

    def is_due(self) -> bool:
        """Whether another action goes on with the turn."""
        return any(isinstance(change, ActionDue) for change in self.changes)

    @property
    def remembered(self) -> dict[str, Any]:
        """What the slots that changed are at the end."""
        return {change.slot: change.value for change in self.changes if isinstance(change, Remembered)}
