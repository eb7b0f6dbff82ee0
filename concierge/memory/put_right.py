"""A day that puts right the one that was told just before: “34, not 24”, “five weeks, not three”, “it was the 12th”.

Only words that do nothing else are taken for it. A number alone counts in the unit of the one that it replaces, so that
the customer's messages before are read with it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from concierge.languages import lexicon
from concierge.languages.question_form import asks
from concierge.memory.date_expressions import Count, a_day, ago, bare_counts, durations

_CLAUSE = re.compile(r"[^,;!?\n]+?(?:[,;!?\n]+|(?<!\d)\.+|\.+(?!\d)|$)")
_FEW_WORDS = 4  # of a clause, beside those that put right
_DIGITS = re.compile(r"\d+")


def corrects(text: str) -> bool:
    """Whether what is said takes the place of what was said before: “sorry”, “not”, “I meant”."""
    return bool(lexicon.phrases("corrects").search(text.replace("’", "'")))


def day_instead(said: str, before: Sequence[str], day: date, today: date, month_first: bool = False) -> date | None:
    """The day that takes the place of ``day``, which one of the messages ``before`` has told, the newest first;
    ``None`` where nothing is put right, or not clearly."""
    text = said.casefold().replace("’", "'")
    if not any(lexicon.phrases(key).search(text) for key in ("corrects", "corrects_itself")):
        return None
    told_in = next((each for each in before if durations(each)), "")
    correction = _Correction(text, durations(told_in), bool(bare_counts(told_in)), day, today, month_first)
    clauses = [each.strip() for each in _CLAUSE.findall(text) if not asks(each)]
    days = {found for each in clauses if (found := correction.in_clause(each))}
    return days.pop() if len(days) == 1 else None


@dataclass(frozen=True)
class _Correction:
    """``old``: the lengths of time that were told before; ``other_numbers``: whether others stood beside them."""

    text: str
    old: list[tuple[int, str]]
    other_numbers: bool
    day: date
    today: date
    month_first: bool

    def in_clause(self, clause: str) -> date | None:
        if len(_aside().sub(" ", clause).split()) > _FEW_WORDS or _of_another_kind().search(clause):
            return None
        if lengths := [each for each in durations(clause) if each not in self.old]:
            return ago(*lengths[0], self.today) if len(lengths) == 1 else None
        named = a_day(clause, self.today, self.month_first)
        if named and not durations(clause) and named.day in map(int, _DIGITS.findall(clause)):
            return named
        if of_month := _of_a_month().search(clause):
            return self._in_the_month(int(of_month[1] or of_month[2]))
        return self._bare(clause)

    def _bare(self, clause: str) -> date | None:
        """“34”, where one length of time was told, and no other number beside it."""
        is_named = any(self._is_replaced(each.value) for each in bare_counts(self.text))
        new = [each for each in bare_counts(clause) if not self._is_replaced(each.value)]
        if len(new) != 1 or not (is_named or _is_all(clause) or (_stands_last(clause, new[0]) and not new[0].is_word)):
            return None
        if not self.old:
            return self._in_the_month(new[0].value) if is_named else None
        if len(self.old) > 1 or (not is_named and self.other_numbers):
            return None
        return ago(new[0].value, self.old[0][1], self.today)

    def _is_replaced(self, number: int) -> bool:
        """Whether it is the number that was told, or the one that has been put in its place since."""
        if not self.old:
            return number == self.day.day
        count, unit = self.old[0]
        return number == count or ago(number, unit, self.today) == self.day

    def _in_the_month(self, number: int) -> date | None:
        """The day of that number in the month that was told; after a length of time, the latest that is past."""
        first = (self.today if self.old else self.day).replace(day=1)
        for month in (first, (first - timedelta(days=1)).replace(day=1)):
            try:
                found = month.replace(day=number)
            except ValueError:
                continue
            if found <= self.today:
                return found
        return None


def _is_all(clause: str) -> bool:
    return len(_aside().sub(" ", clause).split()) == 1


def _stands_last(clause: str, number: Count) -> bool:
    """“I have 2 bags” counts bags."""
    return not re.sub(r"\W+", "", _aside().sub(" ", clause[number.end :]))


@lru_cache(maxsize=1)
def _aside() -> re.Pattern[str]:
    """What puts right, and says nothing else."""
    words = "|".join(lexicon.either(key) for key in ("corrects", "corrects_itself", "connectives", "lead_ins"))
    return re.compile(rf"\b(?:{words})(?!\w)", re.IGNORECASE)


@lru_cache(maxsize=1)
def _of_a_month() -> re.Pattern[str]:
    ordinal = r"(?:st|nd|rd|th|er|º|°|ª)"
    before = lexicon.either("before_a_day")
    return re.compile(rf"\b(\d{{1,2}}){ordinal}\b|\b{before}\s+(\d{{1,2}})(?!\w|[.,]\d)\.?(?=\W*$)", re.IGNORECASE)


@lru_cache(maxsize=1)
def _of_another_kind() -> re.Pattern[str]:
    """What counts no days: a size, an amount of money, the number of an order."""
    words = "|".join(lexicon.either(key) for key in ("size", "currencies"))
    orders = "|".join(map(re.escape, lexicon.words("order_words")))
    return re.compile(rf"\b(?:{words}|{orders})(?!\w)", re.IGNORECASE)
