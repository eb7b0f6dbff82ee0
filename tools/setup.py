"""Makes a fresh clone ready to run: environment, package, web parts. Needs Python 3 and its pip, nothing else.

Standard library only, since it runs before anything is installed, and on whichever Python 3 calls it. Each step
remembers a digest of what it was made from, so a second run takes a fraction of a second.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
FRONT = ROOT / ".venv-front"  # of what faces the network: a current Python, and no Rasa
FRONT_PYTHON = ">=3.11,<3.13"  # SQLAlchemy 1.4, which Rasa holds the log to, has no compiled parts for later ones
DEPLOY = ROOT / ".venv-deploy"  # of what checks deploy/ (tests/deploy): Rasa holds down what it needs
TOOLS = ROOT / ".tools"  # uv and Node.js: needed to set up, not to run
WEB = ROOT / "concierge" / "web"
STATIC = ROOT / "concierge" / "static"
# The types of the web parts are made from them: concierge/web/generate-types.mjs.
DESCRIPTIONS = [ROOT / "concierge" / server / "openapi.yml" for server in ("channels", "desk")]

NO_NETWORK = """\
{what} could not be downloaded. A first set-up needs the network (PyPI and the npm registry).
If you are behind a proxy, set HTTPS_PROXY; if your company has a mirror, set PIP_INDEX_URL, UV_INDEX_URL and
npm_config_registry. Then run the same command again: what is there already is kept."""

NO_PYTHON = """\
Python 3.10 was not found, and uv could not download it. Rasa 3.6 needs exactly 3.10.
Install it (Debian/Ubuntu: the deadsnakes archive; macOS: brew install python@3.10; anywhere: pyenv install
3.10.13) and run the same command again."""

NO_FRONT_PYTHON = """\
Neither Python 3.11 nor 3.12 was found, and uv could not download one. What faces the network runs on it: install it
(Debian/Ubuntu: apt-get install python3.11; macOS: brew install python@3.12; anywhere: pyenv install 3.12) and run the
same command again."""

NO_BROWSER = """\
Chromium, which the end-to-end tests drive, could not be installed. Install it (Debian: apt-get install chromium), or
name one with CONCIERGE_BROWSER=/path/to/chrome, and run the same command again."""


class SetupError(Exception):
    """A step failed; the message says what to do."""


def digest(*paths: Path) -> str:
    sha = hashlib.sha256()
    for path in paths:
        sha.update(str(path.relative_to(ROOT)).encode())
        sha.update(path.read_bytes())
    return sha.hexdigest()


def run(command: list[str | Path], problem: str, cwd: Path = ROOT, env: dict[str, str] | None = None) -> None:
    """Runs quietly; on failure raises SetupError with what the command said last, then ``problem``."""
    result = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if result.returncode:
        raise SetupError("\n".join(result.stdout.strip().splitlines()[-15:]) + f"\n\n{problem}")


class Stamps:
    """What each step was last made from; a step whose inputs are unchanged is skipped."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.known: dict[str, str] = json.loads(path.read_text())
        except (OSError, ValueError):
            self.known = {}

    def fresh(self, step: str, value: str) -> bool:
        return self.known.get(step) == value

    def done(self, step: str, value: str) -> None:
        self.known[step] = value
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(self.known, indent=1))


def say(text: str) -> None:
    print(f"· {text}", flush=True)


def bin_of(environment: Path) -> Path:
    return environment / ("Scripts" if os.name == "nt" else "bin")


def setup_uv(stamps: Stamps) -> Path:
    lock = ROOT / "requirements-uv.txt"
    uv = bin_of(TOOLS) / "uv"
    if stamps.fresh("uv", digest(lock)) and uv.exists():
        return uv
    say("uv, which makes the environment")
    run(
        [sys.executable, "-m", "venv", "--clear", TOOLS],
        "python3 has no venv module. On Debian and Ubuntu: apt-get install python3-venv",
    )
    run(
        [bin_of(TOOLS) / "python", "-m", "pip", "install", "-q", "--require-hashes", "-r", lock],
        NO_NETWORK.format(what="uv"),
    )
    stamps.known.clear()  # the tools environment was made anew, so Node.js has to come back too
    stamps.done("uv", digest(lock))
    return uv


def setup_environment(uv: Path, stamps: Stamps, dev: bool) -> None:
    locks = [ROOT / "requirements.txt"]
    if dev or stamps.known.get("dev"):
        locks.append(ROOT / "requirements-dev.txt")
    wanted = digest(ROOT / ".python-version", *locks)
    python = bin_of(VENV) / "python"
    if not (stamps.fresh("environment", wanted) and python.exists()):
        if not python.exists():
            say("Python 3.10")
            run([uv, "venv", "-q", "--clear", VENV], NO_PYTHON)
        say("packages (about 0.8 GB the first time)")
        run(
            [uv, "pip", "sync", "-q", "--compile-bytecode", "--require-hashes", *locks],
            NO_NETWORK.format(what="A package"),
            env={"VIRTUAL_ENV": str(VENV)},
        )
        stamps.known.pop("package", None)
        if dev:
            stamps.known["dev"] = "yes"
        stamps.done("environment", wanted)

    startup = ROOT / "concierge" / "rasa_runtime" / "startup.py"
    wanted = digest(ROOT / "pyproject.toml", startup)
    if not stamps.fresh("package", wanted):
        say("concierge itself")
        run(
            [uv, "pip", "install", "-q", "--no-deps", "--no-build-isolation", "--editable", ROOT],
            "The package could not be installed; the lines above say why.",
            env={"VIRTUAL_ENV": str(VENV)},
        )
        run([python, startup], "The start-up hook could not be written.")
        stamps.done("package", wanted)


