"""What each patch of Rasa gains: the same messages with all of them, and with all but one.

    python -m bench.patches

One process holds the trained assistant, its tracker store and its actions. For each patch the same conversations are
held in turns, with it and without it, and the processor time a message is compared; for what only training uses, a
training. Writes bench/results/patches.md. Wall clock is of no use here: the turns are ours alone.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")

from bench.conversations import ORDERS, SMALL_TALK, TOPICS
from bench.figures import machine
from concierge.rasa_runtime import patches
from concierge.settings import ROOT

ROUNDS = 8
EMAIL = "claire@example.com"
# Without it another thing happens.
SAFETY = {"tracker_store_wrapper"}
# Pays when a model is loaded, not in a turn.
LOADING = "domain_storage"


def processor() -> str:
    found = machine()
    return f"{found['cores']} × {found['cpu']}, Python {found['python']}"


def conversation() -> list[str]:
    """A day's mix, about three messages to one on an order."""
    texts = [SMALL_TALK[0], *TOPICS[:9]]
    for number, question in islice(ORDERS.items(), 3):
        texts += [f"{question}, {number}, {EMAIL}", *TOPICS[9:12]]
    return [*texts, *SMALL_TALK[1:]]


@contextmanager
def without(module: str) -> Iterator[None]:
    removed = patches.patches_of([module])
    for patch in removed:
        patch.remove()
    try:
        yield
    finally:
        for patch in removed:
            patch.apply()


def assistant(folder: Path) -> Any:
    """The agent as it is served, its data in ``folder``."""
    os.environ["CONCIERGE_VAR"] = str(folder)
    from datetime import datetime, timezone
    from functools import partial

    from rasa.core.agent import Agent
    from rasa.core.tracker_store import TrackerStore
    from rasa.utils.endpoints import EndpointConfig
    from rasa.utils.log_utils import configure_structlog

    from actions.executor import HouseActions, answer
    from concierge.conversations import upgrade
    from concierge.demo.documented import documented_orders
    from concierge.dialogue import resources
    from concierge.rasa_runtime.embedded_actions import EmbeddedActions
    from concierge.training import ensure_model

    configure_structlog(30)
    patches.install()
    upgrade(resources.current().log().engine)
    resources.current().orders().put(documented_orders(datetime.now(timezone.utc)))
    agent = Agent.load(
        str(ensure_model(ROOT)[0]),
        action_endpoint=EmbeddedActions(partial(answer, HouseActions())),
        generator=EndpointConfig(type="concierge.answers.nlg.HouseAnswers"),
    )
    store = EndpointConfig(type="concierge.rasa_runtime.tracker_store.EventLogTrackerStore")
    agent.tracker_store = agent.processor.tracker_store = TrackerStore.create(store, agent.domain)
    return agent


async def hold(agent: Any, texts: list[str]) -> float:
    """Milliseconds of processor time a message."""
    from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

    from concierge.dialogue import resources

    sender = resources.current().log().open("website", region="EU").id
    busy = time.process_time()
    for text in texts:
        await agent.handle_message(UserMessage(text, CollectingOutputChannel(), sender, input_channel="website"))
    return (time.process_time() - busy) * 1000 / len(texts)


async def serving(agent: Any) -> list[tuple[str, float, float]]:
    """Module, and milliseconds a message with it and without it: medians of rounds in turns."""
    texts = conversation()
    for _ in range(3):
        await hold(agent, texts)
    rows = []
    for module in patches.SERVING:
        if module in {*SAFETY, LOADING}:
            continue
        with_it, without_it = [], []
        for _ in range(ROUNDS):
            with_it.append(await hold(agent, texts))
            with without(module):
                without_it.append(await hold(agent, texts))
        rows.append((module, statistics.median(with_it), statistics.median(without_it)))
        print(*rows[-1], flush=True)
    return rows


def loading() -> tuple[float, float]:
    """Seconds of processor time to load the model, with the patch and without it."""
    from rasa.core.agent import Agent

    from concierge.training import model_path

    def load() -> float:
        busy = time.process_time()
        Agent.load(str(model_path(ROOT)))
        return time.process_time() - busy

    load()
    with_it = load()
    with without(LOADING):
        return with_it, load()


_TRAIN = """
import sys, time
from concierge.rasa_runtime import patches
patches.TRAINING = tuple(name for name in patches.TRAINING if name != sys.argv[1])
started = time.process_time()
from rasa.model_training import train
train("domain.yml", "config.yml", ["data"], output=sys.argv[2], force_training=True)
print("SECONDS", time.process_time() - started)
"""


def training_seconds(left_out: str) -> float:
    """Processor time of a training without one patch; ``""`` leaves out none."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", _TRAIN, left_out, folder],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
    return float(done.stdout.rsplit("SECONDS", 1)[1])


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        agent = assistant(Path(folder))
        turns = asyncio.run(serving(agent))
        agent.action_endpoint.close()
        loaded = loading()
    trainings = {name: training_seconds(name) for name in ("", *patches.TRAINING)}
    lines = [
        "# What the patches of Rasa gain",
        "",
        f"{processor()}. `python -m bench.patches` again: processor time, medians of {ROUNDS} rounds in turns.",
        "",
        "| patch | ms a message with it | without it | without / with |",
        "| --- | --- | --- | --- |",
        *(f"| {name} | {ours:.2f} | {theirs:.2f} | {theirs / ours:.2f} |" for name, ours, theirs in turns),
        "",
        f"`{LOADING}`: a model is loaded in {loaded[0]:.1f} s with it, in {loaded[1]:.1f} s without it.",
        "",
        "| patch | training with it, s | without it |",
        "| --- | --- | --- |",
        *(f"| {name} | {trainings['']:.1f} | {trainings[name]:.1f} |" for name in patches.TRAINING),
        "",
        "Not for speed: `tracker_store_wrapper` (an error of the database counts as a new conversation without it).",
        "",
    ]
    (ROOT / "bench" / "results" / "patches.md").write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
