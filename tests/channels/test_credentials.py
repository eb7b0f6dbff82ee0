"""``credentials.yml`` says which channels the front mounts, in Rasa's form; what it cannot mount is said at start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from concierge.channels import credentials
from concierge.channels.mounting import MountedChannel
from concierge.channels.rest import RestChannel
from concierge.channels.website import WebsiteChannel
from concierge.settings import ROOT


class Told(MountedChannel):
    """Keeps what it is made with."""

    given: Any = None

    @classmethod
    def from_credentials(cls, credentials: Any) -> MountedChannel:
        cls.given = credentials
        return cls()


@pytest.fixture
def written(tmp_path: Path):
    def write(text: str) -> Path:
        path = tmp_path / "credentials.yml"
        path.write_text(text)
        return path

    return write


def test_the_front_mounts_what_ships_but_the_assistants() -> None:
    found = credentials.channels(ROOT / "credentials.yml")
    assert [type(each) for each in found][:2] == [WebsiteChannel, RestChannel]
    assert "InboxChannel" in (ROOT / "credentials.yml").read_text()
    assert "InboxChannel" not in [type(each).__name__ for each in found]


def test_settings_below_a_channel_may_name_variables(written, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_TOKEN", "t0ken")
    place = f"{Told.__module__}.Told"
    monkeypatch.setitem(__import__("sys").modules, Told.__module__, __import__("types").SimpleNamespace(Told=Told))
    credentials.channels(written(f"{place}:\n  keys: ['${{A_TOKEN}}', 7]\n"))
    assert Told.given == {"keys": ["t0ken", 7]}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- rest\n", "must name channels"),
        ("concierge.channels.nowhere.Channel:\n", "cannot be imported"),
        ("rest:\n", "none of ours"),
        ("concierge.channels.rest.Callers:\n", "none of ours"),
        ("concierge.channels.rest.RestChannel:\n  key: ${NOT_THERE}\n", "NOT_THERE, which the environment does not"),
    ],
)
def test_what_cannot_be_mounted_is_said(written, text: str, says: str) -> None:
    with pytest.raises(credentials.BadCredentials, match=says):
        credentials.channels(written(text))
