"""What a message costs an assistant's processor, from the inbox to the log; this version beside another one.

    python -m bench.turns [--rounds 6] [--against FOLDER] [--talks GLOB]      some two minutes with another version
    python -m bench.turns --profile                                    where the time goes

The messages are those of the last blind round's English talks, and a day's topics. FOLDER is another checkout with its
environment and a model. Each version is a process; they take turns. Processor time is of the whole process: that of
others on the machine is not in it, though they take caches away. Replies are compared, too: what is only faster says
the same (``--talks "*.yml"``: in every round, of every language, once; some twenty minutes).
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import json
import os
import pstats
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
ROUNDS = ROOT / "bench" / "rounds"
LAST = "2026-11-29-ninth-talks.yml"
_TEN = 10  # topics to a conversation


def talks(files: str) -> list[dict[str, Any]]:
    """Conversations: language, region and what is said or pressed."""
    from bench.conversations import TOPICS

    found = [{"turns": [{"say": text} for text in TOPICS[at : at + _TEN]]} for at in range(0, len(TOPICS), _TEN)]
    for file in sorted(ROUNDS.glob(files)):
        read = yaml.safe_load(file.read_text("utf-8"))
        found += [each for each in read if files != LAST or each.get("language", "en") == "en"]
    return found


async def _hold(house: Any, conversation: dict[str, Any]) -> list[str]:
    """What is answered, and what was understood."""
    talk = house.talk(conversation.get("language", "en"), conversation.get("region", "EU"))
    said = []
    for turn in conversation["turns"]:
        if "say" in turn:
            said.append((await talk.say(turn["say"])).text)
    rows = house.reception.log.messages(talk.id)
    return said + [f"{row.meta.get('intent')} {row.meta.get('confidence')}" for row in rows if row.role == "customer"]


async def _serve(files: str, profile: bool) -> None:
    """A pass for each line of standard input."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    import logging

    from rasa.utils.log_utils import configure_structlog

    from concierge.evaluation.playing import on_its_own
    from concierge.evaluation.production import load_agent
    from concierge.settings import ROOT as OWN
    from concierge.training import ensure_model

    configure_structlog(logging.ERROR)
    logging.getLogger().setLevel(logging.ERROR)
    agent, actions = load_agent(ensure_model(OWN)[0])
    said = talks(files)
    count = sum("say" in turn for each in said for turn in each["turns"])
    async with on_its_own(agent) as house:
        for _ in sys.stdin:
            random.seed(1)
            watching = cProfile.Profile() if profile else None
            if watching:
                watching.enable()
            began = time.process_time()
            replies = [await _hold(house, each) for each in said]
            busy = time.process_time() - began
            if watching:
                watching.disable()
                pstats.Stats(watching, stream=sys.stderr).sort_stats("tottime").print_stats(45)
                pstats.Stats(watching, stream=sys.stderr).sort_stats("cumtime").print_stats(120)
            print(json.dumps({"ms": 1e3 * busy / count, "messages": count, "replies": replies}), flush=True)
    actions.close()


class Version:
    def __init__(self, root: Path, *options: str) -> None:
        self._process = subprocess.Popen(
            [root / ".venv" / "bin" / "python", __file__, "--serve", *options],
            cwd=root,
            env={
                **os.environ,
                "PYTHONPATH": str(root),
                "PYTHONHASHSEED": "1",
                "RASA_TELEMETRY_ENABLED": "false",
                "PYTHONWARNINGS": "ignore",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def hold(self) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(file=self._process.stdin, flush=True)
        for line in self._process.stdout:
            if line.startswith("{"):
                found: dict[str, Any] = json.loads(line)
                return found
        raise SystemExit("a version has ended before its time")

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def compare(roots: Sequence[Path], rounds: int, files: str) -> dict[str, Any]:
    """``other``: the same of the second one; ``ratio``: medians of rounds, ours by theirs."""
    once = files != LAST
    versions = [Version(root, "--talks", files) for root in roots]
    try:
        passes = [[version.hold() for version in versions] for _ in range(1 if once else rounds + 1)]
    finally:
        for version in versions:
            version.close()
    held = passes if once else passes[1:]  # the first fills what is kept
    times = [[each["ms"] for each in of_one] for of_one in zip(*held, strict=True)]
    found: dict[str, Any] = {"messages": held[0][0]["messages"], "ms": round(statistics.median(times[0]), 2)}
    if len(roots) > 1:
        ratios = [ours / theirs for ours, theirs in zip(*times, strict=True)]
        ours, theirs = (each["replies"] for each in held[-1])
        others = [(one, other) for one, other in zip(ours, theirs, strict=True) if one != other]
        found |= {
            "other_ms": round(statistics.median(times[1]), 2),
            "ratio": round(statistics.median(ratios), 3),
            "ratios": [round(each, 3) for each in ratios],
            "talks": len(ours),
            "talks_that_differ": len(others),
            "differ": others[:5],
        }
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--talks", default=LAST, metavar="GLOB")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        asyncio.run(_serve(given.talks, given.profile))
    elif given.profile:
        one = Version(ROOT, "--profile")
        one.hold(), one.hold()
        one.close()
    else:
        roots = [ROOT, *([given.against.resolve()] if given.against else [])]
        print(json.dumps(compare(roots, given.rounds, given.talks), indent=2, ensure_ascii=False))
