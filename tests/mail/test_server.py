"""Mail to the house's server by TLS: at once, or after STARTTLS; a password and a code are never sent in the clear."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from concierge.mail.server import MailServer, NotSent
from tests.ports import free_port

LOGIN = "house:a%20secret@"


class Kept:
    """What aiosmtpd calls: whether TLS was on, and who had logged in, for each mail."""

    def __init__(self) -> None:
        self.mails: list[tuple[bool, bool]] = []

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        self.mails.append((server.transport.get_extra_info("ssl_object") is not None, bool(session.authenticated)))
        return "250 taken"


def knows(server: SMTP, session: Any, envelope: Any, mechanism: str, data: LoginPassword) -> AuthResult:
    return AuthResult(success=data == LoginPassword(b"house", b"a secret"), handled=True)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of 127.0.0.1 and of nobody else; signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example")])
    at = datetime.now(timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(hours=1))
        .not_valid_after(at + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("mail") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@contextmanager
def serving(certificate: Path, *, at_once: bool = False, offers_tls: bool = True) -> Iterator[tuple[int, Kept]]:
    secure = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    secure.load_cert_chain(certificate)
    kept = Kept()
    options: dict[str, Any] = {"authenticator": knows, "auth_required": True}
    if at_once:
        options |= {"ssl_context": secure, "auth_require_tls": False}
    elif offers_tls:
        options["tls_context"] = secure
    else:
        options |= {"auth_require_tls": False}  # takes passwords in the clear, and must not be given one
    running = Controller(kept, hostname="127.0.0.1", port=free_port(), **options)
    running.start()
    try:
        yield running.port, kept
    finally:
        running.stop()


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))  # as OpenSSL reads it
    return certificate


def letter() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "service@example.com", "claire@example.com", "Code"
    message.set_content("123456")
    return message


def test_a_mail_goes_by_tls_at_once_or_after_starttls_with_the_login(trusted: Path) -> None:
    for scheme, at_once in (("smtps", True), ("smtp", False)):
        with serving(trusted, at_once=at_once) as (port, kept):
            MailServer(f"{scheme}://{LOGIN}127.0.0.1:{port}").send(letter())
            assert kept.mails == [(True, True)], scheme


@pytest.mark.parametrize(("scheme", "at_once"), [("smtps", True), ("smtp", False)])
def test_a_server_that_nobody_vouches_for_or_of_another_name_gets_nothing(
    certificate: Path, scheme: str, at_once: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(certificate, at_once=at_once) as (port, kept):
        for host, file in (("127.0.0.1", ""), ("localhost", str(certificate))):
            monkeypatch.setenv("SSL_CERT_FILE", file)
            with pytest.raises(NotSent, match="SSL") as caught:
                MailServer(f"{scheme}://{LOGIN}{host}:{port}").send(letter())
            assert not caught.value.for_good
        assert kept.mails == []


def test_a_password_is_not_sent_to_a_server_that_offers_no_tls(trusted: Path) -> None:
    with serving(trusted, offers_tls=False) as (port, kept), pytest.raises(NotSent):
        MailServer(f"smtp://{LOGIN}127.0.0.1:{port}").send(letter())
    assert kept.mails == []


def test_a_wrong_password_is_no_reason_to_give_a_mail_up(trusted: Path) -> None:
    with serving(trusted) as (port, _), pytest.raises(NotSent) as caught:
        MailServer(f"smtp://house:wrong@127.0.0.1:{port}", seconds=2).send(letter())
    assert not caught.value.for_good
