"""What the person who edits figures, rules and sources is told when they do not fit: file, line, what to write."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import concierge.policy
from concierge.policy import House, PolicyError

SHIPPED = Path(concierge.policy.__file__).parent


def spoil(file: Path, old: str, new: str) -> int:
    """Replaces the first ``old`` and returns its line."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def complaint(folder: Path) -> str:
    with pytest.raises(PolicyError) as error:
        House.load(folder)
    return str(error.value)


def test_the_copy_is_sound(folder: Path) -> None:
    assert House.load(folder).responses()


SPOILT = yaml.safe_load((Path(__file__).parent / "errors.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("spoilt", SPOILT, ids=lambda row: f"{row['file']} {row['says'][:40]}")
def test_the_error_names_the_file_a_line_and_what_to_write(folder: Path, spoilt: dict[str, str]) -> None:
    spoil(folder / spoilt["file"], spoilt["for"], spoilt["write"])
    words = complaint(folder)
    assert re.match(r"\S+\.yml, line \d+: ", words), words
    assert spoilt["says"] in words


def test_the_line_is_the_one_that_is_wrong(folder: Path) -> None:
    line = spoil(folder / "rules/return.yml", "past: returns.window", "past: return.window")
    assert f"rules/return.yml, line {line}: " in complaint(folder)


def test_shipped_files_are_named_as_the_reader_finds_them() -> None:
    error = PolicyError("It is wrong.", "Write it right.", file=SHIPPED / "rules" / "return.yml", line=3)
    assert str(error) == "concierge/policy/rules/return.yml, line 3: It is wrong. Write it right."


def test_a_kind_without_rules(folder: Path) -> None:
    (folder / "rules/cancel.yml").unlink()
    assert "There are no rules for cancel. Write cancel.yml." in complaint(folder)


def test_a_file_that_is_no_kind(folder: Path) -> None:
    (folder / "rules/cancel.yml").rename(folder / "rules/cancell.yml")
    assert "'cancell' is not a kind of decision. Did you mean 'cancel'?" in complaint(folder)


def test_an_empty_file(folder: Path) -> None:
    (folder / "figures/contact.yml").write_text("", encoding="utf-8")
    assert "The file is empty or not a mapping." in complaint(folder)


def test_a_figure_without_fields(folder: Path) -> None:
    (folder / "figures/contact.yml").write_text("contact.reply_time: 24\n", encoding="utf-8")
    assert "'contact.reply_time' has no fields. Write 'label:', 'unit:' and 'values:' under it." in complaint(folder)


def test_yes_no_and_norway_stay_words(folder: Path) -> None:
    (folder / "figures/more.yml").write_text(
        "test.countries:\n  label: no\n  unit: countries\n"
        "  values:\n    default: [{from: 2024-01-01, value: [NO, SE], source: faq#contact}]\n",
        encoding="utf-8",
    )
    assert House.load(folder).figure("test.countries").value == ("NO", "SE")


def test_the_order_of_rules_in_a_file_does_not_matter(folder: Path) -> None:
    file = folder / "rules/return.yml"
    head, _, body = file.read_text(encoding="utf-8").partition("rules:\n")
    rules = re.split(r"\n(?=  \w+:\n)", body)
    file.write_text(head + "rules:\n" + "\n".join(reversed(rules)) + "\n", encoding="utf-8")
    turned = House.load(folder).books["return"]
    assert [rule.id for rule in turned.rules] == [rule.id for rule in House.load(SHIPPED).books["return"].rules]
