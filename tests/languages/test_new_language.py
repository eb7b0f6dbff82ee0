"""A language from its first file to its first customer: begun, it breaks nothing; complete, it is answered in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from concierge.answers.buttons import TABLE, read
from concierge.authoring.commands import languages as command
from concierge.authoring.new_language import begin
from concierge.authoring.parity import INTERFACE, MAILS, SENTENCES, WIDGET, gaps, read_texts
from concierge.languages import lexicon, registry
from concierge.languages.keys import KEYS
from concierge.settings import ROOT, get_settings


@pytest.fixture
def here(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The copy is the project that commands are given in."""
    monkeypatch.setenv("CONCIERGE_ROOT", str(project))
    get_settings.cache_clear()
    # The interface has been translated to more languages than the house speaks; here Portuguese is begun from nothing.
    for folder, imported in zip(INTERFACE, ("strings.ts", "file-texts.ts", "more-texts.ts"), strict=True):
        (project / folder / "pt.json").unlink()
        source = project / WIDGET.parent / imported
        line = f'  pt: () => import("./{folder.relative_to(WIDGET.parent)}/pt.json"),\n'
        written = source.read_text(encoding="utf-8")
        assert line in written
        source.write_text(written.replace(line, ""), encoding="utf-8")
    yield project
    monkeypatch.undo()
    get_settings.cache_clear()


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(command, arguments, catch_exceptions=False)
    return done.exit_code, done.output


@pytest.mark.parametrize("code", registry.complete())
def test_the_complete_languages_lack_nothing(code: str) -> None:
    assert [str(gap) for gap in gaps(ROOT, code)] == []


def test_the_files_of_a_new_language_have_the_english_beside_what_is_to_be_filled_in(here: Path) -> None:
    status, said = run("new", "pt", "--fallback", "es")
    assert status == 0
    assert registry.read(here)["pt"] == registry.Language("pt", "Português", "pt", complete=False, fallback="es")
    lexicon_text = (here / lexicon.FOLDER / "pt.yml").read_text(encoding="utf-8")
    assert '# English: ["yes", yeah, yep]\naffirmative: []' in lexicon_text
    assert set(yaml.safe_load(lexicon_text)) == set(KEYS)
    sentences = (here / SENTENCES / "pt.yml").read_text(encoding="utf-8")
    assert '# English: There is nothing at this address.\nnot_found: ""' in sentences
    for folder in INTERFACE:
        assert set(json.loads((here / folder / "pt.json").read_text(encoding="utf-8")).values()) == {""}
    lacking = {
        what: len(read_texts(here / folder / f"en.{suffix}"))
        for folder, suffix, what in [
            (SENTENCES, "yml", "sentences"),
            (MAILS, "yml", "sentences of e-mails"),
            *((folder, "json", what) for folder, what in INTERFACE.items()),
        ]
    }
    assert "Portuguese is begun, and Spanish answers meanwhile. It lacks\n  data/lexicon/pt.yml: " in said
    for part in (
        f"sentences missing ({lacking['sentences']}): bad_request",
        f"sentences of e-mails missing ({lacking['sentences of e-mails']}): code_subject",
        f"texts of the widget missing ({lacking['texts of the widget']}): assistant",
        f"photos and files missing ({lacking[INTERFACE[WIDGET / 'files']]}): attach",
        "secret_words.yml: ",
        "values.yml: ",
        "utter_which_language has no button",
        "test questions missing (8): lost_label",
        "replies missing (",
        "data/buttons.yml: titles missing (1): /inform",
        "data/intents.yml: titles missing (",
        "): /accessibility, /account_benefits",
    ):
        assert part in said, part


