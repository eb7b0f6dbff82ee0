"""What an advisor sends besides words, as a channel takes it: uploaded, fetched by the provider, or a link in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from concierge.channels.file_links import FileLinks
from concierge.channels.messaging.adapter import Adapter
from concierge.channels.messaging.model import Enclosure, Part, Refused
from concierge.channels.sentences import sentence
from concierge.conversations import ConversationLog, Message
from concierge.conversations.sent_files import KEPT, SentFile
from concierge.files import Store


def fits(takes: Mapping[str, int], media_type: str, size: int) -> bool:
    return size <= takes.get(media_type, -1)


def reaches(kind: type[Adapter], media_type: str, size: int, *, linked: bool) -> bool:
    """Whether such a file gets to the customers of a channel; ``linked``: links to our files can be made."""
    return linked or fits(kind.uploads, media_type, size)


@dataclass(frozen=True)
class Enclosing:
    """Blocks."""

    log: ConversationLog
    files: Store
    links: FileLinks

    def parts(self, message: Message, adapter: Adapter, language: str) -> list[Part]:
        """The one part of a message that is a file. Raises ``Refused`` for one that is not there, or cannot be sent."""
        file = self.log.file_of(message.conversation_id, message.seq)
        if file is None or file.state != KEPT:
            raise Refused("file_gone")
        uploaded = fits(adapter.uploads, file.media_type, file.size)
        fetched = not uploaded and self.links.there_are and fits(adapter.fetched, file.media_type, file.size)
        if not (uploaded or self.links.there_are):
            raise Refused("no_link_to_files")
        text, enclosed = "", None
        if uploaded or fetched:
            enclosed = self._enclosure(file, uploaded)
        else:
            link = self.links.to(message.conversation_id, message.seq)
            text = (
                sentence("file_by_link", language).format(advisor=message.author, title=file.called, link=link).strip()
            )
        one = Part(text, seq=message.seq, conversation_id=message.conversation_id, author=message.author, file=enclosed)
        return [one]

    def _enclosure(self, file: SentFile, uploaded: bool) -> Enclosure:
        try:
            content = self.files.read(file.conversation_id, file.name) if uploaded else b""
        except FileNotFoundError:
            raise Refused("file_gone") from None
        link = "" if uploaded else self.links.to(file.conversation_id, file.seq)
        small = self.links.to(file.conversation_id, file.seq, small=True) if link and file.small else link
        return Enclosure(file.media_type, file.called, content, link, small)
