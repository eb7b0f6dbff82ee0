"""A real nginx on loopback with ``deploy/nginx``'s configuration and a certificate that nobody trusts."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "deploy" / "nginx" / "concierge.conf.template"
FRONT_NAME, DESK_NAME = "assistant.localhost", "desk.localhost"  # browsers take any name below localhost for loopback
START_SECONDS = 10.0


def filled(template: str, values: dict[str, str]) -> str:
    """The template with its ``${NAME}``; nginx's own ``$names`` stay. Raises ``KeyError`` for one without a value."""
    return re.sub(r"\$\{([A-Z_]+)\}", lambda found: values[found[1]], template)


def program() -> str | None:
    """nginx is not on every user's path."""
    return shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


@dataclass
class Proxy:
    """A running nginx."""

    process: subprocess.Popen[bytes]
    port: int
    folder: Path

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


def start(folder: Path, port: int, fronts: Iterable[int], desk: int) -> Proxy:
    """``folder`` is nginx's own, for its certificate, logs and spool; ``fronts`` and ``desk`` are ports of loopback.

    Raises ``RuntimeError`` with what nginx says where it does not come up.
    """
    found, openssl = program(), shutil.which("openssl")
    if found is None or openssl is None:
        raise RuntimeError("nginx and openssl are needed (Debian: apt-get install nginx-light openssl)")
    folder.mkdir(parents=True, exist_ok=True)
    _certificate(openssl, folder)
    values = {
        "FRONT_SERVERS": " ".join(f"server 127.0.0.1:{each};" for each in fronts),
        "DESK_SERVERS": f"server 127.0.0.1:{desk};",
        "FRONT_NAME": FRONT_NAME,
        "DESK_NAME": DESK_NAME,
        "LISTEN": f"127.0.0.1:{port}",
        "CERTIFICATE": str(folder / "own.pem"),
        "CERTIFICATE_KEY": str(folder / "own.key"),
    }
    spool = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    written = folder / "nginx.conf"
    written.write_text(
        f"daemon off; worker_processes 1; worker_rlimit_nofile 16384; pid {folder}/pid; error_log {folder}/error.log;\n"
        "events { worker_connections 8192; }\n"
        f"http {{ access_log off; {spool}\n{filled(TEMPLATE.read_text('utf-8'), values)}\n}}\n"
    )
    # In a session of its own: Ctrl-C is for whoever has started it, who ends it last.
    process = subprocess.Popen([found, "-p", str(folder), "-c", str(written)], start_new_session=True)
    proxy = Proxy(process, port, folder)
    _wait(proxy)
    return proxy


def _certificate(openssl: str, folder: Path) -> None:
    names = f"subjectAltName=DNS:{FRONT_NAME},DNS:{DESK_NAME},IP:127.0.0.1"
    command = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={FRONT_NAME}"]
    files = ["-addext", names, "-keyout", str(folder / "own.key"), "-out", str(folder / "own.pem")]
    subprocess.run([openssl, *command, *files], check=True, capture_output=True)


def _wait(proxy: Proxy) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if proxy.process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", proxy.port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    log = proxy.folder / "error.log"
    raise RuntimeError(f"nginx does not listen on port {proxy.port}: {log.read_text() if log.exists() else ''}")
