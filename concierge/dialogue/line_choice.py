"""Which items of an order the customer means: by name, by place, “both”, “the other one”, “not the bag, the shoes”."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from concierge.dialogue.turn import Turn
from concierge.languages import lexicon
from concierge.languages.keys import KEYS
from concierge.languages.question_form import begins_a_question, one_question
from concierge.memory.date_expressions import a_span
from concierge.memory.hearing import says
from concierge.orders.model import Flag, Line

_WORD = re.compile(r"[^\W_]{3,}")
_ORDINALS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "last": -1}
_NAMES = ("category", "product_family", "colour")
_MARKS = " ,;.!?\n"
_ONLY_A_NAME = 2
_ARTICLE_AND_NAME = (2, 3)  # words: “the little purse”
_FEW = 4  # words of a message that does nothing but name an item


def which_line(turn: Turn, lines: Sequence[Line]) -> Line | None:
    """The line that a button or the customer's words mean; ``None`` when they fit no line or more than one."""
    meant = which_lines(turn, lines)
    return meant[0] if len(meant) == 1 else None


def which_lines(  # noqa: PLR0911 - each is a way to mean an item
    turn: Turn, lines: Sequence[Line], in_hand: str | None = None
) -> list[Line]:
    """The lines that are meant, in the order of ``lines``; none where the words fit no line, or do not tell one from
    another."""
    if chosen := [line for line in lines if turn.entity("choice") == line.id]:
        return chosen
    words = said_of_items(turn)
    if says("all_of_them", turn.text):
        return _all(words, turn.text, lines)
    if (place := _place(turn, words)) is not None and place < len(lines):
        return [lines[place]]
    if asked := _of_the_question(turn.text, lines):
        return asked
    wanted, not_wanted = _wanted_and_not(turn)
    if named := _named(wanted, lines, _lists(turn.text)):
        return named
    if not_wanted and (left_out := _named(not_wanted, lines, False)):
        rest = [line for line in lines if line not in left_out]
        return rest if len(rest) == 1 else []
    if by_price := _by_price(turn.text, lines):
        return by_price
    if says("other_one", turn.text) and in_hand:
        rest = [line for line in lines if line.id != in_hand]
        return rest if len(rest) == 1 else []
    return []


def asked_for(turn: Turn, lines: Sequence[Line]) -> list[Line]:
    """The lines that were meant when the wish was told, before it was known of which order."""
    said, words = turn.get("words") or "", set(turn.get("item_words") or ())
    if says("all_of_them", said):
        return _all(words, said, lines)
    if asked := _of_the_question(said, lines):
        return asked
    if several := _named(words, lines, _lists(said)):
        return several
    one = line_in(words, lines)
    return [one] if one else _by_price(said, lines)


def another_line(turn: Turn, lines: Sequence[Line]) -> list[Line]:
    """The lines that the message turns to from the one in hand, where it does nothing else: “no, the trainers”."""
    in_hand = turn.get("active_line")
    meant = which_lines(turn, lines, in_hand)
    if not in_hand or not meant or in_hand in [line.id for line in meant]:
        return []
    words = re.findall(r"\w+", turn.text.casefold())
    turns = words[0] in lexicon.words("negative") or len(words) <= _FEW or bool(_wanted_and_not(turn)[1])
    return meant if turns or says("other_one", turn.text) or _begins_with(turn, meant) else []


def turns_to_what_is_unknown(turn: Turn, lines: Sequence[Line]) -> bool:
    """“And the little thing? its clasp is loose”: it names something of the order, under a name that nothing is known
    by, and that is no part of an item: which one it is has to be asked."""
    first, asked, rest = turn.text.casefold().replace("’", "'").partition("?")
    turned = _turning().match(first.lstrip(" ¿"))
    named = first.lstrip(" ¿")[turned.end() :].split() if turned else []
    tells = len(lines) > 1 and bool(asked) and re.search(r"\w", rest) is not None
    if not tells or len(named) not in _ARTICLE_AND_NAME or turn.entities(*_NAMES):
        return False
    known = {word for line in lines for word in words_of(line)} | lexicon.words("in_product_names")
    is_part = bool(lexicon.phrases("parts_of_items").search(named[-1]))
    return named[-1] not in known and not is_part and not begins_a_question(" ".join(named))


