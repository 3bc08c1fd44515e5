"""The S3 server of the Java tests (S3Proxy over a folder), in a process of its own.

jobs/src/test/python/nights.py and the tests in python/tests take it from here, too.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from pathlib import Path

BUCKET = "factory"
ACCESS_KEY = "AKIADUMMYACCESSKEY"
SECRET_KEY = "dummy/Secret+Key0123456789"
STARTUP_SECONDS = 180


class S3Server:
    """Listens on a free port of this machine until it is closed; ``data`` holds the objects of the bucket as files."""

    def __init__(self, jar: Path, folder: Path) -> None:
        self.data = folder / "data" / BUCKET
        self.data.mkdir(parents=True)
        self._port = free_port()
        self.endpoint = f"http://127.0.0.1:{self._port}"
        self._log = folder / "s3proxy.log"
        properties = folder / "s3proxy.properties"
        properties.write_text(
            f"s3proxy.endpoint={self.endpoint}\n"
            "s3proxy.authorization=aws-v2-or-v4\n"
            f"s3proxy.identity={ACCESS_KEY}\n"
            f"s3proxy.credential={SECRET_KEY}\n"
            "jclouds.provider=filesystem-nio2\n"
            f"jclouds.filesystem.basedir={folder / 'data'}\n"
            "jclouds.identity=unused\n"
            "jclouds.credential=unused\n"
        )
        java = shutil.which("java")
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [java, "-Xmx256m", "-jar", str(jar), "--properties", str(properties)], stdout=log, stderr=log
            )
        self._await()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def _await(self) -> None:
        deadline = time.monotonic() + STARTUP_SECONDS
        while not is_listening(self._port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.close()
                raise RuntimeError(f"the S3 server did not start: {self._log.read_text()}")
            time.sleep(0.1)


def is_listening(port: int) -> bool:
    """Whether somebody answers at a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
