"""Learns anew how clues are weighed for what is asked on: ``python -m bench.tune_context``, some ten minutes.

Talks of ``data/talks`` are played with a model that has never seen their messages: their files, and the examples that
are those messages, are left out of its training, and the English encoder's adapter was learnt without them
(``bench.tune_english``). What each turn could mean is weighed by
:mod:`concierge.nlu.context_ranking`, and the weights are those that make the labelled answers likeliest. What is
written is ``concierge/nlu/context_weights.json``; how often the likeliest answer is right is told for talks that the
weights have not seen either.
"""

from __future__ import annotations

import asyncio
import json
import logging
import math
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from rasa.core.channels.channel import UserMessage
from rasa.utils.log_utils import configure_structlog
from scipy.optimize import minimize
from tqdm import tqdm

from concierge.assistant.turn import before_of
from concierge.evaluation.playing import on_its_own
from concierge.evaluation.production import load_agent
from concierge.languages.registry import supported
from concierge.nlu.behind_topic import REMARKS, TALKS, answers_of, read_talks
from concierge.nlu.context_ranking import FEATURES, WEIGHTS, weighed
from concierge.nlu.remarks import remark
from concierge.settings import ROOT
from concierge.training import train

# Files of data/talks.
HELD_OUT = ("chatters", "everyday", "keepers", "natives_fr", "natives_it", "neighbours")
FOLDS = 5
_EXAMPLE = re.compile(r"^\s+- (.+)$")
_STRENGTH = 1.0  # of the weights' square


@dataclass
class Weighed:
    """A turn: the answers that could be meant, their features, and those that are right, the best first."""

    talk: str
    names: Sequence[str]
    features: np.ndarray
    right: Sequence[str]


def main() -> None:
    talks = read_talks(ROOT, HELD_OUT)
    with TemporaryDirectory() as folder:
        model = train(_without(talks, Path(folder)))
        turns, remarks = asyncio.run(_played(model, talks))
    kept = dict(zip(FEATURES, (round(float(each), 4) for each in learn(turns)), strict=True))
    hits, number = _right_where_unseen(turns), len(turns)
    print(f"the likeliest answer is right in {hits} of {number} turns ({hits / number:.1%})")
    for what, heard in remarks.items():
        print(f"{what}: heard as a remark {sum(heard)} of {len(heard)}")
    WEIGHTS.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


def _right_where_unseen(turns: Sequence[Weighed]) -> int:
    """Turns of which the likeliest answer is right, each talk weighed by others."""
    names = sorted({turn.talk for turn in turns})
    hits = 0
    for fold in range(FOLDS):
        unseen = set(names[fold::FOLDS])
        weights = learn([turn for turn in turns if turn.talk not in unseen])
        hits += sum(_best(turn, weights) in turn.right for turn in turns if turn.talk in unseen)
    return hits


def _without(talks: Sequence[Any], root: Path) -> Path:
    """A copy of what a model is trained from, without the examples that are these talks' messages."""
    said = {" ".join(turn["say"].split()).casefold() for talk in talks for turn in talk["turns"]}
    for name in ("config.yml", "domain.yml", "data"):
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, root / name)
    for name in HELD_OUT:
        (root / TALKS / f"{name}.yml").unlink()
    for file in (root / "data").rglob("*.yml"):
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not ((found := _EXAMPLE.match(line)) and found[1].casefold() in said)]
        file.write_text("".join(kept), encoding="utf-8")
    (root / "models").mkdir()
    return root


async def _played(model: Path, talks: Sequence[Any]) -> tuple[list[Weighed], dict[str, list[bool]]]:
    """What is weighed, and of remarks and of questions whether each would be heard as a remark."""
    configure_structlog(logging.ERROR)
    logging.getLogger().setLevel(logging.ERROR)
    agent, actions = load_agent(model)
    turns = []
    remarks: dict[str, list[bool]] = {}
    try:
        for talk in tqdm(talks, unit="talk"):
            async with on_its_own(agent) as house:
                talking = house.talk(supported(talk["language"]), "EU")
                for turn in talk["turns"]:
                    before = before_of(await talking.tracker())
                    right = answers_of(turn)
                    if before is not None:
                        said = UserMessage(turn["say"], metadata={"language": talk["language"]})
                        parsed = await agent.processor.parse_message(said)
                        if right:
                            turns.append(Weighed(talk["id"], *weighed(parsed, before), right))
                        what = "remarks" if turn["answers"][0] in REMARKS else "questions"
                        heard = remark(parsed, before.topic, offered=False) is not None
                        remarks.setdefault(f"{what}, {talk['language']}", []).append(heard)
                    await talking.say(turn["say"])
    finally:
        actions.close()
    return turns, remarks


def learn(turns: Sequence[Weighed]) -> np.ndarray:
    """The weights that make the right answers likeliest, the best twice as likely as the second."""
    spread = np.concatenate([turn.features for turn in turns]).std(axis=0) + 1e-9
    wanted = []
    for turn in turns:
        shares = np.array([1 / (1 + turn.right.index(name)) if name in turn.right else 0.0 for name in turn.names])
        if shares.any():
            wanted.append((turn.features / spread, shares / shares.sum()))

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        total, slope = _STRENGTH * float(weights @ weights), 2 * _STRENGTH * weights
        for features, shares in wanted:
            scores = features @ weights
            most = scores.max()
            beliefs = np.exp(scores - most)
            total += most + math.log(beliefs.sum()) - float(shares @ scores)
            slope = slope + features.T @ (beliefs / beliefs.sum() - shares)
        return total, slope

    found: np.ndarray = minimize(loss, np.zeros(len(FEATURES)), jac=True, method="L-BFGS-B").x
    return found / spread


def _best(turn: Weighed, weights: np.ndarray) -> str:
    return turn.names[int(np.argmax(turn.features @ weights))]


if __name__ == "__main__":
    main()
