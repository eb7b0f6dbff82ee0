"""What simulated customers say: words drawn from ``phrasings/<language>.yml``, the same for the same seed."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from concierge.evaluation.customers.goals import Goal
from concierge.orders.model import Order

_FOLDER = Path(__file__).with_name("phrasings")
MOODS = ("terse", "polite", "angry", "rambling", "non_native")
KNOWN_TO_ALL = {"purchase_channel": "online"}  # the orders are the shop's: whoever placed one knows where
LANGUAGES = tuple(sorted(path.stem for path in _FOLDER.glob("*.yml")))


@cache
def bank(language: str) -> dict[str, Any]:
    return dict(yaml.safe_load((_FOLDER / f"{language}.yml").read_text(encoding="utf-8")))


class Voice:
    """One customer's way to write. ``order`` is their own, if they have one."""

    def __init__(self, language: str, mood: str, goal: Goal, order: Order | None, chance: Random) -> None:
        self._bank = bank(language)
        self._mood = mood
        self._goal = goal
        self._order = order
        self._chance = chance
        self._item = chance.choice(self._bank["items"][goal.item]) if goal.item else ""
        self._wishes: list[str] = []

    def opening(self, tells: str, with_facts: bool = False) -> str:
        """The first message; ``tells`` what stands in it beside the wish: ``both``, ``number`` or nothing."""
        mood = self._bank["moods"][self._mood]
        wish = self.wish()
        told = [self._pick(self._bank["told"][tells]).strip()] if tells else []
        told += self._stated() if with_facts else []
        self._chance.shuffle(told)
        after = self._pick(mood["after"])
        if (told or after) and not wish.endswith((".", "?", "!")):
            wish += "."  # whoever goes on in whole sentences ends this one
        return (self._pick(mood["before"]) + " ".join([wish, *told]) + after).strip()

    def _stated(self) -> list[str]:
        """The goal's facts, as they are told unasked; those that the wish itself tells have no words here."""
        known = self._bank["stated"]
        said = [known.get(name, {}).get(_key(value)) for name, value in self._goal.facts.items()]
        return [self._pick(each) for each in said if each]

    def wish(self) -> str:
        """In words that were not used before, as long as there are some."""
        if not self._wishes:
            said = self._bank["wishes"][self._goal.wish]
            own, common = list(said.get(self._mood, ())), list(said["all"])
            self._chance.shuffle(common)
            self._wishes = [*common, *own]  # taken from the end
        return self._filled(self._wishes.pop())

    def item(self) -> str:
        return self._item

    def order(self, what: str) -> str:
        """``both``, ``number``, ``email`` or ``corrected``."""
        return self._pick(self._bank["order"][what])

    def fact(self, name: str) -> str:
        facts = KNOWN_TO_ALL | dict(self._goal.facts)
        known = self._bank["facts"].get(name, {}).get(_key(facts.get(name)))
        return self._pick(known or self._bank["unknown"])

    def yes(self) -> str:
        return self._pick(self._bank["yes"])

    def no(self) -> str:
        return self._pick(self._bank["no"])

    def interruption(self) -> str:
        return self._pick(self._bank["interruptions"])

    def _pick(self, choices: list[str]) -> str:
        return self._filled(self._chance.choice(choices))

    def _filled(self, text: str) -> str:
        known = {"item": self._item}
        if self._order is not None:
            known |= {"number": self._order.number, "email": self._order.email}
        return text.format(**known)


def _key(value: Any) -> Any:
    """YAML's keys are texts."""
    return str(value).lower() if isinstance(value, bool) else value
