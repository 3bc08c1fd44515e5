"""Runs a command of DualAnoDiff by spark-submit and hands its result on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from airflow.providers.apache.spark.hooks.spark_submit import SparkSubmitHook
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk.exceptions import AirflowException, AirflowFailException

DONE, PARTIAL = 0, 4

MEANINGS = {
    1: "unexpected failure, its stack trace is in this log",
    2: "configuration, usage, or a place that does not answer",
    3: "input data unusable",
    4: "something is not as it should be, see this log",
}


class DualAnoDiffOperator(SparkSubmitOperator):
    """``dualanodiff COMMAND --config CONFIG --set KEY=VALUE ... ARGUMENTS`` by the provider's spark-submit.

    The return value, and so the XCom, is the JSON result that the command prints. A run of which some units failed
    (exit code 4) is a result with ``"status": "partial"``, where it is allowed; every other exit code fails the task.

    :param command: of the product, such as ``augment``
    :param config: configuration file on the machine that runs the task (templated)
    :param settings: go over the file's; those that render as empty are left out (templated)
    :param arguments: further ones of the command (templated)
    :param result_fields: what the JSON result must have; without any no result is asked for
    :param partial_allowed: whether exit code 4 is a result
    """

    template_fields: Sequence[str] = (*SparkSubmitOperator.template_fields, "config", "settings", "arguments")

    def __init__(
        self,
        *,
        command: str,
        config: str,
        settings: Mapping[str, str] | None = None,
        arguments: Sequence[str] = (),
        result_fields: Sequence[str] = (),
        partial_allowed: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(java_class="org.dualanodiff.jobs.Main", name=f"dualanodiff {command}", **kwargs)
        self.command = command
        self.config = config
        self.settings = dict(settings or {})
        self.arguments = list(arguments)
        self.result_fields = frozenset(result_fields)
        self.partial_allowed = partial_allowed
        self._result: dict[str, Any] | None = None
        self._error = ""

    def execute(self, context: Mapping[str, Any]) -> dict[str, Any] | None:
        self.application_args = [self.command, "--config", self.config, *self._sets(), *self.arguments]
        self._hook = self._get_hook()
        if self._hook._connection["deploy_mode"] == "cluster":
            raise AirflowFailException(
                f"connection {self._conn_id} asks for deploy mode cluster, in which spark-submit sees neither the"
                " driver's exit code nor its result; set deploy-mode to client"
            )
        self._submit(context)
        if self.result_fields and self._result is None:
            raise AirflowException(f"{self.command} ended well but printed no result with {sorted(self.result_fields)}")
        return self._result

    def _submit(self, context: Mapping[str, Any]) -> None:
        try:
            super().execute(context)
        except AirflowException as failure:
            code = self._exit_code()
            if code is None:
                raise
            if not (code == PARTIAL and self.partial_allowed):
                meaning = MEANINGS.get(code, "killed, or spark-submit itself failed")
                raise AirflowException(
                    f"{self.command} ended with exit code {code} ({meaning}). {self._error}".rstrip()
                ) from failure

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
            if line.startswith("error: "):
                self._error = line.strip()
            self._result = self._parsed(line) or self._result
            yield line

    def _parsed(self, line: str) -> dict[str, Any] | None:
        """The line as a result; other lines of JSON, such as those of a structured log, are none."""
        if not self.result_fields or not line.startswith("{"):
            return None
        try:
            value = json.loads(line)
        except ValueError:
            return None
        return value if self.result_fields <= value.keys() else None
