"""The words of the languages: complete, of known keys, found whatever language the sentence began in."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
import yaml

from concierge.authoring.lexicon_files import lexicon_file
from concierge.languages import lexicon, registry
from concierge.languages.keys import KEYS, Kind
from concierge.languages.question_form import begins_a_question, is_exclamation
from concierge.languages.unmarked import also_unmarked
from concierge.settings import ROOT

CODES = registry.complete()


def written(code: str) -> dict:
    return yaml.safe_load((ROOT / lexicon.FOLDER / f"{code}.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("code", CODES)
def test_the_file_that_is_written_of_a_lexicon_is_the_lexicon(code):
    assert yaml.safe_load(lexicon_file("A language", written(code))) == written(code)


@pytest.mark.parametrize("code", CODES)
def test_words_are_in_small_letters_and_none_is_there_twice(code):
    for name, key in KEYS.items():
        if key.kind is Kind.REWRITES:
            continue
        for entries in written(code)[name].values() if key.parts else [written(code)[name]]:
            assert [entry for entry in entries if key.kind is not Kind.SIGNS and entry != entry.casefold()] == [], name
            assert len(entries) == len(set(entries)), name


@pytest.mark.parametrize(
    ("text", "said", "problem"),
    [
        ("latest: [latest, newest, recent]\n", "", "latest is missing. The newest order, beside “last”."),
        ("oldest:", "eldest:", "nothing reads the key “eldest”. Rename it or take it out"),
        (
            "  why:",
            "  because:",
            "nothing reads follow_up.because; the parts of follow_up are lost, gift, time, price, why",
        ),
        ('affirmative: ["yes", yeah, yep]', "affirmative: [yes]", "affirmative: True is no word"),
        ("other_one: [", "other_one: not\nrest: [", "other_one is a list"),
        ("oldest: [oldest, earliest]", "oldest: [the oldest]", "oldest: “the oldest” is more than one word"),
        ("connectives: [and, also, plus]", 'connectives: ["(and"]', "connectives: “(and” is no pattern: missing )"),
        ("grammar: []", "grammar: [{find: a}]", "grammar is a list of rules, {find: pattern, say: replacement}"),
        ("oldest: [", "oldest: {[", "it is not YAML"),
    ],
)
def test_a_lexicon_that_does_not_fit_says_what_to_do(project, text, said, problem):
    file = project / lexicon.FOLDER / "en.yml"
    before = file.read_text(encoding="utf-8")
    assert text in before
    file.write_text(before.replace(text, said), encoding="utf-8")
    with pytest.raises(registry.BadLanguages, match=r"data/lexicon/en\.yml") as raised:
        lexicon.read(project, "en")
    assert problem in str(raised.value)


def test_a_lexicon_that_is_not_there_says_how_to_write_it(project):
    with pytest.raises(registry.BadLanguages, match=r"data/lexicon/pt.yml: .*concierge languages new pt"):
        lexicon.read(project, "pt")


def test_the_commands_say_so_in_a_sentence(project):
    (project / lexicon.FOLDER / "de.yml").unlink()
    done = subprocess.run(
        [sys.executable, "-m", "concierge", "actions"],
        env={"PYTHONPATH": str(project), "CONCIERGE_VAR": str(project / "var")},
        cwd=project, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("Error: data/lexicon/de.yml: there is no such file.")


@pytest.mark.parametrize(
    ("key", "part", "said"),
    [
        ("code_again", "", "pouvez vous reenvoyer"),
        ("requires", "", "muessen die Etiketten dran sein"),
        ("opened", "so", "die Flasche ist schon geoeffnet"),
        ("fault", "", "la semelle se decolle"),
        ("exchange", "", "je veux echanger"),
        ("purchase_channel", "online", "lo compre por internet en su pagina"),
        ("email_lacking", "", "non ho piu la mail"),
    ],
)
def test_a_word_is_found_without_its_accents(key, part, said):
    assert lexicon.signs(key, part).search(said)


@pytest.mark.parametrize(
    ("pattern", "language", "said"),
    [
        ("port[ée]", "fr", "la porta"),
        (r"\blivrée?\b", "fr", "une livre"),  # another word without its accent
        (r"\bqué\b", "es", "que"),
        (r"\boù\b", "fr", "ou"),
    ],
)
def test_an_accent_that_makes_the_word_is_asked_for(pattern, language, said):
    assert not re.search(also_unmarked(pattern, language), said)


@pytest.mark.parametrize(
    "said", ["oh quelle poisse", "na wie ärgerlich", "pues que faena", "ma che sfortuna", "ah, what a nuisance"]
)
def test_an_exclamation_is_no_question(said):
    assert is_exclamation(said)
    assert not begins_a_question(said)


@pytest.mark.parametrize("said", ["quelle taille", "wie lang noch", "que talla", "che misura", "what a size 38 costs"])
def test_a_question_is_no_exclamation(said):
    assert not is_exclamation(said)
    assert begins_a_question(said)


def test_words_of_all_languages_are_looked_for_at_once():
    assert {"yes", "oui", "sì", "ja", "sí"} <= lexicon.words("affirmative")
    joined = re.compile(rf"{lexicon.either('connectives')}\s")
    assert all(joined.match(f"{word} ") for word in ("and", "et", "e", "und", "y"))
    assert lexicon.list_of("it", "short_months") == ()


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("de", "innerhalb von 30 Tage, binnen 2 Monate", "innerhalb von 30 Tagen, binnen 2 Monaten"),
        ("fr", "le 1 mai et le 11 mai", "le 1er mai et le 11 mai"),
        ("it", "il 8 maggio, del 11 maggio, il 18 maggio", "l'8 maggio, dell'11 maggio, il 18 maggio"),
        ("en", "on 1 May", "on 1 May"),
        ("pt", "o 1 maio", "o 1 maio"),
    ],
)
def test_grammar(language, text, said):
    assert lexicon.inflect(text, language) == said


def test_rasa_finds_nothing_of_its_own_in_the_lexicons():
    """Rasa looks for training data in every file under data/; a wrong guess would train on lists of words."""
    code = (
        "from concierge.nlu.importer import TopicImporter\n"
        "found = TopicImporter('config.yml', 'domain.yml', ['data'])\n"
        "print([f for f in [*found._nlu_files, *found._story_files, *found._conversation_test_files]"
        " if '/lexicon/' in f or f.endswith('languages.json')])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip().splitlines()[-1] == "[]"


def test_a_changed_word_needs_no_training(project):
    from concierge.training import digest

    before = digest(project)
    file = project / lexicon.FOLDER / "en.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("yeah", "aye"), encoding="utf-8")
    assert digest(project) == before
