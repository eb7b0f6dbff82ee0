"""Episodes of simulated customers: drawn from a seed, played, judged by what they have come to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from itertools import product
from random import Random
from typing import cast

from concierge.evaluation.customers.customer import MANNERS, Customer
from concierge.evaluation.customers.goals import End, Goal, order_of, problems
from concierge.evaluation.customers.phrasing import LANGUAGES, MOODS, Voice
from concierge.evaluation.production import Production
from concierge.orders.importer import Shelf

TRIALS = 4
_TURNS = 14
_FIRST_NUMBER = 20_000_000
_OTHER = 50_000_000  # added to a number, it is one that nobody has


@dataclass(frozen=True)
class Episode:
    number: int
    goal: Goal
    language: str
    mood: str
    manner: str

    def __str__(self) -> str:
        return f"{self.number} {self.goal.name}, {self.language}, {self.mood}, {self.manner}"


@dataclass(frozen=True)
class Trial:
    """One playing of an episode. ``transcript``: pairs of who and what."""

    episode: Episode
    attempt: int
    problems: Sequence[str]
    transcript: Sequence[tuple[str, str]] = field(repr=False)

    @property
    def passed(self) -> bool:
        return not self.problems


def draw(count: int, seed: int, among: Sequence[Goal]) -> list[Episode]:
    """Every goal as often as any other, in moods, languages and manners by chance; English every third time."""
    chance = Random(f"{seed}")  # noqa: S311 - the same each time
    wanted: list[Goal] = []
    while len(wanted) < count:
        again = list(among)
        chance.shuffle(again)
        wanted += again
    mixed = list(product([*LANGUAGES, "en"], MOODS, MANNERS))
    return [Episode(number, goal, *chance.choice(mixed)) for number, goal in enumerate(wanted[:count])]


def trials(episodes: Sequence[Episode], attempts: int = TRIALS) -> Iterator[tuple[Episode, int]]:
    """What is to be played: each episode so often."""
    return product(episodes, range(attempts))


async def play(house: Production, episode: Episode, attempt: int, seed: int) -> Trial:
    """Plays it with words of its own, on an order of its own."""
    chance = Random(f"{seed}:{episode.number}:{attempt}")  # noqa: S311 - the same each time
    goal, number = episode.goal, _FIRST_NUMBER + TRIALS * episode.number + attempt
    order = order_of(goal, number, datetime.now(timezone.utc))
    orders = house.resources.orders()
    if order is not None:
        cast(Shelf, orders).put([order])
    voice = Voice(episode.language, episode.mood, goal, order, chance)
    customer = Customer(goal, voice, episode.manner, f"BA{number + _OTHER}")
    signed_in = {"verified_email": order.email} if order and episode.manner == "signed_in" else {}
    talk = house.talk(episode.language, goal.region, **signed_in)
    transcript: list[tuple[str, str]] = []
    said: list[str] = []

    def end() -> End:
        log = house.resources.log()
        return End(
            order=orders.get(order.number) if order else None,
            notes=tuple(note.kind for note in orders.notes(order.number)) if order else (),
            cases=tuple(house.resources.cases().of(talk.id)),
            decisions=tuple(log.decisions(talk.id)),
            said=tuple(said),
        )

    words: str | None = customer.opening()
    for _ in range(_TURNS):
        if words is None:
            break
        answer = await talk.say(words)
        said += answer.replies
        transcript += [("customer", words), ("assistant", _shown(answer.text, answer.titles, answer.replies))]
        words = customer.next(answer, not problems(goal, order, end()))
    return Trial(episode, attempt, problems(goal, order, end()), transcript)


def _shown(text: str, titles: Sequence[str], replies: Sequence[str]) -> str:
    buttons = "".join(f" [{title}]" for title in titles)
    return f"{text or '(nothing)'}{buttons}\n({', '.join(replies)})"


def pass_at_1(played: Sequence[Trial]) -> float:
    return sum(trial.passed for trial in played) / len(played)


def pass_hat(played: Sequence[Trial]) -> float:
    """The share of episodes that were right every time they were played."""
    always: dict[int, bool] = {}
    for trial in played:
        always[trial.episode.number] = always.get(trial.episode.number, True) and trial.passed
    return sum(always.values()) / len(always)
