"""The templates that the house has written down, held against those that the provider has approved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from concierge.channels.messaging.calling import Api
from concierge.channels.messaging.commands import _is_well
from concierge.channels.messaging.templates import Templates, differences
from tests.channels.messaging.conftest import Alone
from tests.channels.messaging.provider import Providers

WRITTEN = """
whatsapp:
  news:
    en: {code: en_GB, text: "Good day {first_name}, news of {order}. {first_name}, answer here."}
    fr: {code: fr, text: "Bonjour {first_name}"}
    de: {text: "Guten Tag"}
  other:
    en: {text: "Hello {order}"}
twilio_whatsapp:
  news:
    en: {id: HX1, text: "Good day {first_name}"}
    fr: {id: HX2, text: "Bonjour {first_name}"}
"""


def at_meta(name: str, language: str, status: str, text: str) -> dict[str, Any]:
    header = {"type": "HEADER", "format": "TEXT", "text": "The house"}
    return {
        "name": name,
        "language": language,
        "status": status,
        "components": [header, {"type": "BODY", "text": text}],
    }


@pytest.fixture
def ours(tmp_path: Path) -> Templates:
    (tmp_path / "templates.yml").write_text(WRITTEN)
    return Templates(tmp_path / "templates.yml")


async def test_each_is_looked_for_and_read(alone: Alone, providers: Providers, ours: Templates) -> None:
    meta: Any = providers.fakes["whatsapp"]
    meta.templates = [
        at_meta("news", "en_GB", "APPROVED", "Good day {{1}}, news of {{2}}.\n{{1}}, answer here."),
        at_meta("news", "fr", "PENDING", "Bonjour {{1}}"),
        at_meta("other", "en", "APPROVED", "Hello {{order}}, and more"),
    ]
    async with Api() as api:
        known = await alone.adapters["whatsapp"].known_templates(api)
    assert known is not None
    assert list(differences(ours.of("whatsapp"), known)) == [
        "the template news in fr is pending there, and cannot be sent until it is approved.",
        "the template news in de is not known there. Have it approved, or put name, code or id right in "
        "CONCIERGE_TEMPLATES.",
        "the template other in en reads otherwise there. Write into CONCIERGE_TEMPLATES what was approved.",
    ]
    meta.templates = []


async def test_twilios_are_known_by_their_ids(
    alone: Alone, providers: Providers, ours: Templates, capsys: pytest.CaptureFixture[str]
) -> None:
    twilio: Any = providers.fakes["twilio_whatsapp"]
    types = {"twilio/text": {"body": "Good day {{1}}"}}
    approved = {"sid": "HX1", "friendly_name": "n", "language": "en", "types": types}
    twilio.contents = [{**approved, "approval_requests": {"status": "approved"}}, {"sid": "HX2", "types": None}]
    adapter = alone.adapters["twilio_whatsapp"]
    async with Api() as api:
        known = await adapter.known_templates(api)
        assert known is not None
        assert list(differences(ours.of("twilio_whatsapp"), known)) == [
            "the template news in fr is not submitted there, and cannot be sent until it is approved."
        ]
        assert not await _is_well(adapter, api, ours.of("twilio_whatsapp"))
        assert await _is_well(adapter, api, []), "nothing is asked without templates"
    assert "not submitted" in capsys.readouterr().out
    twilio.contents = []


@pytest.mark.parametrize("channel", ["whatsapp", "twilio_whatsapp"])
async def test_however_many_there_are_each_is_read(alone: Alone, providers: Providers, channel: str) -> None:
    fake: Any = providers.fakes[channel]
    names = [f"news_{number}" for number in range(51)]  # on 26 pages of the fake's
    fake.templates = [at_meta(name, "en", "APPROVED", "Hello") for name in names]
    fake.contents = [{"sid": f"HX{name}", "friendly_name": name, "language": "en", "types": {}} for name in names]
    async with Api() as api:
        known = await alone.adapters[channel].known_templates(api)
    assert known is not None
    assert [each.name for each in known] == names
    fake.templates, fake.contents = [], []


async def test_what_cannot_be_asked_for_is_told(
    alone: Alone, ours: Templates, capsys: pytest.CaptureFixture[str]
) -> None:
    adapter = alone.adapters["whatsapp"]
    adapter.values = {**adapter.values, "CONCIERGE_WHATSAPP_BUSINESS_ID": ""}
    async with Api() as api:
        assert await _is_well(adapter, api, ours.of("whatsapp"))
    assert "were not compared" in capsys.readouterr().out
