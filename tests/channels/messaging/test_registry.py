"""A channel is its module: nothing else has to know of it. And what the documents say of channels is so."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

import pytest
from click.testing import CliRunner

from concierge.channels.messaging import adapters
from concierge.channels.messaging.adapter import Adapter
from concierge.channels.messaging.registry import configured, kinds
from concierge.channels.messaging.table import table
from concierge.cli import main
from concierge.conversations import ConversationLog, schema, upgrade
from concierge.conversations.outbox import Outbox, Taken
from concierge.settings import ROOT, get_settings
from concierge.storage.database import open_engine, write
from tests.channels.messaging.provider import Providers

NEW = """
from concierge.channels.messaging.adapter import Adapter, moment, objects_at, same, text_at
from concierge.channels.messaging.model import Incoming, Limits, Variable


class Pigeon(Adapter):
    name, title, webhook = "pigeon", "Carrier pigeon", "pigeon"
    variables = (Variable("CONCIERGE_PIGEON_SECRET", "the ring", secret=True),)
    limits = Limits(text=30)
    sent = []

    def verified(self, delivery):
        return same(self.values["CONCIERGE_PIGEON_SECRET"], delivery.headers.get("ring", ""))

    def parse(self, delivery):
        for each in objects_at(delivery.json, "letters"):
            yield Incoming(self.name, text_at(each, "id"), text_at(each, "loft"), moment(None), text_at(each, "text"))

    async def send(self, api, to, parts):
        self.sent += [(to.address, part.text) for part in parts]
        return ["1"]

    async def check(self, api):
        return []
