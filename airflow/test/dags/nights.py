"""The nightly DAG for Airflow as it is, in a hurry: tried again at once, looked after every second. Notes its failures."""

import json
import os
from datetime import datetime, timedelta, timezone

from dualanodiff_nightly import augment
from dualanodiff_submit import DualAnoDiffOperator


def told(context):
    failure = context["exception"]
    with open(os.environ["TEST_FAILURES"], "a") as file:
        line = {"task": context["ti"].task_id, "kind": type(failure).__name__, "text": str(failure)}
        print(json.dumps(line | {"exit_code": getattr(failure, "exit_code", None)}), file=file)


# Quick to start rather than quick to run, and no executor so large that the other night has none.
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
SPARK = {
    "spark.driver.extraJavaOptions": QUICK,
    "spark.executor.extraJavaOptions": QUICK,
    "spark.cores.max": "2",
}

dag = augment.dag
# What lies between then and now is not made up for.
dag.end_date = datetime(2026, 3, 10, tzinfo=timezone.utc)
for task in dag.tasks:
    task.retry_delay = timedelta(seconds=1)
    task.on_failure_callback = [told]
    if isinstance(task, DualAnoDiffOperator):
        task.poll_seconds = 1
        task.conf = SPARK
# The others are waited for by the triggerer.
augment.deferrable = False
