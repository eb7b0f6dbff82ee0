"""Rounds of conversations: played again for development, beside what they scored at first look."""

from __future__ import annotations

import logging
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import dropwhile, takewhile
from pathlib import Path

from rasa.utils.log_utils import configure_structlog
from tqdm import tqdm

from concierge.evaluation.conversations import SCORES, Conversation
from concierge.evaluation.page import page, table, transcript
from concierge.evaluation.playing import Played, on_its_own, play
from concierge.evaluation.production import load_agent
from concierge.evaluation.understanding import SURE

_FIRST_LOOKS = ("bench", "results", "dialogue.md")


def first_looks(root: Path) -> list[list[str]]:
    """The table of what each round scored before anybody here had seen it: its head, then a row a round."""
    path = root.joinpath(*_FIRST_LOOKS)
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    first = takewhile(lambda line: line.startswith("|"), dropwhile(lambda line: not line.startswith("|"), lines))
    rows = [[cell.strip() for cell in line.strip()[1:-1].split("|")] for line in first]
    return [row for row in rows if not set("".join(row)) <= set("-: ")]


async def play_all(model: Path, conversations: Sequence[Conversation]) -> list[Played]:
    """One after the other, with a bar that says how far it is."""
    configure_structlog(logging.ERROR)
    logging.getLogger().setLevel(logging.ERROR)
    agent, actions = load_agent(model)
    played = []
    try:
        for each in tqdm(conversations, unit="talk", disable=not sys.stderr.isatty()):
            async with on_its_own(agent) as house:
                played.append(await play(house, each))
    finally:
        actions.close()
    return played


def summary(played: Sequence[Played]) -> list[str]:
    """What to tell of them in a few lines."""
    turns = Counter(turn.judged.score for each in played for turn in each.turns if turn.judged.score)
    firsts = Counter(scored[0] for each in played if (scored := _scores(each)))
    later = Counter(score for each in played for score in _scores(each)[1:])
    talks = Counter(each.score for each in played if each.score)
    lines = [f"{name:24} {_shares(count)}" for name, count in _named(turns, firsts, later, talks)]
    sure = [turn for each in played for turn in each.turns if turn.judged.score and turn.confidence >= SURE]
    if sure:
        right = sum(turn.judged.score == "right" for turn in sure)
        lines.append(f"{f'of confidence ≥ {SURE}':24} {right} of {len(sure)} right ({right / len(sure):.0%})")
    return lines


def _named(*counts: Counter[str]) -> Iterable[tuple[str, Counter[str]]]:
    names = ("turns", "first turns", "later turns", "conversations")
    return [(name, count) for name, count in zip(names, counts, strict=True) if count]


def _scores(each: Played) -> list[str]:
    return [turn.judged.score for turn in each.turns if turn.judged.score]


def _shares(count: Counter[str]) -> str:
    whole = sum(count.values())
    return ", ".join(f"{score} {count[score]} ({count[score] / whole:.0%})" for score in SCORES if count[score])


def write(played: Sequence[Played], root: Path, folder: Path) -> Path:
    """One page: first looks, development by area, and the transcripts of what is not right. Returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    looks = first_looks(root)
    areas = sorted({each.conversation.area for each in played})
    by_area = []
    for area in areas:
        scores = Counter(each.score for each in played if each.conversation.area == area and each.score)
        by_area.append((area, sum(scores.values()), *(scores[score] for score in SCORES)))
    wrong = [each for each in played if each.score not in ("right", None)]
    parts = [
        "<h2>First look</h2><p>What each round scored before anybody here had seen it: the measure.</p>",
        table(looks[0], looks[1:]) if looks else "<p>None is written down.</p>",
        "<h2>Development</h2><p>Conversations that were seen while mending; they measure nothing any more.</p>",
        *(f"<p>{line}</p>" for line in summary(played)),
        table(["area", "", *SCORES], by_area),
        "<h2>What is not right</h2>",
        *(transcript(f"{each.conversation.id}: {each.score}. {' · '.join(each.why)}", _said(each)) for each in wrong),
    ]
    report = folder / "conversations.html"
    report.write_text(page("Conversations", parts), encoding="utf-8")
    return report


def _said(each: Played) -> list[tuple[str, str]]:
    said: list[tuple[str, str]] = []
    for turn in each.turns:
        buttons = "".join(f" [{title}]" for title in turn.answer.titles)
        said += [("customer", f"{turn.said}  ({turn.confidence:.2f}, {turn.judged.score or 'not judged'})")]
        said += [("assistant", f"{turn.answer.text or '(nothing)'}{buttons}")]
    return said
