"""The nightly DAG by real Airflow, against the real jar, with its store on an S3 server. airflow/test/run.sh runs it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from s3_server import ACCESS_KEY, BUCKET, SECRET_KEY, S3Server

ROOT = Path(__file__).resolve().parents[2]
DAGS = ROOT / "airflow/dags"
CONFIG = str(ROOT / "airflow/test/nightly.conf")
NIGHT, RUN_ID = "2026-03-01", "nightly-20260301"
STORE = "night"
DEFECTS, SAMPLES = 3, 2
PATIENCE_SECONDS = 1200


class NightlyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = Path(tempfile.mkdtemp(prefix="airflow-", dir=ROOT / "target"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.server = S3Server(ROOT / "jobs/target/s3-server/s3proxy-jar-with-dependencies.jar", cls.folder)
        cls.addClassCleanup(cls.server.close)
        cls.jar = next((ROOT / "jobs/target").glob("dualanodiff-*.jar"))
        cls.environment = cls._environment()
        cls._check(["airflow", "db", "migrate"])
        cls.images = cls.folder / "images"
        cls._check(
            [str(ROOT / "bin/dualanodiff"), "sample-data", "--small", "--products", "cloth", "--out", str(cls.images)]
        )

    def test_nightly_withOnePoisonousUnit_isHeldBackCompletedWhenClearedAndThenRepeatsNothing(self) -> None:
        """One store all through: a night whose data are bad, released as it is, repaired, and cleared once more."""
        stains = self.images / "cloth/test/stain"
        good = shutil.copytree(stains, self.folder / "good stains")
        for image in stains.iterdir():
            image.write_bytes(b"no image")

        night = self._night()
        self.assertNotEqual(night.exit, 0)
        self.assertEqual(
            night.states,
            {"augment": "success", "outcome": "success", "partial": "failed", "verify": "skipped", "publish": "skipped"},
        )
        result = night.xcom["augment"]
        self.assertEqual((result["run_id"], result["status"], result["failed_units"]), (RUN_ID, "partial", 1))
        self.assertEqual((result["trained"], result["generated"]), (DEFECTS - 1, (DEFECTS - 1) * SAMPLES))
        self.assertIn(f"run {RUN_ID}: 1 units are not complete", night.log)
        self.assertFalse(self._published_file().exists())

        released = self._night(publish_partial=True)
        self.assertEqual(released.exit, 0, released.log)
        self.assertEqual(released.states["partial"], "skipped")
        result = released.xcom["augment"]
        self.assertEqual((result["status"], result["trained"], result["generated"]), ("partial", 0, 0))
        published = self._published()
        self.assertEqual(published["version"], 1)
        self.assertEqual({unit["defect"] for unit in published["units"]}, {"hole", "thread"})

        shutil.copytree(good, stains, dirs_exist_ok=True)
        repaired = self._night()
        self.assertEqual(repaired.exit, 0, repaired.log)
        self.assertEqual(
            repaired.states,
            {"augment": "success", "outcome": "success", "partial": "skipped", "verify": "success", "publish": "success"},
        )
        result = repaired.xcom["augment"]
        self.assertEqual((result["run_id"], result["status"]), (RUN_ID, "complete"))
        self.assertEqual((result["trained"], result["generated"]), (1, SAMPLES))
        self.assertEqual(repaired.xcom["verify"]["findings"], [])
        published = self._published()
        self.assertEqual(published["version"], 2)
        self.assertEqual({unit["defect"] for unit in published["units"]}, {"hole", "stain", "thread"})
        self.assertEqual(sum(unit["accepted"] for unit in published["units"]), DEFECTS * SAMPLES)
        run = json.loads((self.server.data / STORE / "runs" / RUN_ID / "run.json").read_text())
        self.assertEqual(run["settings"]["generation.seed"], NIGHT.replace("-", ""))

        again = self._night()
        self.assertEqual(again.exit, 0, again.log)
        self.assertEqual(again.states, repaired.states)
        result = again.xcom["augment"]
        self.assertEqual((result["run_id"], result["status"]), (RUN_ID, "complete"))
        self.assertEqual((result["trained"], result["generated"]), (0, 0))
        self.assertEqual((result["reused"], result["existing"]), (DEFECTS, DEFECTS * SAMPLES))
        self.assertEqual(self._published(), published)

        for run in (night, released, repaired, again):
            self.assertNotIn(SECRET_KEY, run.log)

    def test_submit_thatFails_isNoResultAndSaysWhy(self) -> None:
        """By itself: Airflow would try a whole night's task three times, minutes apart."""
        cases = [
            ({"dataset.root": str(self.folder / "nowhere")}, [], 3, "not an existing folder"),
            ({}, ["--colour", "red"], 2, "configuration"),
        ]
        given = json.dumps([(settings, arguments) for settings, arguments, _, _ in cases])
        run = self._run([sys.executable, "-c", SUBMIT, str(self.jar), given, CONFIG])
        self.assertEqual(run.returncode, 0, run.stdout)
        failures = run.stdout.splitlines()[-len(cases) :]
        for (settings, arguments, code, reason), failure in zip(cases, failures):
            with self.subTest(settings=settings, arguments=arguments):
                self.assertIn(f"augment ended with exit code {code}", failure)
                self.assertIn(reason, failure)

    def _night(self, **more: object) -> Night:
        conf = {
            "store": f"s3a://{BUCKET}/{STORE}",
            "dataset_root": str(self.images),
            "categories": ["cloth"],
            "samples_per_defect": SAMPLES,
            **more,
        }
        run = self._run(["airflow", "dags", "test", "dualanodiff_nightly", NIGHT, "--conf", json.dumps(conf)])
        return Night(run.returncode, run.stdout, self.folder / "airflow/airflow.db")

    def _published(self) -> dict:
        return json.loads(self._published_file().read_text())

    def _published_file(self) -> Path:
        return self.server.data / STORE / "datasets/defects/current.json"

    @classmethod
    def _environment(cls) -> dict[str, str]:
        home = cls.folder / "airflow"
        spark = {"conn_type": "spark", "host": "local[2]", "extra": {"deploy-mode": "client"}}
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AIRFLOW", "DUALANODIFF", "AWS_", "SPARK_"))
        }
        return inherited | {
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW_CONN_SPARK_DEFAULT": json.dumps(spark),
            "AIRFLOW_VAR_DUALANODIFF_JAR": str(cls.jar),
            "AIRFLOW_VAR_DUALANODIFF_CONFIG": CONFIG,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "TEST_BASE_MODEL": str(ROOT / "model-core/src/test/golden/tiny-sd"),
            "TEST_S3_ENDPOINT": cls.server.endpoint,
            "SPARK_LOCAL_IP": "127.0.0.1",
            # Quick to start rather than quick to run.
            "SPARK_SUBMIT_OPTS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
            "GOMP_SPINCOUNT": "1000",
            "PYTHONPATH": str(DAGS),
        }

    @classmethod
    def _check(cls, command: list[str]) -> None:
        run = cls._run(command)
        if run.returncode != 0:
            raise AssertionError(f"{command} ended with {run.returncode}: {run.stdout}")

    @classmethod
    def _run(cls, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            env=cls.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE_SECONDS,
        )


class Night:
    """A run of the DAG, and what it left in Airflow's database."""

    def __init__(self, exit_code: int, log: str, database: Path) -> None:
        self.exit = exit_code
        self.log = log
        with sqlite3.connect(database) as rows:
            self.states = dict(rows.execute("SELECT task_id, state FROM task_instance"))
            self.xcom = {
                task: json.loads(value)
                for task, value in rows.execute("SELECT task_id, value FROM xcom WHERE key = 'return_value'")
            }


SUBMIT = """
import json, sys
from dualanodiff_submit import DualAnoDiffOperator
from airflow.sdk.exceptions import AirflowException
failures = []
for settings, arguments in json.loads(sys.argv[2]):
    operator = DualAnoDiffOperator(
        task_id="augment", command="augment", application=sys.argv[1], config=sys.argv[3],
        settings=settings, arguments=arguments, partial_allowed=True)
    try:
        operator.execute({})
        sys.exit("it did not fail")
    except AirflowException as failure:
        failures.append(str(failure).replace(chr(10), " "))
print(chr(10).join(failures))
"""

if __name__ == "__main__":
    unittest.main(verbosity=2)
