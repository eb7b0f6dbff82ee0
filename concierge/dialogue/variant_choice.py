"""Which size and colour a customer means, of those that a product is made in, and which of these are in stock."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from decimal import Decimal
from functools import lru_cache

from concierge.dialogue.line_choice import said_of_items
from concierge.dialogue.turn import Turn
from concierge.languages import lexicon
from concierge.orders.model import Line, Variant

_TOKEN = re.compile(r"(?<!\w)\d{1,3}(?:[.,]5)?(?!\w)|(?<!['’])[^\W\d_]+(?!['’])")
_LETTERS = ("XXS", "XS", "S", "M", "L", "XL", "XXL", "XXXL")
_FEW = 3  # words of a message in which a small letter is a size


def meant(turn: Turn, text: str, line: Line, variants: Sequence[Variant], answers: bool = True) -> Variant | None:
    """The one that the words name, of the line's own colour or size where they name one of the two. Not available, and
    without a price, where none is made so. ``None`` where they name neither, or what the line is already. ``answers``:
    it was asked for, so that any number in the words is a size."""
    size = _size_in(text, line.size, {each.size for each in variants}, answers)
    colour = _colour_in(said_of_items(turn) | _words(text), {each.colour for each in variants})
    if size is None and colour is None:
        return None
    wanted = Variant(line.size if size is None else size, line.colour if colour is None else colour)
    if _same(wanted, line):
        return None
    return next((each for each in variants if _named_alike(each, wanted)), wanted)


def by_title(named: str, variants: Sequence[Variant]) -> Variant | None:
    """The one whose ``title`` it is."""
    return next((each for each in variants if title(each) == named), None)


def title(variant: Variant) -> str:
    """As customers and advisors read it: “Black, 39”."""
    return ", ".join(part for part in (variant.colour, variant.size) if part)


def in_stock(line: Line, variants: Sequence[Variant]) -> list[Variant]:
    """What the line can be exchanged for: its own colour first, then its own size, then the others; sizes in order."""
    there = [each for each in variants if each.available and not _same(each, line)]
    return sorted(there, key=lambda each: (not _like(each.colour, line.colour), each.colour, _rank(each.size)))


def by_colour(variants: Sequence[Variant]) -> list[str]:
    """“Black (36, 39)”, a colour each, in the order that they are given in."""
    sizes: dict[str, list[str]] = {}
    for each in variants:
        sizes.setdefault(each.colour, []).append(each.size)
    if list(sizes) == [""]:
        return sizes[""]
    return [f"{colour} ({', '.join(named)})" if any(named) else colour for colour, named in sizes.items()]


def own_price(line: Line, variants: Sequence[Variant]) -> Decimal:
    """What one such item costs today; what was paid for it, where that is not told."""
    today = next((each.price for each in variants if _same(each, line)), None)
    return today if today is not None else line.price / max(1, line.quantity)


def _size_in(text: str, own: str, sizes: Collection[str], answers: bool) -> str | None:
    """A size of the product; or a number that looks like one, where the product is not made in it."""
    known = {each.casefold(): each for each in sizes if each}
    tokens = [found.group() for found in _TOKEN.finditer(text)]
    named = [known[key] for token in tokens if (key := _as_size(token, text, len(tokens))) in known]
    if named:
        return named[-1]
    for letter in ("s", "m", "l"):
        if letter in known and _says("size_names", letter, text):
            return known[letter]
    for way, steps in (("bigger", 1), ("smaller", -1)):
        if _says("other_size", way, text):
            return _next_size(own, known.values(), steps)
    numbers = [token for token in tokens if token[0].isdigit()]
    return numbers[-1].replace(",", ".") if numbers and known and answers else None


def _as_size(token: str, text: str, count: int) -> str:
    """A small letter is no size in a longer message: “a l'altro”."""
    if len(token) == 1 and token.islower() and count > _FEW and not _behind_size_word(token, text):
        return ""
    return token.replace(",", ".").casefold()


def _behind_size_word(token: str, text: str) -> bool:
    return re.search(rf"\b{lexicon.either('size')}\s+{token}\b", text.casefold()) is not None


def _next_size(own: str, sizes: Collection[str], steps: int) -> str | None:
    ordered = sorted({*sizes, own} - {""}, key=_rank)
    place = ordered.index(own) + steps if own in ordered else -1
    return ordered[place] if 0 <= place < len(ordered) else None


def _rank(size: str) -> tuple[int, float, str]:
    if size.upper() in _LETTERS:
        return 0, _LETTERS.index(size.upper()), size
    try:
        return 1, float(size), size
    except ValueError:
        return 2, 0.0, size


def _colour_in(words: set[str], colours: Collection[str]) -> str | None:
    """The one that most of the words name; of several, the one that has no other colour in it."""
    hits = [(len(words & _words(colour)), -len(_words(colour)), colour) for colour in colours if words & _words(colour)]
    best = max(hits, default=None)
    return best[2] if best else None


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]{3,}", text.casefold())) - lexicon.words("in_product_names")


def _same(variant: Variant, line: Line) -> bool:
    return _like(variant.size, line.size) and _like(variant.colour, line.colour)


def _named_alike(one: Variant, other: Variant) -> bool:
    return _like(one.size, other.size) and _like(one.colour, other.colour)


def _like(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _says(key: str, part: str, text: str) -> bool:
    return _pattern(key, part).search(text.casefold()) is not None


@lru_cache(maxsize=8)
def _pattern(key: str, part: str) -> re.Pattern[str]:
    return re.compile(rf"\b{lexicon.either(key, part)}\b")
