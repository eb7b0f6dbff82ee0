"""Measures understanding on questions that were never trained on: what ``concierge evaluate`` reports."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from rasa.core.agent import Agent
from rasa.model import get_latest_model
from rasa.utils.log_utils import configure_structlog

from concierge import yaml_files
from concierge.nlu.classifier import SCOPE
from concierge.nlu.fallback import OUT_OF_SCOPE
from concierge.nlu.offline import Example, Pipeline, brands_of, examples_of, load_training_data, settings_of

Tell = Callable[[str], None]
SURE = 0.8  # from here on the assistant answers without a doubt


@dataclass(frozen=True)
class Target:
    """What was promised and what came out."""

    name: str
    value: float
    least: float | None = None
    most: float | None = None

    @property
    def met(self) -> bool:
        return (self.least is None or self.value >= self.least) and (self.most is None or self.value <= self.most)

    def __str__(self) -> str:
        wanted = f"at least {self.least:.1%}" if self.least is not None else f"at most {self.most:.1%}"
        return f"{'met   ' if self.met else 'MISSED'} {self.name}: {self.value:.1%} ({wanted})"


@dataclass
class Answers:
    """What the assistant made of a list of questions, beside what was meant."""

    questions: list[str]
    meant: list[str]
    guess: list[str]  # best intent before the gate
    acted: list[str]  # intent after it
    confidence: list[float]
    scope: list[float]

    def rows(self, inside: bool) -> list[int]:
        return [i for i, intent in enumerate(self.meant) if (intent != OUT_OF_SCOPE) is inside]

    def accuracy(self, of: str = "guess", inside: bool = True) -> float:
        rows = self.rows(inside)
        return sum(getattr(self, of)[i] == self.meant[i] for i in rows) / max(1, len(rows))

    def share_acted(self, intent: str, inside: bool = True) -> float:
        rows = self.rows(inside)
        return sum(self.acted[i] == intent for i in rows) / max(1, len(rows))

    def auroc(self) -> float:
        """How well the scope score tells our questions from others: 1 is always, a half is never."""
        return area_under_curve([self.scope[i] for i in self.rows(True)], [self.scope[i] for i in self.rows(False)])

    def sure(self, of: str = "right") -> float:
        """Of what is taken with a confidence of at least ``SURE``, the share that is right; or, ``of`` all of our
        questions, the share that is taken so and wrong."""
        rows = [i for i in self.rows(True) if self.confidence[i] >= SURE]
        right = sum(self.guess[i] == self.meant[i] for i in rows)
        return right / max(1, len(rows)) if of == "right" else (len(rows) - right) / max(1, len(self.rows(True)))

    def mistakes(self) -> list[int]:
        return [i for i in range(len(self.meant)) if self.acted[i] != self.meant[i]]


@dataclass
class Results:
    answers: Answers
    typos: Answers
    languages: dict[str, Answers]
    entities: list[dict[str, Any]]
    cross_validation: dict[str, float] = field(default_factory=dict)
    public: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    first_looks: list[list[str]] = field(default_factory=list)  # the head, then a row for each blind round

    def targets(self) -> list[Target]:
        found = sum(row["right"] for row in self.entities)
        targets = [
            Target("accuracy on test questions", self.answers.accuracy(), least=0.97),
            Target("accuracy with typing errors", self.typos.accuracy(), least=0.93),
            Target("out-of-scope AUROC", self.answers.auroc(), least=0.97),
            Target(f"right, of those with confidence ≥ {SURE}", self.answers.sure(), least=0.97),
            Target("taken with that confidence, and wrong", self.answers.sure("wrong"), most=0.02),
            Target("our questions refused", self.answers.share_acted(OUT_OF_SCOPE), most=0.02),
        ]
        if self.entities:
            targets.append(Target("entities", found / len(self.entities), least=0.95))
        return targets


def area_under_curve(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Probability that a positive scores above a negative; ties count half."""
    if not len(positive) or not len(negative):
        return float("nan")
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score([1] * len(positive) + [0] * len(negative), [*positive, *negative]))


