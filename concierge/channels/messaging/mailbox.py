"""The mailbox of the e-mail channel, by IMAP: what is new in it, and that it was taken. Blocks."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Iterator, Mapping
from urllib.parse import unquote, urlsplit

from imapclient import FLAGGED, SEEN, IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

SECONDS = 20.0
AT_ONCE = 20  # mails of one round
LARGEST = 25_000_000  # bytes of one mail, as most servers have it
_PORTS = {"imaps": 993, "imap": 143}


class MailboxDown(Exception):
    """The message is for the operator, without personal data; ``ours``: it is our login that is wrong."""

    def __init__(self, why: str, *, ours: bool = False) -> None:
        super().__init__(why)
        self.ours = ours


class Mailbox:
    """``address`` is imaps://user:password@host/folder for TLS at once, or imap://, which goes over to TLS before it
    logs in wherever the server offers it. The folder is INBOX where none is named, there or as ``folder``."""

    def __init__(self, address: str, folder: str = "") -> None:
        self._parts = urlsplit(address)
        self._folder = folder or unquote(self._parts.path.strip("/")) or "INBOX"
        self._client: IMAPClient | None = None

    def new(self) -> dict[int, bytes]:
        """What nobody has seen, by its number, the oldest first. What is too large is put aside. Raises
        ``MailboxDown``."""
        with self._talking() as client:
            found = sorted(client.search(["UNSEEN"]))[:AT_ONCE]
            sizes = client.fetch(found, ["RFC822.SIZE"]) if found else {}
            large = [each for each in found if sizes.get(each, {}).get(b"RFC822.SIZE", 0) > LARGEST]
            if large:
                client.add_flags(large, [SEEN, FLAGGED])
            wanted = [each for each in found if each not in large]
            mails = client.fetch(wanted, ["BODY.PEEK[]"]) if wanted else {}
            return {each: mails[each][b"BODY[]"] for each in wanted if mails.get(each, {}).get(b"BODY[]")}

    def reach(self) -> None:
        """Logs in and opens the folder. Raises ``MailboxDown``."""
        with self._talking():
            pass

    def taken(self, number: int, *, aside: bool = False) -> None:
        """It is in the log, or in no form to be; ``aside``: a person should look at it. Raises ``MailboxDown``."""
        with self._talking() as client:
            client.add_flags([number], [SEEN, FLAGGED] if aside else [SEEN])

    def holds(self, name: str) -> bool:
        """Whether a mail with this Message-ID is there. Raises ``MailboxDown``."""
        with self._talking() as client:
            return bool(client.search(["HEADER", "Message-ID", name]))

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(Exception):
                client.shutdown()

    @contextlib.contextmanager
    def _talking(self) -> Iterator[IMAPClient]:
        try:
            if self._client is None:
                self._client = self._connect()
            yield self._client
        except LoginError:
            self.close()
            raise MailboxDown("login_refused", ours=True) from None
        except (IMAPClientError, OSError, ssl.SSLError) as problem:  # what it says may be of a mail
            self.close()
            raise MailboxDown(f"not_reached ({type(problem).__name__})") from None

    def _connect(self) -> IMAPClient:
        parts, secure = self._parts, ssl.create_default_context()
        at_once = parts.scheme == "imaps"
        port = parts.port or _PORTS.get(parts.scheme, _PORTS["imaps"])
        client = IMAPClient(
            parts.hostname or "localhost", port, ssl=at_once, ssl_context=secure if at_once else None, timeout=SECONDS
        )
        if not at_once and client.has_capability("STARTTLS"):
            client.starttls(secure)
        client.login(unquote(parts.username or ""), unquote(parts.password or ""))
        client.select_folder(self._folder)
        return client


def problems_of(address: str, folders: Mapping[str, str]) -> list[str]:
    """Sentences for the operator: the first of the folders that is not reached. ``folders``: by the variable that names
    each; empty for that of the address."""
    for variable, folder in folders.items():
        box = Mailbox(address, folder)
        try:
            box.reach()
        except MailboxDown as problem:
            return [f"The mailbox {'refuses our login' if problem.ours else 'was not reached'} ({variable})."]
        finally:
            box.close()
    return []


def holds(address: str, folder: str, name: str) -> bool:
    """As ``Mailbox.holds``, by a connection for this one question."""
    box = Mailbox(address, folder)
    try:
        return box.holds(name)
    finally:
        box.close()
