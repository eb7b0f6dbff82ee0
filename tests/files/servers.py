"""Real processes that files go through: ClamAV's daemon with signatures of our own, and a server that speaks S3."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import boto3
import httpx
import pytest

from tests.ports import free_port

# Found in the EICAR test file, and by us in a photo or a paper that has it somewhere.
HARMFUL = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
REGION, BUCKET = "eu-south-1", "files"


@contextlib.contextmanager
def clamd(folder: Path) -> Iterator[str]:
    """The address of its socket. Skips the test where it is not installed (Debian: clamav-daemon)."""
    program = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        pytest.skip("ClamAV's daemon is not installed")
    signatures = folder / "signatures"
    signatures.mkdir()
    (signatures / "house.ndb").write_text(f"House.Test:0:*:{HARMFUL.hex()}\n")
    with tempfile.TemporaryDirectory() as short:  # a socket's name may have 107 bytes
        socket = Path(short) / "clamd.ctl"
        config = folder / "clamd.conf"
        config.write_text(
            f"LocalSocket {socket}\nDatabaseDirectory {signatures}\nForeground yes\nStreamMaxLength 10M\nMaxThreads 4\n"
        )
        with open(folder / "clamd.log", "wb") as log:
            running = subprocess.Popen([program, "--config-file", str(config)], stdout=log, stderr=log)
        try:
            end = time.monotonic() + 60
            while not socket.exists():
                assert running.poll() is None, (folder / "clamd.log").read_text()
                assert time.monotonic() < end, "ClamAV did not start"
                time.sleep(0.05)
            yield f"unix://{socket}"
        finally:
            running.terminate()
            running.wait(10)


@contextlib.contextmanager
def s3() -> Iterator[str]:
    """The address of a bucket on a server that from then on refuses whoever does not sign."""
    port = free_port()
    # The first requests make the user, the key, what the user may do, and the bucket.
    environment = {**os.environ, "INITIAL_NO_AUTH_ACTION_COUNT": "4"}
    running = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + 60
        while True:
            with contextlib.suppress(httpx.TransportError):
                httpx.get(f"{url}/moto-api/", timeout=5)
                break
            assert running.poll() is None, "the S3 server did not start"
            assert time.monotonic() < end, "the S3 server did not answer"
            time.sleep(0.1)
        known = {"endpoint_url": url, "region_name": REGION, "aws_access_key_id": "a", "aws_secret_access_key": "b"}
        people = boto3.client("iam", **known)
        people.create_user(UserName="concierge")
        everything = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
        people.put_user_policy(UserName="concierge", PolicyName="files", PolicyDocument=everything)
        key = people.create_access_key(UserName="concierge")["AccessKey"]
        boto3.client("s3", **known).create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        login = f"{key['AccessKeyId']}:{quote(key['SecretAccessKey'], safe='')}"
        yield f"s3://{login}@127.0.0.1:{port}/{BUCKET}/concierge?region={REGION}&tls=no"
    finally:
        running.terminate()
        running.wait(10)
