"""What WhatsApp, Messenger and Instagram share: one webhook of Meta's, its signature, and the Graph API's errors.

developers.facebook.com/docs/graph-api/webhooks/getting-started
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from concierge.channels.messaging.adapter import Adapter, dig, fits, same, text_at
from concierge.channels.messaging.calling import Answer, Api
from concierge.channels.messaging.model import Delivery, NotNow, Refused, Unclear, Variable

APP_SECRET = Variable("CONCIERGE_META_APP_SECRET", "the Meta app's secret, which signs what Meta delivers", secret=True)
VERIFY_TOKEN = Variable("CONCIERGE_META_VERIFY_TOKEN", "a word of yours, the same as in Meta's console", secret=True)
GRAPH = Variable("CONCIERGE_META_API", "the Graph API, with its version", default="https://graph.facebook.com/v25.0")

_TOO_FAST = {4, 32, 613, 80006, 80007, 130429, 131048, 131056}
_LATER = {1, 131000}
_NOT_THERE = {2, 131016}  # the service is unavailable for a while: it has taken nothing
_CLOSED = {10, 131047}  # Messenger's and WhatsApp's: outside the window
_TOKEN = 190
_PAUSE, _TOKEN_PAUSE = 10.0, 60.0  # seconds


class MetaAdapter(Adapter):
    webhook = "meta"
    secrets: ClassVar[tuple[str, ...]] = (APP_SECRET.name,)  # variables; any of them may sign

    def handshake(self, delivery: Delivery) -> str | None:
        if delivery.method != "GET" or delivery.args.get("hub.mode") != "subscribe":
            return None
        known = same(self.values[VERIFY_TOKEN.name], delivery.args.get("hub.verify_token", ""))
        return delivery.args.get("hub.challenge", "") if known else None

    def verified(self, delivery: Delivery) -> bool:
        given = delivery.headers.get("x-hub-signature-256", "")
        keys = [self.values[name] for name in self.secrets if self.values.get(name)]
        return any(fits(key, given, delivery.body, prefix="sha256=") for key in keys)

    async def graph(
        self,
        api: Api,
        base: str,
        path: str,
        token: str,
        body: Mapping[str, Any] | None = None,
        *,
        files: Mapping[str, Any] | None = None,
    ) -> Any:
        """The answer's JSON; without ``body`` it is only asked for, with ``files`` the body is a form. Raises what
        ``Adapter.send`` does."""
        url, headers = f"{base.rstrip('/')}/{path}", {"Authorization": f"Bearer {token}"}
        try:
            if body is None:
                answer = await api.get(url, headers=headers)
            else:
                sent = {"data": body, "files": files} if files else {"json": body}
                answer = await api.post(url, headers=headers, **sent)
        except Unclear as problem:
            code = dig(problem.body, "error", "code")
            if code in _NOT_THERE:
                raise NotNow(f"meta_{code}", problem.after, down=True) from None
            raise
        if answer.good:
            return answer.body
        raise problem_of(answer)


def problem_of(answer: Answer) -> NotNow | Refused | Unclear:
    code = dig(answer.body, "error", "code")
    if code == _TOKEN:
        return NotNow("token_refused", _TOKEN_PAUSE, ours=True)
    if code in _CLOSED:
        return Refused("window_closed")
    if code in _TOO_FAST:
        return NotNow(f"too_fast ({code})", _PAUSE)
    if code in _NOT_THERE:
        return NotNow(f"meta_{code}", _PAUSE, down=True)
    if code in _LATER or dig(answer.body, "error", "is_transient") is True:
        return Unclear(f"meta_{code}")
    return Refused(f"meta_{text_at(answer.body, 'error', 'code') or answer.status}")
