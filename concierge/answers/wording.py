"""The replies as they are written now, which may be other words than a model was trained with.

A model depends on which replies there are, as each is an action that a rule or a story may name, but not on what they
say. So the words are read from the files when the assistant starts, and a change of them needs no training.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from concierge.answers.buttons import fill_in_titles
from concierge.policy.reader import Loader

FILES = ("domain.yml", "data/**/*.yml")

_BLOCK = re.compile(r"^responses:[ \t]*(?:#.*)?\n(?:(?:[ \t#].*)?\n)*", re.MULTILINE)
_NAME = re.compile(r"^([ \t]+)[\"']?([\w/]+)[\"']?[ \t]*:", re.MULTILINE)


class BadWording(ValueError):
    """A file of replies that is no YAML; says which, and where."""


def without_words(text: str) -> str:
    """A data file with only the names of its replies left of them."""
    return _BLOCK.sub(lambda block: "responses:" + " ".join(_names(block[0])) + "\n", text + "\n")


def read_wording(root: Path) -> dict[str, list[dict[str, Any]]]:
    """Every reply of the project's files with its variants, every button titled. Raises :class:`BadWording`, or
    :class:`UntitledButton` of ``buttons``."""
    found: dict[str, list[dict[str, Any]]] = {}
    for pattern in FILES:
        for path in sorted(root.glob(pattern)):
            for block in _BLOCK.findall(path.read_text(encoding="utf-8") + "\n"):
                try:
                    replies = yaml.load(block, Loader=Loader)["responses"]  # noqa: S506 - a safe loader
                except yaml.YAMLError as error:
                    raise BadWording(f"{path.relative_to(root)}, under 'responses:': {error}") from None
                found.update(replies or {})
    fill_in_titles(found)
    return found


def _names(block: str) -> list[str]:
    """The keys that are indented as the first one is."""
    keys = _NAME.findall(block)
    return sorted(name for indent, name in keys if indent == keys[0][0])
