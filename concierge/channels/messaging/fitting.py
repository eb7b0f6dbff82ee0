"""A message of the log as a channel takes it: in parts, with cards, buttons, a list, or numbers to answer with."""

from __future__ import annotations

from dataclasses import replace

from concierge.channels.messaging.galleries import below, gallery, link_below, pieces_of
from concierge.channels.messaging.model import Approved, Card, Choice, Limits, Link, Part
from concierge.channels.messaging.splitting import shorten, split
from concierge.channels.sentences import sentence
from concierge.conversations import Message
from concierge.conversations.base import ADVISOR_JOINED
from concierge.conversations.outbox_states import Place
from concierge.languages.registry import DEFAULT

_PREFIX = "c"  # of what is put behind a button


def fit(message: Message, limits: Limits, language: str) -> list[Part]:
    """In order. Empty for a message that says nothing."""
    author = message.author if message.role == "advisor" else ""
    bare = Part("", seq=message.seq, conversation_id=message.conversation_id, author=author)
    if told := message.payload.get("template"):
        template = Approved(told["name"], told["code"], told["id"], tuple(told["values"]))
        return [replace(bare, text=message.text, template=template)]
    cards, choices = _placed(message, limits, language)
    link = None if cards else link_below(message, choices, limits)
    said = _in_words(_said(message, language, cards_too=not cards), choices, link, limits, language)
    said = [replace(each, seq=bare.seq, conversation_id=bare.conversation_id, author=author) for each in said]
    most = limits.gallery.cards if limits.gallery else 1
    shown = [replace(bare, cards=cards[first : first + most]) for first in range(0, len(cards), most)]
    # Quick replies go with the message that follows, so that what offers them comes last.
    if shown and said and said[-1].choices and not said[-1].as_list and limits.gallery and limits.gallery.choices_below:
        said[-1], shown[-1] = replace(said[-1], choices=()), replace(shown[-1], choices=said[-1].choices)
    parts = [*said[:-1], *shown, said[-1]] if said and said[-1].choices else [*said, *shown]
    return [replace(each, number=number) for number, each in enumerate(parts)]


def _placed(message: Message, limits: Limits, language: str) -> tuple[tuple[Card, ...], tuple[Choice, ...]]:
    """The cards that the channel shows, and the choices that stand beside the text."""
    every = offered(message)
    cards = gallery(message, every, limits, language)
    on_cards = {each.reference for card in cards for each in card.choices}
    return cards, tuple(each for each in every if each.reference not in on_cards)


def _in_words(text: str, choices: tuple[Choice, ...], link: Link | None, limits: Limits, language: str) -> list[Part]:
    if choices and not (_as_buttons(choices, limits) or _as_list(choices, limits)):
        lines = [f"{number}. {choice.title}" for number, choice in enumerate(choices, 1)]
        hint = sentence("choose_by_number", language)
        text, choices = "\n\n".join([text, "\n".join(lines), hint]), ()
    if not choices:
        texts = split(text, limits.text, limits.unit) if link is None else _before_buttons(text, limits)
        return [Part(each, link=link if number == len(texts) - 1 else None) for number, each in enumerate(texts)]
    detailed = limits.row_detail > 0 and any(each.detail for each in choices) and _as_list(choices, limits)
    as_list = detailed or not _as_buttons(choices, limits)
    title, detail = (limits.row, limits.row_detail) if as_list else (limits.title, 0)
    choices = tuple(
        replace(each, title=shorten(each.title, title), detail=shorten(each.detail, detail) if detail else "")
        for each in choices
    )
    menu = shorten(sentence("choose", language), limits.title) if as_list else ""
    *before, last = _before_buttons(text or sentence("choose", language), limits)
    before = [*before, last] if limits.apart else before
    return [*(Part(each) for each in before), Part(last, choices, as_list, menu, link=link)]


def offered(message: Message) -> tuple[Choice, ...]:
    """The buttons of a message, and behind them those of its cards. What goes behind a button says which it is."""
    details = dict(enumerate(map(below, pieces_of(message))))
    found = [
        Choice(str(button.get("title") or ""), f"{_PREFIX}.{message.seq}.{index}", details.get(index, ""))
        for index, button in enumerate(buttons_of(message))
    ]
    return tuple(each for each in found if each.title)


def buttons_of(message: Message) -> list[dict[str, str]]:
    """Each with its title and payload, in the order in which they are numbered."""
    cards = message.payload.get("cards") or []
    return [*(message.payload.get("buttons") or []), *(each for card in cards for each in card.get("buttons") or [])]


def place(reference: str) -> tuple[int, int] | None:
    """Seq and index of the button that was tapped; ``None`` for what we have not put there."""
    parts = reference.split(".")
    if len(parts) != 3 or parts[0] != _PREFIX:
        return None
    digits = [each for each in parts[1:] if each.isascii() and each.isdecimal() and len(each) < 10]
    return (int(digits[0]), int(digits[1])) if len(digits) == 2 else None


def part_place(reference: str) -> Place | None:
    """Where the part stands that ``Part.reference`` names; ``None`` for what we have not written."""
    conversation_id, _, where = reference.partition(".")
    seq, _, part = where.partition(".")
    if not conversation_id or not (seq.isascii() and seq.isdecimal() and part.isascii() and part.isdecimal()):
        return None
    return Place(conversation_id, int(seq), int(part)) if len(seq) + len(part) < 12 else None


def numbered(message: Message, limits: Limits) -> bool:
    """Whether the channel shows this message's choices as a numbered text."""
    _, choices = _placed(message, limits, DEFAULT)
    return bool(choices) and not (_as_buttons(choices, limits) or _as_list(choices, limits))


def _as_buttons(choices: tuple[Choice, ...], limits: Limits) -> bool:
    return limits.fewest <= len(choices) <= limits.buttons and _readable(choices, limits.title)


def _as_list(choices: tuple[Choice, ...], limits: Limits) -> bool:
    return len(choices) <= limits.rows and _readable(choices, limits.row)


def _readable(choices: tuple[Choice, ...], most: int) -> bool:
    """Whole, or cut to where they still differ: providers refuse two buttons of one title."""
    titles = [shorten(each.title, most) for each in choices]
    return len(set(titles)) == len(titles) and all(len(each.title) <= 2 * most for each in choices)


def _before_buttons(text: str, limits: Limits) -> list[str]:
    most = limits.text_with_buttons or limits.text
    texts = split(text, limits.text, limits.unit)
    return texts if limits.unit(texts[-1]) <= most else [*texts[:-1], *split(texts[-1], most, limits.unit)]


def _said(message: Message, language: str, *, cards_too: bool) -> str:
    """The message in words: cards that it has no words for line by line, pictures and files by their address."""
    if message.payload.get("event") == ADVISOR_JOINED:
        return sentence("advisor_joined", language).format(advisor=message.payload.get("advisor") or "").strip()
    parts = [message.text]
    for card in (message.payload.get("cards") or []) if cards_too else []:
        if card.get("type"):  # an order's, say: the text has said all of it
            continue
        parts.append("\n".join(str(card[key]) for key in ("title", "subtitle") if card.get(key)))
    if message.kind in ("image", "file"):
        parts.append(str(message.payload.get("url") or ""))
    return "\n\n".join(part.strip() for part in parts if part.strip())
