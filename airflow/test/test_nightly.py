"""The nightly DAG by real Airflow, against the real jar, with its store on an S3 server. airflow/test/run.sh runs it."""

from __future__ import annotations

import json
import shutil
import sys
import unittest
from pathlib import Path

from installation import CONF, CONFIG, DEFECTS, SAMPLES, Installation
from s3_server import SECRET_KEY

NIGHT, RUN_ID = "2026-03-01", "nightly-20260301"


class NightlyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.installation = Installation()
        cls.addClassCleanup(cls.installation.close)
        cls.installation.prepare()

    def test_nightly_withOnePoisonousUnit_isHeldBackCompletedWhenClearedAndThenRepeatsNothing(self) -> None:
        """One store all through: a night whose data are bad, released as it is, repaired, and cleared once more."""
        stains = self.installation.images / "cloth/test/stain"
        good = shutil.copytree(stains, self.installation.folder / "good stains")
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
        self.assertEqual([(failure["task"], failure["kind"]) for failure in night.failures], [("partial", "PartialRun")])

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
        run = json.loads((self.installation.store / "runs" / RUN_ID / "run.json").read_text())
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
            ({"dataset.root": str(self.installation.folder / "nowhere")}, [], 3, "not an existing folder"),
            (
                {"dataset.root": str(self.installation.folder / "nowhere"), "log.format": "json"},
                [],
                3,
                "not an existing folder",
            ),
            ({"dataset.root": str(self.installation.folder / "nowhere")}, [""], 3, "not an existing folder"),
            ({}, ["--colour", "red"], 2, "configuration"),
        ]
        given = json.dumps([(settings, arguments) for settings, arguments, _, _ in cases])
        run = self.installation.run([sys.executable, "-c", SUBMIT, str(self.installation.jar), given, CONFIG])
        self.assertEqual(run.returncode, 0, run.stdout)
        failures = run.stdout.splitlines()[-len(cases) :]
        for (settings, arguments, code, reason), failure in zip(cases, failures):
            with self.subTest(settings=settings, arguments=arguments):
                self.assertIn(f"augment ended with exit code {code}", failure)
                self.assertIn(reason, failure)
                self.assertIn(f"CommandFailed {code}", failure)

    def test_submission_thatMayBeAtWork_isKeptForTheNextTry(self) -> None:
        self.assertEqual(self._said(EVENTS), ["unreadable True", "dead False"])

    def test_submission_thatCannotBeMadeOrLookedFor_isCommandFailed(self) -> None:
        """The provider takes no env_vars for a cluster of Spark's own, and below a file there is nothing to read."""
        self.assertEqual(self._said(UNSUBMITTED), ["True", "True"])

    def test_watch_ofStoreThatDoesNotAnswerForAWhile_neitherWaitsAnewNorTakesItForSilence(self) -> None:
        self.assertEqual(self._said(WATCH), ["None", "None", "None", "dead", "None", "unreadable"])

    def _said(self, code: str) -> list[str]:
        run = self.installation.run([sys.executable, "-c", code, str(self.installation.jar)])
        self.assertEqual(run.returncode, 0, run.stdout)
        return [line.removeprefix("said ") for line in run.stdout.splitlines() if line.startswith("said ")]

    def _night(self, **more: object) -> Night:
        conf = CONF | {"dataset_root": str(self.installation.images), **more}
        run = self.installation.run(["airflow", "dags", "test", "dualanodiff_nightly", NIGHT, "--conf", json.dumps(conf)])
        return Night(run.returncode, run.stdout, self.installation)

    def _published(self) -> dict:
        return json.loads(self._published_file().read_text())

    def _published_file(self) -> Path:
        return self.installation.store / "datasets/defects/current.json"


class Night:
    """A run of the DAG, and what it left in Airflow's database."""

    def __init__(self, exit_code: int, log: str, installation: Installation) -> None:
        self.exit = exit_code
        self.log = log
        self.states = dict(installation.rows("SELECT task_id, state FROM task_instance"))
        self.xcom = {
            task: json.loads(value)
            for task, value in installation.rows("SELECT task_id, value FROM xcom WHERE key = 'return_value'")
        }
        self.failures = installation.failures()


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
        failures.append(f"{type(failure).__name__} {failure.exit_code}: {failure}".replace(chr(10), " "))
print(chr(10).join(failures))
"""

EVENTS = """
from dualanodiff_submit import CommandFailed, DualAnoDiffOperator

class State(dict):
    delete = dict.__delitem__

operator = DualAnoDiffOperator(task_id="augment", command="augment", config="a.conf", settings={"store": "s3a://b/s"})
for status in ("unreadable", "dead"):
    state = State({operator.SUBMISSION: {"name": "augment-1", "submitted": True}})
    try:
        operator.execute_complete({"task_state_store": state}, {"status": status, "errors": ["gone"], "driver": "it"})
    except CommandFailed:
        print("said", status, operator.SUBMISSION in state)
"""

UNSUBMITTED = """
import json, os, sys
from dualanodiff_submit import CommandFailed, DualAnoDiffOperator
os.environ["AIRFLOW_CONN_SPARK_DEFAULT"] = json.dumps(
    {"conn_type": "spark", "host": "spark://127.0.0.1", "port": 7077, "extra": {"deploy-mode": "cluster"}})
operator = DualAnoDiffOperator(
    task_id="augment", command="augment", application=sys.argv[1], config="a.conf", settings={"store": sys.argv[1]},
    env_vars={"NAME": "value"})
noted = {operator.SUBMISSION: {"name": "augment-1", "submitted": False}}
for context, message in (({}, "was not submitted"), ({"task_state_store": noted}, "does not answer")):
    try:
        operator.execute(context)
    except CommandFailed as failure:
        print("said", message in str(failure))
"""

WATCH = """
import time
from dualanodiff_trigger import Watch
running = {"status": "running", "started_at": 0, "renewals": 1, "expire_seconds": 2}
watch = Watch(poll_seconds=0, patience_seconds=3)
# An outage of 1.5 s amid 2.5 s without a sign of life, then another that goes on.
for record, seconds in (
    (running, 1), (OSError("gone"), 1.5), (running, 1.5), (running, 0), (OSError("gone"), 3.5), (OSError("gone"), 0)):
    event = watch.saw(record)
    print("said", event and event["status"])
    time.sleep(seconds)
"""

if __name__ == "__main__":
    unittest.main(verbosity=2)