def setup_front(uv: Path, stamps: Stamps) -> None:
    lock = ROOT / "requirements-front.txt"
    wanted = digest(ROOT / "tools" / "setup.py", lock)
    python = bin_of(FRONT) / "python"
    if not (stamps.fresh("front", wanted) and python.exists()):
        say("the front's environment (about 0.2 GB)")
        run([uv, "venv", "-q", "--clear", "--python", FRONT_PYTHON, FRONT], NO_FRONT_PYTHON)
        run(
            [uv, "pip", "sync", "-q", "--compile-bytecode", "--require-hashes", lock],
            NO_NETWORK.format(what="A package"),
            env={"VIRTUAL_ENV": str(FRONT)},
        )
        found = "import sysconfig; print(sysconfig.get_path('purelib'))"
        packages = subprocess.run([python, "-c", found], capture_output=True, text=True, check=True).stdout.strip()
        # As an editable installation would: its requirements are the assistant's.
        (Path(packages) / "concierge.pth").write_text(f"{ROOT}\n")
        stamps.done("front", wanted)


def setup_deploy(uv: Path, stamps: Stamps) -> None:
    lock = ROOT / "requirements-deploy.txt"
    wanted = digest(lock)
    if stamps.fresh("deploy", wanted) and bin_of(DEPLOY).exists():
        return
    say("what checks deploy/ (about 0.4 GB)")
    run([uv, "venv", "-q", "--clear", DEPLOY], NO_PYTHON)
    run(
        [uv, "pip", "sync", "-q", "--require-hashes", lock],
        NO_NETWORK.format(what="A package"),
        env={"VIRTUAL_ENV": str(DEPLOY)},
    )
    stamps.done("deploy", wanted)


def setup_web(uv: Path, stamps: Stamps) -> None:
    if not (WEB / "package.json").exists():
        return
    skip = {"node_modules", "dist", "generated"}
    sources = sorted(p for p in WEB.rglob("*") if p.is_file() and not skip & set(p.relative_to(WEB).parts))
    wanted = digest(*sources, *DESCRIPTIONS, ROOT / "data" / "languages.json", ROOT / "requirements-web.txt")
    if stamps.fresh("web", wanted) and STATIC.exists():
        return
    lock = ROOT / "requirements-web.txt"
    node_bin = bin_of(TOOLS)
    if not stamps.fresh("node", digest(lock)):
        say("Node.js, which builds the widget and the desk")
        run(
            [uv, "pip", "install", "-q", "--python", node_bin / "python", "--require-hashes", "-r", lock],
            NO_NETWORK.format(what="Node.js"),
        )
        stamps.done("node", digest(lock))
    env = {"PATH": f"{node_bin}{os.pathsep}{os.environ.get('PATH', '')}"}
    npm = node_bin / "npm"
    packages = digest(WEB / "package-lock.json")
    if not (stamps.fresh("npm", packages) and (WEB / "node_modules").exists()):
        say("the web parts' packages")
        run([npm, "ci", "--no-audit", "--no-fund"], NO_NETWORK.format(what="An npm package"), WEB, env)
        stamps.done("npm", packages)
    say("the widget and the desk")
    shutil.rmtree(STATIC, ignore_errors=True)
    run([npm, "run", "--silent", "build"], "The web parts did not build; the lines above say why.", WEB, env)
    stamps.done("web", wanted)


def find_browser() -> str | None:
    """A Chromium of the machine: what CONCIERGE_BROWSER names, or the usual commands."""
    names = [
        os.environ.get("CONCIERGE_BROWSER", ""),
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ]
    return next((found for name in names if name and (found := shutil.which(name))), None)


def setup_browser() -> None:
    """Only for the end-to-end tests: Debian's package where we may install one, else Playwright's own build."""
    if find_browser():
        return
    say("Chromium, for the end-to-end tests")
    if shutil.which("apt-get") and os.geteuid() == 0:
        env = {"DEBIAN_FRONTEND": "noninteractive"}
        run(["apt-get", "update", "-qq"], NO_BROWSER, env=env)
        run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], NO_BROWSER, env=env)
    else:
        run([bin_of(VENV) / "playwright", "install", "chromium"], NO_BROWSER)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also what the tests and checks need")
    options = parser.parse_args()
    stamps = Stamps(TOOLS / "setup.json")
    try:
        uv = setup_uv(stamps)
        setup_environment(uv, stamps, options.dev)
        setup_front(uv, stamps)
        setup_web(uv, stamps)
        if options.dev:
            setup_deploy(uv, stamps)
            setup_browser()
    except SetupError as error:
        print(f"\n{error}\n", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