def test_what_cannot_be_begun_is_said(here: Path) -> None:
    assert run("new", "fr") == (1, "Error: Français is there already. What it lacks: concierge languages check fr\n")
    assert "give its two letters, such as pt" in run("new", "xx")[1]
    assert "give its two letters, such as pt" in run("new", "../pt")[1]
    assert (
        "is no complete language to answer in until then: en, fr, it, de, es" in run("new", "pt", "--fallback", "ja")[1]
    )
    (here / lexicon.FOLDER / "pt.yml").touch()
    assert "data/lexicon/pt.yml: there already, and not overwritten" in run("new", "pt")[1]
    assert run("check", "nl") == (1, "Error: There is no language “nl”. Begin it: concierge languages new nl\n")


def test_texts_of_the_widget_that_are_there_already_are_kept(here: Path) -> None:
    (here / WIDGET / "pt.json").write_text('{"send": "Enviar"}', encoding="utf-8")
    assert run("new", "pt", "--fallback", "es")[0] == 0
    assert json.loads((here / WIDGET / "pt.json").read_text(encoding="utf-8")) == {"send": "Enviar"}
    assert "texts of the widget missing" in run("check", "pt")[1]


def test_a_begun_language_changes_nothing_and_its_customers_are_answered_in_the_nearest(here: Path) -> None:
    begin(here, "pt", "es")
    (here / lexicon.FOLDER / "pt.yml").write_text("affirmative: [sim]\n", encoding="utf-8")
    script = (
        "from concierge.channels import language\n"
        "from concierge.channels.sentences import sentence\n"
        "from concierge.dialogue.language_choice import language_in\n"
        "from concierge.languages import lexicon, registry\n"
        "lexicon.check()\n"
        "print(registry.complete(), registry.supported('pt-BR,pt;q=0.9'), registry.supported('pt,fr'),\n"
        "      registry.supported('ja,pt'), registry.candidates('pt'), 'sim' in lexicon.words('affirmative'),\n"
        "      language_in('em português'), sentence('not_found', registry.supported('pt')),\n"
        "      sorted(language.evidence('onde está a minha encomenda, por favor')))\n"
    )
    assert answered(here, script) == (
        "('en', 'fr', 'it', 'de', 'es') es fr es ('pt', 'es', 'en') False None No hay nada en esta dirección. "
        "['de', 'en', 'es', 'fr', 'it']"
    )
    assert run("check", "es") == (0, "Spanish: lacks nothing.\n")
    assert run("check", "pt")[0] == 0
    assert run("check")[0] == 0


def test_a_mistake_in_a_begun_lexicon_is_reported(here: Path) -> None:
    begin(here, "pt")
    (here / lexicon.FOLDER / "pt.yml").write_text("afirmative: [sim]\n", encoding="utf-8")
    status, said = run("check", "pt")
    assert status == 1
    assert "data/lexicon/pt.yml: nothing reads the key “afirmative”" in said


def test_a_complete_language_that_lacks_something_fails_the_check(here: Path) -> None:
    file = here / WIDGET / "fr.json"
    texts = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**texts, "send": "", "tooLong": "trop long", "sned": "x"}), encoding="utf-8")
    status, said = run("check", "fr")
    assert status == 1
    assert said.splitlines() == [
        "French: lacks",
        "  concierge/web/src/widget/texts/fr.json: texts of the widget missing (1): send",
        "  concierge/web/src/widget/texts/fr.json: tooLong has not the placeholders of the English",
        "  concierge/web/src/widget/texts/fr.json: nothing says sned",
    ]


def test_a_language_that_is_filled_in_is_answered_in(here: Path) -> None:
    """Filled in with Spanish, where it need not be Portuguese."""
    begin(here, "pt", "es")
    fill_in(here)
    assert run("check", "pt") == (
        0,
        "Portuguese lacks nothing. Move it to “complete” in data/languages.json, add it to TEXTS in "
        "concierge/web/src/widget/strings.ts and to FILE_TEXTS beside it, and run the tests.\n",
    )
    known = registry.read(here)
    registry.write(here, {**known, "pt": replace(known["pt"], complete=True)})
    script = (
        "from concierge.channels import language\n"
        "from concierge.channels.sentences import sentence\n"
        "from concierge.dialogue.language_choice import language_in\n"
        "from concierge.languages import lexicon, registry\n"
        "print(registry.complete()[-1], registry.supported('pt-BR'), 'sim' in lexicon.words('affirmative'),\n"
        "      language_in('em português'), sentence('not_found', 'pt'),\n"
        "      'pt' in language.evidence('onde está a minha encomenda, por favor'))\n"
    )
    assert answered(here, script) == "pt pt True pt Não há nada neste endereço. True"
    assert run("check")[0] == 0


