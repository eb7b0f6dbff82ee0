"""``credentials.yml``: which channels are on, in Rasa's form, with the classes of ours that the front mounts."""

from __future__ import annotations

import os
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

from concierge.channels.mounting import MountedChannel

_VARIABLE = re.compile(r"\$\{(\w+)\}")
_PROCESS, _ASSISTANT = "process", "assistant"  # below a channel that only `rasa run` mounts


class BadCredentials(ValueError):
    """``credentials.yml`` cannot be used; says what to do."""


def channels(path: Path) -> list[MountedChannel]:
    """Those that the front serves, in the file's order. ``${NAME}`` is a variable of the environment, as in Rasa.

    Raises ``BadCredentials``.
    """
    written = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    if not isinstance(written, dict):
        raise BadCredentials(f"{path.name} must name channels, each with its settings or nothing below it")
    found = []
    for name, settings in written.items():
        below = _filled_in(settings, path.name)
        if not (isinstance(below, dict) and below.get(_PROCESS) == _ASSISTANT):
            found.append(_channel(str(name), below, path.name))
    return found


def _channel(name: str, settings: Any, file: str) -> MountedChannel:
    module, _, attribute = name.rpartition(".")
    try:
        channel = getattr(import_module(module), attribute) if module else None
    except (ImportError, AttributeError) as problem:
        raise BadCredentials(f"{file} names the channel {name}, which cannot be imported: {problem}") from problem
    if not isinstance(channel, type) or not issubclass(channel, MountedChannel):
        raise BadCredentials(
            f"{file} names the channel {name}, which is none of ours: it would speak past the conversation log. Take "
            "it out, or write it as a MountedChannel (CONTRIBUTING.md, “A channel”)"
        )
    return channel.from_credentials(settings)


def _filled_in(value: Any, file: str) -> Any:
    if isinstance(value, dict):
        return {key: _filled_in(below, file) for key, below in value.items()}
    if isinstance(value, list):
        return [_filled_in(each, file) for each in value]
    if not isinstance(value, str):
        return value
    missing = [name for name in _VARIABLE.findall(value) if name not in os.environ]
    if missing:
        raise BadCredentials(f"{file} names {', '.join(missing)}, which the environment does not have")
    return _VARIABLE.sub(lambda found: os.environ[found[1]], value)
