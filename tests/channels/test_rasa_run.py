"""The plain ``rasa run`` and ``rasa shell``, for whoever knows Rasa: the same model, answering as it does elsewhere."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.channels.conftest import Page, Rest, Site, _answers, until
from tests.ports import free_port

RASA = Path(sys.executable).with_name("rasa")


def command(name: str, site: Site, port: int) -> list[str]:
    site.environment["RASA_TELEMETRY_ENABLED"] = "false"
    return [str(RASA), name, "-i", "127.0.0.1", "-p", str(port), "-m", "models/tiny.tar.gz"]


def test_rasa_run_serves_the_channels_and_answers_in_them(new_site) -> None:
    site: Site = new_site()
    port = free_port()
    asked = command("run", site, port)
    with (site.var / "rasa.log").open("wb") as log:
        process = subprocess.Popen(asked, cwd=site.root, env=site.environment, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        until(lambda: _answers(url), 120)
        assert Rest(url, "someone")("hello")[0]["text"] == "Hello"
        assert Page(url).ask("hello") == "Hello"
    finally:
        process.terminate()
        process.wait(30)


def test_rasa_shell_answers_what_is_typed(new_site) -> None:
    site: Site = new_site()
    done = subprocess.run(
        command("shell", site, free_port()),
        cwd=site.root,
        env=site.environment,
        input="hello\n/stop\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "Hello" in done.stdout, done.stdout + done.stderr
