"""A front whose files are in a bucket, and which has ClamAV look at them first."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from concierge.channels.sentences import sentence
from concierge.files.s3 import S3Store
from concierge.settings import ROOT
from tests.channels.conftest import START_SECONDS, Page, Site, _answers, until
from tests.channels.test_website_files import PDF, send
from tests.files.servers import HARMFUL, clamd, s3
from tests.files.test_files import photo
from tests.ports import free_port


@contextmanager
def front(var: Path, **settings: str) -> Iterator[tuple[Site, str]]:
    """Alone: taking files asks for no assistant, and so for no model."""
    port = str(free_port())
    environment = {
        **os.environ,
        "CONCIERGE_VAR": str(var),
        "CONCIERGE_DATABASE_URL": f"sqlite:///{var / 'concierge.db'}",
        "CONCIERGE_FRONT_PORT": port,
        "CHANNELS_SLOW": str(var / "slow"),
        **settings,
    }
    site = Site(ROOT, var, environment)
    try:
        site.fronts.append(site._start("front", "-m", "concierge", "front"))
        until(lambda: _answers(f"http://127.0.0.1:{port}/health/ready"), START_SECONDS)
        yield site, f"http://127.0.0.1:{port}"
    finally:
        site.stop()


def test_what_is_harmful_is_told_of_and_kept_nowhere(tmp_path: Path) -> None:
    with s3() as bucket, ExitStack() as looking_after, ExitStack() as looking:
        scanner = looking.enter_context(clamd(tmp_path))
        settings = {"CONCIERGE_FILES_URL": bucket, "CONCIERGE_CLAMAV": scanner}
        site, url = looking_after.enter_context(front(tmp_path, **settings))
        page = Page(url, language="fr")

        sent = send(page, photo("JPEG"), "talon.jpg", key="good")
        assert sent.status_code == 202, sent.text
        seq = sent.json()["seq"]
        assert page.http.get(f"/files/{seq}").content.startswith(b"\xff\xd8")
        assert len(S3Store(bucket).names(page.id)) == 1
        assert not (site.var / "files").exists()

        french = {"Accept-Language": "fr"}
        refused = send(page, PDF + HARMFUL, "facture.pdf", key="bad", **french)
        assert (refused.status_code, refused.json()["error"]) == (422, "file_not_safe")
        assert refused.json()["message"] == sentence("file_not_safe", "fr")
        assert len(S3Store(bucket).names(page.id)) == 1
        (told,) = [row.payload for row in site.log.messages(page.id) if row.payload.get("event") == "file_not_safe"]
        assert told["audience"] == "desk"
        assert all(each["payload"].get("event") != "file_not_safe" for each in page.events()["messages"])

        looking.close()  # ClamAV is gone: nothing is taken that nobody has looked at
        unseen = send(page, PDF, key="later")
        assert (unseen.status_code, unseen.json()["error"]) == (503, "busy")
        assert int(unseen.headers["retry-after"]) > 0
        assert len(S3Store(bucket).names(page.id)) == 1
        assert "NotScanned" in (site.var / "front.log").read_text()
