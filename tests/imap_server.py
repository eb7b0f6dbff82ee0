"""A real IMAP server on loopback: Dovecot, with one mailbox of its own, for as long as a test needs it."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from imapclient import IMAPClient

from tests.ports import free_port

USER, PASSWORD = "service@house.example", "a+secret/1"
_OWNER = "nobody"  # Dovecot opens no mailbox for root
_CONFIG = """
base_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail
first_valid_uid = 1
{users}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
"""


def program() -> str | None:
    return shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


class ImapServer:
    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.address = f"imap://{USER.replace('@', '%40')}:{quote(PASSWORD, safe='')}@127.0.0.1:{self.port}"
        self._folder = folder
        self._running: subprocess.Popen[bytes] | None = None
        (folder / "mail").mkdir(parents=True)
        own = os.getuid()
        users = (
            "" if own == 0 else f"default_internal_user = {getpass.getuser()}\ndefault_login_user = {getpass.getuser()}"
        )
        owner = _OWNER if own == 0 else getpass.getuser()
        if own == 0:
            shutil.chown(folder / "mail", owner)
        about = {"folder": folder, "users": users, "password": PASSWORD, "uid": owner, "gid": os.getgid() or "nogroup"}
        (folder / "dovecot.conf").write_text(_CONFIG.format(port=self.port, **about))

    def start(self) -> None:
        dovecot = program()
        assert dovecot is not None, "asked for by the caller"
        self._running = subprocess.Popen([dovecot, "-F", "-c", str(self._folder / "dovecot.conf")])
        deadline = time.monotonic() + 20
        while True:
            try:
                with self.client():
                    return
            except OSError:
                assert time.monotonic() < deadline, (self._folder / "log").read_text()
                time.sleep(0.05)

    def stop(self) -> None:
        if self._running is not None:
            self._running.terminate()
            self._running.wait(10)
            self._running = None

    def client(self) -> IMAPClient:
        client = IMAPClient("127.0.0.1", self.port, ssl=False, timeout=10)
        client.login(USER, PASSWORD)
        client.select_folder("INBOX")
        return client

    def deliver(self, *mails: bytes) -> None:
        with self.client() as client:
            for each in mails:
                client.append("INBOX", each)

    def flags(self) -> list[set[bytes]]:
        """Of each mail, in the order they came; what only says that it is new is left out."""
        with self.client() as client:
            found = client.get_flags(client.search("ALL"))
        return [set(found[each]) - {b"\\Recent"} for each in sorted(found)]


@contextmanager
def imap_server(folder: Path) -> Iterator[ImapServer]:
    server = ImapServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
