#!/usr/bin/env bash
# Runs the nightly DAG by real Airflow: its own environment in target/airflow, the shaded jar, the spark-submit of PyPI, a
# store on an S3 server of this machine; then again on a Spark cluster of processes, by all of Airflow's processes. Wants
# jobs/target as `mvn package` leaves it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

python3 -m venv target/airflow
export PATH=$PWD/target/airflow/bin:$PATH
pip install -q --disable-pip-version-check --no-compile -r airflow/requirements.txt -c airflow/constraints.txt

python airflow/test/test_nightly.py
python airflow/test/test_cluster.py
