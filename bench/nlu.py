"""Understanding, side by side: n-grams alone, the encoder alone, both, slips mended or not; and what a message costs.

python -m bench.nlu            writes bench/results/nlu.md and nlu.json
python -m bench.nlu --minilm   also another encoder, MiniLM, in an environment of its own (0.3 GB)
python -m bench.nlu --diet     also Rasa's DIET, in an environment with TensorFlow (2.7 GB, two hours)
python -m bench.nlu --cost     only what a message costs
python -m bench.nlu --public   also CLINC150 and Banking77, where ../shared/data has them (minutes more)

What is not asked for is kept from the last run that was. BENCH_MINILM and BENCH_TENSORFLOW name other folders for the
environments.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import yaml
from rasa.shared.nlu.training_data.training_data import TrainingData

from bench.environments import environment
from bench.nlu_text import DIET, FIRST_LOOK, MINILM, SOURCES, WITHOUT_DIET
from concierge.evaluation.understanding import (
    OUT_OF_SCOPE,
    Assistant,
    area_under_curve,
    banking77,
    banking77_questions,
    clinc150,
    questions_of,
    with_typo,
)
from concierge.nlu.offline import Example, Pipeline, brands_of, examples_of, load_training_data, settings_of
from concierge.settings import ROOT

RESULTS = ROOT / "bench" / "results"
VARIANTS: dict[str, dict[str, Any]] = {
    "n-grams alone": {"encoder": None},
    "encoder alone": {"ngrams": False},
    "both, slips not mended": {"mending": False},
    "both, without the second opinion": {"second": False},
    "both (config.yml)": {},
}


def _accuracy(pipeline: Pipeline, examples: list[Example]) -> float:
    probabilities, _ = pipeline.predict([text for text, _ in examples])
    best = [pipeline.model.intents[i] for i in probabilities.argmax(axis=1)]
    return sum(guess == meant for guess, (_, meant) in zip(best, examples, strict=True)) / len(examples)


def _milliseconds(act: Callable[[str], Any], texts: list[str]) -> dict[str, float]:
    """Per message: wall clock and, since the machine may be shared, processor time."""
    wall, own = [], []
    for text in texts:
        started, busy = time.perf_counter(), time.thread_time()
        act(text)
        wall.append((time.perf_counter() - started) * 1000)
        own.append((time.thread_time() - busy) * 1000)
    return {
        "p50": statistics.median(wall),
        "p95": sorted(wall)[int(len(wall) * 0.95)],
        "processor p50": statistics.median(own),
    }


@dataclass
class Asked:
    """What every contestant is asked, none of it trained on."""

    inside: list[Example]
    slips: list[Example]
    foreign: list[Example]
    outside: list[str]

    @classmethod
    def read(cls) -> Asked:
        questions = questions_of(ROOT)
        inside = [example for example in questions if example[1] != OUT_OF_SCOPE]
        generator = np.random.default_rng(2)
        asked = yaml.safe_load((ROOT / "tests" / "nlu" / "languages.yml").read_text(encoding="utf-8"))
        return cls(
            inside=inside,
            slips=[(with_typo(text, generator), intent) for text, intent in inside],
            foreign=[(text, intent) for each in asked.values() for intent, texts in each.items() for text in texts],
            outside=[text for text, intent in questions if intent == OUT_OF_SCOPE],
        )


def compare(asked: Asked, data: TrainingData, variants: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Each variant of our pipeline trained on all examples and asked all test questions."""
    for name, switches in variants.items():
        started = time.process_time()
        pipeline = Pipeline(settings_of(ROOT / "config.yml"), brands_of(data), **switches).train(examples_of(data))
        trained = time.process_time() - started
        ours, others = (pipeline.predict(texts)[1] for texts in ([text for text, _ in asked.inside], asked.outside))
        yield {
            "variant": name,
            "held out": float(pipeline.model.arrays["held_out"][0]),
            "test questions": _accuracy(pipeline, asked.inside),
            "with typing errors": _accuracy(pipeline, asked.slips),
            "other languages": _accuracy(pipeline, asked.foreign),
            "out-of-scope AUROC": area_under_curve(ours, others),
            "training s": trained,
            "ms a message": _milliseconds(lambda text, p=pipeline: p.predict([text]), asked.outside)["processor p50"],  # type: ignore[misc]
        }


