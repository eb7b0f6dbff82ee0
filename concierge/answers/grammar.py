"""What a value does to the words beside it, where CLDR gives only the value: cases, elisions, ordinals."""

from __future__ import annotations

import re
from collections.abc import Callable

# "innerhalb von 30 Tagen": the dative, after the prepositions that the replies use before a length of time.
_GERMAN_DATIVE = re.compile(r"\b(innerhalb von|binnen|nach|seit|vor|von)(\s[\d.–]+\s)(Tage|Werktage|Monate|Jahre)\b")
# "l'8 dicembre", "dell'11 maggio": these two numbers begin with a vowel.
_ITALIAN_VOWEL = re.compile(r"\b(il|del|dal|al|nel)\s(8|11)(?=\s)")
_ITALIAN = {"il": "l'", "del": "dell'", "dal": "dall'", "al": "all'", "nel": "nell'"}
_FRENCH_FIRST = re.compile(
    r"\b1\s(janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre)"
)

_RULES: dict[str, Callable[[str], str]] = {
    "de": lambda text: _GERMAN_DATIVE.sub(r"\1\2\3n", text),
    "fr": lambda text: _FRENCH_FIRST.sub(r"1er \1", text),
    "it": lambda text: _ITALIAN_VOWEL.sub(lambda match: _ITALIAN[match[1]] + match[2], text),
}


def agree(text: str, language: str) -> str:
    rule = _RULES.get(language)
    return rule(text) if rule else text
