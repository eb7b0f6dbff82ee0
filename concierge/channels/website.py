"""The channel of the widget: messages come in by POST and go out as a resumable stream of server-sent events.

The page only ever holds a signed token of its conversation. The same server also has the widget's script and a shop
page to try it on.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable
from datetime import datetime, timezone
from functools import partial
from typing import Any

from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, empty, json, raw

from concierge.channels import intake, pages
from concierge.channels.answer_mails import AnswerMails
from concierge.channels.file_answers import INERT
from concierge.channels.identity import CustomerTokens, Identity, NotIdentified
from concierge.channels.links import Link, Links, NotALink
from concierge.channels.mounting import Mounted, MountedChannel
from concierge.channels.presence import hours_of_service, told
from concierge.channels.refusals import Refusal, answer_for, name_of, object_of
from concierge.channels.resuming import Resuming, Way
from concierge.channels.sentences import sentence
from concierge.channels.stream import stream
from concierge.channels.tapped import chosen
from concierge.channels.tokens import Tokens, bearer
from concierge.channels.view import PAGE_KEY, public
from concierge.channels.website_files import WebsiteFiles
from concierge.channels.website_page import looks_at, path_of
from concierge.channels.website_transcript import WebsiteTranscript
from concierge.channels.website_ways import Ways
from concierge.conversations import Conversation, ConversationNotFound, Message, NotYours, proof
from concierge.conversations.moving import WENT_ON
from concierge.conversations.satisfaction import COMMENT_CHARS, SCORES, answer
from concierge.files.opening import open_files
from concierge.languages.registry import supported
from concierge.masking.pseudonyms import disguised
from concierge.masking.texts import identifier, secrets
from concierge.web_kit.limits import network_of

logger = logging.getLogger(__name__)

_REGION = re.compile(r"[A-Z]{2,8}")
_MAX_KEY = 100
_MAX_TOKEN = 4096
_LAST_SEQ = 2**31 - 1  # more than a column of whole numbers holds, nobody has said
_STREAM_SECONDS = 5  # until one of too many streams may have ended
_PREFIX = "/webhooks/website/"
_NO_STORE = {"Cache-Control": "no-store"}
_PICTURE = {
    **INERT,
    "Cache-Control": "public, max-age=31536000, immutable",
    "Cross-Origin-Resource-Policy": "cross-origin",  # shown on the shop's pages
}


class WebsiteChannel(MountedChannel):
    def __init__(self) -> None:
        super().__init__()
        settings = self._settings
        self._origins = frozenset(origin.rstrip("/") for origin in settings.allowed_origins.split())
        self._tokens = Tokens(settings.signing_key)
        self._customer_tokens = CustomerTokens(settings)
        self._links = Links(settings)
        self._resuming = Resuming(settings)
        self._ways = Ways(settings.signing_key, self._resuming)
        self._transcript = WebsiteTranscript(settings)
        self._files = WebsiteFiles(open_files(settings), self._conversation, settings.signing_key)

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
        if self._settings.sends_mail:
            app.register_listener(self._send_answers, "after_server_start")
            app.register_listener(self._stop_answers, "before_server_stop")
        pages.mount(app, self._settings.root / "concierge" / "static")

    async def _send_answers(self, app: Sanic, loop: Any = None) -> None:
        mails = AnswerMails(self.reception.log, self._settings)
        self._mailing = asyncio.get_running_loop().create_task(mails.keep_sending(asyncio.to_thread))

    async def _stop_answers(self, app: Sanic, loop: Any = None) -> None:
        self._mailing.cancel()
        await asyncio.gather(self._mailing, return_exceptions=True)

    def blueprint(self, on_new_message: Callable[[Any], Any] | None = None) -> Blueprint:
        site = Mounted("website", self._mount)
        for path, handler, method in (
            ("/sessions", self.sessions, "POST"),
            ("/identify", self.identify, "POST"),
            ("/messages", self.messages, "POST"),
            ("/leave", self.leave, "POST"),
            ("/end", self.end, "POST"),
            ("/ways", self.ways, "POST"),
            ("/typing", self.typing, "POST"),
            ("/page", self.page, "POST"),
            ("/hours", self.hours, "GET"),
            ("/seen", self.seen, "POST"),
            ("/satisfaction", self.satisfaction, "POST"),
            ("/events", self.events, "GET"),
            ("/stream", self.stream, "GET"),
            ("/transcript", self.transcript, "GET"),
            ("/transcript/mail", self.mail_transcript, "POST"),
            ("/files", self.send_file, "POST"),
        ):
            name = path[1:].replace("/", "_")
            site.answer_with(handler, path, method, name, stream=path == "/files")
            site.answer_with(self.preflight, path, "OPTIONS", f"{name}_options")
            other = "GET" if method == "POST" else "POST"
            site.answer_with(self.nowhere, path, other, f"{name}_otherwise")
        site.answer_with(self.file, "/files/<seq:int>", "GET", "file")
        site.answer_with(self.preflight, "/files/<seq:int>", "OPTIONS", "file_options")
        site.answer_with(self.portrait, "/portraits/<name:str>", "GET", "portrait")
        for method in ("GET", "POST"):
            site.answer_with(self.nowhere, "/<path:path>", method, f"nowhere_{method.lower()}")
        site.exception(Exception)(answer_for)
        return site

    # --- handlers

    async def sessions(self, request: Request) -> HTTPResponse:
        body = object_of(request)
        known = await self._resumed(name_of(body, "token", _MAX_TOKEN))
        who, reason = self._who(body.get("customer_token"))
        way = self._resuming.read(body.get("link"))
        link, no_link = await self._link(body.get("link")) if way is None else (None, "")
        if way is not None:
            back = await self._back(way)
            known, no_link = (back, "") if back is not None else (known, "expired")
        proved = way is not None and way.proved and known is not None and known.id == way.conversation_id
        if known is not None and who is None and not proved and _needs_proof(known):
            # What was told there was told to whoever had proved who they are; the token alone is no proof of that.
            logger.info("Conversation %s is not resumed: its proof has ended", known.id)
            if known.channel != self.name() and WENT_ON not in known.attributes:
                raise Refusal("not_signed_in")
            known = None
        if known is None:
            region = str(body.get("region") or "").upper()
            known = await self._open(
                request,
                supported(str(body.get("locale") or request.headers.get("accept-language", ""))),
                region if _REGION.fullmatch(region) else "ROW",
                path_of(body.get("page")),
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
        conversation = await self.reception.run(self.reception.log.get, self._counted(request))
        if conversation.channel == self.name():  # in a messenger it is still read
            await self.reception.blocking(self.reception.cases.end, conversation.id)
        return empty(204)

    async def ways(self, request: Request) -> HTTPResponse:
        """Where the customer may go on; each address holds for half an hour."""
        conversation = await self.reception.run(self.reception.log.get, self._counted(request))
        device = self._ways.to_another_device(conversation)
        mail = await self.reception.run(self._transcript.address, self.reception.cases, conversation)
        told = {"ways": self._ways.of(conversation), "device": device or None, "mail": mail or None}
        return json(told, headers=_NO_STORE)

    async def typing(self, request: Request) -> HTTPResponse:
        await self.reception.run(self.reception.log.typing, self._counted(request), "customer")
        return empty(204)

    async def page(self, request: Request) -> HTTPResponse:
        """Where the customer is in the shop, for the advisor they wait for or write to."""
        conversation_id, told = self._counted(request), looks_at(object_of(request))
        known = await self.reception.run(self.reception.log.get, conversation_id)
        if told != {name: known.attributes.get(name) for name in told}:
            await self.reception.run(self.reception.log.update, conversation_id, attributes=told)
        return empty(204)

    async def hours(self, request: Request) -> HTTPResponse:
        """Of nobody in particular: a page asks when its panel is opened, before there is a conversation."""
        language = supported(request.headers.get("accept-language", ""))
        return json(told(hours_of_service(), _now(), language), headers=_NO_STORE)

    async def seen(self, request: Request) -> HTTPResponse:
        """The customer has the conversation in front of them, up to a message."""
        conversation_id, seq = self._counted(request), object_of(request).get("seq")
        if not isinstance(seq, int) or isinstance(seq, bool) or not 0 <= seq < 2**31:
            raise Refusal("bad_request")
        await self.reception.run(self.reception.log.seen, conversation_id, seq)
        return empty(204)

    async def satisfaction(self, request: Request) -> HTTPResponse:
        """How it was, of the case that has asked; the first answer stands."""
        conversation_id, body = self._counted(request), object_of(request)
        score, comment = body.get("score"), body.get("comment", "")
        if type(score) is not int or score not in SCORES or not isinstance(comment, str):
            raise Refusal("bad_request")
        if len(comment) > COMMENT_CHARS:
            raise Refusal("message_too_long")
        comment = secrets(intake.visible(comment)).strip()
        if not await self.reception.blocking(answer, self.reception.log, conversation_id, score, comment):
            raise Refusal("not_found")
        return empty(204)

    async def events(self, request: Request) -> HTTPResponse:
        reception = self.reception
        conversation_id = self._conversation(request)
        reception.count(reception.reads, conversation_id)
        messages, status = await reception.blocking(
            reception.view.look, conversation_id, _number(request.args.get("after"))
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

    async def transcript(self, request: Request) -> HTTPResponse:
        return await self._transcript.give(request, self.reception, self._counted(request))

    async def mail_transcript(self, request: Request) -> HTTPResponse:
        return await self._transcript.mail(request, self.reception, self._counted(request))

    async def send_file(self, request: Request) -> HTTPResponse:
        return await self._files.take(request, self.reception)

    async def file(self, request: Request, seq: int) -> HTTPResponse:
        return await self._files.give(request, self.reception, seq)

    async def portrait(self, request: Request, name: str) -> HTTPResponse:
        """Of an advisor, to whoever was told its name, which follows from the picture: it never changes."""
        found = await self.reception.run(self.reception.portraits.find, name) if len(name) <= _MAX_KEY else None
        if found is None:
            raise Refusal("not_found")
        return raw(found, headers=_PICTURE, content_type="image/jpeg")

    async def preflight(self, request: Request, seq: int = 0) -> HTTPResponse:
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

    async def _back(self, way: Way) -> Conversation | None:
        """The conversation that the link in a mail leads back to, if it is there and may be opened by it."""
        try:
            found: Conversation = await self.reception.run(self.reception.log.get, way.conversation_id)
        except ConversationNotFound:
            return None
        return found if way.proved or not _needs_proof(found) else None

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
        about = (self.reception.log, conversation_id, seq, index, _buttons)
        found: tuple[str, str] | None = await self.reception.run(chosen, *about)
        if found is None:
            raise Refusal("invalid_choice")
        return found

    def _cors_headers(self, request: Request) -> dict[str, str]:
        origin = request.headers.get("origin", "")
        if origin not in self._origins:
            return {}
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Headers": "Authorization, Content-Type, Last-Event-ID, X-Client-Key, X-File-Name",
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Expose-Headers": "Retry-After",
            "Access-Control-Max-Age": "7200",
            "Vary": "Origin",
        }

    async def _cors(self, request: Request, response: HTTPResponse) -> None:
        if response is not None and request.path.startswith(_PREFIX):
            response.headers.update(self._cors_headers(request))


def _buttons(message: Message) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = message.payload.get("buttons", [])
    return found


def _needs_proof(known: Conversation) -> bool:
    """Not while an advisor is to answer or does: the customer was told that the answer will be there."""
    return known.owner == "assistant" and proof.has_ended(known.attributes, _now())


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _number(text: Any) -> int:
    try:
        return min(max(0, int(text or 0)), _LAST_SEQ)
    except (TypeError, ValueError):
        raise Refusal("bad_request") from None
