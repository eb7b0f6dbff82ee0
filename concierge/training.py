"""Trains the assistant when what it is trained from has changed, and only then.

Rasa's own fingerprints need Rasa imported and the data parsed (about 8 s) to find that nothing changed; a digest of the
files needs some 50 ms. The digest is part of the model's name, so a model says what it was made from. Of the replies
only the names count: their words are read when the assistant starts (concierge/answers/wording.py).
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import click

from concierge.answers.wording import without_words
from concierge.settings import get_settings

TRAINED_FROM = (
    "config.yml",
    "domain.yml",
    "data/**/*.yml",
    "concierge/nlu/**/*.py",
    "concierge/nlu/**/*.npz",
    "concierge/nlu/**/*.onnx",
    "concierge/rasa_runtime/story_policy.py",
    "requirements.txt",
)
# Read as the assistant starts. Rasa finds nothing of its own in them, and what understanding takes of them, such as
# where a message is cut, it looks up at each message.
NOT_TRAINED_FROM = (Path("data", "lexicon"), Path("data", "buttons.yml"), Path("data", "intents.yml"))
KEPT_MODELS = 3


class TrainingFailed(click.ClickException):
    """``rasa train`` ended with an error; the message holds its last lines."""


def digest(root: Path) -> str:
    """Twelve hex digits of everything a model depends on: configuration, domain, data, components, versions."""
    sha = hashlib.sha256()
    for pattern in TRAINED_FROM:
        for path in sorted(root.glob(pattern)):
            if any(root / each in (path, *path.parents) for each in NOT_TRAINED_FROM):
                continue
            content = path.read_bytes()
            if path.suffix == ".yml":
                content = without_words(content.decode()).encode()
            sha.update(b"%b\0%b\0" % (str(path.relative_to(root)).encode(), content))
    return sha.hexdigest()[:12]


def model_path(root: Path) -> Path:
    """Where the model of the present training data is, or will be."""
    return root / "models" / f"concierge-{digest(root)}.tar.gz"


def train(root: Path) -> Path:
    """Trains and returns the model's path. Raises :class:`TrainingFailed`."""
    target = model_path(root)
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "PYTHONWARNINGS": "ignore"}
    environment.setdefault("OMP_NUM_THREADS", "1")  # small matrices: more threads only wait for each other
    name = target.name.removesuffix(".tar.gz")
    command = [sys.executable, "-m", "rasa", "train", "--fixed-model-name", name, "--out", str(target.parent)]
    result = subprocess.run(
        command, cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if result.returncode or not target.exists():
        lines = "\n".join(result.stdout.strip().splitlines()[-30:])
        raise TrainingFailed(f"{lines}\n\nTraining failed; the lines above say why. `rasa data validate` may say more.")
    _store(target)
    models = sorted(target.parent.glob("concierge-*.tar.gz"), key=lambda path: path.stat().st_mtime)
    for old in models[:-KEPT_MODELS]:
        old.unlink()
    return target


def _store(model: Path) -> None:
    """Packs a model anew without compressing it: Rasa unpacks it at every start, which takes 0.16 s of processor time
    instead of 0.85, and arrays of floats shrink by a quarter only."""
    packed = model.with_suffix(".new")
    with gzip.open(model) as read, gzip.open(packed, "wb", compresslevel=0) as written:
        shutil.copyfileobj(read, written)
    packed.replace(model)


def ensure_model(root: Path) -> tuple[Path, bool]:
    """The model of the present data, and whether it had to be trained now."""
    target = model_path(root)
    if target.exists():
        return target, False
    return train(root), True


@click.command("train")
@click.option("--force", is_flag=True, help="Train even when nothing has changed.")
def train_command(force: bool) -> None:
    """Train the assistant if its data changed."""
    root = get_settings().root
    if force:
        path, trained = train(root), True
    else:
        path, trained = ensure_model(root)
    click.echo(f"{'Trained' if trained else 'Nothing has changed'}: {path.relative_to(root)}")
