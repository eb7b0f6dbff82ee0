"""Secrets that only the word beside them gives away: CVV, expiry, one-time codes, passwords, access tokens.

The texts are folded: lower case, no accents. Languages: English, French, German, Italian, Spanish. A word that may mean
something else (an expiry date is a voucher's, too) counts only where more speaks of a card.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import chain
from pathlib import Path

import yaml

from concierge.masking.contacts import EMAIL
from concierge.masking.found import DOTS, Found

# Every word below contains one of these: nearly every message is done after looking for them.
_CVV_STEMS = (
    *("cvv", "cvc", "cvn", "csc", "cav2", "cid", "secur", "secret", "segur", "segre", "sicur", "verif", "crypto"),
    *("sicherheits", "prufn", "prufz", "prufc", "pruefn", "pruefz", "pruefc"),
)
_CODE_STEMS = (
    *("otp", "one-time", "one time", "onetime", "sms", "2fa", "einmal", "login", "text code", "text-code", "auth"),
    *("acces", "secur", "secret", "segur", "segre", "sicur", "sicherheits", "verif", "bestat", "bestaet", "freigabe"),
    *("zugangs", "usage unique", "validation", "texto", "tempora", "monouso", "usa e getta", "conferma", "solo uso"),
    *("pin", "tan-", "tan ", "tann", "tanc"),
)
_EXPIRY_STEMS = ("exp", "valid", "valable", "gultig", "gueltig", "ablauf", "verfall", "scad", "caduc", "venc")
_PASSWORD_STEMS = (
    *("passw", "pass w", "passc", "pass c", "passp", "pswd", "pwd", "psw", "mdp", "mot de passe", "kennwort"),
    *("contrasena", "clave", "parola"),
)

_CVV = (
    r"(?:cvv2?|cvc2?|cvn2?|csc|cav2|cid|(?:card )?(?:security|verification) (?:code|number|value|digits)"
    r"|sicherheits(?:code|nummer|zahl|ziffern?)|(?:karten ?)?(?:pruf|pruef)(?:nummer|ziffern?|zahl|code)"
    r"|crypto(?:gramme)?(?: visuel)?|code de (?:securite|verification)|code secret"
    r"|codigo de (?:seguridad|verificacion)|codigo secreto|codice di (?:sicurezza|verifica)|codice segreto)"
)
_CODE = (
    r"(?:otp|one[ -]?time[ -]?(?:code|pin|password|passcode)"
    r"|(?:sms|text|login|access|auth(?:entication)?|2fa|tan)[ -]?code"
    r"|(?:verification|security|secure) code|einmal[ -]?(?:code|passwort|kennwort|pin)"
    r"|(?:bestatigungs|bestaetigungs|verifizierungs|freigabe|zugangs|sicherheits)[ -]?code"
    r"|(?:sms|push|mobile)[ -]?tan|tan[ -]?nummer"
    r"|code (?:a|d[e'’ ]{1,2}) ?(?:usage unique|verification|securite|validation|authentification|acces)"
    r"|code (?:sms|otp|secret|recu par (?:sms|texto))"
    r"|codice (?:otp|sms|temporaneo|monouso|usa e getta|di (?:verifica|sicurezza|accesso|conferma)|segreto)"
    r"|(?:code )?3-?d[ -]?secure(?:[ -]?(?:code|passwort|password))?"
    r"|codigo (?:otp|sms|temporal|de (?:un solo uso|verificacion|seguridad|acceso)|secreto)"
    r"|(?:code |codice |codigo )?pin(?:[ -]?(?:code|number|nummer))?)"
)
_EXPIRY = (
    r"(?:exp(?:\.|iry|ires?|iration|ire)?(?: date)?|valid (?:thru|until|till|to)|gultig bis|gueltig bis|gultigkeit"
    r"|ablaufdatum|ablauf|verfallsdatum|verfall|date d.expiration|valable jusqu.(?:au|en)|valable jusqu|validite"
    r"|scadenza|scade|valida fino a[l]?|caducidad|caduca|vencimiento|vence|valida hasta)"
)
_SAID = (
    r"(?:pass ?words?|passworte?r?|pass ?codes?|passphrase|passwd|passwort|pswd|pwd|psw|mdp|mot de passe"
    r"|kennwort|contrasena|clave|parola d.ordine|parola chiave)"
)
_IS_MY = r"(?:is|est|ist|es|e) (?:my |the |your |mon |le |mein |der |il |mio |el |mi )?"
# Between such a word and the secret.
_FILLER = (
    r"(?:is|was|it'?s|est|c'est|ist|lautet|war|es|era|e|number|no|nr|nummer|numero|num|code|codes|the|le|la|il|el|lo|der|die|das"
    r"|my|mon|ma|meine?|mio|mia|mi|of|de|du|del|della|dell|von|card|carte|karte|carta|tarjeta|visuel|date|on|back|and|the"
    r"|am|en|fin|le|at|for|pour|fur|per|para|sms|by|par|via|received|recu|here|here's|voici|hier|ecco|aqui|esta|sind|are|sont|sono|son)"
)
_TO = rf"(?:[\s:=#.,>()\"'«»–-]{{1,4}}{_FILLER}(?![a-z])){{0,5}}[\s:=#.,>()\"'«»-]{{0,5}}"
_NO_WORD = r"(?<![a-z])"
_MONTH_NAME = (
    r"(?:jan|gen|ene|feb|fev|mar|apr|avr|abr|mai|may|mag|jun|juin|giu|jul|juil|lug|aug|aou|ago|sep|set|okt|oct|ott|nov"
    r"|dec|dez|dic)[a-z]{0,7}\.?"
)
_MONTH = (
    r"(?:0?[1-9]|1[0-2])[\s./-]{1,3}(?:20)?\d\d(?![\d]|[./-]\d)|(?:0[1-9]|1[0-2])\d\d(?!\d|[./-]\d)"
    rf"|{_MONTH_NAME}\s(?:de |del )?(?:20)?\d\d(?!\d)"
)
_CVV_THEN = re.compile(rf"{_NO_WORD}{_CVV}{_TO}(\d(?:[ -]?\d){{2,3}})(?![\d]|[.,/-]\d)")
_THEN_CVV = re.compile(
    rf"(?<!•• )(?<![\w#./,-])(\d{{3,4}})\s{{0,3}}\(?(?:{_IS_MY})?{_CVV}"
    rf"(?![a-z])(?!{_TO}[\d•])"
)
_CVV_BEFORE = re.compile(rf"{_NO_WORD}{_CVV}{_TO}$")
_CVV_BEHIND = re.compile(rf"\s{{0,3}}\(?(?:{_IS_MY})?{_CVV}(?![a-z])")
_CODE_BEFORE = re.compile(rf"{_NO_WORD}{_CODE}{_TO}$")
_CODE_BEHIND = re.compile(rf" {_IS_MY}{_CODE}(?![a-z])")
_NEAR = 120  # characters before a code in which the word for it may begin
_CODE_THEN = re.compile(rf"{_NO_WORD}{_CODE}{_TO}((?:g-)?\d(?:[ -]?\d){{3,7}})(?![\d]|[.,/-]\d)")
_THEN_CODE = re.compile(
    rf"(?<!•• )(?<![\w#./,-])(\d(?:[ -]?\d){{3,7}}) {_IS_MY}"
    rf"{_CODE}(?![a-z])"
)
_EXPIRY_THEN = re.compile(rf"{_NO_WORD}{_EXPIRY}{_TO}({_MONTH})")
_OF_CARD = re.compile(r"card|carte|karte|carta|tarjeta|visa|amex|maestro")

# A password is any word; what tells how things stand with a password is none.
_IS = r"(?:is|was|est|ist|es|era|lautet|war|e|sera|hei(?:ss|ß)t)"
_ABOUT = (
    r"(?:for|to|of|my|the|this|account|login|shop|site|website|old|new|current|and|online|pour|de|du|mon|le|la|compte|ancien"
    r"|nouveau|actuel|fur|zum|vom|das|mein|meine[ms]?|konto|altes|neues|per|il|mio|del|mia|vecchia|nuova|profilo|para|mi"
    r"|cuenta|antigua|nueva|perfil)"
)
_EXPLICIT = re.compile(
    rf"{_NO_WORD}{_SAID}(?:\s{{1,3}}{_ABOUT}(?![a-z])){{0,5}}(?:\s{{0,3}}(?::|=|->|=>)\s{{0,3}}|\s{{1,3}}{_IS}(?:\s?:)?\s{{1,3}})"
    r"([\"'«“„][^\"'»”“]{1,60}[\"'»”“]|\S{1,200})"
)
_BESIDE = re.compile(rf"{_NO_WORD}{_SAID}[\s,]{{1,3}}([\"'«“„]?\S{{4,80}})")
_BEFORE = re.compile(
    rf"(?<!\S)(\S{{4,80}})\s{{1,3}}(?:is|est|ist|e|es|=)\s{{1,3}}(?:(?:my|the|mon|le|mein|das|la|il|mi)\s{{1,3}})"
    rf"(?:(?:mia|mio|old|new|current)\s{{1,3}})?{_SAID}(?![a-z])"
)
# "password sunshine": a clause of nothing else, or beside a login.
_BARE = re.compile(
    rf"(?:^|[\n.,;:!?]\s{{0,3}})(?:[a-z']{{1,12}}\s{{1,3}}){{0,4}}?{_SAID}\s{{1,3}}([a-z][\w'-]{{3,60}})\s{{0,3}}(?=$|[\n.,;!])"
)
_LOGIN = re.compile(
    rf"{_NO_WORD}(?:user ?(?:name)?|login|benutzer(?:name)?|identifiant|utilisateur|utente|usuario)"
    rf"[\s:=]{{1,4}}\S{{1,80}}[\s,;/]{{1,4}}(?:(?:and|und|et|e|y)\s)?(?:(?:my|mon|mein|mia|mi)\s)?{_SAID}[\s:=]{{1,4}}(\S{{4,80}})"
)
_ORDER = re.compile(r"#?[a-z]{0,4}[-#]?\d{4,}")
_TOKEN = re.compile(r"(?<![\w-])eyj[\w-]{8,}\.[\w-]{8,}\.[\w-]*|(?<![\w-])(?:bearer|basic)\s{1,5}[\w.~+/=-]{16,}")
_LETTERS = re.compile(r"[a-z]+")
_AFTER = ".,;:)]}»\"'?"


@lru_cache(maxsize=8)
def words(group: str) -> frozenset[str]:
    """A group of ``secret_words.yml``, all languages."""
    groups = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text("utf-8"))
    return frozenset(" ".join(groups[group].values()).split())


def beside_cvv(text: str, start: int, end: int) -> bool:
    """Whether what stands there is called a CVV."""
    return _has(text, _CVV_STEMS) and _beside(text, start, end, _CVV_BEFORE, _CVV_BEHIND)


def beside_code(text: str, start: int, end: int) -> bool:
    """Whether what stands there is called a one-time code or a PIN."""
    return _has(text, _CODE_STEMS) and _beside(text, start, end, _CODE_BEFORE, _CODE_BEHIND)


def _beside(text: str, start: int, end: int, before: re.Pattern[str], behind: re.Pattern[str]) -> bool:
    return bool(before.search(text[max(0, start - _NEAR) : start]) or behind.match(text, end))


def tokens(text: str) -> Iterator[Found]:
    if _has(text, ("eyj", "bearer", "basic")):
        for match in _TOKEN.finditer(text):
            yield Found(*match.span(), "token", DOTS)


def codes(text: str, card_found: bool) -> Iterator[Found]:
    """CVV, one-time codes and expiry. ``card_found``: a card number is in the text."""
    of_card = card_found
    for stems, patterns, kind in (
        (_CVV_STEMS, (_CVV_THEN, _THEN_CVV), "cvv"),
        (_CODE_STEMS, (_CODE_THEN, _THEN_CODE), "code"),
    ):
        if _has(text, stems):
            for match in chain.from_iterable(pattern.finditer(text) for pattern in patterns):
                of_card = of_card or kind == "cvv"
                yield Found(*match.span(1), kind, DOTS)
    if _has(text, _EXPIRY_STEMS):
        for match in _EXPIRY_THEN.finditer(text):
            if of_card or re.match(r"exp\b", match[0]) or _OF_CARD.search(text):
                yield Found(*match.span(1), "expiry", DOTS)


def passwords(text: str) -> Iterator[Found]:
    if not _has(text, _PASSWORD_STEMS):
        return
    for pattern, is_one in _PASSWORDS:
        for match in pattern.finditer(text):
            if is_one(match):
                yield _password(text, *match.span(1))


def _has(text: str, stems: tuple[str, ...]) -> bool:
    return any(stem in text for stem in stems)


def _password(text: str, start: int, end: int) -> Found:
    """Without what ends the sentence; an exclamation mark may well belong to the password."""
    while end - start > 1 and text[end - 1] in _AFTER and text[start] not in "\"'«“„":
        end -= 1
    return Found(start, end, "password", DOTS)


def _made_up(match: re.Match[str]) -> bool:
    """Like no word of a language: letters with digits or signs among them."""
    word = match[1].strip(_AFTER + "(«\"'“„")
    if len(word) < 4 or _ORDER.fullmatch(word) or EMAIL.fullmatch(word):
        return False
    letters, digits = re.search(r"[a-z]", word), re.search(r"\d", word)
    return bool((letters and digits) or (letters and re.search(r"[!#$%&*+=?@^~]", word.rstrip("!?"))))


def _no_ordinary(match: re.Match[str]) -> bool:
    return match[1].strip(_AFTER + "!") not in words("not_secret")


def _of_nothing_else(match: re.Match[str]) -> bool:
    before = match.string[match.start() : match.start(1)]
    opening = _LETTERS.findall(re.split(_SAID, before)[0])
    return match[1] not in words("not_secret") | words("not_password") and all(
        word in words("around") for word in opening
    )


def _of_login(match: re.Match[str]) -> bool:
    return match[1].strip(_AFTER + "!") not in words("not_secret") | words("not_password")


_PASSWORDS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], bool]], ...] = (
    (_EXPLICIT, _no_ordinary),
    (_BARE, _of_nothing_else),
    (_LOGIN, _of_login),
    (_BESIDE, _made_up),
    (_BEFORE, _made_up),
)
