"""Words as customers write them on a telephone: “déjà” as “deja”, “für” as “fuer”, “l'étiquette” as “letiquette”.

Some words are another word without their marks, and are asked for with them: “qué” and “que”, “leí” and “lei”, “porté”
and “porte”. Most often that is so of the last letter.
"""

from __future__ import annotations

import re
import unicodedata

_SHORTEST = 3  # letters: “où” is “ou”, and “sé” is “se”
_ANOTHER_WORD = frozenset(
    {"qué", "sûr", "sûre", "dès", "été", "está", "esté", "estás", "uña", "regulär", "año", "años"}
)
_NONE_BY_ITS_END = frozenset({"perché", "poiché", "più", "può", "già", "così"})
# What ends a French participle: “porté” without it is “porte”.
_PARTICIPLE = re.compile(r"ée?s?$")
_PAIRS = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}


def plain(word: str) -> str:
    """The word with no mark on any of its letters."""
    bare = (each for each in unicodedata.normalize("NFKD", word.replace("ß", "ss")) if not unicodedata.combining(each))
    return "".join(bare)


def spellings(word: str) -> set[str]:
    """How the word is written by who has no marks at hand, or leaves out an apostrophe; itself if that is the same."""
    paired = "".join(_PAIRS.get(letter, letter) for letter in word)
    return {each for written in (plain(word), plain(paired)) for each in (written, written.replace("'", ""))}


def also_without(words: frozenset[str]) -> frozenset[str]:
    """The words, and those of them that may be written without their marks so written, too."""
    long = (
        word
        for word in words
        if len(word) >= _SHORTEST
        and word not in _ANOTHER_WORD
        and (plain(word[-1]) == word[-1] or word in _NONE_BY_ITS_END)
    )
    return words.union(*(spellings(word) for word in long))


def also_unmarked(pattern: str, language: str) -> str:
    """A pattern of a lexicon that finds its words without their marks, too."""
    parts: list[str] = []
    inside = False  # of a class of letters, which says itself how they are written
    pairs = language == "de" and "(?<" not in pattern  # what is looked behind for has one length
    at = 0
    while at < len(pattern):
        letter = pattern[at]
        if letter == "\\":
            parts.append(pattern[at : at + 2])
            at += 2
            continue
        inside = letter == "[" or (inside and letter != "]")
        bare = plain(letter) if letter.isalpha() and not inside else letter
        if bare == letter or not _may_lose_it(pattern, at, language):
            parts.append(letter)
        else:
            parts.append(_either_letter(letter, bare, pairs))
        at += 1
    return "".join(parts)


def _either_letter(letter: str, bare: str, pairs: bool) -> str:
    if pairs and letter in _PAIRS:
        others = dict.fromkeys((letter, _PAIRS[letter], bare))
        return f"(?:{'|'.join(others)})"
    return f"[{letter}{bare}]" if len(bare) == 1 else letter


def _may_lose_it(pattern: str, at: int, language: str) -> bool:
    """Whether the word that the letter stands in, as far as the pattern writes it in letters, is none without it."""
    start = end = at
    while start and pattern[start - 1].isalpha() and not (start > 1 and pattern[start - 2] == "\\"):
        start -= 1
    while end < len(pattern) and pattern[end].isalpha():
        end += 1
    word = pattern[start:end]
    if word == "à":
        return pattern[end : end + 1] == " "  # “à l'étranger”
    if len(word) < _SHORTEST or word in _ANOTHER_WORD:
        return False
    if at == end - 1 and word not in _NONE_BY_ITS_END:
        return False
    return not (language == "fr" and at - start >= len(word) - 3 and _PARTICIPLE.search(word[at - start :]))
