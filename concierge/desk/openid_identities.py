"""Which account an OpenID Connect provider means: by its subject, which never changes, once the two were linked."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from concierge.conversations.schema import advisor_identities
from concierge.storage.database import read, write


class Identities:
    """Blocks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def advisor(self, issuer: str, subject: str) -> str | None:
        """The id of the account that is linked."""
        table = advisor_identities
        query = sa.select(table.c.advisor_id).where(table.c.issuer == issuer, table.c.subject == subject)
        with read(self._engine) as connection:
            found: str | None = connection.execute(query).scalar()
        return found

    def link(self, issuer: str, subject: str, advisor_id: str) -> bool:
        """False where the account is another subject's already."""
        row = {"issuer": issuer, "subject": subject, "advisor_id": advisor_id}
        try:
            with write(self._engine) as connection:
                connection.execute(advisor_identities.insert(), row)
        except sa.exc.IntegrityError:
            return self.advisor(issuer, subject) == advisor_id
        return True

    def unlink(self, advisor_id: str) -> None:
        """The next sign-in that names the account's login may have it."""
        with write(self._engine) as connection:
            connection.execute(advisor_identities.delete().where(advisor_identities.c.advisor_id == advisor_id))
