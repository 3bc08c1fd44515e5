"""Watches, in the store, a command of DualAnoDiff that runs on a cluster. The triggerer must be able to import this."""

from __future__ import annotations

import asyncio
import functools
import json
import logging
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from airflow.triggers.base import BaseTrigger, TriggerEvent
from pyarrow.fs import FileSystem

log = logging.getLogger(__name__)

#: Statuses of a submission beside those of its record, ``running`` and ``ended``.
ABSENT, DEAD, UNREADABLE = "absent", "dead", "unreadable"


def record_of(store: str, submission: str) -> dict[str, Any] | None:
    """The record of a submission, or None where there is none yet.

    :raises OSError: if the store does not answer
    """
    files, root = _opened(store)
    try:
        with files.open_input_file(f"{root.rstrip('/')}/submissions/{submission}.json") as file:
            return json.loads(file.read())
    except FileNotFoundError:
        return None


@functools.lru_cache(maxsize=8)
def _opened(store: str) -> tuple[FileSystem, str]:
    """A store by pyarrow, which brings S3, GCS and Azure; keys, endpoint and region come from the environment."""
    # What Hadoop calls s3a is S3 for everybody else, and it writes file:/data where others write file:///data.
    address = re.sub(r"^file:/(?!/)", "file:///", re.sub(r"^s3[an]://", "s3://", store))
    if "://" not in address:
        address = Path(address).absolute().as_uri()
    return FileSystem.from_uri(address)


class SubmissionTrigger(BaseTrigger):
    """Fires when a submitted command has ended, or when nothing is to be expected of it any more.

    The event is the command's record; or, as ``status``, why there is none: ``absent`` if it has not begun in time,
    ``dead`` if it has stopped to show that it lives, ``unreadable`` if the store has not answered for as long.

    :param poll_seconds: between two looks
    :param patience_seconds: how long the command may take to begin: for a queue of the cluster, too
    """

    def __init__(self, store: str, submission: str, poll_seconds: float, patience_seconds: float) -> None:
        super().__init__()
        self.store = store
        self.submission = submission
        self.poll_seconds = poll_seconds
        self.patience_seconds = patience_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return (
            f"{type(self).__module__}.{type(self).__qualname__}",
            {
                "store": self.store,
                "submission": self.submission,
                "poll_seconds": self.poll_seconds,
                "patience_seconds": self.patience_seconds,
            },
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        watch = Watch(self.poll_seconds, self.patience_seconds)
        while (event := watch.saw(await asyncio.to_thread(self._look))) is None:
            await asyncio.sleep(self.poll_seconds)
        yield TriggerEvent(event)

    def wait(self) -> dict[str, Any]:
        """The same for a task that waits itself."""
        watch = Watch(self.poll_seconds, self.patience_seconds)
        while (event := watch.saw(self._look())) is None:
            time.sleep(self.poll_seconds)
        return event

    def _look(self) -> dict[str, Any] | Exception | None:
        try:
            return record_of(self.store, self.submission)
        except (OSError, ValueError) as failure:
            log.warning("%s does not answer, trying again: %s", self.store, failure)
            return failure


class Watch:
    """Judges a command by how its record changes. Clocks of different machines are never compared."""

    def __init__(self, poll_seconds: float, patience_seconds: float) -> None:
        self._poll_seconds = poll_seconds
        self._patience_seconds = patience_seconds
        self._beat: Any = None
        self._since = time.monotonic()
        self._unanswered_since: float | None = None

    def saw(self, record: dict[str, Any] | Exception | None) -> dict[str, Any] | None:
        """What there is to tell, or None as long as there is nothing."""
        now = time.monotonic()
        if isinstance(record, Exception):
            if self._unanswered_since is None:
                self._unanswered_since = now
            given_up = now - self._unanswered_since > self._patience_seconds
            return {"status": UNREADABLE, "errors": [str(record)]} if given_up else None
        if self._unanswered_since is not None:
            # While the store did not answer the command neither showed that it lives nor failed to.
            self._since += now - self._unanswered_since
            self._unanswered_since = None
        if record is None:
            return self._unless_new("absent", self._patience_seconds, {"status": ABSENT})
        if record["status"] == "ended":
            return record
        beat = record["started_at"], record["renewals"]
        return self._unless_new(beat, record["expire_seconds"] + self._poll_seconds, record | {"status": DEAD})

    def _unless_new(self, beat: Any, seconds: float, event: dict[str, Any]) -> dict[str, Any] | None:
        now = time.monotonic()
        if beat != self._beat:
            self._beat, self._since = beat, now
        return event if now - self._since > seconds else None
