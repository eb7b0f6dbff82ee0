"""What a customer may fill in instead of writing it: fields beside a question, in their language.

The one place where forms are worded. What comes out is the ``Form`` of ``concierge/channels/openapi.yml``; what is
filled in is said as the customer would have written it, so that nothing else need know of forms.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale

from concierge import yaml_files
from concierge.answers import values
from concierge.orders.numbers import house_format

_FORMS = Path(__file__).with_name("forms.yml")


@lru_cache(maxsize=1)
def forms() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml_files.read(_FORMS)
    return loaded


def beside(reply: str, slots: Mapping[str, Any], locale: Locale) -> dict[str, Any] | None:
    """The form that stands beside this question; ``None`` where there is none. ``slots``: what is known already is not
    asked for again, unless all of it is known and one of it is wrong: then whichever is corrected suffices."""
    name = forms()["beside"].get(reply)
    if name is None:
        return None
    form = forms()["forms"][name]
    missing = [each for each in form["fields"] if not slots.get(forms()["fields"][each].get("known", ""))]
    needed = set(missing) - set(form.get("optional", ()))
    return {
        "fields": [_field(each, each in needed, locale) for each in missing or form["fields"]],
        "sends": form["sends"],
    }


def _field(kind: str, required: bool, locale: Locale) -> dict[str, Any]:
    field = {"kind": kind, "label": values.name("form", kind, locale), "required": required}
    return {**field, "example": house_format().example} if kind == "order_number" else field
