"""Links of the house that open nothing any more, although they are signed and their day has not come."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from concierge.conversations import schema
from concierge.conversations.base import LogBase, now
from concierge.storage.database import read, write

_revoked = schema.revoked_links
_AT_ANY_TIME = 2**53


class RevokedLinks(LogBase):
    """Part of ``ConversationLog``."""

    def revoke_link(self, digest: str, holds: timedelta) -> None:
        """``holds``: for how long a link may hold at most; then the row may go."""
        self._revoke(digest, _AT_ANY_TIME, holds)

    def revoke_links_of(self, order_number: str, holds: timedelta) -> None:
        """All links of this order that have been made until now."""
        self._revoke(order_number, int(now().timestamp()), holds)

    def is_revoked(self, digest: str, order_number: str, made_at: int) -> bool:
        """``made_at``: seconds since 1970; nought, where that is not known, is before everything."""
        which = _revoked.c.key.in_((digest, order_number)) & (_revoked.c.made_before >= made_at)
        with read(self.engine) as connection:
            return connection.execute(sa.select(_revoked.c.key).where(which).limit(1)).first() is not None

    def _revoke(self, key: str, made_before: int, holds: timedelta) -> None:
        at = now()
        with write(self.engine) as connection:
            connection.execute(_revoked.delete().where((_revoked.c.ends_at < at) | (_revoked.c.key == key)))
            connection.execute(_revoked.insert().values(key=key, made_before=made_before, ends_at=at + holds))
