"""What a screen reader finds in the open panel, and in which order: Chromium's accessibility tree, line by line."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

# Parts that only group others, and what is drawn of words.
_SILENT = frozenset(
    {"generic", "none", "InlineTextBox", "ListMarker", "paragraph", "LineBreak", "form", "strong", "sectionheader"}
) | {"LabelText", "Legend"}
# Parts whose words are their name, or the name of something else: they are read once.
_NAMED_BY_WORDS = frozenset({"button", "link", "heading", "radio", "option", "term", "DisclosureTriangle"})
_NAMES = frozenset({"LabelText", "Legend"})
_STATES = ("disabled", "expanded", "invalid", "required", "modal", "live", "focused")
STILL = 150  # ms


class Tree:
    def __init__(self, page: Page) -> None:
        self._page = page
        self._session = page.context.new_cdp_session(page)
        self._session.send("Accessibility.enable")

    def lines(self) -> list[str]:
        """Of the dialog, from its beginning to its end, once the tree has come after the page and stands still."""
        before: list[str] = []
        while (now := self._lines()) != before:
            before = now
            self._page.wait_for_timeout(STILL)
        return now

    def _lines(self) -> list[str]:
        nodes = {node["nodeId"]: node for node in self._session.send("Accessibility.getFullAXTree")["nodes"]}
        dialogs = [node for node in nodes.values() if node["role"]["value"] == "dialog" and not node["ignored"]]
        assert len(dialogs) == 1, [node.get("name") for node in dialogs]
        found: list[str] = []
        for line in _lines(dialogs[0], nodes, told=False):
            if line.startswith("“") and found and found[-1].startswith("“"):  # of one paragraph, or of two
                found[-1] = f"{found[-1][:-1]} {line[1:]}"
            else:
                found.append(line)
        return found

    def after(self, line: str) -> list[str]:
        """What comes after the last such line."""
        lines = self.lines()
        assert line in lines, lines
        return lines[len(lines) - lines[::-1].index(line) :]

    def focused(self) -> list[str]:
        return [line.replace(" [focused]", "") for line in self.lines() if "[focused]" in line]


def _lines(node: dict[str, Any], nodes: dict[str, Any], told: bool) -> list[str]:
    role, name = node.get("role", {}).get("value", ""), " ".join(node.get("name", {}).get("value", "").split())
    found = []
    if role == "time":
        return ["time"]
    told = told or role in _NAMES
    if role == "StaticText":
        return [] if told or not name else [f"“{name}”"]
    if not node["ignored"] and role not in _SILENT:
        found = [" ".join([role, *([f"“{name}”"] if name else []), *_states(node)])]
        told = told or (role in _NAMED_BY_WORDS and bool(name))
    for child in node.get("childIds", []):
        if child in nodes:
            found += _lines(nodes[child], nodes, told)
    return found


def _states(node: dict[str, Any]) -> list[str]:
    given = {each["name"]: each["value"].get("value") for each in node.get("properties", [])}
    told = {name: given[name] for name in _STATES if given.get(name) not in (None, "", "false", False, "off")}
    if given.get("live") == "off":
        told["live"] = "off"
    if given.get("expanded") is False:
        told["expanded"] = "no"
    return [f"[{name}]" if value in (True, "true") else f"[{name} {value}]" for name, value in told.items()]