def ask_diet(name: str, examples: list[Example], texts: list[str]) -> dict[str, Any]:
    """What stock Rasa, trained on the examples, answers; as ``bench/diet.py`` tells it, and of how many examples.

    A training can take hours, so answers to the very same questions are taken from the last run.
    """
    folder = ROOT / "var" / "bench" / name
    folder.mkdir(parents=True, exist_ok=True)
    found, kept = folder / "answers.json", folder / "task.json"
    task = {"examples": examples, "questions": texts}
    if found.exists() and (last := json.loads(kept.read_text(encoding="utf-8")))["questions"] == texts:
        task = last
    else:
        found.unlink(missing_ok=True)
        kept.write_text(json.dumps(task), encoding="utf-8")
        command = [str(environment("tensorflow")), str(Path(__file__).with_name("diet.py")), str(folder)]
        quiet = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore"}
        subprocess.run(command, check=True, cwd=folder, env={**os.environ, **quiet}, stdout=subprocess.DEVNULL)
    return {**json.loads(found.read_text(encoding="utf-8")), "examples": len(task["examples"])}


def _right(answers: list[tuple[str, float]], examples: list[Example]) -> float:
    return sum(guess == meant for (guess, _), (_, meant) in zip(answers, examples, strict=True)) / len(examples)


def diet(asked: Asked, data: TrainingData) -> dict[str, Any]:
    """DIET's row."""
    known = [*asked.inside, *asked.slips, *asked.foreign]
    told = ask_diet("diet", examples_of(data), [*(text for text, _ in known), *asked.outside])
    answers = told["answers"]
    sure = [0.0 if guess == OUT_OF_SCOPE else confidence for guess, confidence in answers]
    inside, slips = len(asked.inside), len(asked.slips)
    return {
        "variant": "DIET (Rasa's own, 100 epochs)",
        "test questions": _right(answers[:inside], asked.inside),
        "with typing errors": _right(answers[inside : inside + slips], asked.slips),
        "other languages": _right(answers[inside + slips : len(known)], asked.foreign),
        "out-of-scope AUROC": area_under_curve(sure[:inside], sure[len(known) :]),
        "training s": told["training s"],
        "ms a message": told["ms a message"],
        "examples": told["examples"],
        "questions": inside + len(asked.outside),
    }


def cost() -> dict[str, dict[str, float]]:
    """What a message costs in Rasa, whole and by component, on the latest model."""
    from concierge.rasa_runtime.patches import install
    from concierge.training import ensure_model

    install()  # as the assistant is served
    named = os.environ.get("CONCIERGE_TEST_MODEL")
    assistant = Assistant(Path(named) if named else ensure_model(ROOT)[0])
    texts = [text for text, _ in questions_of(ROOT)][::3]
    agent = assistant._agent
    import asyncio

    loop = asyncio.new_event_loop()

    def parse(text: str) -> None:
        loop.run_until_complete(agent.parse_message(text))

    for text in texts[:50]:
        parse(text)
    short = [text for text in texts if len(text.split()) <= 7]
    found = {
        "the whole of the understanding": _milliseconds(parse, texts),
        "the same, messages of at most seven words": _milliseconds(parse, short),
    }
    nodes = agent.processor.graph_runner._instantiated_nodes
    seen: dict[str, list[float]] = {}

    def timed(node: Any) -> None:
        inner = node._fn

        def run(component: Any, **inputs: Any) -> Any:
            started = time.thread_time()
            try:
                return inner(component, **inputs)
            finally:
                seen.setdefault(type(component).__name__, []).append((time.thread_time() - started) * 1000)

        node._fn = run

    for node in nodes.values():
        timed(node)
    for text in texts:
        parse(text)
    for name, times in seen.items():
        if not name.endswith("Policy"):
            found[name] = {"processor p50": statistics.median(times)}
    return found


