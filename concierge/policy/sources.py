"""Where figures and rules come from: documents and their sections, listed once in ``sources.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from concierge.policy.errors import did_you_mean
from concierge.policy.reader import Entry, read

KINDS = ("house", "guide", "law", "public")  # the last: what a public body or a charity says of itself
REGIONS = ("EU", "UK", "US", "ROW")


@dataclass(frozen=True)
class Source:
    """A section of a document. ``document`` and ``section`` are titles; ``id`` is what files write."""

    id: str
    document: str
    section: str
    kind: str
    publisher: str = ""
    url: str = ""
    region: str = ""  # of a law that holds in one region only

    def holds_in(self, region: str) -> bool:
        """Whether it speaks for customers of this region; a source without regions speaks for all."""
        return self.region in ("", region)

    def to_dict(self) -> dict[str, str]:
        return dict(self.__dict__)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Source:
        return cls(**data)


UNKNOWN = Source("", "", "", "")
"""Stands in while a value is being read; nothing keeps it."""


class Sources(dict[str, Source]):
    """By ``document#section``."""

    def find(self, entry: Entry, what: str) -> Source:
        """The one source that ``entry`` names; raises ``PolicyError``, as every value needs one."""
        return self.find_all(entry, what)[0]

    def find_all(self, entry: Entry, what: str) -> tuple[Source, ...]:
        """The sources that an entry of a file names, in its order. Raises ``PolicyError`` for one that there is not."""
        names = entry.texts("source", what)
        if not names:
            raise entry.error(f"{what} names no source.", "Write 'source: faq#return-policy'.", "source")
        for name in names:
            if name not in self:
                advice = f"{did_you_mean(name, self)} Sections are listed in sources.yml."
                raise entry.error(f"{what}: source {name!r} is not known.", advice, "source")
        return tuple(self[name] for name in names)


def read_sources(file: Path) -> Sources:
    """Raises ``PolicyError``, which names the line."""
    top = read(file)
    top.only(("documents",), "sources.yml")
    documents = top.get("documents")
    if not isinstance(documents, Entry):
        raise top.error("There are no documents.", "Write 'documents:' with one entry for each.", "documents")
    found = Sources()
    for name, document in documents.items():
        if not isinstance(document, Entry):
            raise documents.error(f"{name!r} has no fields.", "Write 'title:', 'kind:' and 'sections:' under it.", name)
        document.only(("title", "publisher", "kind", "url", "region", "sections"), name)
        title, kind = document.text("title", name), document.choice("kind", name, KINDS)
        publisher = document.text("publisher", name)
        region = document.choice("region", name, REGIONS) if "region" in document else ""
        sections = document.get("sections")
        if not isinstance(sections, Entry) or not sections:
            raise document.error(
                f"{name} has no sections.", "Write 'sections:' and 'short-name: Title' lines.", "sections"
            )
        for section in sections:
            words = sections.text(section, f"{name}#{section}")
            key = f"{name}#{section}"
            url = str(document.get("url", ""))
            found[key] = Source(key, title, words, kind, publisher, url, region)
    return found
