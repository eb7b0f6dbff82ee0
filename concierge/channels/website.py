"""The channel of the widget: messages come in by POST and go out as a resumable stream of server-sent events.

The page only ever holds a signed token of its conversation. The same server also has the widget's script and a shop
page to try it on.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from datetime import datetime, timezone
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, empty, json

from concierge.channels import intake, pages
from concierge.channels.identity import CustomerTokens, Identity, NotIdentified
from concierge.channels.links import Link, Links, NotALink
from concierge.channels.mounting import Mounted, MountedChannel
from concierge.channels.refusals import Refusal, answer_for, name_of, object_of
from concierge.channels.sentences import sentence
from concierge.channels.stream import stream
from concierge.channels.tokens import Tokens, bearer
from concierge.channels.view import PAGE_KEY, look, public
from concierge.conversations import Conversation, ConversationNotFound, NotYours, proof
from concierge.languages.registry import supported
from concierge.masking.pseudonyms import disguised
from concierge.masking.texts import identifier, secrets
from concierge.web_kit.limits import network_of

logger = logging.getLogger(__name__)

_REGION = re.compile(r"[A-Z]{2,8}")
_MAX_KEY = 100
_MAX_ADDRESS = 2000
_MAX_TOKEN = 4096
_LAST_SEQ = 2**31 - 1  # more than a column of whole numbers holds, nobody has said
_STREAM_SECONDS = 5  # until one of too many streams may have ended
_PREFIX = "/webhooks/website/"
_NO_STORE = {"Cache-Control": "no-store"}


class WebsiteChannel(MountedChannel):
    def __init__(self) -> None:
        super().__init__()
        settings = self._settings
        self._origins = frozenset(origin.rstrip("/") for origin in settings.allowed_origins.split())
        self._tokens = Tokens(settings.signing_key)
        self._customer_tokens = CustomerTokens(settings)
        self._links = Links(settings)

    @classmethod
    def name(cls) -> str:
        return "website"

    def _mount(self, app: Sanic) -> None:
        super()._mount(app)
        if self._settings.customer_jwt_key and not self._settings.customer_jwt_audience:
            logger.warning(
                "CONCIERGE_CUSTOMER_JWT_AUDIENCE is not set: any token without an audience that is signed with the "
                "shop's key is believed, whatever it was signed for"
            )
        # On the application: Rasa's own CORS middleware answers OPTIONS before a blueprint is asked.
        app.register_middleware(partial(self._cors), "response")
        pages.mount(app, self._settings.root / "concierge" / "static")

    def blueprint(self, on_new_message: Callable[[Any], Any] | None = None) -> Blueprint:
        site = Mounted("website", self._mount)
        for path, handler, method in (
            ("/sessions", self.sessions, "POST"),
            ("/identify", self.identify, "POST"),
            ("/messages", self.messages, "POST"),
            ("/leave", self.leave, "POST"),
            ("/end", self.end, "POST"),
            ("/typing", self.typing, "POST"),
            ("/events", self.events, "GET"),
            ("/stream", self.stream, "GET"),
        ):
            site.answer_with(handler, path, method, path[1:])
            site.answer_with(self.preflight, path, "OPTIONS", f"{path[1:]}_options")
            other = "GET" if method == "POST" else "POST"
            site.answer_with(self.nowhere, path, other, f"{path[1:]}_otherwise")
        for method in ("GET", "POST"):
            site.answer_with(self.nowhere, "/<path:path>", method, f"nowhere_{method.lower()}")
        site.exception(Exception)(answer_for)
        return site

    # --- handlers

    async def sessions(self, request: Request) -> HTTPResponse:
        body = object_of(request)
        known = await self._resumed(name_of(body, "token", _MAX_TOKEN))
        who, reason = self._who(body.get("customer_token"))
        link, no_link = await self._link(body.get("link"))
        if known is not None and who is None and _needs_proof(known):
            # What was told there was told to whoever had proved who they are; the token alone is no proof of that.
            logger.info("Conversation %s is not resumed: its proof has ended", known.id)
            if known.channel != self.name():
                raise Refusal("not_signed_in")
            known = None
        if known is None:
            region = str(body.get("region") or "").upper()
            known = await self._open(
                request,
                supported(str(body.get("locale") or request.headers.get("accept-language", ""))),
                region if _REGION.fullmatch(region) else "ROW",
                # The path alone: what follows it may hold what is nobody's business.
                _path(body.get("page")),
            )
        if link is not None and who is None:
            known = await self._by_link(request, known, link)
        return await self._opened(request, known, who, reason, no_link)

    async def identify(self, request: Request) -> HTTPResponse:
        """The customer has signed in to the shop since. The answer names another conversation if this is another's."""
        known = await self.reception.run(self.reception.log.get, self._counted(request))
        token = object_of(request).get("customer_token")
        if token is None:
            raise Refusal("bad_request")
        return await self._opened(request, known, *self._who(token))

    async def messages(self, request: Request) -> HTTPResponse:
        conversation_id = self._conversation(request)
        body = object_of(request)
        key = name_of(body, "client_key", _MAX_KEY)
        if key is None:
            raise Refusal("bad_request")
        text: Any
        payload = None
        if "choice" in body:
            text, payload = await self._choice(conversation_id, body["choice"])
        else:
            text = body.get("text")
            if not isinstance(text, str):
                raise Refusal("bad_request")
            if not text.strip():
                raise Refusal("empty_message")
            if len(text) > self._settings.max_message_chars:
                raise Refusal("message_too_long")
        key = PAGE_KEY + identifier(key, self._settings.signing_key)
        receipt = await self.reception.receive(conversation_id, text, client_key=key, payload=payload)
        return json({"seq": receipt.message.seq}, status=202, headers=_NO_STORE)

    async def leave(self, request: Request) -> HTTPResponse:
        reception = self.reception
        conversation = await reception.run(reception.log.get, self._counted(request))
        if conversation.owner == "advisor":
            raise Refusal("with_advisor")
        if conversation.case_id:
            try:
                await reception.blocking(reception.cases.leave, conversation.case_id)
            except NotYours:  # taken, or closed, since
                if (await reception.run(reception.log.get, conversation.id)).owner == "advisor":
                    raise Refusal("with_advisor") from None
        return json({"owner": "assistant"}, headers=_NO_STORE)

    async def end(self, request: Request) -> HTTPResponse:
        """The customer has put the conversation away: nobody waits for it any longer, and an advisor is told."""
        await self.reception.blocking(self.reception.cases.end, self._counted(request))
        return empty(204)

    async def typing(self, request: Request) -> HTTPResponse:
        await self.reception.run(self.reception.log.typing, self._counted(request), "customer")
        return empty(204)

    async def events(self, request: Request) -> HTTPResponse:
        reception = self.reception
        conversation_id = self._conversation(request)
        reception.count(reception.reads, conversation_id)
        messages, status = await reception.blocking(
            look, reception.log, reception.cases, conversation_id, _number(request.args.get("after"))
        )
        queue = {"position": status.position} if status.position else None
        body = {"messages": [public(message) for message in messages], **status.as_dict(), "queue": queue}
        return json(body, headers=_NO_STORE)

    async def stream(self, request: Request) -> None:
        after = request.headers.get("last-event-id") or request.args.get("after")
        conversation_id = self._counted(request)
        with self.reception.streams.hold(conversation_id) as allowed:
            if not allowed:
                raise Refusal("too_many_requests", _STREAM_SECONDS)
            await stream(request, self.reception, conversation_id, _number(after), self._cors_headers(request))

    async def preflight(self, request: Request) -> HTTPResponse:
        return empty(204)

    async def nowhere(self, request: Request, path: str = "") -> HTTPResponse:
        raise Refusal("not_found")

    # --- parts

    async def _open(self, request: Request, language: str, region: str, page: str) -> Conversation:
        network = network_of(request, self._settings.proxies)
        self.reception.count(self.reception.sessions, network, "too_many_sessions")
        attributes = {"page": page, "network": disguised(network, self._settings.signing_key)}
        opened: Conversation = await self.reception.run(
            self.reception.log.open, self.name(), language=language, region=region, attributes=attributes
        )
        return opened

    def _who(self, customer_token: Any) -> tuple[Identity | None, str]:
        """Whom the shop's token proves the customer to be, or why it does not; neither without a token."""
        if customer_token is None:
            return None, ""
        try:
            return self._customer_tokens.read(customer_token), ""
        except NotIdentified as problem:
            return None, problem.reason

    async def _link(self, token: Any) -> tuple[Link | None, str]:
        """What a link of the house opens, or why it opens nothing; neither without one."""
        if token is None:
            return None, ""
        try:
            link = self._links.read(token)
        except NotALink as problem:
            return None, problem.reason
        revoked = await self.reception.run(self.reception.log.is_revoked, link.digest, link.order, link.made_at)
        return (None, "revoked") if revoked else (link, "")

    async def _by_link(self, request: Request, known: Conversation, link: Link) -> Conversation:
        """The conversation with the link's order proved: the one known, or a new one where that may be another's."""
        until = min(link.until, int(time.time() + self._settings.proof_hours * 3600))
        opened = self.reception.log.open_by_link
        if not await self.reception.run(opened, known.id, link.order, link.purpose, until):
            page = str(known.attributes.get("page") or "")
            known = await self._open(request, known.language, known.region, page)
            await self.reception.run(opened, known.id, link.order, link.purpose, until)
        logger.info("Conversation %s: a link for %s was opened", known.id, link.purpose)
        return known

    async def _opened(
        self, request: Request, known: Conversation, who: Identity | None, reason: str = "", no_link: str = ""
    ) -> HTTPResponse:
        """The conversation for the page: the one known, unless it is somebody else's."""
        outcome: dict[str, Any] = {"identified": bool(proof.shop_email(known.attributes, _now()))}
        if who is not None:
            identify = partial(self.reception.log.identify, **{**vars(who), "name": secrets(who.name)})
            if not await self.reception.run(identify, known.id):
                before = known.id  # what was said there is not for this customer
                page = str(known.attributes.get("page") or "")
                known = await self._open(request, known.language, known.region, page)
                await self.reception.run(identify, known.id)
                logger.info("Conversation %s is another customer's: %s was opened", before, known.id)
            outcome = {"identified": True}
            logger.info("Conversation %s: the customer is identified", known.id)
        elif reason:
            outcome = {"identified": False, "reason": reason}
            logger.warning("Conversation %s: the shop's token was refused: %s", known.id, reason)
        if no_link:
            outcome["link_reason"] = no_link
            said = sentence("link_over", known.language)
            await self.reception.run(self.reception.log.append, known.id, "assistant", said, client_key="link_over")
            known = await self.reception.run(self.reception.log.get, known.id)
            logger.warning("Conversation %s: a link was refused: %s", known.id, no_link)
        answer = {"conversation": known.id, "token": self._tokens.issue(known.id), "last_seq": known.last_seq}
        return json({**answer, **outcome}, status=201, headers=_NO_STORE)

    def _conversation(self, request: Request) -> str:
        return self._tokens.read(bearer(request))

    def _counted(self, request: Request) -> str:
        """The request's conversation, for what a page does now and then. Raises ``Refusal`` when it is too often."""
        conversation_id = self._conversation(request)
        self.reception.count(self.reception.calls, f"{request.path}:{conversation_id}")
        return conversation_id

    async def _resumed(self, token: str | None) -> Conversation | None:
        """The conversation of a token from an earlier visit, if it is still there."""
        try:
            conversation_id = self._tokens.read(token or "")
        except Refusal:
            return None
        self.reception.count(self.reception.calls, f"resumed:{conversation_id}")
        try:
            found: Conversation = await self.reception.run(self.reception.log.get, conversation_id)
        except ConversationNotFound:
            return None
        return found

    async def _choice(self, conversation_id: str, choice: Any) -> tuple[str, str]:
        """Title and payload of a button that the assistant did offer. Raises ``Refusal``."""
        if not isinstance(choice, dict):
            raise Refusal("bad_request")
        seq, index = choice.get("seq"), choice.get("index")
        if type(seq) is not int or type(index) is not int or not 0 < seq <= _LAST_SEQ or index < 0:
            raise Refusal("bad_request")
        log = self.reception.log
        found = await self.reception.run(log.messages, conversation_id, seq - 1, 1)
        buttons = found[0].payload.get("buttons", []) if found and found[0].role == "assistant" else []
        if not found or found[0].seq != seq or index >= len(buttons):
            raise Refusal("invalid_choice")
        return buttons[index]["title"], buttons[index]["payload"]

    def _cors_headers(self, request: Request) -> dict[str, str]:
        origin = request.headers.get("origin", "")
        if origin not in self._origins:
            return {}
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Headers": "Authorization, Content-Type, Last-Event-ID",
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Expose-Headers": "Retry-After",
            "Access-Control-Max-Age": "7200",
            "Vary": "Origin",
        }

    async def _cors(self, request: Request, response: HTTPResponse) -> None:
        if response is not None and request.path.startswith(_PREFIX):
            response.headers.update(self._cors_headers(request))


def _needs_proof(known: Conversation) -> bool:
    """Not while an advisor is to answer or does: the customer was told that the answer will be there."""
    return known.owner == "assistant" and proof.has_ended(known.attributes, _now())


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _path(address: Any) -> str:
    try:
        return secrets(intake.visible(urlsplit(str(address or "")[:_MAX_ADDRESS]).path))[:300]
    except ValueError:
        return ""


def _number(text: Any) -> int:
    try:
        return min(max(0, int(text or 0)), _LAST_SEQ)
    except (TypeError, ValueError):
        raise Refusal("bad_request") from None
