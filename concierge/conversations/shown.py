"""What a customer sees of a message's payload: on the page, and in the copy of their data."""

from __future__ import annotations

from typing import Any

_EVENT_PARTS = ("event", "advisor", "position", "ask", "score")


def shown(kind: str, payload: dict[str, Any]) -> dict[str, Any]:
    """``kind`` and ``payload`` are the message's."""
    if kind == "event":
        return {key: payload[key] for key in _EVENT_PARTS if key in payload}
    found = {key: value for key, value in payload.items() if key != "attachment"}
    if "buttons" in found:
        found["buttons"] = _titles(found["buttons"])
    if "cards" in found:
        found["cards"] = [{**card, "buttons": _titles(card.get("buttons", []))} for card in found["cards"]]
    return found


def _titles(buttons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"title": button.get("title", "")} for button in buttons]
