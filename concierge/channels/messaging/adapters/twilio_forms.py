"""What Twilio's forms and templates hold: twilio.com/docs/messaging/api/message-resource,
/docs/content/content-api-resources.
"""

from __future__ import annotations

import json
from typing import Any

from concierge.channels.messaging.adapter import dig, text_at
from concierge.channels.messaging.model import KnownTemplate, Part


def content_of(part: Part) -> dict[str, str]:
    if part.template:
        values = {str(number): each for number, each in enumerate(part.template.values, 1)}
        return {"ContentSid": part.template.id, "ContentVariables": json.dumps(values, ensure_ascii=False)}
    return {"MediaUrl": part.file.link} if part.file else {"Body": part.text}


def kind_of(media_type: str) -> str:
    kinds = {"image": "photo", "audio": "voice message", "video": "video"}
    return kinds.get(media_type.partition("/")[0], "file" if media_type else "attachment")


def known_template(told: dict[str, Any]) -> KnownTemplate:
    types = dig(told, "types")
    bodies = [text_at(each, "body") for each in types.values()] if isinstance(types, dict) else []
    state = text_at(told, "approval_requests", "status").lower()
    return KnownTemplate(
        text_at(told, "friendly_name"), text_at(told, "language"), text_at(told, "sid"), state, *bodies[:1]
    )
