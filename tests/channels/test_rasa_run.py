"""The plain ``rasa run``, for whoever knows Rasa: mounts the channels of ``credentials.yml``, and answers in them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.channels.conftest import Page, Rest, Site, _answers, until
from tests.ports import free_port

RASA = Path(sys.executable).with_name("rasa")


def test_rasa_run_serves_the_channels_and_answers_in_them(new_site) -> None:
    site: Site = new_site()
    port = free_port()
    site.environment["RASA_TELEMETRY_ENABLED"] = "false"
    command = [str(RASA), "run", "-i", "127.0.0.1", "-p", str(port), "-m", "models/tiny.tar.gz"]
    with (site.var / "rasa.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=site.root, env=site.environment, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        until(lambda: _answers(url), 120)
        assert Rest(url, "someone")("hello")[0]["text"] == "Hello"
        assert Page(url).ask("hello") == "Hello"
    finally:
        process.terminate()
        process.wait(30)
