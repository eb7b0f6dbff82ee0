"""The topics as data: complete, in the house's voice, figures by name, tested with questions of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from concierge import intents, yaml_files
from concierge.authoring import topics
from concierge.authoring.commands import topics as command
from concierge.nlu.importer import TopicImporter
from concierge.policy import load_house
from concierge.settings import ROOT

BOOK = topics.Book.read(ROOT)


def test_no_reply_has_a_digit_or_exclaims():
    assert [str(finding) for finding in topics.check_wording(BOOK)] == []


def test_no_reply_writes_a_title_that_the_table_of_buttons_has():
    assert [str(finding) for finding in topics.check_buttons(BOOK)] == []


def test_every_figure_named_exists_and_has_a_source():
    assert [str(finding) for finding in topics.check_figures(BOOK, load_house())] == []


def test_intents_topics_and_buttons_fit_together():
    assert [str(finding) for finding in topics.check_intents(BOOK) if finding.serious] == []


def test_the_registry_has_every_intent_with_a_title_in_every_language():
    assert [str(finding) for finding in topics.check_registry(BOOK)] == []


def test_every_topic_has_questions_that_it_was_not_trained_on():
    assert [str(finding) for finding in topics.check_questions(BOOK)] == []


@pytest.mark.parametrize("topic", BOOK.topics())
def test_a_topic_is_one_rule_from_its_questions_to_its_answer(topic):
    content = yaml_files.read(ROOT / "data" / "faq" / f"{topic}.yml")
    assert {block["intent"].partition("/")[0] for block in content["nlu"]} == {topic}
    assert [rule["steps"][0] for rule in content["rules"]] == [{"intent": topic}]
    for variant in content["responses"][f"utter_{topic}"]:
        assert "condition" in variant or 1 <= len(variant["buttons"]) <= 3 or topic == "keep_item"


def test_the_domain_has_every_intent_with_examples_and_every_kind_of_name():
    importer = TopicImporter(str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(ROOT / "data")])
    domain = importer.get_domain()
    assert set(BOOK.examples) <= set(domain.intents)
    assert {"order_number", "email", "product_family", "category", "country"} <= set(domain.entities)


@pytest.fixture
def house_of_one_topic(tmp_path: Path) -> Path:
    for folder in ("data/faq", "tests/nlu/questions"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "data" / "faq" / "hats.yml").write_text(
        """
nlu:
- intent: hats
  examples: |
    - do you sell hats
- intent: caps
  examples: |
    - do you sell hats
    - caps
responses:
  utter_hats:
  - text: "Yes! We have {hats.count} hats, of which 3 are red."
    buttons: [{title: "Nine", payload: /nine}]
"""
    )
    (tmp_path / "tests" / "nlu" / "questions" / "hats.yml").write_text(
        "intent: hats\nquestions:\n- Do you sell hats?\n"
    )
    return tmp_path


def test_what_the_checker_finds(house_of_one_topic):
    found = "\n".join(str(finding) for finding in topics.check(house_of_one_topic, load_house()))
    for expected in (
        "has a digit",
        "exclaims",
        "names the figure hats.count, which concierge/policy/figures does not have",
        "fewer than 12 examples",
        "fewer than 8 questions",
        "is trained on, so it tests nothing",
        "is an example of caps and, in data/faq/hats.yml, of hats",
        "no rule or story uses the intent hats",
        "a button for the intent nine, which does not exist",
    ):
        assert expected in found


def test_an_intent_with_two_homes_is_found(house_of_one_topic):
    more = house_of_one_topic / "data" / "more.yml"
    more.write_text("nlu:\n- intent: hats\n  examples: |\n    - des chapeaux\n")
    found = list(topics.check_intents(topics.Book.read(house_of_one_topic)))
    assert [f.what for f in found if f.file == "data/more.yml"] == [
        "hats has examples here and in data/faq/hats.yml: keep them in one file"
    ]


def test_repeated_and_missing_titles_are_found(house_of_one_topic):
    table, choice = house_of_one_topic / "data" / "buttons.yml", '/inform{"choice": "nine"}'
    table.write_text("titles: {'" + choice + "': Nine, '/inform{}': 9 caps}")
    registry = house_of_one_topic / intents.FILE
    registry.write_text("topic: {hats: {title: {en: Our hats}}, caps: {title: {en: 'Caps!'}}}")
    path = house_of_one_topic / "data" / "faq" / "hats.yml"
    path.write_text(
        path.read_text()
        + """
  - text: "Oui."
    condition: [{type: slot, name: language, value: fr}]
    buttons: [{payload: /hats}, {payload: 'NINE', title: Nine}, {title: Casquettes, payload: /caps}]
