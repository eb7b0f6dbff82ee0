"""Reads the topics as an editor would and says what is wrong with them; writes the template of a new one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from concierge import intents, yaml_files
from concierge.answers import buttons
from concierge.authoring import intent_entries
from concierge.intents import BadIntents
from concierge.languages.registry import complete
from concierge.nlu.encoder import encode
from concierge.policy import House

FEWEST_EXAMPLES = 12
FEWEST_OF_A_CELL = 12  # examples of a single question about a topic
FEWEST_QUESTIONS = 8
MOST_SENTENCES = 4
MOST_WORDS = 95
TOO_ALIKE = 0.97
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_PAYLOAD = re.compile(r"/([A-Za-z_]+)")
_EMOJI = re.compile("[\u2600-\u27bf\U0001f300-\U0001faff]")


@dataclass(frozen=True)
class Finding:
    """Something to look at. Only a ``serious`` one makes the check fail."""

    file: str
    what: str
    serious: bool = True

    def __str__(self) -> str:
        return f"{'' if self.serious else 'note: '}{self.file}: {self.what}"


@dataclass
class Book:
    """Everything under data/ (and domain.yml beside it), by kind and with the file that says it."""

    root: Path
    examples: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))  # intent: text, file
    cells: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))  # topic/facet: the same
    replies: dict[str, tuple[str, list[dict[str, Any]]]] = field(default_factory=dict)  # reply: file, variants
    handled: set[str] = field(default_factory=set)  # intents that a rule or a story begins with or contains

    @classmethod
    def read(cls, root: Path) -> Book:
        """Raises ``yaml.YAMLError`` where a file is not YAML."""
        book = cls(root)
        for path in [*sorted((root / "data").rglob("*.yml")), root / "domain.yml"]:
            if path.exists():
                book._add(path)
        return book

    def _add(self, path: Path) -> None:
        content = yaml_files.read(path) or {}
        name = path.relative_to(self.root).as_posix()
        for block in content.get("nlu") or []:
            if "intent" in block:
                lines = block["examples"].splitlines()
                book = self.cells if "/" in block["intent"] else self.examples
                book[block["intent"]] += [(line[2:].strip(), name) for line in lines if line.startswith("- ")]
        for reply, variants in (content.get("responses") or {}).items():
            self.replies[reply] = (name, variants)
        for block in [*(content.get("rules") or []), *(content.get("stories") or [])]:
            for step in block.get("steps") or []:
                self.handled |= {inner["intent"] for inner in [step, *(step.get("or") or [])] if "intent" in inner}

    def topics(self) -> list[str]:
        return sorted(path.stem for path in (self.root / "data" / "faq").glob("*.yml"))

    def questions(self) -> dict[str, list[str]]:
        """Test questions by intent."""
        found = {}
        for path in sorted((self.root / "tests" / "nlu" / "questions").glob("*.yml")):
            content = yaml_files.read(path)
            found[content["intent"]] = content["questions"]
        return found

    def foreign_questions(self) -> list[str]:
        path = self.root / "tests" / "nlu" / "languages.yml"
        content = yaml_files.read(path) if path.exists() else {}
        return [text for asked in content.values() for texts in asked.values() for text in texts]


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", text.lower()).split()) or text.strip()


def texts_of(variant: dict[str, Any]) -> Iterator[str]:
    """What a customer reads of a reply: its text and its buttons."""
    yield variant.get("text") or ""
    for button in variant.get("buttons") or []:
        yield button.get("title") or ""


def _voice(text: str) -> Iterator[str]:
    """What in a text is not written as the house writes."""
    bare = _PLACEHOLDER.sub("", text)
    if re.search(r"\d", bare):
        yield f"has a digit: write it as a figure, {{name.of_figure}}: “{text}”"
    if "!" in bare or _EMOJI.search(bare):
        yield f"exclaims, which is not the house's voice: “{text}”"


def check_wording(book: Book) -> Iterator[Finding]:
    """Digits and exclamation in any reply; length in a topic's answer."""
    topics = {f"utter_{name}" for name in book.topics()}
    for reply, (file, variants) in book.replies.items():
        for variant in variants:
            for text in texts_of(variant):
                yield from (Finding(file, f"{reply} {what}") for what in _voice(text))
            sentences = len(re.findall(r"[.?](?:\s|$)", _PLACEHOLDER.sub("x", variant.get("text") or "")))
            words = len((variant.get("text") or "").split())
            if reply in topics and (sentences > MOST_SENTENCES or words > MOST_WORDS):
                yield Finding(file, f"{reply} is too long: {sentences} sentences, {words} words")


