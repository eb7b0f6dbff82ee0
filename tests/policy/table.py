"""Every rule with what a customer reads of it in each language, from the cases of ``cases/``.

``python -m tests.policy.table`` writes it as a page to read, ``results/replies-by-rule.md``, and what is filled into
the replies to ``spoken.yml``, which the tests hold them to.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml

from concierge.policy import Decision, House, load_house
from tests.policy.rendering import LANGUAGES, ROOT, decide, render
from tests.policy.sentences import Sentence, sentences

SPOKEN = Path(__file__).with_name("spoken.yml")
PAGE = ROOT / "results" / "replies-by-rule.md"
_HEAD = "# What is filled into the reply of each rule, in the case named. Written by: python -m tests.policy.table\n"


def examples(house: House) -> Iterator[tuple[str, Sentence, Decision]]:
    """Each rule that a case reaches, with the first such case; a note with the first decision that brings it."""
    seen: set[str] = set()
    for sentence in sentences():
        decision = decide(sentence, house)
        if decision.outcome == "needs_facts":
            continue
        told = [decision.rules[0], *(reason.rule for reason in decision.reasons if reason.outcome == "note")]
        for rule in told:
            if rule not in seen:
                seen.add(rule)
                yield rule, sentence, decision


def spoken(house: House) -> dict[str, dict[str, object]]:
    """By rule: the case, the reply with its notes, and in each language what is filled in."""
    found: dict[str, dict[str, object]] = {}
    for rule, sentence, decision in examples(house):
        says = [decision.response, *(note.response for note in decision.notes)]
        found[rule] = {"case": sentence.name, "reply": says}
        found[rule] |= {language: render(sentence, decision, language)[1] for language in LANGUAGES}
    return dict(sorted(found.items()))


def page(house: House) -> str:
    """For people: the rule in words, then the reply in every language."""
    rules = {rule.id: rule for book in house.books.values() for rule in book.rules}
    parts = ["# What customers read, rule by rule\n"]
    for name, sentence, decision in sorted(examples(house), key=lambda example: example[0]):
        rule = rules[name]
        parts.append(f"## {name} [{rule.outcome}]\n\n{rule.says}\nCase: {sentence.name}. Next: {rule.next_step}.\n")
        parts += [f"- **{language}** {render(sentence, decision, language)[0]}" for language in LANGUAGES]
        parts.append("")
    return "\n".join(parts)


def main() -> None:
    house = load_house()
    text = yaml.safe_dump(spoken(house), allow_unicode=True, sort_keys=False, width=10_000, default_flow_style=None)
    SPOKEN.write_text(_HEAD + text, encoding="utf-8")
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(house), encoding="utf-8")


if __name__ == "__main__":
    main()
