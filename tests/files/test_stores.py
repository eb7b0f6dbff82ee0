"""The folder and the bucket keep files alike; nothing is kept that ClamAV finds something in, or has not seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from concierge.files import FileStore, NotKept, Store
from concierge.files.opening import open_files
from concierge.files.s3 import OutOfReach, S3Store
from concierge.files.scanning import NotScanned, Scanner
from concierge.settings import Settings
from tests.files.servers import HARMFUL, clamd, s3
from tests.files.test_files import photo
from tests.ports import free_port

PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    with s3() as address:
        yield address


@pytest.fixture(scope="module")
def scanner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scanner]:
    with clamd(tmp_path_factory.mktemp("clamd")) as address:
        yield Scanner(address)


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return FileStore(tmp_path) if request.param == "folder" else S3Store(request.getfixturevalue("bucket"))


def test_what_is_kept_is_read_listed_and_forgotten(store: Store) -> None:
    paper = store.keep("hers", PDF, title="Rechnung é.pdf")
    picture = store.keep("hers", photo("JPEG"))
    other = store.keep("his", PDF)
    assert store.read("hers", paper.name) == PDF
    assert store.read("hers", picture.name, small=True).startswith(b"\xff\xd8")
    assert len(store.read("hers", picture.name)) == picture.size
    assert store.names("hers") == sorted([paper.name, picture.name])
    for missing in (("his", paper.name), ("hers", "0" * 32), ("hers", "../x")):
        with pytest.raises(FileNotFoundError):
            store.read(*missing)
    store.remove("hers", paper.name)
    store.remove("hers", paper.name)  # where it is there
    assert store.names("hers") == [picture.name]
    assert store.forget("hers") == 1
    assert (store.names("hers"), store.forget("hers")) == ([], 0)
    with pytest.raises(FileNotFoundError):
        store.read("hers", picture.name, small=True)
    assert store.read("his", other.name) == PDF
    store.forget("his")


def test_more_than_a_page_of_names(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = S3Store(bucket)
    names = {store.write("many", PDF) for _ in range(5)}
    honest = store._ask

    def two_at_a_time(method: str, place: str, body: bytes = b"", query: Any = None) -> Any:
        return honest(method, place, body, {**query, "max-keys": "2"} if query else None)

    monkeypatch.setattr(store, "_ask", two_at_a_time)
    assert set(store.names("many")) == names
    assert store.forget("many") == 5


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda address: address.replace("@", "x@"), "SignatureDoesNotMatch"),
        (lambda address: address.replace("s3://", "s3://nobody"), "InvalidAccessKeyId"),
        (lambda address: address.replace("/files/", "/nothing/"), "NoSuchBucket"),
    ],
)
def test_what_is_wrong_is_said(bucket: str, change: Any, told: str) -> None:
    with pytest.raises(OutOfReach, match=told) as problem:
        S3Store(change(bucket)).keep("hers", PDF)
    assert "hers" not in str(problem.value)


def test_a_server_that_is_away_is_out_of_reach() -> None:
    with pytest.raises(OutOfReach, match="cannot be reached"):
        S3Store(f"s3://a:b@127.0.0.1:{free_port()}/files?tls=no").read("hers", "0" * 32)


@pytest.mark.parametrize("address", ["s3://host/bucket", "s3://a:b@host", "https://a:b@host/bucket", "s3://a@host/b"])
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(ValueError, match="write s3://"):
        S3Store(address)


def test_the_settings_choose(tmp_path: Path) -> None:
    def opened(**values: Any) -> Store:
        return open_files(Settings(_env_file=None, var=tmp_path, **values))

    assert isinstance(opened(), FileStore)
    assert isinstance(opened(files_url="s3://a:b@host/bucket"), S3Store)
    for wrong in ({"clamav": "http://host"}, {"clamav": "tcp://host"}, {"files_url": "s3://host/bucket"}):
        with pytest.raises(ValueError, match=r"write (unix:///run|s3://key-id)"):
            opened(**wrong)


def test_what_is_harmful_is_not_kept(scanner: Scanner, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = FileStore(tmp_path, scanner)
    for content in (HARMFUL, PDF + HARMFUL, photo("JPEG") + HARMFUL, PDF + b"\0" * 9_000_000 + HARMFUL):
        with pytest.raises(NotKept, match="infected"):
            store.keep("hers", content)
    assert store.names("hers") == []
    assert "ClamAV found House.Test.UNOFFICIAL" in caplog.text
    for content in (PDF, photo("JPEG"), PDF + b"\0" * 9_900_000):
        store.keep("hers", content)
    assert len(store.names("hers")) == 3


def test_nothing_is_kept_unseen(tmp_path: Path) -> None:
    for address in (f"unix://{tmp_path / 'nobody.ctl'}", f"tcp://127.0.0.1:{free_port()}"):
        store = FileStore(tmp_path / "files", Scanner(address))
        with pytest.raises(NotScanned, match="does not answer"):
            store.keep("hers", PDF)
        assert store.names("hers") == []