"""


@pytest.fixture
def pigeon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "pigeon.py").write_text(NEW)
    monkeypatch.setattr(adapters, "__path__", [*adapters.__path__, str(tmp_path)])
    yield configured(lambda names: {"CONCIERGE_PIGEON_SECRET": "ring"} if "CONCIERGE_PIGEON_SECRET" in names else {})
    sys.modules.pop(f"{adapters.__name__}.pigeon", None)


async def test_a_new_channel_needs_only_its_module(pigeon: dict[str, Adapter], alone) -> None:
    assert list(pigeon) == ["pigeon"]
    assert "| Carrier pigeon | 30 characters | numbered |" in table()
    alone.adapters = pigeon
    one = alone.hear("pigeon", "loft 7")
    alone.log.append(one, "assistant", "Your bag was delivered. It waits at the desk.")
    async with alone.sender():
        await alone.drained()
    sent = [("loft 7", "Your bag was delivered."), ("loft 7", "It waits at the desk.")]
    assert pigeon["pigeon"].sent == sent  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", sorted(Path(adapters.__path__[0]).glob("*.py")), ids=lambda path: path.stem)
def test_an_adapter_is_short_and_knows_nothing_of_rasa(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= 200
    assert not {word for word in ("rasa", "numpy", "spacy", "sanic", "sqlalchemy") if f"import {word}" in text}


def test_the_room_imports_nothing_of_rasa() -> None:
    code = (
        "import sys; import concierge.channels.messaging.door, concierge.channels.messaging.registry as r; r.kinds(); "
        "print(sorted({'rasa', 'numpy', 'spacy', 'tensorflow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_the_table_in_the_documents_is_what_the_adapters_say() -> None:
    page = (ROOT / "docs" / "channels" / "README.md").read_text()
    shown = page.partition("<!-- made by concierge channels table -->\n")[2].partition("<!-- end -->")[0]
    assert shown == CliRunner().invoke(main, ["channels", "table"]).output, (
        "put the output of `concierge channels table` there"
    )


PAGES = ROOT / "docs" / "channels"
TWILIO = {"sms": "twilio", "twilio_whatsapp": "twilio"}  # one account, and one page


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_each_channel_has_a_page_from_the_providers_console_to_the_first_message(kind: type[Adapter]) -> None:
    name = TWILIO.get(kind.name, kind.name)
    page = (PAGES / f"{name}.md").read_text()
    wanted = {f"/webhooks/messaging/{kind.webhook}", f"concierge channels check {kind.name}"}
    needed = {each.name for each in kind.variables if each.default is None}
    assert {each for each in wanted | needed if each not in page} == set()
    told, _, last = page.partition("concierge channels check")
    assert "1. " in told, "steps"
    assert any(word in last.split("\n\n")[0] for word in ("write", "posts")), "the first message"


@pytest.mark.parametrize("kind", ["website", "rest"])
def test_so_has_each_other_way_in(kind: str) -> None:
    assert f"concierge.channels.{kind}." in (ROOT / "credentials.yml").read_text()
    page = (PAGES / f"{kind}.md").read_text()
    assert {each for each in ("\n1. ", f"/webhooks/{kind}", "https://") if each not in page} == set()


def test_every_page_is_in_the_list_and_names_only_variables_that_there_are() -> None:
    listed = re.findall(r"\]\(([a-z]+)\.md\) \|", (PAGES / "README.md").read_text())
    assert sorted(listed) == sorted(path.stem for path in PAGES.glob("*.md") if path.stem != "README")
    assert {TWILIO.get(kind.name, kind.name) for kind in kinds()} | {"website", "rest"} == set(listed)
    known, named = (
        set(re.findall(r"\bCONCIERGE_[A-Z_]+[A-Z]\b", "".join(path.read_text() for path in paths)))
        for paths in ([ROOT / ".env.example"], PAGES.glob("*.md"))
    )
    assert named - known == set()


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, providers: Providers):
    """The command, with every channel configured, on a database of its own."""
    for name, value in {**providers.environment(), "CONCIERGE_VAR": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    yield lambda *words: CliRunner().invoke(main, ["channels", *words])
    get_settings.cache_clear()


def test_status_tells_what_was_not_delivered_and_retry_sends_it(command, tmp_path: Path) -> None:
    assert "Telegram             on: nothing sent yet" in command("status").output
    engine = open_engine(f"sqlite:///{tmp_path / 'concierge.db'}")
    upgrade(engine)
    log = ConversationLog(engine)
    outbox = Outbox(log)
    one = log.open("telegram", "1").id
    outbox.hear(one, "telegram", datetime.now(timezone.utc), {})
    log.append(one, "advisor", "the parcel of Madame Fontaine")
    claim = outbox.claim(one, 5)
    assert claim is not None
    outbox.fail(claim, 1, "blocked_by_customer")
    told = command("status").output
    assert "Telegram             on: 1 failed" in told
    assert f"{one} 1: blocked_by_customer" in told
    assert "Fontaine" not in told
    assert command("retry", one, "1").exit_code == 0
    assert "1 waiting" in command("status").output
    again = command("retry", one, "1")
    assert (again.exit_code, "has failed" in again.output) == (1, True)


def test_status_tells_of_what_nobody_knows_and_whether_anybody_looks(command, tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'concierge.db'}")
    upgrade(engine)
    log = ConversationLog(engine)
    outbox = Outbox(log)
    ones = [log.open("wechat", address).id for address in ("o1", "o2")]
    for one in ones:
        outbox.hear(one, "wechat", datetime.now(timezone.utc), {})
        log.append(one, "assistant", "the parcel of Madame Fontaine")
        claim = outbox.claim(one, 5)
        assert claim is not None
        outbox.doubt(claim, Taken(1), 0.0)
    with write(engine) as connection:
        attended = schema.conversations.update().where(schema.conversations.c.id == ones[1])
        connection.execute(attended.values(owner="advisor"))
    told = command("status").output
    assert "WeChat               on: 2 of which nobody knows" in told
    assert "Not delivered" not in told
    assert f"{ones[0]} 1: outcome_unknown; no advisor has the conversation\n" in told
    assert f"{ones[1]} 1: outcome_unknown\n" in told
    assert command("retry", ones[0], "1").exit_code == 0
    assert "1 waiting, 1 of which nobody knows" in command("status").output


def test_check_asks_the_providers(command, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = command("check")
    assert answer.exit_code == 0, answer.output
    assert answer.output.count("is well") == len(kinds())
    monkeypatch.setenv("CONCIERGE_LINE_TOKEN", "expired")
    answer = command("check", "line")
    assert (answer.exit_code, answer.output) == (
        1,
        "LINE: the provider does not know our token. Enter a new one: CONCIERGE_LINE_TOKEN\n",
    )
    monkeypatch.delenv("CONCIERGE_LINE_TOKEN")
    assert "LINE is off: set CONCIERGE_LINE_TOKEN" in command("check", "line").output
    assert "There is no channel pigeon" in command("check", "pigeon").output
    monkeypatch.setenv("CONCIERGE_TELEGRAM_API", "http://127.0.0.1:9")
    assert "was not reached" in command("check", "telegram").output
