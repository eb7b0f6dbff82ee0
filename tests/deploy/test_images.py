"""The images' trees, put together as their Dockerfiles say and run without a container: nothing is missing in them.

The front runs as a user without rights, who can write nowhere but where the image says so.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import urllib.request
from pathlib import Path

import pytest

from concierge.settings import ROOT
from concierge.training import ensure_model
from tests.front import python
from tests.ports import free_port
from tests.security.servers import PORTS, Server, until_ready

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]
NOBODY = 65534


def last_stage(kind: str) -> list[str]:
    text = (ROOT / "deploy" / f"{kind}.Dockerfile").read_text().replace("\\\n", " ")
    stages = re.split(r"^FROM ", text, flags=re.MULTILINE)
    return [line.strip() for line in stages[-1].splitlines() if line.strip()]


def tree(kind: str, root: Path) -> Path:
    """What the last stage copies from the project, and what earlier stages build, which is built here. As of somebody's
    checkout whose files are for them alone: a mode is what the Dockerfile gives."""
    for line in last_stage(kind):
        words = line.split()
        if words[0] != "COPY" or any(word.startswith("--from=packages") for word in words):
            continue
        options = dict(word[2:].split("=") for word in words[1:] if word.startswith("--"))
        built = "from" in options
        *sources, to = words[1 + len(options) :]
        for source in sources:
            if source == "/opt/concierge":
                continue
            found = ROOT / re.sub(r"^/(build|srv/concierge)/", "", source)
            into = root / to if found.is_dir() else root / to / found.name
            skip = shutil.ignore_patterns("__pycache__", "node_modules", *([] if built else ["static"]))
            if found.is_dir():
                shutil.copytree(found, into, ignore=skip, dirs_exist_ok=True)
            else:
                shutil.copy(found, into)
            if "chmod" in options or not built:
                for path in (into, *into.rglob("*")):
                    path.chmod(int(options["chmod"], 8) if "chmod" in options else 0o600 if path.is_file() else 0o700)
    return root


def environment(kind: str) -> dict[str, str]:
    line = next(line for line in last_stage(kind) if line.startswith("ENV "))
    return dict(re.findall(r"(\w+)=(\S+)", line))


@pytest.mark.parametrize("kind", ["front", "assistant"])
def test_what_is_copied_is_all_that_it_needs(kind: str) -> None:
    ensure_model(ROOT)
    # Below a folder that others may pass through, which pytest's is not.
    top = Path("/tmp") / f"image-{kind}-{os.getpid()}"
    top.mkdir(mode=0o755)
    root, var = top / "srv", top / "var"
    root.mkdir()
    var.mkdir()
    port = free_port()
    settings = {
        **environment(kind),
        "PATH": os.environ["PATH"],
        "CONCIERGE_VAR": str(var),
        "CONCIERGE_HOST": "127.0.0.1",
        "CONCIERGE_SECRET": "0" * 48,
        "TMPDIR": str(var),
        f"CONCIERGE_{PORTS[kind]}": str(port),
        "PYTHONPATH": str(root),
    }
    # As uid 10001 in the image. The assistant's Python may be one that only its owner can reach, as pyenv's are.
    dropped = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 and kind == "front" else {}
    try:
        closed = [path for path in tree(kind, root).rglob("*") if not path.stat().st_mode & 0o004]
        assert closed == [], "whoever the image's process is may read all of it"
        if dropped:
            os.chown(var, NOBODY, NOBODY)
        with (top / "log").open("w") as log:
            process = subprocess.Popen(
                [python(kind), "-m", "concierge", kind],
                cwd=root,
                env=settings,
                stdout=log,
                stderr=log,
                **dropped,  # type: ignore[call-overload]
            )
        try:
            until_ready(Server(kind, port, process, top / "log"))
            if kind == "front":
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/shop/", timeout=5) as page:
                    assert b'<div id="page">' in page.read()
        finally:
            process.terminate()
            assert process.wait(40) == 0
        assert "Permission denied" not in (top / "log").read_text()
        written = [path for path in root.rglob("*") if path.stat().st_mtime > root.stat().st_mtime + 5]
        assert written == [], "nothing is written into the image's tree"
    finally:
        shutil.rmtree(top, ignore_errors=True)


@pytest.mark.parametrize("kind", ["front", "assistant"])
def test_an_image_is_of_the_locks_and_of_a_user_without_rights(kind: str) -> None:
    text = (ROOT / "deploy" / f"{kind}.Dockerfile").read_text()
    lock = {"front": "requirements-front.txt", "assistant": "requirements.txt"}[kind]
    assert f"uv pip sync --compile-bytecode --require-hashes /build/{lock}" in text
    assert not re.search(r"pip install(?!.*--require-hashes)", text)
    last = last_stage(kind)
    assert "USER 10001:10001" in last
    assert not any(line.startswith("RUN") for line in last[last.index("USER 10001:10001") :])
    assert not any("COPY . " in line for line in last), "what is kept beside the code is not copied with it"
