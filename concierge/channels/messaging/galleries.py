"""The cards of a message as a channel shows them: orders and what is asked of them, or one for each thing to choose."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any

from concierge.channels.messaging.model import Card, Choice, Gallery, Limits, Link
from concierge.channels.messaging.splitting import shorten
from concierge.channels.sentences import sentence
from concierge.conversations import Message

_LONGEST_URL = 1000  # LINE's, the shortest


def gallery(message: Message, choices: tuple[Choice, ...], limits: Limits, language: str) -> tuple[Card, ...]:
    """Empty where the channel has no cards, or one of the message's holds more than there is room for. ``choices`` are
    all that the message offers, in order: cards have theirs, and what is left stands beside the text."""
    room = limits.gallery
    if room is None:
        return ()
    if pieces := pieces_of(message):
        if not 1 < len(pieces) == len(choices) <= room.cards:
            return ()
        choose = shorten(sentence("choose_this", language), room.button)
        return tuple(
            Card(
                shorten(each["title"], room.title),
                _within([below(each)], room),
                _picture(each.get("image")),
                choices=(Choice(choose, choice.reference),),
            )
            for each, choice in zip(pieces, choices, strict=True)
        )
    offered = {int(each.reference.rpartition(".")[2]): each for each in choices}
    numbers = count(len(message.payload.get("buttons") or []))
    found = tuple(
        _card(each, room, [offered.get(next(numbers)) for _ in each.get("buttons") or []])
        for each in message.payload.get("cards") or []
        if _shows(each, choices, room)
    )
    fits = all(each.title and len(each.choices) + bool(each.link) <= room.buttons for each in found)
    return found if fits and all(each.text or each.image or each.link or each.choices for each in found) else ()


def link_below(message: Message, choices: tuple[Choice, ...], limits: Limits) -> Link | None:
    """The link of an order's card where it stands below the text; of several the first."""
    room = limits.gallery
    if room is None or not room.link_alone or (choices and not room.link_among_choices):
        return None
    links = (_link(each, room) for each in message.payload.get("cards") or [] if each.get("type"))
    return next((each for each in links if each), None)


def pieces_of(message: Message) -> list[dict[str, Any]]:
    """What the buttons choose, one for each; empty where it is not told."""
    pieces = message.payload.get("choices") or []
    return pieces if len(pieces) == len(message.payload.get("buttons") or []) else []


def below(piece: Mapping[str, Any]) -> str:
    """What tells a piece from others of its name, in one line."""
    return ", ".join(str(piece[key]) for key in ("detail", "value") if piece.get(key))


def _shows(card: Mapping[str, Any], choices: tuple[Choice, ...], room: Gallery) -> bool:
    if not card.get("type") or not room.link_alone:
        return True
    return bool(choices) and not room.link_among_choices and _link(card, room) is not None


def _card(card: Mapping[str, Any], room: Gallery, own: list[Choice | None]) -> Card:
    told = [card.get("subtitle"), card.get("text"), _pair(card.get("lead")), _reached(card)]
    told += [", ".join(_texts(each, "title", "detail", "value")) for each in card.get("items") or []]
    told += [_pair(each) for each in card.get("rows") or []]
    return Card(
        shorten(str(card.get("title") or ""), room.title),
        _within(told, room),
        _picture(card.get("image") or card.get("image_url")),
        _link(card, room),
        tuple(Choice(shorten(each.title, room.button), each.reference) for each in own if each),
    )


def _within(told: list[Any], room: Gallery) -> str:
    """As much of it, from the beginning, as there is room for."""
    first, *more = [str(each) for each in told if each] or [""]
    text = shorten(first, room.text)
    for each in more:
        longer = f"{text}{room.between}{each}"
        if len(longer) > room.text:
            break
        text = longer
    return text


def _picture(address: Any) -> str:
    return address if isinstance(address, str) and address.startswith("https://") else ""


def _reached(card: Mapping[str, Any]) -> str:
    """Where it stands, unless the title says so."""
    done = [each for each in card.get("steps") or [] if each.get("done")]
    return (
        _pair({"label": done[-1]["title"], "value": done[-1].get("value")}) if done and card["type"] != "order" else ""
    )


def _pair(row: Mapping[str, Any] | None) -> str:
    return ": ".join(_texts(row or {}, "label", "value"))


def _texts(row: Mapping[str, Any], *names: str) -> list[str]:
    return [str(row[name]) for name in names if row.get(name)]


def _link(card: Mapping[str, Any], room: Gallery) -> Link | None:
    url, title = str(card.get("url") or ""), str(card.get("link") or "")
    if not title or not url.startswith(("https://", "http://")) or len(url) > _LONGEST_URL:
        return None
    return Link(shorten(title, room.button), url)
