"""A message of the log as a channel takes it: in parts, with buttons, a list, or numbers to answer with."""

from __future__ import annotations

from concierge.channels.messaging.model import Choice, Limits, Part
from concierge.channels.messaging.splitting import shorten, split
from concierge.channels.sentences import sentence
from concierge.conversations import Message
from concierge.conversations.base import ADVISOR_JOINED

_PREFIX = "c"  # of what is put behind a button


def fit(message: Message, limits: Limits, language: str) -> list[Part]:
    """In order. Empty for a message that says nothing."""
    text, choices = _said(message, language), offered(message)
    as_list = False
    if not choices:
        texts = split(text, limits.text, limits.unit)
    elif numbered(message, limits):
        lines = [f"{number}. {choice.title}" for number, choice in enumerate(choices, 1)]
        hint = sentence("choose_by_number", language)
        texts, choices = split("\n\n".join([text, "\n".join(lines), hint]), limits.text, limits.unit), ()
    else:
        as_list = not _as_buttons(choices, limits)
        choices = tuple(
            Choice(shorten(each.title, limits.row if as_list else limits.title), each.reference) for each in choices
        )
        texts = _before_buttons(text or sentence("choose", language), limits)
    author = message.author if message.role == "advisor" else ""
    last = len(texts) - 1
    return [
        Part(
            each,
            choices if number == last else (),
            as_list and number == last,
            shorten(sentence("choose", language), limits.title) if as_list else "",
            seq=message.seq,
            number=number,
            conversation_id=message.conversation_id,
            author=author,
        )
        for number, each in enumerate(texts)
    ]


def offered(message: Message) -> tuple[Choice, ...]:
    """The buttons of a message, and behind them those of its cards. What goes behind a button says which it is."""
    found = [
        Choice(str(button.get("title") or ""), f"{_PREFIX}.{message.seq}.{index}")
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


def numbered(message: Message, limits: Limits) -> bool:
    """Whether the channel shows this message's choices as a numbered text."""
    choices = offered(message)
    return bool(choices) and not (_as_buttons(choices, limits) or _as_list(choices, limits))


def _as_buttons(choices: tuple[Choice, ...], limits: Limits) -> bool:
    return len(choices) <= limits.buttons and _readable(choices, limits.title)


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


def _said(message: Message, language: str) -> str:
    """The message in words: cards that it has no words for line by line, pictures and files by their address."""
    if message.payload.get("event") == ADVISOR_JOINED:
        return sentence("advisor_joined", language).format(advisor=message.payload.get("advisor") or "").strip()
    parts = [message.text]
    for card in message.payload.get("cards") or []:
        if card.get("type"):  # an order's, say: the text has said all of it
            continue
        parts.append("\n".join(str(card[key]) for key in ("title", "subtitle") if card.get(key)))
    if message.kind in ("image", "file"):
        parts.append(str(message.payload.get("url") or ""))
    return "\n\n".join(part.strip() for part in parts if part.strip())
