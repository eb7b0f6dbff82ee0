"""Typed settings, read from the environment and from ``.env``. Every one is described in ``.env.example``.

The only module that reads the environment. Defaults make one embedded installation; URLs make it a distributed one.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Optional

from dotenv import dotenv_values
from pydantic import BaseSettings, Field, SecretStr, ValidationError, root_validator, validator

ROOT = Path(__file__).resolve().parent.parent
_NUMBERS = r"^(#?[A-Za-z]{0,6}[0-9]{3,16}( #?[A-Za-z]{0,6}[0-9]{3,16})?)?$"
LEAST_SECRET = 32  # bytes: as long as the signature that it makes (RFC 7518, 3.2)
_WEB = ("https://", "http://127.0.0.1:", "http://localhost:")  # without TLS on this machine alone
_ORIGIN = re.compile(r"https?://[\w.-]+(:\d+)?")


class Settings(BaseSettings):
    """Raises ``pydantic.ValidationError``, naming the variable and what it accepts, when a value does not fit."""

    root: Path = Field(ROOT, description="The project: config.yml, domain.yml, data/ and models/ are under it.")
    var: Path = Field(ROOT / "var", description="Where an embedded installation keeps its data.")
    files_root: Optional[Path] = Field(None, description="Where files that customers send are kept; shared by all.")

    files_url: Optional[SecretStr] = Field(
        None, description="A bucket for them in place of a folder: s3://key-id:secret@host/bucket."
    )
    clamav: str = Field("", description="Looks at each file first: unix:///run/clamav/clamd.ctl or tcp://host:3310.")

    host: str = Field("127.0.0.1", description="Interface the front and the desk listen on.")
    front_port: int = Field(5005, ge=1, le=65535, env=["CONCIERGE_FRONT_PORT", "CONCIERGE_ASSISTANT_PORT"])
    front_python: Path = Field(
        ROOT / ".venv-front" / "bin" / "python", description="What `concierge run` starts the front and the desk with."
    )
    assistant_health_port: int = Field(5007, ge=1, le=65535, description="Always on 127.0.0.1: nobody else asks.")
    actions_port: int = Field(5055, ge=1, le=65535, description="Always on 127.0.0.1: the SDK has no authentication.")
    desk_port: int = Field(5006, ge=1, le=65535)
    actions: Literal["embedded", "server"] = Field(
        "embedded", description="Where actions run: in the assistant's process, or behind an action server."
    )
    actions_url: Optional[str] = Field(None, description="Where the assistant finds the action server; implies one.")

    database_url: Optional[str] = Field(None, description="Conversation log, cases and trackers (SQLAlchemy URL).")
    listen_url: Optional[str] = Field(
        None, description="The same database past a pooler that gives out connections by the transaction."
    )
    orders_url: Optional[str] = Field(
        None, description="Orders: an SQLAlchemy URL, or http(s):// of a retailer's system."
    )

    orders_mapping: str = Field("concierge", description="How a retailer's system is asked: concierge/orders/mappings.")
    orders_credentials: Optional[SecretStr] = Field(None, description="Token for it, or client_id:client_secret.")

    order_number: str = Field(
        "", regex=_NUMBERS, description="An order number as yours are written, or the shortest and the longest."
    )

    tell_later_hours: float = Field(24, gt=0, description="How long a promised answer waits for the order system.")

    handoff_webhook_url: Optional[str] = Field(None, description="Gets every handoff package, beside the desk.")
    handoff_webhook_secret: Optional[SecretStr] = Field(None, description="Signs what the webhook gets.")
    handoff_smtp: Optional[SecretStr] = Field(None, description="Mail server: smtp(s)://user:password@host:port")
    handoff_mail_from: str = Field("", description="Sender of handoffs by mail.")
    handoff_mail_to: str = Field("", description="Mailbox that gets every handoff.")
    handoff_directline_secret: Optional[SecretStr] = Field(
        None, description="Of the Direct Line channel of a Bot Framework hub, which gets every handoff."
    )
    handoff_directline_url: str = Field("https://directline.botframework.com", description="Or that of a region.")
    handoff_chatwoot_url: Optional[str] = Field(None, description="A Chatwoot that gets every handoff.")
    handoff_chatwoot_account: Optional[int] = Field(None, ge=1)
    handoff_chatwoot_inbox: Optional[int] = Field(None, ge=1, description="An inbox of kind API.")
    handoff_chatwoot_token: Optional[SecretStr] = Field(None, description="Access token of a user or an agent bot.")
    handoff_zendesk_url: Optional[str] = Field(None, description="https://house.zendesk.com: gets every handoff.")
    handoff_zendesk_user: str = Field("", description="E-mail of the agent whom the token is used for.")
    handoff_zendesk_token: Optional[SecretStr] = Field(None, description="API token.")

    desk_url: str = Field("", description="Where advisors reach the desk: OpenID Connect leads back to it.")
    desk_passwords: bool = Field(True, description="Whether advisors sign in with passwords of the desk's own.")
    openid_issuer: str = Field("", description="The OpenID Connect provider that advisors sign in with.")
    openid_client_id: str = ""
    openid_client_secret: Optional[SecretStr] = None
    openid_name: str = Field("OpenID Connect", description="What the sign-in page calls it: Sign in with …")
    openid_scopes: str = Field("openid email profile", description="What is asked for; some have one for groups.")
    openid_login_claim: str = Field("email", description="What of the provider's is an account's login.")
    openid_role_claim: str = Field(
        "", description="Where the provider tells groups or roles: groups, realm_access.roles."
    )
    openid_roles: str = Field("", description="Who is what: advisor=desk, lead=desk-leads, admin=desk-admins.")
    openid_accounts: Literal["invited", "made"] = Field(
        "invited", description="Whether an account has to be there, or is made at the first sign-in."
    )

    translator_url: Optional[str] = Field(
        None, description="A LibreTranslate server, for advisors; none: no translation."
    )
    translator_key: Optional[SecretStr] = Field(None, description="Its API key, where it wants one.")

    unknown_outcome: Literal["hold", "people", "again"] = Field(
        "hold", description="A message that may have arrived, where no provider tells: held, or sent again."
    )

    mail_server: Optional[SecretStr] = Field(
        None, description="Takes mails to customers: smtp(s)://user:password@host:port; none: no code is ever offered."
    )
    mail_from: str = Field("", description="Sender of mails to customers.")

    link_keys: Optional[SecretStr] = Field(
        None, description="Sign the links in the house's mails: name:secret, separated by spaces; the first one signs."
    )
    link_page: str = Field("", description="The page with the widget that they lead to; empty: this server's own.")

    public_url: str = Field(
        "", description="Where customers and providers reach the front: files on messaging channels go by links to it."
    )
    secret: Optional[SecretStr] = Field(None, description="Signs widget sessions and advisors' logins.")
    allowed_origins: str = Field(
        "", description="Origins of the shop's pages, separated by spaces; empty: same origin."
    )
    customer_jwt_key: Optional[SecretStr] = Field(
        None,
        description="Checks the tokens of customers who are signed in to the shop: a shared secret or a public key.",
    )
    customer_jwt_algorithm: Literal["HS256", "RS256"] = Field("HS256", description="How the shop signs them.")
    customer_jwt_audience: str = Field("", description="What their aud claim must say; empty: they must have none.")
    proof_hours: float = Field(
        12, gt=0, le=720, description="How long an order's number and e-mail prove a customer, from the last message."
    )
    rest: Optional[bool] = Field(None, description="Serve the REST channel; default: only in a demo.")
    rest_secret: Optional[SecretStr] = Field(None, description="What a server shows to write over REST for customers.")
    proxies: int = Field(0, ge=0, description="How many trusted proxies stand in front (X-Forwarded-For).")

    max_message_chars: int = Field(2000, ge=200, le=20000)
    messages_per_minute: int = Field(30, ge=1, description="From one conversation, before it is asked to wait.")
    sessions_per_hour: int = Field(60, ge=1, description="New widget conversations from one network address.")
    connections_per_address: int = Field(
        256, ge=0, description="Open connections of one network address to one process; 0: any number."
    )
    action_timeout: float = Field(15.0, gt=0, le=20.0, description="Seconds until the customer is told the truth.")

    policy_date: Optional[date] = Field(None, description="Decide as if it were this day: previews a future change.")
    policy_figures: Optional[Path] = Field(
        None, description="A .yml file of figures that take the place of those of concierge/policy/figures."
    )
    queues: Optional[Path] = Field(
        None, description="The house's queues, hours and targets, in place of concierge/queues/queues.yml."
    )
    desk_assign: Literal["claim", "automatic"] = Field(
        "claim",
        description="Advisors take the cases that wait, or are given them: who is here, serves it and has room.",
    )
    pictures: str = Field(
        "", description="Origins that pictures of ordered pieces come from, separated by spaces: the desk shows them."
    )
    templates: Optional[Path] = Field(
        None,
        description="A .yml file of messages that providers have approved: docs/channels/whatsapp.md.",
    )
    demo: bool = Field(True, description="Fill an empty installation with demo orders and demo advisors.")
    log_level: str = "INFO"
    log_format: Literal["text", "json"] = Field("text", description="Lines for people, or JSON objects.")

    @validator(
        "root",
        "var",
        "files_root",
        "host",
        "database_url",
        "listen_url",
        "orders_url",
        "orders_mapping",
        "policy_figures",
        "queues",
        "templates",
        "secret",
        pre=True,
    )
    def _not_empty(cls, value: Any) -> Any:  # noqa: N805
        """An empty one would mean another thing than nothing: all interfaces, this folder, SQLite after all."""
        if isinstance(value, str) and not value.strip():
            raise ValueError("it is empty: write a value, or take the line out for the default")
        return value

    @validator("secret", "rest_secret")
    def _long_enough(cls, value: Optional[SecretStr]) -> Optional[SecretStr]:  # noqa: N805
        if value is not None and len(value.get_secret_value().encode()) < LEAST_SECRET:
            raise ValueError(
                f"write at least {LEAST_SECRET} characters that nobody can guess, such as what "
                "`python3 -c 'import secrets; print(secrets.token_urlsafe(48))'` prints"
            )
        return value

    @validator("log_level")
    def _known_level(cls, value: str) -> str:  # noqa: N805
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
            raise ValueError("write DEBUG, INFO, WARNING, ERROR or CRITICAL")
        return value.upper()

    @root_validator(skip_on_failure=True)
    def _an_address_means_a_server(cls, values: dict[str, Any]) -> dict[str, Any]:  # noqa: N805
        return {**values, "actions": "server"} if values["actions_url"] else values

    @root_validator(skip_on_failure=True)
    def _key_fits_its_algorithm(cls, values: dict[str, Any]) -> dict[str, Any]:  # noqa: N805
        secret = values["customer_jwt_key"]
        if secret is None or not secret.get_secret_value().strip():
            return {**values, "customer_jwt_key": None}
        # One line of an environment file: the line ends of a key may be written \n.
        key = secret.get_secret_value().replace("\\n", "\n").strip()
        if values["customer_jwt_algorithm"] == "RS256":
            if not key.startswith(("-----BEGIN PUBLIC KEY-----", "-----BEGIN RSA PUBLIC KEY-----")):
                raise ValueError("customer_jwt_key: for RS256 write the shop's public key, in PEM")
        elif key.startswith("-----BEGIN") or len(key.encode()) < 32:
            raise ValueError("customer_jwt_key: for HS256 write a shared secret of at least 32 characters, no PEM")
        return {**values, "customer_jwt_key": SecretStr(key)}

    @root_validator(skip_on_failure=True)
    def _mails_have_a_sender(cls, values: dict[str, Any]) -> dict[str, Any]:  # noqa: N805
        server = values["mail_server"]
        if server is None:
            return values
        if not server.get_secret_value().startswith(("smtp://", "smtps://")):
            raise ValueError("CONCIERGE_MAIL_SERVER: write smtp://host:port, or smtps:// for TLS at once")
        if "@" not in values["mail_from"]:
            raise ValueError("CONCIERGE_MAIL_FROM: CONCIERGE_MAIL_SERVER needs the address that mails come from")
        return values

    @validator("openid_issuer", "desk_url")
    def _https_or_loopback(cls, value: str) -> str:  # noqa: N805
        if value and not value.startswith(_WEB):
            raise ValueError("write https://host; plain http is for tests on this machine")
        return value.strip()

    @root_validator(skip_on_failure=True)
    def _somebody_can_sign_in(cls, values: dict[str, Any]) -> dict[str, Any]:  # noqa: N805
        if not values["openid_issuer"]:
            if not values["desk_passwords"]:
                raise ValueError("CONCIERGE_DESK_PASSWORDS: without passwords, CONCIERGE_OPENID_ISSUER has to be set")
            return values
        for name in ("openid_client_id", "openid_client_secret", "desk_url"):
            if not values[name]:
                raise ValueError(f"CONCIERGE_{name.upper()}: CONCIERGE_OPENID_ISSUER needs it, too")
        if "openid" not in values["openid_scopes"].split():
            raise ValueError("CONCIERGE_OPENID_SCOPES: openid has to be among them")
        if bool(values["openid_role_claim"]) != bool(values["openid_roles"]):
            raise ValueError("CONCIERGE_OPENID_ROLES: set it together with CONCIERGE_OPENID_ROLE_CLAIM, or neither")
        if values["openid_accounts"] == "made" and not values["openid_roles"]:
            raise ValueError(
                "CONCIERGE_OPENID_ACCOUNTS: accounts are made only for who has a role, else everybody whom the "
                "provider knows could read customers' cases: set CONCIERGE_OPENID_ROLE_CLAIM and CONCIERGE_OPENID_ROLES"
            )
        return values

    @validator("openid_roles")
    def _roles_and_groups(cls, value: str) -> str:  # noqa: N805
        for each in filter(str.strip, value.split(",")):
            role, _, group = each.partition("=")
            if role.strip() not in ("advisor", "lead", "admin") or not group.strip():
                raise ValueError("write advisor=group, lead=group, admin=group, separated by commas")
        return value

    @validator("public_url")
    def _https(cls, value: str) -> str:  # noqa: N805
        if value and not value.startswith(_WEB):
            raise ValueError("write https://host, as customers and providers reach it")
        return value.rstrip("/")

    @validator("pictures")
    def _origins(cls, value: str) -> str:  # noqa: N805
        if wrong := [each for each in value.split() if not _ORIGIN.fullmatch(each)]:
            raise ValueError(f"write origins, as https://images.house.example; {wrong[0]} is none")
        return value

    @validator("link_keys")
    def _named_and_long(cls, value: Optional[SecretStr]) -> Optional[SecretStr]:  # noqa: N805
        for each in value.get_secret_value().split() if value else ():
            name, _, secret = each.partition(":")
            if not name or len(secret.encode()) < LEAST_SECRET:
                raise ValueError(f"write name:secret, separated by spaces, with {LEAST_SECRET} characters or more each")
        return value

    @validator("files_url")
    def _a_bucket(cls, value: Optional[SecretStr]) -> Optional[SecretStr]:  # noqa: N805
        if value is not None and not value.get_secret_value().startswith("s3://"):
            raise ValueError("write s3://key-id:secret@host/bucket, key and secret percent-encoded")
        return value

    @validator("clamav")
    def _a_socket(cls, value: str) -> str:  # noqa: N805
        if value and not value.startswith(("unix:///", "tcp://")):
            raise ValueError("write unix:///run/clamav/clamd.ctl, or tcp://host:3310")
        return value

    @validator("rest", "rest_secret", "mail_server", "link_keys", "files_url", "openid_client_secret", pre=True)
    def _empty_is_not_set(cls, value: Any) -> Any:  # noqa: N805
        return None if isinstance(value, str) and not value.strip() else value

    class Config:
        env_prefix = "CONCIERGE_"
        env_file = ROOT / ".env"
        env_file_encoding = "utf-8"

    @property
    def files(self) -> Path:
        return self.files_root or self.var / "files"

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.var / 'concierge.db'}"

    @property
    def orders(self) -> str:
        return self.orders_url or f"sqlite:///{self.var / 'orders.db'}"

    @property
    def serves_rest(self) -> bool:
        return self.demo if self.rest is None else self.rest

    @property
    def sends_mail(self) -> bool:
        """Whether codes can be sent to customers."""
        return self.mail_server is not None

    @property
    def own_action_server(self) -> str:
        """The address of ``concierge actions`` on this machine."""
        return f"http://127.0.0.1:{self.actions_port}/webhook"

    @property
    def action_server(self) -> str:
        return self.actions_url or self.own_action_server

    @property
    def signing_key(self) -> str:
        """The secret, or one made once and kept in ``var/secret`` (mode 0600) for an embedded installation."""
        if self.secret is not None:
            return self.secret.get_secret_value()
        path = self.var / "secret"
        if not path.exists():
            self.var.mkdir(parents=True, exist_ok=True)
            try:
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:  # another process was first
                return path.read_text()
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_urlsafe(48))
        return path.read_text()


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    return Settings()  # type: ignore[call-arg]


def variables(names: Iterable[str]) -> dict[str, str]:
    """Settings that a module declares itself, such as a channel's: by the variable's name, those that are not empty."""
    kept = {**dotenv_values(Settings.Config.env_file, encoding=Settings.Config.env_file_encoding), **os.environ}
    values = {name: (kept.get(name) or "").strip() for name in names}
    return {name: value for name, value in values.items() if value}


def explained(problem: ValidationError) -> str:
    """What is wrong with the settings, a line each, by the names that operators write."""
    lines = []
    for error in problem.errors():
        name = str(error["loc"][-1])
        said = error["msg"]
        lines.append(said if name == "__root__" else f"CONCIERGE_{name.upper()}: {said}")
    return "The settings (environment or .env) do not fit.\n" + "\n".join(lines)
