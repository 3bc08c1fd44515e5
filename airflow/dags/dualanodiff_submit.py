"""Runs a command of DualAnoDiff by spark-submit and hands its result on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import uuid4

from airflow.providers.apache.spark.hooks.spark_submit import SparkSubmitHook
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.providers.common.compat.sdk import conf as airflow_settings
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from dualanodiff_trigger import ABSENT, DEAD, UNREADABLE, SubmissionTrigger, record_of

DONE, PARTIAL = 0, 4

MEANINGS = {
    1: "unexpected failure, its stack trace is in the driver's log",
    2: "configuration, usage, or a place that does not answer",
    3: "input data unusable",
    4: "something is not as it should be, see the driver's log",
}

#: spark-submit is not to wait for the driver, and YARN not to start it again: Airflow does both.
LEFT_ALONE = {
    "spark.standalone.submit.waitAppCompletion": "false",
    "spark.kubernetes.submission.waitAppCompletion": "false",
    "spark.yarn.submit.waitAppCompletion": "false",
    "spark.yarn.maxAppAttempts": "1",
}


class CommandFailed(AirflowException):
    """A command has failed; ``exit_code`` is None where it is not known: a driver was killed or never began, for example."""

    def __init__(self, message: str, exit_code: int | None = None) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class PartialRun(AirflowFailException):
    """Some units of a run have failed; all others are in the store. For callbacks to tell from :class:`CommandFailed`."""


class DualAnoDiffOperator(SparkSubmitOperator):
    """``dualanodiff COMMAND --config CONFIG --set KEY=VALUE ... ARGUMENTS`` by the provider's spark-submit.

    The return value, and so the XCom, is the JSON result that the command prints. A run of which some units failed
    (exit code 4) is a result with ``"status": "partial"``, where it is allowed; every other exit code fails the task
    with :class:`CommandFailed`.

    In deploy mode ``cluster`` the command leaves its result in the store, in ``submissions/NAME.json``, and the task waits
    for that record. The name is remembered in the task's state: a task that is tried again, whatever became of its
    worker, waits for the command that is under way instead of submitting another.

    :param command: of the product, such as ``augment``
    :param config: configuration file on the machine where the driver runs (templated)
    :param settings: go over the file's; those that render as empty are left out (templated). In deploy mode ``cluster``
        ``store`` must be among them
    :param arguments: further ones of the command; those that render as empty are left out (templated)
    :param result_fields: what the JSON result must have; without any no result is asked for
    :param partial_allowed: whether exit code 4 is a result
    :param deferrable: whether the triggerer waits for a command on a cluster, and no worker; default: Airflow's own
        ``[operators] default_deferrable``
    :param poll_seconds: between two looks at its record
    :param patience_seconds: how long it may take to begin, with the time that it waits for a place on the cluster
    """

    template_fields: Sequence[str] = (*SparkSubmitOperator.template_fields, "config", "settings", "arguments")

    #: Key in the task's state.
    SUBMISSION = "dualanodiff_submission"

    def __init__(
        self,
        *,
        command: str,
        config: str,
        settings: Mapping[str, str] | None = None,
        arguments: Sequence[str] = (),
        result_fields: Sequence[str] = (),
        partial_allowed: bool = False,
        deferrable: bool = airflow_settings.getboolean("operators", "default_deferrable", fallback=False),
        poll_seconds: float = 15,
        patience_seconds: float = 3600,
        **kwargs: Any,
    ) -> None:
        super().__init__(java_class="org.dualanodiff.jobs.Main", name=f"dualanodiff {command}", **kwargs)
        self.command = command
        self.config = config
        self.settings = dict(settings or {})
        self.arguments = list(arguments)
        self.result_fields = frozenset(result_fields)
        self.partial_allowed = partial_allowed
        self.deferrable = deferrable
        self.poll_seconds = poll_seconds
        self.patience_seconds = patience_seconds
        self._result: dict[str, Any] | None = None
        self._error = ""

    def execute(self, context: Mapping[str, Any]) -> dict[str, Any] | None:
        self.application_args = [self.command, "--config", self.config, *self._sets(), *filter(None, self.arguments)]
        self._hook = self._get_hook()
        if self._hook._connection["deploy_mode"] == "cluster":
            return self._execute_on_cluster(context)
        try:
            super().execute(context)
        except AirflowException:
            code = self._exit_code()
            if code is None:
                raise
            return self._ended(code)
        return self._ended(DONE)

    def _execute_on_cluster(self, context: Mapping[str, Any]) -> dict[str, Any] | None:
        store = self.settings.get("store")
        if not store:
            raise AirflowFailException(
                f"connection {self._conn_id} asks for deploy mode cluster, in which a command leaves its result in the"
                " store: give the store's address, as parameter store or as variable dualanodiff_store"
            )
        trigger = SubmissionTrigger(store, self._submission(context, store), self.poll_seconds, self.patience_seconds)
        if self.deferrable:
            self.defer(trigger=trigger, method_name="execute_complete")
        return self.execute_complete(context, trigger.wait())

    def _submission(self, context: Mapping[str, Any], store: str) -> str:
        """The name of the command that is under way; submits one if there is none."""
        state = context.get("task_state_store")
        before = state.get(self.SUBMISSION) if state is not None else None
        try:
            # A worker may have died between noting the name and submitting.
            submitted = before and (before["submitted"] or record_of(store, before["name"]) is not None)
        except (OSError, ValueError) as e:
            raise CommandFailed(f"{store} does not answer: {e}") from e
        if submitted:
            self.log.info("waiting for submission %s of an earlier try", before["name"])
            return before["name"]
        name = f"{self.command}-{re.sub('[^A-Za-z0-9.-]', '-', self.settings.get('run.id', 'run'))}-{uuid4().hex[:12]}"
        if state is not None:
            state.set(self.SUBMISSION, {"name": name, "submitted": False})
        self._submit(name)
        if state is not None:
            state.set(self.SUBMISSION, {"name": name, "submitted": True})
        self.log.info("submitted as %s", name)
        return name

    def _submit(self, name: str) -> None:
        self.application_args = [*self.application_args, "--submission", name]
        self.conf = {**(self.conf or {}), **LEFT_ALONE}
        # The provider takes the exit code of a Kubernetes driver from spark-submit's output, unless it asks Kubernetes.
        self._track_driver_via_k8s_api = True
        self._hook = self._get_hook()
        try:
            self._hook.submit(self.application)
        except AirflowException as e:
            # Without an exit code: spark-submit's own is none of the command.
            raise CommandFailed(f"{self.command} was not submitted: {e}") from e

    def on_kill(self) -> None:
        """Leaves a driver on the cluster at work, for the next try to wait for; the provider's would kill it."""
        if self._hook is None or self._hook._connection["deploy_mode"] != "cluster":
            super().on_kill()
            return
        process = self._hook._submit_sp
        if process is not None and process.poll() is None:
            process.kill()

    def execute_complete(self, context: Mapping[str, Any], event: Mapping[str, Any]) -> dict[str, Any] | None:
        """What a command on a cluster left; called by Airflow when the trigger has fired."""
        state = context.get("task_state_store")
        # From here on another try is another command; if only the store did not answer, this one may still be at work.
        if state is not None and event["status"] != UNREADABLE:
            state.delete(self.SUBMISSION)
        if event["status"] == ABSENT:
            raise CommandFailed(
                f"{self.command} has not begun after {self.patience_seconds:.0f} s: no place for its driver on the cluster,"
                " or it cannot read its configuration; see the driver's log"
            )
        if event["status"] == DEAD:
            raise CommandFailed(f"the driver of {self.command}, {event['driver']}, was killed")
        if event["status"] != "ended":
            raise CommandFailed(f"{self.settings['store']} does not answer: {'; '.join(event['errors'])}")
        result = event["result"]
        self._result = result if result and self.result_fields <= result.keys() else None
        self._error = " ".join(f"error: {error}" for error in event["errors"])
        return self._ended(event["exit_code"])

    def _ended(self, code: int) -> dict[str, Any] | None:
        if not (code == DONE or (code == PARTIAL and self.partial_allowed)):
            meaning = MEANINGS.get(code, "killed, or spark-submit itself failed")
            raise CommandFailed(f"{self.command} ended with exit code {code} ({meaning}). {self._error}".rstrip(), code)
        if self.result_fields and self._result is None:
            raise CommandFailed(f"{self.command} ended well but told no result with {sorted(self.result_fields)}", code)
        return self._result

    def _exit_code(self) -> int | None:
        process = self._hook._submit_sp
        return None if process is None else process.returncode

    def _sets(self) -> Iterator[str]:
        for key, value in self.settings.items():
            if value:
                yield from ("--set", f"{key}={value}")

    def _get_hook(self) -> SparkSubmitHook:
        """The provider's hook, whose reader of the output is listened to; it has no other way out for it."""
        hook = super()._get_hook()
        read = hook._process_spark_submit_log
        hook._process_spark_submit_log = lambda lines: read(self._heard(lines))
        return hook

    def _heard(self, lines: Iterable[str]) -> Iterator[str]:
        for line in lines:
            value = self._parsed(line)
            # With log.format = json what is said to people is a line of the log.
            said = line if value is None else str(value.get("msg", ""))
            if said.startswith("error: "):
                self._error = said.strip()
            if value is not None and self.result_fields and self.result_fields <= value.keys():
                self._result = value
            yield line

    @staticmethod
    def _parsed(line: str) -> dict[str, Any] | None:
        """The object that a line is: the command's result, or a line of a structured log."""
        if not line.startswith("{"):
            return None
        try:
            return json.loads(line)
        except ValueError:
            return None
