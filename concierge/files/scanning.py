"""ClamAV looks at each file before it is kept: its daemon is asked over a socket (``INSTREAM``, clamd(8))."""

from __future__ import annotations

import socket
import struct
from urllib.parse import urlsplit

SECONDS = 30.0
_CHUNK = 64 * 1024
_LONGEST_ANSWER = 4096


class NotScanned(OSError):
    """The daemon could not be asked, so that nothing is known of the file. The message is for the operator."""


class Scanner:
    """``address``: unix:///run/clamav/clamd.ctl, or tcp://host:3310. Raises ``ValueError`` for any other."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        port = parts.port
        if parts.scheme == "unix" and parts.path:
            self._where: str | tuple[str, int] = parts.path
        elif parts.scheme == "tcp" and parts.hostname and port:
            self._where = (parts.hostname, port)
        else:
            raise ValueError("write unix:///run/clamav/clamd.ctl, or tcp://host:3310")

    def finds(self, content: bytes) -> str:
        """What was found, by the name that ClamAV has for it; empty for a file that is clean. Blocks. Raises
        ``NotScanned``."""
        try:
            with self._connected() as connection:
                connection.sendall(b"zINSTREAM\0")
                for start in range(0, len(content), _CHUNK):
                    chunk = content[start : start + _CHUNK]
                    connection.sendall(struct.pack("!I", len(chunk)) + chunk)
                connection.sendall(struct.pack("!I", 0))
                answer = _answer(connection)
        except OSError as problem:
            raise NotScanned(f"ClamAV does not answer ({type(problem).__name__})") from problem
        if answer == "stream: OK":
            return ""
        if answer.startswith("stream: ") and answer.endswith(" FOUND"):
            return answer.removeprefix("stream: ").removesuffix(" FOUND")
        raise NotScanned(f"ClamAV answered: {answer[:100]}")

    def _connected(self) -> socket.socket:
        if isinstance(self._where, tuple):
            return socket.create_connection(self._where, SECONDS)
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(SECONDS)
        try:
            connection.connect(self._where)
        except OSError:
            connection.close()
            raise
        return connection


def _answer(connection: socket.socket) -> str:
    got = b""
    while not got.endswith(b"\0") and len(got) < _LONGEST_ANSWER:
        more = connection.recv(_LONGEST_ANSWER)
        if not more:
            break
        got += more
    return got.rstrip(b"\0").decode(errors="replace").strip()
