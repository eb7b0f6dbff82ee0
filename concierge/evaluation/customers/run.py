"""Plays a set of episodes in one process, one after the other, with a bar that says how far it is."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from rasa.utils.log_utils import configure_structlog
from tqdm import tqdm

from concierge.demo.stock import demo_stock
from concierge.evaluation.customers.episodes import Trial, draw, play, trials
from concierge.evaluation.customers.goals import goals
from concierge.evaluation.production import production
from concierge.orders.sql import SqlOrderBook


async def run(model: Path, count: int, attempts: int, seed: int, chosen: Sequence[str] = ()) -> list[Trial]:
    """``chosen``: beginnings of goals' names; none: all of them. Nothing comes of names that there are not."""
    among = [goal for goal in goals() if not chosen or goal.name.startswith(tuple(chosen))]
    if not among:
        return []
    configure_structlog(logging.ERROR)
    logging.getLogger().setLevel(logging.ERROR)
    episodes = draw(count, seed, among)
    played: list[Trial] = []
    async with production(model) as house:
        cast(SqlOrderBook, house.resources.orders()).put_stock(demo_stock())
        with tqdm(total=len(episodes) * attempts, unit="talk", disable=not sys.stderr.isatty()) as bar:
            for episode, attempt in trials(episodes, attempts):
                trial = await play(house, episode, attempt, seed)
                played.append(trial)
                bar.set_postfix(failed=sum(not each.passed for each in played), refresh=False)
                bar.update()
    return played
