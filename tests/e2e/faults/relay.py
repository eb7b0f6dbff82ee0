"""A wire to a server that can fall silent, where it takes every byte and nothing comes of it, or break in an answer.

The first is what a host that is gone looks like behind a proxy or a firewall; without one the kernel at least notices.
"""

from __future__ import annotations

import contextlib
import math
import select
import socket
import threading
from collections.abc import Callable

import sqlalchemy as sa


class Relay:
    """Listens on loopback. ``fall_silent`` for the connections of now, or for new ones as well; ``cut`` ends all.

    ``lasts`` says how many bytes of answers each new connection carries before it breaks.
    """

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listening.getsockname()[1]
        self._pairs: list[_Pair] = []
        self._silent = False
        self.lasts: Callable[[], float] = lambda: math.inf
        threading.Thread(target=self._accept, daemon=True).start()

    def fall_silent(self, new_ones_too: bool) -> None:
        self._silent = new_ones_too
        for pair in self._pairs:
            pair.silent = True

    def speak(self) -> None:
        """To new connections: what was swallowed of the old ones is gone."""
        self._silent = False

    def cut(self) -> None:
        for pair in self._pairs:
            pair.close()

    def close(self) -> None:
        self._listening.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                inside, _ = self._listening.accept()
            except OSError:
                return
            try:
                outside = socket.create_connection(self._to)
            except OSError:  # nobody is there: as without a wire between
                inside.close()
                continue
            self._pairs.append(_Pair(inside, outside, self._silent, self.lasts()))


class _Pair:
    def __init__(self, inside: socket.socket, outside: socket.socket, silent: bool, left: float) -> None:
        self.silent = silent
        self._left = left
        self._sockets = (inside, outside)
        threading.Thread(target=self._carry, daemon=True).start()

    def close(self) -> None:
        for each in self._sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _carry(self) -> None:
        inside, outside = self._sockets
        with inside, outside, contextlib.suppress(OSError):
            while True:
                for ready in _readable(inside, outside):
                    data = ready.recv(65536)
                    if not data:
                        return
                    if self.silent:
                        continue
                    if ready is inside:
                        outside.sendall(data)
                        continue
                    inside.sendall(data[: int(min(self._left, len(data)))])
                    self._left -= len(data)
                    if self._left <= 0:
                        return


def _readable(*sockets: socket.socket) -> list[socket.socket]:
    """Those that have something, waited for: by poll, since select knows no numbers over 1,023."""
    waiting = select.poll()
    known = {each.fileno(): each for each in sockets}
    for number in known:
        waiting.register(number, select.POLLIN)
    return [known[number] for number, _ in waiting.poll()]


def through(relay: Relay, url: str) -> str:
    """The URL, by way of the relay."""
    return sa.engine.make_url(url).set(host="127.0.0.1", port=relay.port).render_as_string(hide_password=False)
