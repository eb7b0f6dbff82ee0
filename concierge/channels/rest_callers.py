"""Who writes over REST, and in which conversation that is: see ``rest`` for the reasons.

A sender has up to three conversations, and whoever writes is in exactly one of them:

* that of the caller whose message opened it, and who shows the token that came with its answer;
* that of the server that shows the secret, and answers for its senders;
* that of everybody who shows nothing. Nothing is ever proved in it: ``ConversationLog.identify`` and
  ``concierge/dialogue/identification`` see to that.
"""

from __future__ import annotations

import hmac
import uuid
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from sanic.request import Request

from concierge.channels.reception import Reception
from concierge.channels.refusals import Refusal
from concierge.channels.tokens import Tokens, bearer
from concierge.conversations import Conversation
from concierge.conversations.model import REST, REST_ANONYMOUS, REST_SERVER
from concierge.masking.pseudonyms import disguised
from concierge.masking.texts import identifier
from concierge.settings import Settings

_KNOWN = 50_000


@dataclass
class Caller:
    sender: str
    network: str
    trusted: bool = False  # showed the secret
    conversation_id: str | None = None  # whose token was shown
    new_id: str = field(default_factory=lambda: uuid.uuid4().hex)  # of the conversation, should this caller open one
    counted: bool = False

    def is_owed_the_token(self, conversation_id: str) -> bool:
        return self.trusted or conversation_id == self.new_id


class Callers:
    def __init__(self, settings: Settings) -> None:
        self._key = settings.signing_key  # may be in a file
        self._secret = settings.rest_secret.get_secret_value().encode() if settings.rest_secret else b""
        self._tokens = Tokens(self._key)
        self._senders: OrderedDict[str, str] = OrderedDict()  # by conversation, of those whose token was shown lately

    def caller(self, request: Request, sender: str, network: str) -> Caller:
        """Raises ``Refusal`` for a secret or a token that is not ours; none at all is no reason to refuse."""
        secret = request.headers.get("concierge-secret")
        shown = bearer(request) if secret is None else secret
        if not shown:
            return Caller(sender, network)
        if self._is_secret(shown):
            return Caller(sender, network, trusted=True)
        try:
            return Caller(sender, network, conversation_id=self._tokens.read("" if secret is not None else shown))
        except Refusal:
            raise Refusal("wrong_token") from None

    def token(self, conversation_id: str) -> str:
        return self._tokens.issue(conversation_id)

    async def conversation(self, caller: Caller, reception: Reception, opening: dict[str, Any]) -> str:
        """The id of the caller's conversation, made with ``opening`` should it be new.

        Raises ``Refusal`` for a token of another sender's, and where a network opens too many; and
        ``ConversationNotFound``.
        """
        if caller.conversation_id is not None:
            if await self._sender(caller.conversation_id, reception) != identifier(caller.sender, self._key):
                raise Refusal("wrong_token")
            return caller.conversation_id
        channel = REST_SERVER if caller.trusted else REST
        opened = await self._opened(channel, caller, reception, opening)
        if opened.id != caller.new_id and not caller.trusted:  # somebody else's who may have proved who they are
            opened = await self._opened(REST_ANONYMOUS, caller, reception, opening)
        return opened.id

    async def _opened(
        self, channel: str, caller: Caller, reception: Reception, opening: dict[str, Any]
    ) -> Conversation:
        log, run = reception.log, reception.run
        address = identifier(caller.sender, self._key)
        known: Conversation | None = await run(log.find, channel, address)
        if known is not None:
            return known
        if not caller.trusted and not caller.counted:
            reception.count(reception.sessions, caller.network, "too_many_sessions")
            caller.counted = True
        new_id = caller.new_id if channel != REST_ANONYMOUS else None
        attributes = {"network": disguised(caller.network, self._key)}
        made: Conversation = await run(log.open, channel, address, **opening, attributes=attributes, new_id=new_id)
        return made

    async def _sender(self, conversation_id: str, reception: Reception) -> str | None:
        found = self._senders.get(conversation_id)
        if found is None:
            conversation: Conversation = await reception.run(reception.log.get, conversation_id)
            if conversation.channel not in (REST, REST_SERVER) or conversation.address is None:
                return None
            found = self._senders[conversation_id] = conversation.address
            if len(self._senders) > _KNOWN:
                self._senders.popitem(last=False)
        return found

    def _is_secret(self, shown: str) -> bool:
        # As bytes: Python compares no other text than ASCII in a time that tells nothing.
        return bool(self._secret) and hmac.compare_digest(shown.encode("utf-8", "replace"), self._secret)
