"""What the shop's page tells of itself, for an advisor to see: its path, the product it shows, what is in the bag."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from concierge.channels import intake
from concierge.channels.refusals import Refusal
from concierge.conversations.model import BAG, PAGE, PRODUCT
from concierge.masking.texts import secrets

_MOST_PIECES = 20
_LONGEST = 200  # characters of a name
_LONGEST_PATH = 300
_MAX_ADDRESS = 2000


def path_of(address: Any) -> str:
    """The path alone: what follows it may hold what is nobody's business."""
    try:
        return secrets(intake.visible(urlsplit(str(address or "")[:_MAX_ADDRESS]).path))[:_LONGEST_PATH]
    except ValueError:
        return ""


def looks_at(told: Mapping[str, Any]) -> dict[str, Any]:
    """As attributes of the conversation. Raises ``Refusal``."""
    product, bag = told.get("product", ""), told.get("bag", [])
    if not isinstance(bag, list) or not all(isinstance(each, str) for each in (product, *bag)):
        raise Refusal("bad_request")
    pieces = [name for name in map(_name, bag[:_MOST_PIECES]) if name]
    return {PAGE: path_of(told.get("page")), PRODUCT: _name(product), BAG: pieces}


def _name(text: str) -> str:
    return secrets(intake.visible(text[:_LONGEST]).strip())
