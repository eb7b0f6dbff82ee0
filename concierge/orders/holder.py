"""Whether somebody knows the name and the postcode of an order: both read from one message, as customers write them.

One try is one postcode and one name: a list of either would be many tries at once.
"""

from __future__ import annotations

import hmac
import json
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from concierge.orders.documents import load
from concierge.orders.model import Order

_WORDS = re.compile(r"\w+(?:['’]\w+)*")
_MOST_WORDS = 6  # of a name, with a town beside it
_MOST_DIGITS = 2  # words with a digit in them: “10001-1234”, “SW1A 1AA”
_BESIDE = 4  # characters of the other half of a postcode
_SHORTEST = 3
_UMLAUT = re.compile("([aou])e")
_ZIP = 5  # without its four more digits, which hardly anybody knows


@dataclass(frozen=True)
class Holder:
    """What was said: the words that may be the name, and the ways in which what may be the postcode can be read."""

    name: tuple[str, ...] = ()
    postcodes: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether it is a try: a given name or an initial, a family name and a postcode."""
        return self._is_named and bool(self.postcodes)

    def corrected(self, by: Holder) -> Holder:
        """With what was said later in the place of what was said before. One word beside a postcode is a town's, or
        “sorry”: the name stays."""
        name = by.name if by._is_named or not self.name else self.name
        return Holder(name, by.postcodes or self.postcodes)

    @property
    def _is_named(self) -> bool:
        in_one_word = bool(self.name) and not self.name[0].isascii()  # as Chinese and Korean names are written
        return len(self.name) > 1 or in_one_word


def read_holder(text: str, around: Collection[str] = ()) -> Holder | None:
    """The name and the postcode in a text, each empty where there is none; ``None`` for more than one try.

    ``around``: words that stand beside them and are neither (“my name is”), in lower case. The text must not hold an
    order number or an e-mail address any more.
    """
    words = [_plain(word) for word in _WORDS.findall(text)]
    around = {_plain(word) for word in around}
    with_digit = [place for place, word in enumerate(words) if any(character.isdigit() for character in word)]
    if len(with_digit) > _MOST_DIGITS or (len(with_digit) == _MOST_DIGITS and with_digit[1] != with_digit[0] + 1):
        return None
    postcodes, used = _postcodes(words, with_digit)
    name = tuple(word for place, word in enumerate(words) if place not in used and word not in around)
    return Holder(name, postcodes) if len(name) <= _MOST_WORDS else None


def is_held_by(order: Order | None, said: Holder) -> bool:
    """Whether the order is of this name and postcode. An order that there is not takes the same work, and is not."""
    known = order or _stand_in()
    zips = known.country == "US"
    named = [_plain(word) for word in _WORDS.findall(known.name)] or [_NOBODY]
    wanted = _plain("".join(_WORDS.findall(known.postcode))) or _NOBODY
    wanted = wanted[:_ZIP] if zips else wanted
    fits = sum(_same(wanted, each[:_ZIP] if zips else each) for each in said.postcodes) > 0  # all of them, always
    return _same_name(named, said.name) & fits & (order is not None)


_NOBODY = "\0"


def _stand_in() -> Order:
    """An order in the place of one that there is not, read from its document as that one would have been."""
    return load(Order, json.loads(_document()))


@lru_cache(maxsize=1)
def _document() -> str:
    example = Path(__file__).with_name("example.jsonl").read_text(encoding="utf-8").splitlines()[0]
    return json.dumps({**json.loads(example), "region": "EU"})


def _postcodes(words: list[str], with_digit: list[int]) -> tuple[tuple[str, ...], set[int]]:
    """Each way in which a postcode can be read here, and the places of the words that are surely of it."""
    if not with_digit:
        return (), set()
    first, last = with_digit[0], with_digit[-1]
    found = {"".join(words[first : last + 1])}
    if first and len(words[first - 1]) <= _BESIDE:
        found.add("".join(words[first - 1 : last + 1]))  # “K1A 0B1” has a digit in both, “EC 12” has not
    if last + 1 < len(words) and len(words[last + 1]) <= _BESIDE:
        found.add("".join(words[first : last + 2]))  # “1012 NX”
    found |= {words[place] for place in with_digit}
    return tuple(sorted(each for each in found if len(each) >= _SHORTEST)), set(with_digit)


def _same_name(named: list[str], said: tuple[str, ...]) -> bool:
    """The first and the last word of the name, in either order; an initial will do for the first."""
    first, last = named[0], named[-1]
    has_last = sum(_same(last, each) for each in said) > 0
    has_first = sum(_same(first, each) | ((len(each) == 1) & _same(first[:1], each)) for each in said) > 0
    return has_last & has_first


def _same(one: str, other: str) -> bool:
    """In a time that tells nothing of where they differ."""
    return hmac.compare_digest(sha256(one.encode()).digest(), sha256(other.encode()).digest())


def _plain(word: str) -> str:
    """As words are compared: without case, accents and apostrophes, “Jürgen” as “Juergen”, “Groß” as “Gross”."""
    folded = unicodedata.normalize("NFKD", word.casefold())
    letters = "".join(character for character in folded if character.isalnum())
    return _UMLAUT.sub(r"\1", letters)
