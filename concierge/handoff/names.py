"""What advisors call the codes that a case comes with: a topic by its title, everything else by a few plain words.

Intents are named in ``data/intents.yml``; here are the reasons that are no intent's. What is called otherwise in other
languages of the desk stands in ``names.yml``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from concierge import intents, yaml_files
from concierge.intents import Kind
from concierge.languages.registry import DEFAULT

# Reasons of a case that are no intent's.
_REASONS = {
    "customer_asked": "Wishes to speak with an advisor",
    "not_understood": "Not understood",
    "technical_problem": "Technical problem",
    "identity_failed": "Could not prove who they are",
    "exception": "Asks for an exception",
}
# These say that a person is wanted, not what for.
_SAYS_LITTLE = {*_REASONS, "abuse"}
# As they stand after “by”.
_CHANNELS = {
    "website": "website",
    "rest": "another program of the house",
    "rest_server": "another program of the house",
    "rest_anonymous": "another program, without proof of who it is",
    "apple": "Apple Messages for Business",
    "callback": "another program of the house",
    "email": "e-mail",
    "instagram": "Instagram",
    "line": "LINE",
    "messenger": "Messenger",
    "slack": "Slack",
    "sms": "text message",
    "telegram": "Telegram",
    "twilio_whatsapp": "WhatsApp",
    "wechat": "WeChat",
    "whatsapp": "WhatsApp",
}


def name(code: str) -> str:
    """Of an intent, of a single question of one (``topic/facet``), or of a reason: never a code."""
    general = code.partition("/")[0]
    intent = intents.registry().intents.get(general) or _by_reason().get(general)
    known = (intent.desk or intent.title.get(DEFAULT)) if intent is not None else _REASONS.get(general)
    return known or general.removeprefix("EXTERNAL_").replace("_", " ").strip().capitalize()


def names() -> dict[str, str]:
    """Of every code that a case may come with."""
    return {code: name(code) for code in (*intents.registry().intents, *_by_reason(), *_REASONS)}


def titles(language: str) -> dict[str, str]:
    """What topics, reasons and channels are called in another language, by the English name."""
    found = (intents.registry().intents.get(code) or _by_reason().get(code) for code in names())
    known = (each for each in found if each is not None and not each.desk and language in each.title)
    called = {each.title[DEFAULT]: each.title[language] for each in known if DEFAULT in each.title}
    return {**called, **_in_other_languages().get(language, {})}


def channel(code: str) -> str:
    """By which way a customer came, after “by”."""
    return _CHANNELS.get(code) or code.replace("_", " ")


def channels() -> dict[str, str]:
    """Of every channel of ours, where it stands alone."""
    return {code: called[:1].upper() + called[1:] for code, called in _CHANNELS.items()}


def topic(
    reason: str, about: str | None, decisions: Iterable[Mapping[str, Any]], understood: Iterable[str | None]
) -> str:
    """The code of what a case is about; ``about`` is named beside the wish for a person, ``understood`` are the intents
    of the customer's messages, both of them and ``decisions`` oldest first."""
    if reason not in _SAYS_LITTLE:
        return reason
    if about:
        return about
    tasks = {each.decision: each.name for each in intents.registry().intents.values() if each.decision}
    decided = [tasks.get(str(each.get("kind")), str(each.get("kind"))) for each in decisions]
    asking = intents.of_kind(Kind.TOPIC, Kind.TASK)
    asked = [each for each in understood if each and each.partition("/")[0] in asking]
    if reason == "exception" and decided:
        return decided[-1]
    return next(iter([*asked[-1:], *decided[-1:]]), reason)


@lru_cache(maxsize=1)
def _in_other_languages() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = yaml_files.read(Path(__file__).with_name("names.yml"))
    return found


@lru_cache(maxsize=1)
def _by_reason() -> dict[str, intents.Intent]:
    found = intents.registry().intents.values()
    own = {each.handoff.reason: each for each in found if each.handoff}
    return {**{reason: each for each in found for reason in each.reasons}, **own}
