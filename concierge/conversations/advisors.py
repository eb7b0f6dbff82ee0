"""The people who answer from the desk, and their passwords."""

from __future__ import annotations

import json
import secrets
import uuid
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from concierge.conversations import second_factor
from concierge.conversations.base import now
from concierge.conversations.model import ROLES, Advisor
from concierge.conversations.schema import advisor_identities, advisor_sessions, advisors
from concierge.storage.database import write

DEMO = (("camille", "Camille", "advisor"), ("antoine", "Antoine", "lead"))


class Advisors:
    """Blocks. Passwords are kept as digests."""

    def __init__(self, engine: Engine) -> None:
        from concierge.conversations import passwords

        self._engine = engine
        self._passwords = passwords

    def create(self, login: str, name: str, password: str, role: str = "advisor") -> Advisor:
        """Raises ``ValueError`` when the login is taken, empty, or the role is unknown."""
        login = login.strip().lower()
        if not login or role not in ROLES:
            raise ValueError(f"an advisor needs a login, and a role: {', '.join(ROLES)}")
        advisor = Advisor(uuid.uuid4().hex, login, name, role)
        try:
            with write(self._engine) as connection:
                connection.execute(
                    advisors.insert(), {**vars(advisor), "password_hash": self._passwords.digest(password)}
                )
        except sa.exc.IntegrityError:
            raise ValueError(f"the login {login!r} is taken") from None
        return advisor

    def verify(self, login: str, password: str) -> Advisor | None:
        """None for a wrong login, a wrong password and a deactivated advisor alike."""
        known = self.credential(login, password)
        return known[0] if known else None

    def credential(self, login: str, password: str) -> tuple[Advisor, str] | None:
        """As ``verify``, with the password's hash: it tells whether the password has changed since."""
        query = sa.select(advisors).where(advisors.c.login == login.strip().lower())
        with self._engine.begin() as connection:
            row = connection.execute(query).mappings().first()
        is_right = self._passwords.is_right(row["password_hash"] if row else None, password)
        return (_advisor(row), row["password_hash"]) if row and row["active"] and is_right else None

    def get(self, advisor_id: str) -> Advisor | None:
        with self._engine.begin() as connection:
            row = connection.execute(sa.select(advisors).where(advisors.c.id == advisor_id)).mappings().first()
        return _advisor(row) if row else None

    def all(self) -> list[Advisor]:
        with self._engine.begin() as connection:
            rows = connection.execute(sa.select(advisors).order_by(advisors.c.login)).mappings().all()
        return [_advisor(row) for row in rows]

    def accounts(self) -> list[dict[str, Any]]:
        """Everybody, as who manages them sees them: with what they sign in by, and in how many places."""
        open_ones = (
            sa.select(sa.func.count())
            .where(advisor_sessions.c.advisor_id == advisors.c.id, advisor_sessions.c.expires_at > now())
            .scalar_subquery()
        )
        columns = (advisors.c.id, advisors.c.login, advisors.c.name, advisors.c.role, advisors.c.active)
        second = (advisors.c.second_factor != "").label("second_factor")
        linked = sa.exists().where(advisor_identities.c.advisor_id == advisors.c.id).label("openid")
        query = sa.select(*columns, second, linked, open_ones.label("sessions")).order_by(advisors.c.login)
        with self._engine.begin() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        return [{**row, **{name: bool(row[name]) for name in ("active", "second_factor", "openid")}} for row in rows]

    def has_second_factor(self, advisor_id: str) -> bool:
        query = sa.select(advisors.c.second_factor).where(advisors.c.id == advisor_id)
        with self._engine.begin() as connection:
            return bool(connection.execute(query).scalar())

    def use_code(self, advisor_id: str, code: str) -> bool:
        """Whether it is right, and was not used before; from now on it was."""
        this = advisors.c.id == advisor_id
        with write(self._engine) as connection:
            query = sa.select(advisors.c.second_factor, advisors.c.last_code).where(this).with_for_update()
            row = connection.execute(query).first()
            step = second_factor.step_of(row.second_factor, code, row.last_code) if row and row.second_factor else None
            if step is None:
                return False
            connection.execute(advisors.update().where(this).values(last_code=step))
        return True

    def set_second_factor(self, login: str, secret: str) -> None:
        """An empty one takes it away. Ends no session. Raises ``LookupError``."""
        this = advisors.c.login == login.strip().lower()
        with write(self._engine) as connection:
            change = advisors.update().where(this).values(second_factor=secret, last_code=0)
            if not connection.execute(change).rowcount:
                raise LookupError(f"no advisor has the login {login!r}")

    def set_role(self, login: str, role: str) -> None:
        """Ends their sessions. Raises ``LookupError``, and ``ValueError`` for a role that there is not."""
        if role not in ROLES:
            raise ValueError(f"a role is one of {', '.join(ROLES)}")
        self._update(login, role=role)

    def activate(self, login: str) -> None:
        """May sign in again. Raises ``LookupError``."""
        self._update(login, active=True)

    def sign_out(self, login: str) -> None:
        """Ends their sessions, everywhere. Raises ``LookupError``."""
        self._update(login)

    def set_password(self, login: str, password: str) -> str:
        """Ends their sessions, and gives back the new hash. Raises ``LookupError``."""
        digest = self._passwords.digest(password)
        self._update(login, password_hash=digest)
        return digest

    def deactivate(self, login: str) -> None:
        """Ends their sessions. Raises ``LookupError``."""
        self._update(login, active=False)

    def _update(self, login: str, **values: object) -> None:
        """Whatever changes about who may sign in, whoever is signed in has to do it again."""
        this = advisors.c.login == login.strip().lower()
        with write(self._engine) as connection:
            known = connection.execute(sa.select(advisors.c.id).where(this)).first()
            if known and values:
                connection.execute(advisors.update().where(this).values(**values))
            if not known:
                raise LookupError(f"no advisor has the login {login!r}")
            theirs = sa.select(advisors.c.id).where(this).scalar_subquery()
            connection.execute(advisor_sessions.delete().where(advisor_sessions.c.advisor_id == theirs))


def ensure_demo_advisors(engine: Engine, folder: Path) -> dict[str, str]:
    """The demo advisors' passwords by login. Made once and kept in ``folder``, where only its owner may read them."""
    book, file = Advisors(engine), folder / "demo-advisors.json"
    passwords: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    present = {advisor.login for advisor in book.all()}
    for login, name, role in DEMO:
        if login in present and login in passwords:
            continue
        passwords[login] = secrets.token_urlsafe(9)
        if login in present:
            book.set_password(login, passwords[login])
        else:
            book.create(login, name, passwords[login], role)
    folder.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps(passwords))
    return passwords


def _advisor(row: sa.engine.RowMapping) -> Advisor:
    return Advisor(row["id"], row["login"], row["name"], row["role"], bool(row["active"]))