def _begins_with(turn: Turn, lines: Sequence[Line]) -> bool:
    """“And what about the bag with my initials?”, “and the perfume? never opened it”: they come first, and by “and”."""
    text = turn.text.casefold().replace("’", "'")
    first = _pieces().split(text, maxsplit=1)[0]
    turned = _turning().match(first)
    rest = first[turned.end() :] if turned else ""
    named = [str(each["value"]) for each in turn.entities(*_NAMES) if each.get("start", 0) < len(first)]
    words = _words(" ".join([rest, *named]))
    names_them = _named(words, lines, False) == list(lines) or _price_named(rest) is not None
    return bool(rest) and not begins_a_question(rest) and names_them


def names_only_the_one_in_hand(turn: Turn, lines: Sequence[Line]) -> bool:
    """“The trainers”, said once more while something else is asked of them."""
    meant = which_lines(turn, lines)
    again = [line.id for line in meant] == [turn.get("active_line")]
    return again and turn.entity("choice") is None and len(turn.text.split()) <= _ONLY_A_NAME


def in_hand_before(turn: Turn) -> str | None:
    """The line that “the other one” is another one than; none where this turn has taken that one up already."""
    return None if turn.outcome.remembered.get("active_line") else turn.get("active_line")


def take_lines(turn: Turn, lines: Sequence[Line]) -> None:
    """Has the first in hand, and the others after it."""
    first, *others = lines
    turn.set(active_line=first.id, lines_left=[line.id for line in others] or None)


def told_replacement(turn: Turn, line: Line) -> str:
    """The size and colour that the customer has named and the item does not have: what they want it exchanged for."""
    named = [str(value) for what in ("size", "colour") if (value := turn.memory.get(what))]
    return ", ".join(each for each in named if each.casefold() not in {line.size.casefold(), line.colour.casefold()})


def said_of_items(turn: Turn) -> set[str]:
    """The words that may name an item, those that the house has for what was said among them."""
    return _words(" ".join([turn.text, *(str(each["value"]) for each in turn.entities(*_NAMES))]))


def _of_the_question(text: str, lines: Sequence[Line]) -> list[Line]:
    """“I bought a bag and a swimsuit. Can the bag go back?”: what is named where it is asked."""
    question = one_question(text)
    return _named(_words(question), lines, _lists(question)) if question else []


def line_in(words: Collection[str], lines: Sequence[Line]) -> Line | None:
    """The one line that these words name best, if one is."""
    scores = [(item_score(set(words), line), line) for line in lines]
    best = max((score for score, _ in scores), default=0)
    meant = [line for score, line in scores if score == best]
    return meant[0] if best and len(meant) == 1 else None


def item_score(words: set[str], line: Line) -> int:
    """How much of the line these words name."""
    return len(words & words_of(line))


def _all(words: set[str], text: str, lines: Sequence[Line]) -> list[Line]:
    """“Both bags” leaves out the shoes, and “the shoes, everything is in the box” the bags."""
    named = [line for line in lines if item_score(words, line)]
    joined = re.search(rf"[&+]|\b{lexicon.either('connectives')}\b", text.casefold())
    return named if len(named) > 1 or (named and not joined) else list(lines)


def _named(words: set[str], lines: Sequence[Line], several: bool) -> list[Line]:
    """``several``: the words are a list, so that each line may be named by some of them."""
    hits = [(words & words_of(line), line) for line in lines]
    best = [(hit, line) for hit, line in hits if hit and not any(hit < other for other, _ in hits)]
    if several and len(best) > 1 and all(a[0].isdisjoint(b[0]) for a in best for b in best if a is not b):
        return [line for _, line in best]
    most = max((len(hit) for hit, _ in best), default=0)
    named = [line for hit, line in best if len(hit) == most]
    if len(named) > 1:  # “the bag for a black one”: what it is goes before how it looks
        named = [line for hit, line in best if not hit.isdisjoint(_kind_of(line))]
    return named if len(named) == 1 else []