def check_buttons(book: Book) -> Iterator[Finding]:
    """A title that a reply shares with others is written in the table alone."""
    titles = buttons.read(book.root)
    for payload, said in titles.items():
        for text in [said] if isinstance(said, str) else said.values():
            yield from (Finding(str(buttons.home_of(payload)), f"{payload} {what}") for what in _voice(text))
    for reply, (file, variants) in book.replies.items():
        for _, language, button in buttons.buttons_of({reply: variants}):
            payload, title = button.get("payload", ""), button.get("title")
            shared, home = buttons.title_of(titles, payload, language), buttons.home_of(payload)
            if title is None and shared is None and language in complete():
                yield Finding(file, f"{reply}: {home} has no title in {language} for {payload}")
            elif title is not None and title == shared:
                yield Finding(file, f"{reply} repeats the title that {home} has for {payload}: leave it out")


def check_figures(book: Book, house: House) -> Iterator[Finding]:
    """A dotted placeholder is a figure, and a figure has a source."""
    known = house.figures()
    for reply, (file, variants) in book.replies.items():
        for key in {k for v in variants for text in texts_of(v) for k in _PLACEHOLDER.findall(text) if "." in k}:
            if key not in known:
                yield Finding(file, f"{reply} names the figure {key}, which concierge/policy/figures does not have")
            elif not house.figure(key).source.id:
                yield Finding(file, f"{reply} names the figure {key}, which has no source")


def check_intents(book: Book) -> Iterator[Finding]:
    """Every intent has one home and leads somewhere, every button and topic has what it needs."""
    for intent, examples in sorted(book.examples.items()):
        first, *others = dict.fromkeys(file for _, file in examples)
        for file in others:
            yield Finding(file, f"{intent} has examples here and in {first}: keep them in one file")
        if intent not in book.handled:
            yield Finding(examples[0][1], f"no rule or story uses the intent {intent}", serious=False)
    for topic in book.topics():
        file = f"data/faq/{topic}.yml"
        if len(book.examples.get(topic, [])) < FEWEST_EXAMPLES:
            yield Finding(file, f"fewer than {FEWEST_EXAMPLES} examples for the intent {topic}")
        if f"utter_{topic}" not in book.replies:
            yield Finding(file, f"no reply utter_{topic}")
    for reply, (file, variants) in book.replies.items():
        payloads = [button.get("payload", "") for variant in variants for button in variant.get("buttons") or []]
        for name in {match[1] for payload in payloads if (match := _PAYLOAD.match(payload))}:
            if name not in book.examples and name not in book.handled:
                yield Finding(file, f"{reply} has a button for the intent {name}, which does not exist")


def check_cells(book: Book) -> Iterator[Finding]:
    """Every cell belongs to an intent, is named after a facet, and has examples and a reply."""
    for cell, examples in book.cells.items():
        file = examples[0][1] if examples else "data"
        if cell.partition("/")[0] not in book.examples:
            yield Finding(file, f"{cell} belongs to no intent")
        try:
            intents.facet_of(cell)
        except intents.UnknownFacet as error:
            yield Finding(file, str(error))
        if f"utter_{cell}" not in book.replies:
            yield Finding(file, f"no reply utter_{cell}")
        if len(examples) < FEWEST_OF_A_CELL:
            yield Finding(file, f"fewer than {FEWEST_OF_A_CELL} examples for {cell}")
    for reply, (file, _) in book.replies.items():
        if "/" in reply and reply.removeprefix("utter_") not in book.cells:
            yield Finding(file, f"no examples for {reply.removeprefix('utter_')}")


def check_registry(book: Book) -> Iterator[Finding]:
    """Every intent is in the registry, and nothing else is."""
    homes = {intent: examples[0][1] for intent, examples in book.examples.items()}
    homes |= {topic: f"data/faq/{topic}.yml" for topic in book.topics()}
    used = set(homes) | book.handled
    for file, what in intent_entries.problems(book.root, homes, used, set(book.topics())):
        yield Finding(file, what)


