"""Nights in deploy mode cluster, by all of Airflow: scheduler, triggerer, workers, one of which is killed."""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
import unittest
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psutil
import pyarrow.parquet
from installation import CONF, DEFECTS, SAMPLES, Installation
from s3_server import SECRET_KEY, free_port, is_listening
from spark_cluster import SparkCluster

NIGHTS = {"nightly-20260301": "2026-03-01", "nightly-20260302": "2026-03-02"}
PATIENCE_SECONDS = 900


class ClusterTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.installation = Installation()
        cls.addClassCleanup(cls.installation.close)
        cls.installation.prepare()
        cls.cluster = SparkCluster(cls.installation.folder / "cluster", cls.installation.environment)
        cls.addClassCleanup(cls.cluster.close)
        cls.installation.connect(cls.cluster.host, cls.cluster.port, "cluster")

    def test_nightsOfABackfillSideBySide_oneOfWhichLosesItsWorker_areMadeOnce(self) -> None:
        first, second = NIGHTS
        # Before the others run, with which it would have to share the database's file.
        self.installation.check(["airflow", "dags", "reserialize"])
        self.installation.check(
            ["airflow", "backfill", "create", "--dag-id", "dualanodiff_nightly", "--max-active-runs", "2"]
            + ["--from-date", f"{NIGHTS[first]}T00:00:00Z", "--to-date", f"{NIGHTS[second]}T23:00:00Z"]
            + ["--dag-run-conf", json.dumps(CONF | {"dataset_root": str(self.installation.images)})]
        )
        self.airflow = Airflow(self.installation)
        self.addCleanup(self.airflow.close)
        self._await("drivers at work on both nights", lambda: len(self._submissions("augment")) == 2)
        self.airflow.kill_worker("augment", self._run_of(first))
        self._await("the end of both nights", lambda: not self._rows("SELECT 1 FROM dag_run WHERE state <> 'success'"))

        tries = dict(self._rows("SELECT run_id, try_number FROM task_instance WHERE task_id = 'augment'"))
        self.assertEqual(tries, {self._run_of(first): 2, self._run_of(second): 1})
        for command in ("augment", "verify", "publish"):
            records = self._submissions(command)
            self.assertEqual(len(records), 2, f"each night submits {command} once: {records}")
            self.assertTrue(all(record["exit_code"] == 0 for record in records), records)
        for run in NIGHTS:
            result = self._xcom("augment", run)
            self.assertEqual((result["run_id"], result["status"]), (run, "complete"))
            self.assertEqual((result["existing"], result["generated"]), (0, DEFECTS * SAMPLES))
            self.assertEqual(self._xcom("verify", run)["findings"], [])
            self.assertEqual(len(set(self._pairs(run))), DEFECTS * SAMPLES)
            self.assertEqual(len(self._pairs(run)), DEFECTS * SAMPLES)
            self.assertEqual(len(list((self.installation.store / "runs" / run / "tasks").iterdir())), 1)
        self.assertFalse(set(self._pairs(first)) & set(self._pairs(second)))
        self.assertNotIn(SECRET_KEY, self.airflow.logs())

    def _await(self, what: str, condition: Callable[[], Any]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            failed = self._rows("SELECT run_id, task_id FROM task_instance WHERE state = 'failed'")
            if failed or time.monotonic() > deadline or not self.airflow.is_alive():
                self.fail(f"waited for {what}; failed: {failed}\n{self.airflow.logs()}\n{self.cluster.logs()}")
            time.sleep(0.5)

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.installation.rows(query)

    def _run_of(self, run: str) -> str:
        """Airflow's name of a night."""
        return self._rows(f"SELECT run_id FROM dag_run WHERE run_id LIKE '%{NIGHTS[run]}%'")[0][0]

    def _submissions(self, command: str) -> list[dict[str, Any]]:
        return [json.loads(file.read_text()) for file in self.installation.store.glob(f"submissions/{command}-*.json")]

    def _xcom(self, task: str, run: str) -> dict[str, Any]:
        values = self._rows(
            f"SELECT value FROM xcom WHERE key = 'return_value' AND task_id = '{task}' AND run_id = '{self._run_of(run)}'"
        )
        return json.loads(values[0][0])

    def _pairs(self, run: str) -> list[tuple[str, bytes]]:
        """What a reader of the night's folder finds, by name and image."""
        files = sorted(self.installation.store.glob(f"samples/run={run}/**/*.parquet"))
        tables = [pyarrow.parquet.read_table(file, columns=["sample_id", "image"], partitioning=None) for file in files]
        return [(row["sample_id"], row["image"]["bytes"]) for table in tables for row in table.to_pylist()]


class Airflow:
    """What runs the tasks of DAGs that are in the database: API server, scheduler with workers, triggerer; until it is closed."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._processes: list[subprocess.Popen[bytes]] = []
        port = free_port()
        self._environment = installation.environment | {
            "AIRFLOW__API__PORT": str(port),
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
            "AIRFLOW__CORE__PARALLELISM": "4",
            "AIRFLOW__OPERATORS__DEFAULT_DEFERRABLE": "True",
            # A slow machine is no reason for a task to fail.
            "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "120",
        }
        self._start("api-server", "--workers", "1")
        # Every try of a task begins with it.
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_listening(port):
            if time.monotonic() > deadline or not self.is_alive():
                self.close()
                raise RuntimeError(f"the API server did not start: {self.logs()}")
            time.sleep(0.2)
        self._start("scheduler")
        self._start("triggerer")

    def _start(self, *command: str) -> None:
        with (self._installation.folder / f"airflow-{command[0]}.log").open("w") as log:
            self._processes.append(
                subprocess.Popen(["airflow", *command], env=self._environment, stdout=log, stderr=log)
            )

    def is_alive(self) -> bool:
        return all(process.poll() is None for process in self._processes)

    def kill_worker(self, task: str, run: str) -> None:
        """Ends the process of a task at work, as a machine does that goes away."""
        [[id]] = self._installation.rows(f"SELECT id FROM task_instance WHERE task_id = '{task}' AND run_id = '{run}'")
        title = f"airflow worker -- {UUID(id)}"
        [worker] = [
            process
            for process in psutil.process_iter(["cmdline"])
            if " ".join(process.info["cmdline"] or []).strip() == title
        ]
        worker.kill()

    def logs(self) -> str:
        folder = self._installation.folder
        files = [*sorted(folder.glob("airflow-*.log")), *sorted(folder.glob("airflow/logs/**/*.log"))]
        return "\n".join(f"== {file}\n{file.read_text(errors='replace')[-6000:]}" for file in files)

    def close(self) -> None:
        # Tasks have sessions of their own, and would go on.
        own = [psutil.Process(process.pid) for process in self._processes if process.poll() is None]
        for process in [*own, *(child for parent in own for child in parent.children(recursive=True))]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        for process in self._processes:
            process.wait()


if __name__ == "__main__":
    unittest.main(verbosity=2)
