"""The nightly run: train what is missing, generate what is missing, check it, publish it.

Needs the connection ``spark_default`` and the variables ``dualanodiff_jar`` and ``dualanodiff_config``, with deploy mode
cluster also ``dualanodiff_store``; see README.md beside this folder. Where a parameter is left empty, the configuration
file decides.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from airflow.sdk import DAG, Param, get_current_context, task

from dualanodiff_submit import DualAnoDiffOperator, PartialRun

# One run of the product for each logical date, so that a task that is tried again or cleared goes on with its run.
RUN_ID = "{{ params.run_id or 'nightly-' ~ ((dag_run.logical_date or dag_run.run_after) | ds_nodash) }}"

# New pairs every night of the adapters that are there already; the same when a night's run is named again.
GENERATION_SEED = (
    "{% set name = params.run_id or 'nightly-' ~ ((dag_run.logical_date or dag_run.run_after) | ds_nodash) %}"
    "{{ name[8:] if name.startswith('nightly-') and name[8:].isdigit() else '' }}"
)

SETTINGS = {
    "dataset.root": "{{ params.dataset_root or '' }}",
    "dataset.categories": "{{ params.categories | tojson if params.categories else '' }}",
    "generation.samples-per-defect": "{{ params.samples_per_defect or '' }}",
    "generation.seed": GENERATION_SEED,
    "store": "{{ params.store or var.value.get('dualanodiff_store', '') }}",
    "run.id": RUN_ID,
    # A driver may outlive its worker: the next try waits for it instead of failing three times beside it.
    "run.lease.wait-seconds": "3600",
}

PRODUCT = {
    "application": "{{ var.value.dualanodiff_jar }}",
    "config": "{{ params.config or var.value.dualanodiff_config }}",
    "settings": SETTINGS,
}

PARAMS = {
    "config": Param(None, type=["null", "string"], description="Configuration file; empty: dualanodiff_config's."),
    "dataset_root": Param(None, type=["null", "string"], description="Data set: absolute path or URI."),
    "categories": Param([], type="array", items={"type": "string"}, description="Products; none: all of them."),
    "samples_per_defect": Param(
        None, type=["null", "integer"], minimum=1, description="Good pairs wanted for each defect."
    ),
    "store": Param(None, type=["null", "string"], description="Store: absolute path or URI."),
    "run_id": Param(None, type=["null", "string"], description="Name in the store; empty: nightly-YYYYMMDD."),
    "retry_failed": Param(
        False, type="boolean", description="Try those units again, too, under which executors have died."
    ),
    "publish_as": Param("defects", type="string", description="Data set that the pairs are published as."),
    "publish_partial": Param(False, type="boolean", description="Publish a run of which some units failed, too."),
}

with DAG(
    dag_id="dualanodiff_nightly",
    description="Defect pairs for every product and defect: train, generate, verify, publish",
    doc_md=__doc__,
    schedule="0 22 * * *",
    start_date=datetime(2025, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    max_active_runs=1,
    params=PARAMS,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=5)},
    tags=["dualanodiff"],
):
    augment = DualAnoDiffOperator(
        task_id="augment",
        command="augment",
        arguments=["{{ '--retry-failed' if params.retry_failed else '' }}"],
        result_fields=["run_id", "status", "trained", "generated", "failed_units", "manifest"],
        partial_allowed=True,
        **PRODUCT,
    )

    verify = DualAnoDiffOperator(
        task_id="verify", command="verify", arguments=["--run", RUN_ID, "--json"], result_fields=["findings"], **PRODUCT
    )

    publish = DualAnoDiffOperator(
        task_id="publish", command="publish", arguments=["--name", "{{ params.publish_as }}", "--run", RUN_ID], **PRODUCT
    )

    @task.branch
    def outcome(result: dict[str, Any]) -> str:
        """A complete run goes on to verify; of a partial one a person hears, unless it may be published as it is."""
        whole = result["status"] == "complete"
        return "verify" if whole or get_current_context()["params"]["publish_partial"] else "partial"

    @task(retries=0)
    def partial(result: dict[str, Any]) -> None:
        """Red on purpose: what was made is in the store, but somebody has to look before it is published."""
        raise PartialRun(
            f"run {result['run_id']}: {result['failed_units']} units are not complete, the others are in the store."
            f" Each unit's reason is in {result['manifest']} and in the log of augment. Put it right and clear augment,"
            f" which makes only what is missing; or trigger run_id {result['run_id']} with publish_partial"
        )

    outcome(augment.output) >> [verify, partial(augment.output)]
    verify >> publish