def check_questions(book: Book) -> Iterator[Finding]:
    """Every intent is tested, with questions that it was not trained on."""
    questions = book.questions()
    every = [*book.examples.values(), *book.cells.values()]
    trained = {_plain(text) for examples in every for text, _ in examples}
    for intent, examples in book.examples.items():
        if len(questions.get(intent, [])) < FEWEST_QUESTIONS:
            said = f"fewer than {FEWEST_QUESTIONS} questions for {intent} in tests/nlu/questions"
            yield Finding(examples[0][1], said)
    for intent, asked in questions.items():
        file = f"tests/nlu/questions/{intent}.yml"
        if intent not in book.examples:
            yield Finding(file, f"there is no intent {intent}")
        for question in asked:
            if _plain(question) in trained:
                yield Finding(file, f"“{question}” is trained on, so it tests nothing")
    for question in book.foreign_questions():
        if _plain(question) in trained:
            yield Finding("tests/nlu/languages.yml", f"“{question}” is trained on, so it tests nothing")


def check_overlaps(book: Book) -> Iterator[Finding]:
    """The same question under two intents, or nearly the same; or under two cells of one."""
    every = {**book.examples, **book.cells}
    rows = [(text, intent, file) for intent, examples in every.items() for text, file in examples]
    where: dict[str, tuple[str, str]] = {}
    for text, intent, file in rows:
        other = where.setdefault(_plain(text), (intent, file))
        if other[0] != intent:
            yield Finding(file, f"“{text}” is an example of {intent} and, in {other[1]}, of {other[0]}")
    vectors = encode([text for text, _, _ in rows])
    names = np.array([intent.partition("/")[0] for _, intent, _ in rows])
    for i, (text, intent, file) in enumerate(rows):
        alike = np.flatnonzero((vectors[: i or 1] @ vectors[i] > TOO_ALIKE) & (names[: i or 1] != names[i]))
        for j in alike[:1]:
            if _plain(text) != _plain(rows[j][0]):
                said = f"“{text}” ({intent}) is nearly “{rows[j][0]}” ({rows[j][1]})"
                yield Finding(file, said, serious=False)


def check(root: Path, house: House, overlaps: bool = True) -> list[Finding]:
    """All findings, the serious ones first."""
    book = Book.read(root)
    try:
        intent_entries.read(root)
    except BadIntents as error:
        return [Finding(str(intents.FILE), line.removeprefix(f"{intents.FILE}: ")) for line in str(error).splitlines()]
    found = [
        *check_wording(book),
        *check_buttons(book),
        *check_figures(book, house),
        *check_intents(book),
        *check_cells(book),
        *check_registry(book),
        *check_questions(book),
    ]
    if overlaps:
        found += check_overlaps(book)
    return sorted(found, key=lambda finding: (not finding.serious, finding.file, finding.what))


TEMPLATE = """\
version: "3.1"
nlu:
  - intent: {name}
    examples: |
      - # at least {examples} ways to ask, as customers write: short, long, angry, with typing errors, a story first
rules:
  - rule: {name}
    steps:
      - intent: {name}
      - action: utter_{name}
responses:
  utter_{name}:
    - text: >-
        # The answer first, then the next step; one to four sentences, figures by name: {{returns.window}}
      buttons:
        - {{payload: /talk_to_advisor}}
"""


def create(root: Path, name: str) -> tuple[Path, Path, Path]:
    """The two files of a new topic, and the registry with its entry. Raises ``ValueError`` for a bad or taken name."""
    if not re.fullmatch(r"[a-z][a-z_]*[a-z]", name):
        raise ValueError(f"“{name}” is no name for a topic: use small letters and underscores, as in gift_wrapping.")
    topic = root / "data" / "faq" / f"{name}.yml"
    questions = root / "tests" / "nlu" / "questions" / f"{name}.yml"
    if name in {*Book.read(root).examples, *intent_entries.read(root).intents} or topic.exists():
        raise ValueError(f"There is a topic or task named {name} already.")
    topic.write_text(TEMPLATE.format(name=name, examples=FEWEST_EXAMPLES), encoding="utf-8")
    questions.write_text(
        f'intent: {name}\nquestions: # at least {FEWEST_QUESTIONS}, and none of them in the topic\n  - ""\n',
        encoding="utf-8",
    )
    return topic, questions, intent_entries.add_topic(root, name)