def _by_price(text: str, lines: Sequence[Line]) -> list[Line]:
    """“The one from the sale”, “the full-price one”, where that is one of them."""
    price = _price_named(text)
    meant = [line for line in lines if (Flag.SALE in line.flags) == (price == "reduced")]
    return meant if price and len(meant) == 1 else []


def _price_named(text: str) -> str | None:
    """“full” or “reduced”, where an item is named by its price."""
    said = text.casefold().replace("’", "'")
    found = (part for part in KEYS["named_by_price"].parts if re.search(lexicon.either("named_by_price", part), said))
    return next(found, None)


def _place(turn: Turn, words: set[str]) -> int | None:
    """“The second one”; “the 3rd of May” and “last week” are no places."""
    month_first = turn.get("region") == "US"
    for ordinal, place in _ORDINALS.items():
        if any(word.isalpha() for word in words & lexicon.words("ordinals", ordinal)):
            dated = ordinal == "last" and a_span(turn.text, turn.now.date(), month_first)
            return None if dated else place
    return None


def _wanted_and_not(turn: Turn) -> tuple[set[str], set[str]]:
    """The words for what is meant, and for what is not: “not the bag, | the shoes”."""
    text = turn.text.casefold().replace("’", "'")
    starts = [0, *(found.start() for found in _pieces().finditer(text) if found.start()), len(text)]
    pieces = [(start, text[start:end]) for start, end in itertools.pairwise(starts) if text[start:end].strip(_MARKS)]
    left_out = [piece for piece in pieces if _except().match(piece[1].strip(_MARKS))]
    if not left_out and len(pieces) > 1:  # Spanish has one word for no and not
        no, *more = pieces[0][1].split()
        left_out = pieces[:1] if more and no in lexicon.words("negative") else []
    sides: tuple[set[str], set[str]] = (set(), set())
    for start, piece in pieces:
        inside = [each for each in turn.entities(*_NAMES) if start <= each.get("start", start) < start + len(piece)]
        sides[(start, piece) in left_out].update(_words(" ".join([piece, *(str(each["value"]) for each in inside)])))
    return sides


def _lists(text: str) -> bool:
    return bool(re.search(rf"[,&+]|\b{lexicon.either('connectives')}\b", text.casefold()))


def item_words(turn: Turn) -> list[tuple[int, set[str]]]:
    """The house's words for what the message names, each with its place there."""
    return [(each.get("start", 0), _words(str(each["value"]))) for each in turn.entities(*_NAMES)]


def _words(text: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(text.replace("_", " "))} - lexicon.words("in_product_names")


def words_of(line: Line) -> set[str]:
    """The words that may name it."""
    said = " ".join((line.product, line.family, line.category.value, line.colour, line.size))
    return {word.casefold() for word in _WORD.findall(said.replace("_", " "))}


def _kind_of(line: Line) -> set[str]:
    return {word.casefold() for word in _WORD.findall(f"{line.category.value} {line.family}".replace("_", " "))}


@lru_cache(maxsize=1)
def _pieces() -> re.Pattern[str]:
    return re.compile(rf"[,;.!?\n]|(?<=\s){lexicon.either('except')}\b")


@lru_cache(maxsize=1)
def _turning() -> re.Pattern[str]:
    also, about = lexicon.either("connectives"), lexicon.either("what_about")
    return re.compile(rf"(?:{also}\s+)?{about}\s+|{also}\s+")


@lru_cache(maxsize=1)
def _except() -> re.Pattern[str]:
    """“Not the perfume”."""
    return re.compile(rf"{lexicon.either('except')}\b")