def with_typo(text: str, generator: np.random.Generator) -> str:
    """One slip of the finger in every six words, at least one: a letter lost, added, wrong, or two swapped."""
    words = text.split(" ")
    long_enough = [i for i, word in enumerate(words) if len(word) >= 4 and word.isascii()]
    for i in generator.permutation(long_enough)[: max(1, len(words) // 6)]:
        word, kind = words[i], generator.integers(4)
        at, letter = generator.integers(1, len(word) - 1), chr(97 + generator.integers(26))
        swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        words[i] = [
            word[:at] + word[at + 1 :],
            swapped,
            word[:at] + letter + word[at:],
            word[:at] + letter + word[at + 1 :],
        ][kind]
    return " ".join(words)


def questions_of(root: Path) -> list[Example]:
    """Every question of tests/nlu/questions with its intent."""
    found: list[Example] = []
    for path in sorted((root / "tests" / "nlu" / "questions").glob("*.yml")):
        content = yaml_files.read(path)
        found += [(question, content["intent"]) for question in content["questions"]]
    return found


class Assistant:
    """The trained model, asked as Rasa asks it."""

    def __init__(self, model: Path) -> None:
        configure_structlog(logging.WARNING)
        self._agent = Agent.load(str(model))

    def parse(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        async def all_of_them() -> list[dict[str, Any]]:
            return [dict(await self._agent.parse_message(text)) for text in texts]

        return asyncio.run(all_of_them())

    def answer(self, examples: Sequence[Example]) -> Answers:
        answers = Answers([text for text, _ in examples], [intent for _, intent in examples], [], [], [], [])
        for parsed in self.parse(answers.questions):
            judged = parsed.get(SCOPE) or {"score": 1.0, "reason": None}
            best = parsed["intent_ranking"][1 if judged["reason"] else 0]
            answers.acted.append(parsed["intent"]["name"])
            answers.guess.append(best["name"])
            answers.confidence.append(best["confidence"])
            answers.scope.append(judged["score"])
        return answers


def check_entities(assistant: Assistant, root: Path) -> list[dict[str, Any]]:
    """Each text of tests/nlu/entities.yml must give exactly its entities, of the kinds that the case speaks of."""
    path = root / "tests" / "nlu" / "entities.yml"
    cases = yaml_files.read(path) if path.exists() else []
    results = []
    for case, parsed in zip(cases, assistant.parse([case["text"] for case in cases]), strict=True):
        kinds = set(case["expect"]) | set(case.get("none_of", []))
        found: dict[str, list[str]] = {}
        for entity in parsed["entities"]:
            if entity["entity"] in kinds:
                found.setdefault(entity["entity"], []).append(entity["value"])
        wanted = {kind: value if isinstance(value, list) else [value] for kind, value in case["expect"].items()}
        results.append({"text": case["text"], "wanted": wanted, "found": found, "right": found == wanted})
    return results


def cross_validate(root: Path, folds: int = 5) -> dict[str, float]:
    """Trains on four fifths of the examples and asks the last, five times over."""
    data = load_training_data(root / "data")
    examples = examples_of(data)
    order = np.random.default_rng(7).permutation(len(examples)) % folds
    right, confident, confident_right = 0, 0, 0
    for number in range(folds):
        rest = [example for example, fold in zip(examples, order, strict=True) if fold != number]
        held = [example for example, fold in zip(examples, order, strict=True) if fold == number]
        settings = settings_of(root / "config.yml")
        pipeline = Pipeline({**settings, "HouseIntentClassifier": {"folds": 2}}, brands_of(data)).train(rest)
        for (_, meant), understood in zip(held, pipeline.understand([text for text, _ in held]), strict=True):
            right += understood["ranking"][0]["name"] == meant
            confident += understood["reason"] is None
            confident_right += understood["reason"] is None and understood["acted"] == meant
    return {
        "examples": len(examples),
        "accuracy": right / len(examples),
        "acted on": confident / len(examples),
        "right when acted on": confident_right / max(1, confident),
    }


def clinc150(folder: Path) -> dict[str, Any] | None:
    """CLINC150, small variant, with its own out-of-scope questions in training and test."""
    path = folder / "clinc150" / "data_small.json"
    if not path.exists():
        return None
    data = json.loads(path.read_text(encoding="utf-8"))
    outside = [(text, OUT_OF_SCOPE) for text, _ in data["oos_train"]]
    pipeline = Pipeline({"HouseIntentClassifier": {"folds": 2}}).train([*map(tuple, data["train"]), *outside])
    inside = pipeline.understand([text for text, _ in data["test"]])
    beyond = pipeline.understand([text for text, _ in data["oos_test"]])
    meant = [intent for _, intent in data["test"]]
    return {
        "set": "CLINC150 (small)",
        "examples": len(data["train"]),
        "accuracy": sum(r["ranking"][0]["name"] == m for r, m in zip(inside, meant, strict=True)) / len(meant),
        "out-of-scope AUROC": area_under_curve([r["scope"] for r in inside], [r["scope"] for r in beyond]),
        "out-of-scope recall": sum(r["acted"] == OUT_OF_SCOPE or r["reason"] is not None for r in beyond) / len(beyond),
        "in-scope refused": sum(r["acted"] == OUT_OF_SCOPE for r in inside) / len(inside),
    }


def banking77_questions(folder: Path, per_intent: int | None) -> tuple[list[Example], list[Example]] | None:
    """Training and test questions, of the former the first ``per_intent`` of each intent, or all."""
    import csv

    if not (folder / "banking77" / "train.csv").exists():
        return None

    def read(name: str) -> list[Example]:
        with (folder / "banking77" / name).open(encoding="utf-8", newline="") as lines:
            return [(row["text"], row["category"]) for row in csv.DictReader(lines)]

    seen: dict[str, int] = {}
    train = []
    for text, intent in read("train.csv"):
        seen[intent] = seen.get(intent, 0) + 1
        if per_intent is None or seen[intent] <= per_intent:
            train.append((text, intent))
    return train, read("test.csv")


def banking77(folder: Path, per_intent: int | None = 10) -> dict[str, Any] | None:
    """Banking77 with the first ``per_intent`` training questions of each intent, or with all."""
    questions = banking77_questions(folder, per_intent)
    if questions is None:
        return None
    train, test = questions
    pipeline = Pipeline({"HouseIntentClassifier": {"folds": 2, "outside": []}}).train(train)
    probabilities, _ = pipeline.predict([text for text, _ in test])
    guesses = [pipeline.model.intents[i] for i in probabilities.argmax(axis=1)]
    right = sum(guess == meant for guess, (_, meant) in zip(guesses, test, strict=True))
    kind = "all" if per_intent is None else f"{per_intent} an intent"
    return {"set": f"Banking77 ({kind})", "examples": len(train), "accuracy": right / len(test)}


def run(
    root: Path, model: Path | None = None, cross_validation: bool = True, public: bool = True, tell: Tell = print
) -> Results:
    """Asks ``model``, or the latest in models/, everything. Raises ``FileNotFoundError`` where there is none."""
    model = model or get_latest_model(str(root / "models"))
    if model is None:
        raise FileNotFoundError("There is no trained model in models/. Run: make train")
    assistant = Assistant(Path(model))
    questions = questions_of(root)
    tell(f"{len(questions)} test questions, asked of {Path(model).name}")
    generator = np.random.default_rng(2)
    languages = yaml_files.read(root / "tests" / "nlu" / "languages.yml")
    results = Results(
        answers=assistant.answer(questions),
        typos=assistant.answer([(with_typo(text, generator), intent) for text, intent in questions]),
        languages={
            language: assistant.answer([(text, intent) for intent, texts in asked.items() for text in texts])
            for language, asked in languages.items()
        },
        entities=check_entities(assistant, root),
    )
    if cross_validation:
        tell("Cross-validation on the training examples")
        results.cross_validation = cross_validate(root)
    if public:
        folder = root.parent / "shared" / "data"
        tell("Public data sets" if folder.exists() else f"No public data sets in {folder}: left out")
        sets = [clinc150(folder), banking77(folder, 10), banking77(folder, None)]
        results.public = [row for row in sets if row is not None]
        if not results.public:
            results.notes.append("CLINC150 and Banking77 were not there to check on.")
    return results