def answered(root: Path, script: str) -> str:
    """What a process prints that has been started in the project."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": str(root)},
        cwd=root, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def fill_in(root: Path) -> None:
    words = yaml.safe_load((root / lexicon.FOLDER / "es.yml").read_text(encoding="utf-8"))
    save(root / lexicon.FOLDER / "pt.yml", {**words, "affirmative": ["sim"]})
    sentences = yaml.safe_load((root / SENTENCES / "es.yml").read_text(encoding="utf-8"))
    save(root / SENTENCES / "pt.yml", {**sentences, "not_found": "Não há nada neste endereço."})
    (root / MAILS / "pt.yml").write_bytes((root / MAILS / "es.yml").read_bytes())
    for folder in INTERFACE:
        (root / folder / "pt.json").write_bytes((root / folder / "es.json").read_bytes())
    for path in [*(root / "data").rglob("*.yml"), root / "domain.yml"]:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        if "responses" in content:
            content["responses"] = {name: translated(each) for name, each in content["responses"].items()}
            save(path, content)
    table = read(root).items()
    titled = {
        key: {**said, "pt": said["es"]} if not isinstance(said, str) and "es" in said else said for key, said in table
    }
    save(root / TABLE, {"titles": titled})
    values = root / "concierge/answers/values.yml"
    content = yaml.safe_load(values.read_text(encoding="utf-8"))
    for words in [
        *content["units"].values(),
        *(word for names in content["names"].values() for word in names.values()),
    ]:
        words.update({"pt": words["es"]} if "es" in words else {})
    save(values, content)
    secrets = root / "concierge/masking/secret_words.yml"
    groups = yaml.safe_load(secrets.read_text(encoding="utf-8"))
    save(secrets, {name: {**each, "pt": each["es"]} for name, each in groups.items()})
    questions = root / "tests/nlu/languages.yml"
    asked = yaml.safe_load(questions.read_text(encoding="utf-8"))
    save(questions, {**asked, "pt": asked["es"]})
    for path in (root / "concierge/web/src/shop").glob("*.ts"):
        path.write_text(path.read_text(encoding="utf-8").replace(" es: ", ' pt: "", es: '), encoding="utf-8")


def translated(variants: list[dict]) -> list[dict]:
    """With a Portuguese variant beside each Spanish one, and a button for Portuguese where Spanish has one."""
    portuguese = [
        {**each, "condition": [{**c, "value": "pt"} if c["value"] == "es" else c for c in each["condition"]]}
        for each in variants
        if any(c["value"] == "es" for c in each.get("condition", []))
    ]
    both = [*variants, *portuguese]
    button = '/change_language{"choice": "es"}'
    for each in both:
        if any(b["payload"] == button for b in each.get("buttons", [])):
            each["buttons"] = [*each["buttons"], {"title": "Português", "payload": button.replace("es", "pt")}]
    return both


def save(path: Path, content: object) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")


def test_the_widget_compiles_with_a_begun_language_and_not_without_the_texts_of_a_complete_one(here: Path) -> None:
    web = here / "concierge" / "web"
    (web / "node_modules").symlink_to(ROOT / "concierge" / "web" / "node_modules")
    begin(here, "pt", "es")
    assert compiled(web).returncode == 0
    known = registry.read(here)
    registry.write(here, {**known, "pt": replace(known["pt"], complete=True)})
    assert "Property 'pt' is missing" in compiled(web).stdout


def compiled(web: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join((str(ROOT / ".tools" / "bin"), os.environ["PATH"]))
    command = ["npm", "run", "--silent", "check"]
    return subprocess.run(
        command, cwd=web, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
