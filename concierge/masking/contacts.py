"""Contact details as the desk shows them before somebody asks to see them. What is stored keeps them."""

from __future__ import annotations

import re

from concierge.masking.found import DOTS

EMAIL = re.compile(r"(?<![\w.+%-])([\w.+%-])[\w.+%'-]*@([\w-]+(?:\.[\w-]+)+)")
"""An e-mail address in a text; its first character and its domain are the groups."""
_PHONE = re.compile(
    r"(?<![\w/])(?:\+\d{1,3}[ .()-]{0,2}(?:\d[ .()/-]{0,2}){6,12}\d"
    r"|0\d(?:[ .()/-]?\d){7,11}"
    r"|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4})(?!\w)"
)


def contacts(text: str) -> str:
    """Without e-mail addresses and telephone numbers: enough is left to recognise one, not to write to it."""
    return _PHONE.sub(_phone, EMAIL.sub(rf"\1{DOTS}@\2", text))


def _phone(match: re.Match[str]) -> str:
    return f"{DOTS}{re.sub(r'[^0-9]', '', match[0])[-2:]}"
