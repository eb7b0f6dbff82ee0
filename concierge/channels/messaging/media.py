"""Fetches what customers have sent besides words, after their message is in the log: providers keep it for a while."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from concierge.channels.messaging.adapter import Adapter
from concierge.channels.messaging.calling import TOO_LARGE, Api
from concierge.channels.messaging.model import NotSent, Refused
from concierge.channels.refusals import file_refusal
from concierge.channels.sentences import own_reply
from concierge.channels.storing import Blocking
from concierge.conversations import ConversationLog, ConversationNotFound
from concierge.conversations.sent_files import SentFile
from concierge.files import NotKept, Store
from concierge.storage import outage

logger = logging.getLogger(__name__)

ROUND_SECONDS = 1.0
_AT_ONCE = 4


class Media:
    """One for each process that serves the channels; any number of them share the work."""

    def __init__(
        self, log: ConversationLog, files: Store, adapters: Mapping[str, Adapter], api: Api, run: Blocking
    ) -> None:
        self._log, self._files, self._api, self._run = log, files, api, run
        self._adapters = {name: adapter for name, adapter in adapters.items() if adapter.fetches}

    async def work(self) -> None:
        """Until it is cancelled."""
        while self._adapters:
            try:
                due = await self._run(self._log.files_to_fetch, list(self._adapters), _AT_ONCE)
                await asyncio.gather(*map(self._fetch, due))
            except Exception as problem:
                due = []
                outage.report(logger, "Files that customers have sent are not fetched", problem)
            if len(due) < _AT_ONCE:
                await asyncio.sleep(ROUND_SECONDS)

    async def _fetch(self, file: SentFile) -> None:
        try:
            content = await self._adapters[file.channel].fetch(self._api, file.source)
        except Refused as problem:
            refused = await self._run(self._log.file_refused, file.id, problem.code)
            if refused and problem.code == TOO_LARGE:
                await self._run(self._tell, file.conversation_id, file.id, problem.code)
            logger.info("A file of message %s of %s is not there: %s", file.seq, file.conversation_id, problem.code)
            return
        except NotSent as problem:
            await self._run(self._log.file_put_off, file, problem.code, problem.after)
            return
        await self.keep(file.id, file.conversation_id, content)

    def _tell(self, conversation_id: str, file_id: str, reason: str) -> None:
        """The customer: what they sent has not come to us, and why."""
        try:
            said = own_reply(file_refusal(reason), self._log.get(conversation_id).language)
            self._log.append(conversation_id, "assistant", said.text, client_key=f"file.{file_id}", meta=said.meta)
        except ConversationNotFound:  # erased meanwhile
            return

    async def keep(self, file_id: str, conversation_id: str, content: bytes) -> None:
        """Cleans and keeps what has been fetched. Raises what the log's database and the file store raise."""
        await self._run(self._keep, file_id, conversation_id, content)

    async def remove(self, conversation_id: str, name: str) -> None:
        """A file whose customer has taken it back."""
        await self._run(self._files.remove, conversation_id, name)

    def _keep(self, file_id: str, conversation_id: str, content: bytes) -> None:
        if self._log.is_file_kept(file_id):  # delivered once more
            return
        try:
            kept = self._files.keep(conversation_id, content)
        except NotKept as problem:
            if self._log.file_refused(file_id, problem.reason):
                self._tell(conversation_id, file_id, problem.reason)
            logger.info("A file of conversation %s is not kept: %s", conversation_id, problem.reason)
            return
        if not self._log.file_kept(file_id, kept):
            self._files.forget(conversation_id)  # erased meanwhile