def _table(rows: list[dict[str, Any]]) -> str:
    def shown(value: Any) -> str:
        return f"{value:.3f}" if isinstance(value, float) else str(value)

    heads = list(dict.fromkeys(key for row in rows for key in row))
    lines = [heads, ["---"] * len(heads), *([shown(row.get(key, "")) for key in heads] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _others(options: argparse.Namespace, known: dict[str, Any], asked: Asked, data: TrainingData) -> None:
    """Into ``known``: the rows of what is not ours: measured where asked for, otherwise as last measured."""
    minilm, rasa = known.get("minilm", []), known.get("diet", [])
    if options.minilm:
        from bench.minilm import encode

        variants = {"MiniLM alone": {"encoder": encode, "ngrams": False}, "MiniLM and n-grams": {"encoder": encode}}
        minilm = list(compare(asked, data, variants))
    if options.diet:
        rasa = [diet(asked, data)]
    known |= {"minilm": minilm, "diet": rasa}


def _diet_on_banking77(folder: Path, per_intent: int) -> dict[str, Any] | None:
    questions = banking77_questions(folder, per_intent)
    if questions is None:
        return None
    train, test = questions
    answers = ask_diet(f"diet-banking77-{per_intent}", train, [text for text, _ in test])["answers"]
    return {
        "set": f"Banking77 ({per_intent} an intent), DIET",
        "examples": len(train),
        "accuracy": _right(answers, test),
    }


def _public(known: dict[str, Any], with_diet: bool) -> None:
    folder = ROOT.parent / "shared" / "data"
    checks = [clinc150(folder), banking77(folder, 10), banking77(folder, None)]
    if with_diet:
        checks.append(_diet_on_banking77(folder, 10))
    measured = [row for row in checks if row is not None]
    sets = {row["set"] for row in measured}
    known["public"] = measured + [row for row in known.get("public", []) if row["set"] not in sets]


_OF_THE_TEXT = ("examples", "questions")  # of DIET's row


def page(known: dict[str, Any]) -> str:
    """The table and what is said about it."""
    parts = [
        "# Understanding, side by side\n",
        f"{known['questions']} questions that were never trained on, one core. Accuracy is of the "
        "best intent before the gate, in scope only; “held out” is cross-validated on the training examples, as varied "
        "as we could write them. “Other languages” are the most asked questions in four of them. "
        "Times are processor time.\n",
        f"Load of the machine when measured: {known['load']:.1f} on {known['cores']} cores. Where the first is above "
        "the second, times are too long.\n",
        _table(
            [
                *known["variants"],
                *known["minilm"],
                *({k: v for k, v in row.items() if k not in _OF_THE_TEXT} for row in known["diet"]),
            ]
        ),
        *([MINILM] if known["minilm"] else []),
        *([DIET.format(**row) for row in known["diet"]] or [WITHOUT_DIET]),
        FIRST_LOOK,
        "## What a message costs in Rasa (ms)\n",
        _table([{"": name, **times} for name, times in known["cost"].items()]),
    ]
    if known.get("public"):
        parts += ["## Public data sets\n", _table(known["public"]), SOURCES]
    return "\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--minilm", "--diet", "--public", "--cost"):
        parser.add_argument(name, action="store_true")
    options = parser.parse_args()
    known = json.loads((RESULTS / "nlu.json").read_text()) if (RESULTS / "nlu.json").exists() else {}
    asked, data = Asked.read(), load_training_data(ROOT / "data")
    if not options.cost:
        _others(options, known, asked, data)
        known["variants"] = list(compare(asked, data, VARIANTS))
        known["questions"] = len(asked.inside) + len(asked.outside)
    known |= {"cost": cost(), "load": os.getloadavg()[1], "cores": os.cpu_count()}
    if options.public:
        _public(known, options.diet)
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "nlu.md").write_text(page(known), encoding="utf-8")
    (RESULTS / "nlu.json").write_text(json.dumps(known, indent=2), encoding="utf-8")
    print(Path(RESULTS / "nlu.md").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
