"""What an advisor sends besides words, as a channel takes it: a file that is uploaded, fetched by the provider, or a
link in words; and the way to the website, whose link is made when it is sent, so that no log has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from concierge.channels.file_links import FileLinks
from concierge.channels.messaging.adapter import Adapter
from concierge.channels.messaging.fitting import fit
from concierge.channels.messaging.model import Enclosure, Part, Refused
from concierge.channels.resuming import AT_HAND, Resuming, Way
from concierge.channels.sentences import sentence
from concierge.conversations import ConversationLog, Message
from concierge.conversations.sent_files import KEPT, SentFile
from concierge.files import Store

TO_THE_WEBSITE = "to_the_website"  # in the payload of a message: the link goes below its words
_LEFT = timedelta(minutes=1)  # of the time that a link holds, at least: what comes later opens nothing


def is_enclosed(message: Message) -> bool:
    """Whether there is more to send than the log has."""
    return "attachment" in message.payload or TO_THE_WEBSITE in message.payload


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
    resuming: Resuming

    def parts(self, message: Message, adapter: Adapter, language: str) -> list[Part]:
        """Of a message that ``is_enclosed``. Raises ``Refused`` for a file that is not there or cannot be sent; also
        for a link that would be over."""
        if TO_THE_WEBSITE in message.payload:
            return self._way(message, adapter, language)
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

    def _way(self, message: Message, adapter: Adapter, language: str) -> list[Part]:
        if datetime.now(timezone.utc) > message.created_at + AT_HAND - _LEFT:
            raise Refused("link_over")
        # Sent again it is the same: some providers know a second try by that.
        link = self.resuming.make(Way(message.conversation_id, proved=False), AT_HAND, message.created_at)
        return fit(replace(message, text=f"{message.text}\n{link}"), adapter.limits, language)

    def _enclosure(self, file: SentFile, uploaded: bool) -> Enclosure:
        try:
            content = self.files.read(file.conversation_id, file.name) if uploaded else b""
        except FileNotFoundError:
            raise Refused("file_gone") from None
        link = "" if uploaded else self.links.to(file.conversation_id, file.seq)
        small = self.links.to(file.conversation_id, file.seq, small=True) if link and file.small else link
        return Enclosure(file.media_type, file.called, content, link, small)
