"""A Spark standalone cluster of processes on this machine: a master and a worker with room for two drivers at work."""

from __future__ import annotations

import importlib.util
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from s3_server import free_port

# The provider brings a client of another version, over whose modules pyspark's own cannot be imported.
SPARK_HOME = importlib.util.find_spec("pyspark").submodule_search_locations[0]
STARTUP_SECONDS = 120


class SparkCluster:
    """Runs until it is closed; ``host`` and ``port`` are those of a connection in Airflow."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = {**environment, "SPARK_HOME": SPARK_HOME, "SPARK_LOCAL_DIRS": str(folder / "local")}
        self._environment["SPARK_DAEMON_JAVA_OPTS"] = environment["SPARK_SUBMIT_OPTS"]
        self._processes: list[subprocess.Popen[bytes]] = []
        self.host, self.port = "spark://127.0.0.1", free_port()
        folder.mkdir()
        self._start("master.Master", ["--port", str(self.port)], "I have been elected leader")
        worker = ["--cores", "6", "--memory", "6g", "--work-dir", str(folder / "work"), f"{self.host}:{self.port}"]
        self._start("worker.Worker", worker, "Successfully registered with master")

    def logs(self) -> str:
        """What drivers and executors have said, for a test that fails."""
        return "\n".join(
            f"== {file}\n{file.read_text(errors='replace')[-3000:]}" for file in sorted(self._folder.rglob("std???"))
        )

    def close(self) -> None:
        # The worker first, which ends its executors and drivers.
        for process in reversed(self._processes):
            process.terminate()
            process.wait()

    def _start(self, daemon: str, arguments: list[str], until: str) -> None:
        log = self._folder / f"{daemon}.log"
        command = [f"{SPARK_HOME}/bin/spark-class", f"org.apache.spark.deploy.{daemon}", "--host", "127.0.0.1"]
        with log.open("w") as file:
            self._processes.append(
                subprocess.Popen(
                    [*command, "--webui-port", "0", *arguments], env=self._environment, stdout=file, stderr=file
                )
            )
        deadline = time.monotonic() + STARTUP_SECONDS
        while until not in log.read_text():
            if self._processes[-1].poll() is not None or time.monotonic() > deadline:
                self.close()
                raise RuntimeError(f"the cluster did not start: {log.read_text()}")
            time.sleep(0.1)