""".replace("NINE", choice)
    )
    assert [str(finding) for finding in topics.check_buttons(topics.Book.read(house_of_one_topic))] == [
        "data/intents.yml: /caps exclaims, which is not the house's voice: “Caps!”",
        "data/buttons.yml: /inform{} has a digit: write it as a figure, {name.of_figure}: “9 caps”",
        "data/faq/hats.yml: utter_hats: data/intents.yml has no title in fr for /hats",
        f"data/faq/hats.yml: utter_hats repeats the title that data/buttons.yml has for {choice}: leave it out",
    ]


def test_a_long_answer_is_found(house_of_one_topic):
    path = house_of_one_topic / "data" / "faq" / "hats.yml"
    path.write_text(path.read_text().replace("Yes!", "One. Two. Three. Four. Five."))
    assert "too long: 6 sentences" in "\n".join(map(str, topics.check_wording(topics.Book.read(house_of_one_topic))))


def test_the_template_of_a_new_topic_is_data_that_rasa_reads_and_that_the_checker_asks_to_fill(house_of_one_topic):
    topic, questions, registry = topics.create(house_of_one_topic, "gift_wrapping")
    content = yaml_files.read(topic)
    assert content["rules"][0]["steps"] == [{"intent": "gift_wrapping"}, {"action": "utter_gift_wrapping"}]
    assert yaml_files.read(questions)["intent"] == "gift_wrapping"
    assert registry == house_of_one_topic / intents.FILE
    assert intents.read(house_of_one_topic).intents["gift_wrapping"].title == {"en": "Gift wrapping"}
    found = "\n".join(map(str, topics.check(house_of_one_topic, load_house(), overlaps=False)))
    assert "fewer than 12 examples for the intent gift_wrapping" in found
    assert "data/intents.yml: gift_wrapping needs a group" in found
    assert "data/intents.yml: gift_wrapping has no title in fr, it, de, es" in found


def test_a_new_topic_stands_at_its_place_in_the_registry(house_of_one_topic):
    before = (ROOT / intents.FILE).read_text(encoding="utf-8")
    (house_of_one_topic / intents.FILE).write_text(before, encoding="utf-8")
    *_, registry = topics.create(house_of_one_topic, "gift_wrapping")
    after = registry.read_text(encoding="utf-8")
    start = after.index("  gift_wrapping:\n")
    entry = after[start : start + len(after) - len(before)]
    assert after.replace(entry, "") == before
    assert entry.startswith("  gift_wrapping:\n    group: # return, repair, delivery, ")
    assert after[start:].removeprefix(entry).startswith("  gifts:\n")
    topics.create(house_of_one_topic, "zips")
    found = intents.read(house_of_one_topic).intents
    assert [found[name].kind for name in ("gift_wrapping", "zips")] == [intents.Kind.TOPIC] * 2


def test_what_the_registry_lacks_is_found(house_of_one_topic):
    (house_of_one_topic / intents.FILE).write_text(
        """
groups: {heads: {}}
task:
  hats: {group: heads, title: {en: Hats, fr: Chapeaux, it: Cappelli, de: Hüte, es: Sombreros}}
  gloves: {title: {en: Gloves}}
"""
    )
    found = [str(finding) for finding in topics.check_registry(topics.Book.read(house_of_one_topic))]
    assert found == [
        "data/faq/hats.yml: caps is not in data/intents.yml: add it there, under its kind",
        "data/intents.yml: hats is a task there: a topic is what has a file in data/faq, and nothing else",
        "data/intents.yml: gloves has neither examples nor a rule: take it out",
        "data/intents.yml: gloves needs a group, one of heads",
        "data/intents.yml: gloves has no title in fr, it, de, es",
    ]
    (house_of_one_topic / intents.FILE).write_text("topic: {hats: {group: feet}}")
    assert list(map(str, topics.check(house_of_one_topic, load_house()))) == [
        "data/intents.yml: hats is in the group feet, which is not there",
        "data/intents.yml: hats needs a title in “en”",
    ]


@pytest.mark.parametrize("name", ["hats", "Gift Wrapping", "../x", ""])
def test_a_bad_or_taken_name_is_refused(house_of_one_topic, name):
    with pytest.raises(ValueError, match="topic"):
        topics.create(house_of_one_topic, name)


def test_the_command_says_what_is_wrong_with_a_name():
    result = CliRunner().invoke(command, ["new", "lost_label"])
    assert result.exit_code == 1
    assert "already" in result.output
