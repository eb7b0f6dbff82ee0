"""Advisors as customers see them: a small picture of each who has chosen one."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from concierge.conversations.schema import portraits
from concierge.storage.database import read, write

_NAME = 32


class Portraits:
    """Blocks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, advisor_id: str, picture: bytes) -> None:
        """A JPEG, in place of the one before; empty: none any longer."""
        name = hashlib.sha256(picture).hexdigest()[:_NAME]
        with write(self._engine) as connection:
            connection.execute(portraits.delete().where(portraits.c.advisor_id == advisor_id))
            if picture:
                row = {"advisor_id": advisor_id, "name": name, "picture": picture}
                connection.execute(portraits.insert(), row)

    def name_of(self, advisor_id: str) -> str:
        """Empty where there is none."""
        query = sa.select(portraits.c.name).where(portraits.c.advisor_id == advisor_id)
        with read(self._engine) as connection:
            return str(connection.execute(query).scalar() or "")

    def find(self, name: str) -> bytes | None:
        query = sa.select(portraits.c.picture).where(portraits.c.name == name).limit(1)
        with read(self._engine) as connection:
            found: bytes | None = connection.execute(query).scalar()
        return found
