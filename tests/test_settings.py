"""Settings are a contract with operators: each one is documented, and a wrong value says what to write."""

import re

import pytest
from pydantic import ValidationError

from concierge.channels.messaging.registry import kinds
from concierge.processes.service import services
from concierge.settings import ROOT, Settings


def test_every_setting_is_in_the_example_file_and_nothing_else():
    text = (ROOT / ".env.example").read_text()
    documented = set(re.findall(r"^#?(CONCIERGE_[A-Z_]+)=", text, re.MULTILINE))
    channels = {variable.name for kind in kinds() for variable in kind.variables}
    assert documented == {f"CONCIERGE_{name.upper()}" for name in Settings.__fields__} | channels


def test_the_example_file_states_the_defaults(monkeypatch):
    text = (ROOT / ".env.example").read_text()
    for name in Settings.__fields__:
        monkeypatch.delenv(f"CONCIERGE_{name.upper()}", raising=False)
    defaults = Settings(_env_file=None)
    for name, value in re.findall(r"^CONCIERGE_([A-Z_]+)=(.*)$", text, re.MULTILINE):
        default = getattr(defaults, name.lower())
        assert str(default).lower().removesuffix(".0") == value.lower(), name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("front_port", 0),
        ("action_timeout", 60),
        ("log_level", "LOUD"),
        ("actions", "both"),
        ("pictures", "images.house.example"),
        ("pictures", "https://images.house.example; script-src *"),
    ],
)
def test_a_wrong_value_names_the_setting(name, value):
    with pytest.raises(ValidationError, match=name):
        Settings(_env_file=None, **{name: value})


@pytest.mark.parametrize(
    ("given", "actions", "address", "started"),
    [
        ({}, "embedded", None, ["front", "desk", "assistant"]),
        ({"actions_url": ""}, "embedded", None, ["front", "desk", "assistant"]),
        ({"actions": "server"}, "server", "http://127.0.0.1:6055/webhook", ["front", "desk", "assistant", "actions"]),
        ({"actions_url": "http://acts:1/webhook"}, "server", "http://acts:1/webhook", ["front", "desk", "assistant"]),
        (
            {"actions": "embedded", "actions_url": "http://127.0.0.1:6055/webhook"},
            *("server", "http://127.0.0.1:6055/webhook", ["front", "desk", "assistant", "actions"]),
        ),
    ],
)
def test_where_actions_run_and_what_is_started_for_it(given, actions, address, started):
    settings = Settings(_env_file=None, actions_port=6055, **given)
    assert settings.actions == actions
    assert address in (None, settings.action_server)
    assert [service.name for service in services(settings)] == started


def test_the_signing_key_is_made_once_and_is_private(tmp_path):
    first = Settings(_env_file=None, var=tmp_path, secret=None).signing_key
    assert first == Settings(_env_file=None, var=tmp_path, secret=None).signing_key
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_a_secret_never_shows_itself():
    assert "hush" not in repr(Settings(_env_file=None, secret="hush" * 8))
