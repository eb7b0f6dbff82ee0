"""Instagram's direct messages, which Meta delivers in the shapes of Messenger's.

developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/messaging-api.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import ClassVar
from urllib.parse import urlencode

from concierge.channels.messaging.adapter import text_at
from concierge.channels.messaging.adapters.instagram_list import fields_for, unknown_to_us
from concierge.channels.messaging.adapters.messenger import GALLERY, HUMAN, WINDOW, Messenger
from concierge.channels.messaging.adapters.meta import APP_SECRET, GRAPH, VERIFY_TOKEN
from concierge.channels.messaging.calling import Api
from concierge.channels.messaging.model import Limits, Outlet, Part, Refused, Variable, utf8


class Instagram(Messenger):
    """With Instagram Login: the token is the professional account's, and its own secret may sign."""

    name = "instagram"
    title = "Instagram"
    variables = (
        Variable("CONCIERGE_INSTAGRAM_TOKEN", "the professional account's access token", secret=True),
        Variable("CONCIERGE_INSTAGRAM_ID", "the professional account's id"),
        Variable("CONCIERGE_INSTAGRAM_HUMAN_AGENT", HUMAN, default="false"),
        Variable("CONCIERGE_INSTAGRAM_APP_SECRET", "the Instagram app's own secret", default="", secret=True),
        Variable("CONCIERGE_INSTAGRAM_API", "Instagram's API", default="https://graph.instagram.com/v25.0"),
        APP_SECRET,
        VERIFY_TOKEN,
        GRAPH,
    )
    limits = Limits(text=1000, unit=utf8, buttons=13, title=20, gallery=GALLERY, rate=40, window=WINDOW)
    receipts = "read"
    once = "once: Instagram's list of the conversation is asked before a message is sent again"
    tells_within = timedelta(0)  # its echo does not repeat our reference
    cannot = ("answers after the window", "delivery receipts", "an advisor's name beside each message")
    uploads: ClassVar[Mapping[str, int]] = {}
    fetched: ClassVar[Mapping[str, int]] = {"image/jpeg": 8_000_000, "image/png": 8_000_000}
    about = "instagram"
    metadata = False
    secrets = (APP_SECRET.name, "CONCIERGE_INSTAGRAM_APP_SECRET")

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self._base = values["CONCIERGE_INSTAGRAM_API"]

    def way_in(self, ticket: str, words: str) -> str:
        return ""  # ig.me wants a name, and its referral comes with the first words only

    async def send(self, api: Api, to: Outlet, parts: Sequence[Part]) -> list[str]:
        (part,) = parts
        if to.again and (known := await self._sent_before(api, to, part)):
            return [known]
        return await super().send(api, to, parts)

    async def _sent_before(self, api: Api, to: Outlet, part: Part) -> str:
        """Its id, where the list of the conversation has it after all that we know to be with the customer."""
        asked = {"platform": "instagram", "user_id": to.address, "fields": f"messages{{{fields_for(part)}}}"}
        try:
            found = await self.graph(api, self._base, f"me/conversations?{urlencode(asked)}", self._token)
        except Refused:  # then it comes twice rather than not at all
            return ""
        return unknown_to_us(found, self._account, to, part)

    async def check(self, api: Api) -> list[str]:
        found = await self.graph(api, self._base, "me?fields=user_id", self._token)
        known = text_at(found, "user_id") == self._account
        return [] if known else [f"{self.variables[0].name} is not a token of {self.variables[1].name}."]
