"""A real PgBouncer that gives out connections by the transaction, as docs/operating.md sets it up."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from concierge.settings import ROOT
from tests.ports import free_port
from tests.postgres import Schema

PGBOUNCER = shutil.which("pgbouncer", path=os.environ.get("PATH", "") + ":/usr/sbin")
needed = pytest.mark.skipif(not PGBOUNCER, reason="needs pgbouncer")


def _documented() -> str:
    """The lines of docs/operating.md, of which only the addresses are ours."""
    found = re.search(r"```ini\n(.*?)```", (ROOT / "docs" / "operating.md").read_text("utf-8"), re.DOTALL)
    assert found
    return found[1]


@contextlib.contextmanager
def pooler(schema: Schema, connections: int) -> Iterator[str]:
    """Its address, behind which is the schema; it opens so many ``connections`` to the server at the most."""
    server = schema.server.url
    folder = Path(tempfile.mkdtemp(prefix="pgbouncer-"))  # where PostgreSQL's user may pass, which is not pytest's
    port = free_port()
    # Which schema it is comes with the connection elsewhere in the tests; here the server's side of the pooler says it.
    database = (
        f"concierge = host={server.host} port={server.port or 5432} dbname={server.database} user={server.username} "
        f"connect_query='SET search_path = {schema.name}'"
    )
    text = _documented()
    text = re.sub(r"^concierge = .*$", database, text, flags=re.MULTILINE)
    text = re.sub(r"^default_pool_size = .*$", f"default_pool_size = {connections}", text, flags=re.MULTILINE)
    text += (
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = any\nlogfile = {folder}/log\nunix_socket_dir =\n"
    )
    (folder / "pgbouncer.ini").write_text(text)
    user = ["-u", "postgres"] if os.geteuid() == 0 else []
    if user:
        shutil.chown(folder, "postgres")
    process = subprocess.Popen([str(PGBOUNCER), "-q", *user, str(folder / "pgbouncer.ini")])
    try:
        _wait(port, process, folder)
        yield f"postgresql://concierge@127.0.0.1:{port}/concierge"
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder)


def _wait(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        assert process.poll() is None, (folder / "log").read_text()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("pgbouncer did not listen")
