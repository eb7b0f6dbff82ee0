"""How a message is read before its meaning is looked for: slips of the finger mended, names that mislead taken out.

A sentence encoder cuts "lable" and "cancle" into pieces that mean something else. So a word that neither English nor
the house's own topics know, and that is one slip away from a word of the topics, is read as that word. A greeting or an
order number beside a question is no part of the question, and another maker's name says more than its letters do. In
other languages accents and apostrophes that were left out are put back where the topics always write them: "jai deja
recu". What the customer wrote is kept everywhere else.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from concierge.languages import unmarked
from concierge.masking.contacts import EMAIL
from concierge.nlu import courtesies, patterns
from concierge.nlu.courtesies import without_courtesies
from concierge.nlu.english import english_words, is_foreign
from concierge.nlu.patterns import WORD, order_number_spans
from concierge.orders.number_format import one_slip_apart

NORMALISED = "normalised"  # the text as the featurizers read it
OTHER_BRAND = "other_brand"  # the lookup table with other makers' names
# "wont" is one slip from "want" as well: what is denied must stay denied.
_APOSTROPHE_LOST = re.compile(
    r"((?:ca|could|did|do|does|had|has|have|is|are|must|need|should|was|were|wo|would)n)(t)"
    r"|(you|they)(re)|(how|that|what|where)(s)"
)
# The encoder hears a whole sentence in a capital or a question mark; one word alone means the same with and without.
_ALONE = re.compile(rf"\W*({WORD.pattern})(?:[\s,]+(?:please|pls|plz))?\W*", re.IGNORECASE)
_MUCH_RARER = 8
_SHORTEST = 4  # letters of a word that another is mended to
# What stands before a vowel with an apostrophe, in the languages that leave a letter out there: “j'ai”, “dell'ordine”.
_ELISION = re.compile(r"\w{1,7}'[aeiouhàâéèêëîïôûùœ]\w+")
_MUCH_RARER_UNMARKED = 4
_LEAST = 3  # uses in the topics of a word that another is mended to


def normalised(message: Message) -> str:
    """The text of a message as it is to be read."""
    return message.get(NORMALISED) or message.get(TEXT)


def _without_one(word: str) -> Iterator[str]:
    yield word
    for i in range(len(word)):
        yield word[:i] + word[i + 1 :]


class Normaliser:
    """Knows how often the topics use each word, English words through spaCy's vocabulary, and other brands."""

    def __init__(self, counts: dict[str, int], brands: Iterable[str] = ()) -> None:
        self.counts = counts
        self.brands = sorted(brands, key=len, reverse=True)
        self._near: dict[str, list[str]] = {}
        for word, count in counts.items():
            if count >= _LEAST and len(word) >= _SHORTEST:
                for key in set(_without_one(word)):
                    self._near.setdefault(key, []).append(word)
        self._english = english_words()
        self._marked = self._by_their_letters()
        names = "|".join(map(re.escape, self.brands))
        self._brand = re.compile(rf"(?<!\w)(?:{names})(?:['’]s)?(?!\w)", re.IGNORECASE) if names else None

    @classmethod
    def learn(cls, texts: Iterable[str], brands: Iterable[str] = ()) -> Normaliser:
        return cls(Counter(word.lower() for text in texts for word in WORD.findall(text)), brands)

    def is_english(self, word: str) -> bool:
        return word in self._english

    def mend_word(self, word: str) -> str:
        """The most used word of the topics one slip away, or the word itself.

        A word that the topics use too may be an example's own typing error, so what counts is how much rarer it is.
        """
        if short := _APOSTROPHE_LOST.fullmatch(word):
            return "'".join(part for part in short.groups() if part)
        if len(word) < _SHORTEST - 1 or not word.isascii() or self.is_english(word):
            return word
        near = {other for key in _without_one(word) for other in self._near.get(key, ())}
        likely = [other for other in near if other[0] == word[0] and one_slip_apart(word, other)]
        best = max(likely, key=lambda other: (self.counts[other], other), default=word)
        return best if self.counts.get(best, 0) >= _MUCH_RARER * self.counts.get(word, 0) else word

    def mend(self, text: str) -> str:
        """The text with its slips mended; where it does not read like English, only with its accents put back."""
        found = list(WORD.finditer(text))
        foreign = sum(not (self.is_english(m.group().lower()) or m.group().lower() in self.counts) for m in found)
        if (len(found) > 3 and foreign * 2 > len(found)) or is_foreign([m.group() for m in found]):
            return self.with_marks(text)
        parts, position = [], 0
        for match in found:
            word = match.group()
            if "'" in word or "’" in word or (match.start() and word[0].isupper() and not text.isupper()):
                continue  # short forms are many and alike; a capital inside a sentence is a name
            mended = self.mend_word(word.lower())
            if mended != word.lower():
                parts += [text[position : match.start()], mended]
                position = match.end()
        return "".join([*parts, text[position:]])

    def with_marks(self, text: str) -> str:
        """The text with the accents and apostrophes that the topics write in its words."""
        return WORD.sub(lambda found: self._with_its_marks(found.group()), text)

    def _with_its_marks(self, word: str) -> str:
        written = word.lower()
        marked = self._marked.get(written)
        if marked is None or self.counts[marked] < _MUCH_RARER_UNMARKED * self.counts.get(written, 0):
            return word
        return marked.capitalize() if word[0].isupper() else marked

    def _by_their_letters(self) -> dict[str, str]:
        """The most used word of the topics that is written so without its marks."""
        found: dict[str, str] = {}
        for word, count in self.counts.items():
            known = word.replace("’", "'")
            if count < _LEAST or len(known) < _SHORTEST - 1 or ("'" in known and not _ELISION.fullmatch(known)):
                continue
            for written in unmarked.spellings(known) - {word}:
                if (count, word) > (self.counts.get(found.get(written, ""), 0), found.get(written, "")):
                    found[written] = word
        return found

    def unname(self, text: str) -> str:
        """Order numbers and e-mails out of a sentence, or named where they are all there is; brands by one word."""
        bare = text
        for _, (start, end) in reversed(order_number_spans(text)):
            bare = f"{bare[:start]} order number {bare[end:]}"
        bare = EMAIL.sub(" email address ", bare)
        if bare != text:
            rest = re.sub(r"order number|email address", " ", bare)
            bare = rest if len(WORD.findall(rest)) >= 4 else bare
        if self._brand is not None:
            bare = self._brand.sub("otherbrand", bare)
        return " ".join(bare.split()) or text

    def read(self, text: str) -> str:
        text = without_courtesies(text)
        alone = _ALONE.fullmatch(text)
        return self.unname(self.mend(alone[1].lower() if alone else text))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class MessageNormaliser(GraphComponent):
    """Sets ``normalised`` on every message, for the featurizers after it."""

    FILE = "normaliser.json"

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {}

    def __init__(self, model_storage: ModelStorage, resource: Resource, normaliser: Normaliser) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._normaliser = normaliser

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MessageNormaliser:
        return cls(model_storage, resource, Normaliser({}))

    def train(self, training_data: TrainingData) -> Resource:
        """Counts the words of the examples, takes the brands from their lookup table, and keeps both."""
        texts = [m.get(TEXT) for m in training_data.intent_examples if m.get(TEXT)]
        tables = [table["elements"] for table in training_data.lookup_tables if table["name"] == OTHER_BRAND]
        self._normaliser = Normaliser.learn(texts, [name for table in tables for name in table])
        kept = {"counts": self._normaliser.counts, "brands": self._normaliser.brands}
        with self._model_storage.write_to(self._resource) as folder:
            (folder / self.FILE).write_text(json.dumps(kept, sort_keys=True), encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> MessageNormaliser:
        with model_storage.read_from(resource) as folder:
            kept = json.loads((folder / cls.FILE).read_text(encoding="utf-8"))
        return cls(model_storage, resource, Normaliser(kept["counts"], kept["brands"]))

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get(TEXT):
                message.set(NORMALISED, self._normaliser.read(message.get(TEXT)))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Rasa's cache looks at this class's source only."""
        sources = (sys.modules[__name__], patterns, unmarked, courtesies)
        return "".join(map(inspect.getsource, sources)) + EMAIL.pattern + courtesies.patterns()
