"""Writes the results of an evaluation as one page of HTML with its pictures."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path

import matplotlib
import numpy as np

from concierge.evaluation.page import page, table
from concierge.evaluation.understanding import Answers, Results

matplotlib.use("Agg")
from matplotlib import pyplot as plt


def reliability(answers: Answers, bins: int = 10) -> list[tuple[float, float, int]]:
    """Mean confidence, share right and number of questions, for each tenth of confidence that occurs."""
    confidence = np.array(answers.confidence)
    right = np.array(answers.guess) == np.array(answers.meant)
    tenth = np.minimum((confidence * bins).astype(int), bins - 1)
    return [
        (float(confidence[tenth == b].mean()), float(right[tenth == b].mean()), int((tenth == b).sum()))
        for b in range(bins)
        if (tenth == b).any()
    ]


def calibration_error(answers: Answers) -> float:
    """Expected calibration error: how far confidence and the share right lie apart, weighed by frequency."""
    rows = reliability(answers)
    return sum(count * abs(sure - right) for sure, right, count in rows) / sum(count for _, _, count in rows)


def _plot_reliability(answers: Answers, path: Path) -> None:
    rows = reliability(answers)
    sure, right, counts = zip(*rows, strict=True)
    figure, axes = plt.subplots(figsize=(5, 5))
    axes.plot([0, 1], [0, 1], color="#bbb", linewidth=1)
    axes.plot(sure, right, color="#000", linewidth=0.6)
    # A point of a few questions says little, and looks it.
    axes.scatter(sure, right, s=[12 * np.sqrt(count) for count in counts], color="#000")
    for x, y, count in rows:
        axes.annotate(str(count), (x, y), textcoords="offset points", xytext=(0, -22), ha="center", fontsize=8)
    axes.set(xlabel="confidence", ylabel="share right", xlim=(0, 1.05), ylim=(0, 1.08), title="Reliability")
    figure.savefig(path, dpi=110, bbox_inches="tight")
    plt.close(figure)


def _plot_confusion(answers: Answers, path: Path) -> None:
    names = sorted(set(answers.meant) | set(answers.acted))
    index = {name: i for i, name in enumerate(names)}
    matrix = np.zeros((len(names), len(names)))
    for meant, acted in zip(answers.meant, answers.acted, strict=True):
        matrix[index[meant], index[acted]] += 1
    matrix /= np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    side = max(6.0, len(names) * 0.19)
    figure, axes = plt.subplots(figsize=(side, side))
    axes.imshow(matrix * np.eye(len(names)), cmap="Greys", vmin=0, vmax=1)
    # One mistake among fifteen questions would be the palest grey: what is wrong is red, and the eye finds it.
    for meant, acted in np.argwhere(matrix * (1 - np.eye(len(names)))):
        axes.scatter(acted, meant, s=14 + 60 * matrix[meant, acted], color="#c00", marker="s", linewidths=0)
    axes.set_xticks(np.arange(len(names)) - 0.5, minor=True)
    axes.set_yticks(np.arange(len(names)) - 0.5, minor=True)
    axes.grid(which="minor", color="#eee", linewidth=0.5)
    axes.tick_params(which="minor", length=0)
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=7)
    axes.set_yticks(range(len(names)), names, fontsize=7)
    axes.set(xlabel="acted on", ylabel="meant", title="Black: share acted on rightly. Red: mistakes")
    figure.savefig(path, dpi=90, bbox_inches="tight")
    plt.close(figure)


def _plot_scope(answers: Answers, path: Path) -> None:
    figure, axes = plt.subplots(figsize=(6, 3.5))
    edges = np.linspace(0, 1, 21)
    ours = [answers.scope[i] for i in answers.rows(True)]
    others = [answers.scope[i] for i in answers.rows(False)]
    axes.hist([ours, others], bins=edges, label=["the house's business", "not"], color=["#000", "#c00"], log=True)
    axes.set(xlabel="scope score", ylabel="questions", title="Scope")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.legend(frameon=False)
    figure.savefig(path, dpi=110, bbox_inches="tight")
    plt.close(figure)


def _shown(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _mistakes(answers: Answers) -> str:
    rows = [
        (answers.questions[i], answers.meant[i], answers.acted[i], answers.guess[i], f"{answers.confidence[i]:.2f}")
        for i in answers.mistakes()
    ]
    return table(["question", "meant", "acted on", "best guess", "confidence"], rows)


def write(results: Results, folder: Path) -> Path:
    """Returns the page's path. The figures stand beside it as nlu.json."""
    folder.mkdir(parents=True, exist_ok=True)
    answers = results.answers
    _plot_confusion(answers, folder / "confusion.png")
    _plot_reliability(answers, folder / "reliability.png")
    _plot_scope(answers, folder / "scope.png")
    targets = "".join(f"<li class={'met' if t.met else 'missed'}>{escape(str(t))}</li>" for t in results.targets())
    intents = sorted(set(answers.meant))
    per_intent = []
    for intent in intents:
        rows = [i for i, meant in enumerate(answers.meant) if meant == intent]
        per_intent.append((intent, len(rows), f"{np.mean([answers.guess[i] == intent for i in rows]):.2f}"))
    foreign = [(lang, len(found.questions), f"{found.accuracy():.2f}") for lang, found in results.languages.items()]
    entities = [(row["text"], row["wanted"], row["found"]) for row in results.entities if not row["right"]]
    parts = [
        "<h2>First look</h2><p>Blind rounds of conversations, before anybody here had seen them: the measure.</p>",
        table(results.first_looks[0], results.first_looks[1:]) if results.first_looks else "<p>None.</p>",
        "<h2>Development</h2><p>Questions of tests/nlu, which were looked at while examples were added.</p>",
        f"<ul>{targets}</ul>",
        *(f"<p>{escape(note)}</p>" for note in results.notes),
        f"<p>Of our questions, {answers.accuracy('acted'):.1%} were acted on rightly at once and "
        f"{answers.share_acted('nlu_fallback'):.1%} led to a question back. "
        f"Of the others, {answers.share_acted('out_of_scope', inside=False):.1%} were recognised. "
        f"Expected calibration error: {calibration_error(answers):.3f}.</p>",
        "<h2>Reliability and scope</h2><img src=reliability.png alt=Reliability><img src=scope.png alt=Scope>",
        "<h2>Cross-validation</h2>",
        table(["", ""], [(key, _shown(value)) for key, value in results.cross_validation.items()]),
        "<h2>Other languages</h2>",
        table(["language", "questions", "accuracy"], foreign),
        "<h2>Public data sets</h2>",
        *(table(["", ""], [(key, _shown(value)) for key, value in row.items()]) for row in results.public),
        f"<h2>Entities</h2><p>{len(results.entities)} sentences, {len(entities)} read wrongly.</p>",
        table(["sentence", "wanted", "found"], entities),
        "<h2>Mistakes</h2>",
        _mistakes(answers),
        "<h2>Mistakes with typing errors</h2>",
        _mistakes(results.typos),
        "<h2>Confusion</h2><img src=confusion.png alt=Confusion>",
        "<h2>By intent</h2>",
        table(["intent", "questions", "accuracy"], per_intent),
    ]
    report = folder / "nlu.html"
    report.write_text(page("Understanding", parts), encoding="utf-8")
    figures: dict[str, object] = {target.name: target.value for target in results.targets()}
    figures |= {"cross_validation": results.cross_validation, "public": results.public}
    (folder / "nlu.json").write_text(json.dumps(figures, indent=2), encoding="utf-8")
    return report
