"""Card numbers of every brand as people write them, for property tests."""

from __future__ import annotations

from hypothesis import strategies as st
from stdnum import luhn

BRANDS = {  # prefixes and lengths (ISO/IEC 7812; the ranges' ends and something between)
    "visa": (["4"], [13, 16, 19]),
    "mastercard": (["51", "53", "55", "2221", "2500", "2720"], [16]),
    "amex": (["34", "37"], [15]),
    "diners": (["300", "305", "36", "38", "39"], [14]),
    "discover": (["6011", "644", "649", "65"], [16, 19]),
    "jcb": (["3528", "3555", "3589"], [16, 19]),
    "unionpay": (["62"], [16, 17, 18, 19]),
    "maestro": (["50", "56", "57", "58", "6304", "6759", "6761"], [13, 14, 15, 16, 17, 18, 19]),
    "mir": (["2200", "2204"], [16]),
}
SEPARATORS = [
    " ",
    "  ",
    "   ",
    "-",
    " - ",
    ".",
    "/",
    "_",
    "\n",
    "\r\n",
    "\t",
    "\u00a0",
    "\u2009",
    "\u3000",
    "–",
    "—",
    "‑",
    "−",
    "·",
]
SCRIPTS = ["0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"]
UNSEEN = ["", "", "", "\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad"]
BEFORE = [
    *("", "my card is ", "card", "card no. ", "Visa: ", "hello,\n", "please charge ", "for order BA10000005 use "),
    *("ma carte est ", "n°", "carte bancaire : ", "voici : ", "meine Karte lautet ", "Kartennummer:", "Prüfen Sie "),
    *("la mia carta è ", "numero carta ", "ecco: ", "mi tarjeta es ", "tarjeta n.º ", "número", "(", "👜 ", "カード"),
]
AFTER = [
    *("", ".", "!", ", thanks", "please", " exp 12/27 cvv 123", " 12/27 123", " cvv123", ", and order BA10000005"),
    *(
        " merci",
        ", cryptogramme 123",
        " bitte",
        " Prüfnummer 123",
        " grazie",
        ", scade 12/27",
        " gracias",
        ")",
        " 👍",
        "です",
    ),
]


@st.composite
def numbers(draw: st.DrawFn) -> str:
    prefixes, lengths = BRANDS[draw(st.sampled_from(sorted(BRANDS)))]
    prefix, length = draw(st.sampled_from(prefixes)), draw(st.sampled_from(lengths))
    body = prefix + draw(st.text("0123456789", min_size=length - len(prefix) - 1, max_size=length - len(prefix) - 1))
    return body + str(luhn.calc_check_digit(body))


@st.composite
def written(draw: st.DrawFn, number: str) -> str:
    """The number in one of the layouts that cards, forms and people use."""
    layout = draw(st.sampled_from(["solid", "fours", "printed", "halves", "pairs", "single"]))
    length = len(number)
    if layout == "solid":
        sizes = [length]
    elif layout == "printed" and length in (14, 15):
        sizes = [4, 6, length - 10]
    elif layout == "halves" and length == 16:
        sizes = [8, 8]
    else:
        size = {"pairs": 2, "single": 1}.get(layout, 4)
        sizes = [size] * (length // size) + ([length % size] if length % size else [])
    separator = draw(st.sampled_from(SEPARATORS))
    unseen, script = draw(st.sampled_from(UNSEEN)), draw(st.sampled_from(SCRIPTS))
    groups, at = [], 0
    for size in sizes:
        groups.append(number[at : at + size])
        at += size
    return unseen.join(separator.join(groups).translate(str.maketrans("0123456789", script)))


CONNECTING = [
    *(" then ", " and ", ", the rest is ", " followed by ", ": ", "+", " ( ", "\n\n\n", "          "),
    *(" puis ", " et ensuite ", ", la suite est ", " dann ", " und danach ", ", der Rest ist ", " poi ", " e dopo "),
    *(" y luego ", ", el resto es "),
]


@st.composite
def pieces(draw: st.DrawFn) -> tuple[str, str]:
    """A card's number, and a message with it in two or more pieces."""
    number = draw(numbers().filter(lambda each: len(each) in (15, 16)))
    shapes = [(4, 6, 5), (4, 11)] if len(number) == 15 else [(8, 8), (4, 4, 4, 4), (4, 12), (12, 4), (4, 4, 8)]
    groups, at = [], 0
    for size in draw(st.sampled_from(shapes)):
        groups.append(number[at : at + size])
        at += size
    connected = groups[0]
    for group in groups[1:]:
        connected += draw(st.sampled_from(CONNECTING)) + group
    return number, draw(st.sampled_from(BEFORE)).replace("BA10000005", "me") + connected


@st.composite
def messages(draw: st.DrawFn) -> tuple[str, str]:
    """A card's number, and a message with it."""
    number = draw(numbers())
    return number, draw(st.sampled_from(BEFORE)) + draw(written(number)) + draw(st.sampled_from(AFTER))
