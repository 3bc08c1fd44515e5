"""What the tests of the DAG share: Airflow with a database of its own, a store on an S3 server, images, the jar."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from s3_server import ACCESS_KEY, BUCKET, SECRET_KEY, S3Server

ROOT = Path(__file__).resolve().parents[2]
DAGS = ROOT / "airflow/dags"
CONFIG = str(ROOT / "airflow/test/nightly.conf")
STORE = "night"
DEFECTS, SAMPLES = 3, 2
PATIENCE_SECONDS = 1200

#: Parameters of the DAG.
CONF = {"store": f"s3a://{BUCKET}/{STORE}", "categories": ["cloth"], "samples_per_defect": SAMPLES}


class Installation:
    """In a folder of its own until it is closed."""

    def __init__(self) -> None:
        self.jar = next((ROOT / "jobs/target").glob("dualanodiff-*.jar"), None)
        if self.jar is None:
            raise RuntimeError(f"{ROOT}/jobs/target/dualanodiff-*.jar is missing: run mvn -B -DskipTests package first")
        self.folder = Path(tempfile.mkdtemp(prefix="airflow-", dir=ROOT / "target"))
        self._s3 = S3Server(ROOT / "jobs/target/s3-server/s3proxy-jar-with-dependencies.jar", self.folder)
        self.store = self._s3.data / STORE
        self.images = self.folder / "images"
        self.environment = self._environment()

    def prepare(self) -> None:
        """Makes the database and the images."""
        self.check(["airflow", "db", "migrate"])
        self.check(
            [str(ROOT / "bin/dualanodiff"), "sample-data", "--small", "--products", "cloth", "--out", str(self.images)]
        )

    def close(self) -> None:
        self._s3.close()
        shutil.rmtree(self.folder)

    def connect(self, host: str, port: int | None, deploy_mode: str) -> None:
        """Lets the connection of the DAG lead to another Spark."""
        spark = {"conn_type": "spark", "host": host, "port": port, "extra": {"deploy-mode": deploy_mode}}
        self.environment["AIRFLOW_CONN_SPARK_DEFAULT"] = json.dumps(spark)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Of Airflow's database."""
        with sqlite3.connect(self.folder / "airflow/airflow.db", timeout=60) as database:
            return list(database.execute(query))

    def _environment(self) -> dict[str, str]:
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AIRFLOW", "DUALANODIFF", "AWS_", "SPARK_"))
        }
        spark = {"conn_type": "spark", "host": "local[2]", "extra": {"deploy-mode": "client"}}
        return inherited | {
            "AIRFLOW_HOME": str(self.folder / "airflow"),
            "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "airflow/test/dags"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            # All of Airflow's processes share one file; on a slow machine they wait for one another.
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{self.folder / 'airflow/airflow.db'}?timeout=120",
            "AIRFLOW_CONN_SPARK_DEFAULT": json.dumps(spark),
            "AIRFLOW_VAR_DUALANODIFF_JAR": str(self.jar),
            "AIRFLOW_VAR_DUALANODIFF_CONFIG": CONFIG,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_ENDPOINT_URL": self._s3.endpoint,
            "AWS_DEFAULT_REGION": "us-east-1",
            "TEST_BASE_MODEL": str(ROOT / "model-core/src/test/golden/tiny-sd"),
            "TEST_FAILURES": str(self.folder / "failures"),
            "TEST_S3_ENDPOINT": self._s3.endpoint,
            "SPARK_LOCAL_IP": "127.0.0.1",
            # Quick to start rather than quick to run.
            "SPARK_SUBMIT_OPTS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
            "GOMP_SPINCOUNT": "1000",
            "PYTHONPATH": str(DAGS),
        }

    def failures(self) -> list[dict[str, Any]]:
        """What the DAG's callbacks were told, and forgets it."""
        file = self.folder / "failures"
        lines = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return [json.loads(line) for line in lines]

    def check(self, command: list[str]) -> None:
        run = self.run(command)
        if run.returncode != 0:
            raise AssertionError(f"{command} ended with {run.returncode}: {run.stdout}")

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE_SECONDS,
        )
