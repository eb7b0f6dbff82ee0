"""Messages behind the topic in hand, each with what answers it: what :mod:`concierge.nlu.context_model` learns from.

“Even without the tag?” after returns is read as “Returns. even without the tag?”. Such texts come from talks in which
somebody wrote beside each message what answers it (data/talks), and are put together from the examples: a short
question of a topic behind its own, since it may well be asked on, and one that says what it is about behind any other.
What asks nothing (“it was a present from my sister”) has the name of a remark in place of an answer's.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from concierge import intents, yaml_files
from concierge.intents import QUESTIONS, Kind
from concierge.languages.registry import DEFAULT
from concierge.nlu.fallback import OUT_OF_SCOPE

TALKS = Path("data", "talks")
REMARKS = ("~told", "~aside", "~reaction", "~leave", "~thanks")  # labels of what asks nothing
Answered = tuple[str, str]  # a text, and the answer to it: ``topic``, ``topic/facet`` for a single one, or a remark
# Words of a question that may be asked on and of one that says what it is about; how many of each are put together.
_SHORT, _WHOLE = 7, 5
_ASKED_ON, _TURNED, _BESIDE = 3500, 2500, 800


def behind(title: str, text: str) -> str:
    """The message as one text with the title of the topic in hand."""
    return f"{title}. {' '.join(text.split())}".lower()


def titles() -> dict[str, str]:
    """English titles of the topics that may be in hand, by name."""
    named = (name for name in sorted(intents.of_kind(*QUESTIONS)) if intents.get(name).title)
    return {name: intents.title(name, DEFAULT) for name in named}


def answers_of(turn: Mapping[str, Any]) -> list[str]:
    """The house's answers that a message of a talk asks for, the best first."""
    return [each for each in turn["answers"] if not each.startswith(("~", "+"))]


def of_talks(talks: Iterable[Mapping[str, Any]], subjects: Mapping[str, str]) -> list[Answered]:
    """Each message behind the topic of the one before it; the best of its answers alone counts. ``subjects`` are titles
    by topic."""
    found = []
    for talk in talks:
        topic = ""
        for turn in talk["turns"]:
            right = answers_of(turn)
            label = turn["answers"][0] if turn["answers"][0] in REMARKS else next(iter(right), None)
            if label and topic in subjects:
                found.append((behind(subjects[topic], turn["say"]), label))
            topic = right[0].partition("/")[0] if right else topic
    return found


def of_remarks(remarks: Iterable[Mapping[str, Any]], subjects: Mapping[str, str]) -> list[Answered]:
    """What was said after an answer and asks nothing, or only looks like that."""
    return [(behind(subjects[each["after"]], each["say"]), each["answers"][0]) for each in remarks]


def read_talks(root: Path, names: Sequence[str] = ("*",)) -> list[Any]:
    """The talks of the files of these names, less their endings."""
    return _read(root, names, "talks")


def read_remarks(root: Path) -> list[Any]:
    return _read(root, ("*",), "remarks")


def _read(root: Path, names: Sequence[str], key: str) -> list[Any]:
    files = sorted(path for name in names for path in (root / TALKS).glob(f"{name}.yml"))
    return [each for path in files for each in yaml_files.read(path).get(key, ())]


def of_examples(examples: Sequence[Answered], subjects: Mapping[str, str]) -> list[Answered]:
    """Put together from examples of topics that have single answers; the same from the same."""
    chance = random.Random(0)  # noqa: S311 - nothing secret: the same examples have to give the same texts
    topics = sorted({answer.partition("/")[0] for _, answer in examples if "/" in answer} & subjects.keys())
    own = [each for each in examples if each[1].partition("/")[0] in topics]
    short = [each for each in own if "/" in each[1] and len(each[0].split()) <= _SHORT]
    whole = [each for each in own if len(each[0].split()) >= _WHOLE]
    beside = [each for each in examples if each[1] in intents.of_kind(Kind.PERSON) | {OUT_OF_SCOPE}]
    asked_on = chance.sample(short, min(_ASKED_ON, len(short)))
    turned = chance.sample(whole, min(_TURNED, len(whole))) + chance.sample(beside, min(_BESIDE, len(beside)))
    return [
        *((behind(subjects[answer.partition("/")[0]], text), answer) for text, answer in asked_on),
        *((behind(subjects[chance.choice(topics)], text), answer) for text, answer in turned),
    ]
