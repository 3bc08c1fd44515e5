"""A store's records, read as the product reads them: through commits and published lists, never by what lies in folders."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

_SPECIAL = frozenset("\"#%'*/:=?\\{[]^\x7f")
_COMMIT = re.compile(r"(?P<unit>.+)/(?P<number>\d+)\.json")

#: Of the records that this version reads; those of the first stores have none.
FORMAT = 1


class StoreError(Exception):
    """Something is not in the store, or cannot be read; the message says what to do."""


def segment(name: str) -> str:
    """A name as one part of a path, escaped as Hive and Spark escape partition values."""
    if not name:
        raise ValueError("a name in a store cannot be empty")
    if name in (".", ".."):
        return name.replace(".", "%2E")
    return "".join(f"%{ord(c):02X}" if c < " " or c in _SPECIAL else c for c in name)


class Store:
    """Files under one root; keys are paths relative to it. Picklable."""

    def __init__(self, root: str | os.PathLike[str], options: Mapping[str, Any] | None = None) -> None:
        address = os.fspath(root).rstrip("/") or "/"
        # What Hadoop calls s3a is S3 for everybody else.
        address = re.sub(r"^s3[an]://", "s3://", address)
        # Hadoop writes file:/data where others write file:///data.
        address = re.sub(r"^file:/(?!/)", "file:///", address)
        self.root = address
        self.options = dict(options or {})
        self._open()
        # Listings are remembered by the process; a run may have grown since.
        self.fs.invalidate_cache()

    def _open(self) -> None:
        try:
            self._fs, self.path = fsspec.core.url_to_fs(self.root, **self.options)
        except ImportError as e:
            raise ImportError(f"{e}; for stores on S3: pip install 'dualanodiff[s3]'") from e
        self._process = os.getpid()

    def __getstate__(self) -> tuple[str, dict[str, Any]]:
        return self.root, self.options

    def __setstate__(self, state: tuple[str, dict[str, Any]]) -> None:
        self.root, self.options = state
        self._open()

    @property
    def fs(self) -> Any:
        """Its file system; connections are not for a forked process, which gets its own."""
        if self._process != os.getpid():
            self._open()
        return self._fs

    @property
    def is_local(self) -> bool:
        return isinstance(self.fs, LocalFileSystem)

    def __str__(self) -> str:
        return self.root

    def at(self, key: str) -> str:
        """Where a key lies in its file system."""
        return f"{self.path.rstrip('/')}/{key}"

    def exists(self, key: str) -> bool:
        return bool(self._try(key, lambda: self.fs.exists(self.at(key))))

    def names(self, key: str) -> list[str]:
        """What lies in a folder, unescaped and sorted; nothing if there is no such folder."""
        entries = self._try(key, lambda: self._listed(key))
        return sorted(re.sub("%([0-9A-Fa-f]{2})", lambda code: chr(int(code[1], 16)), name) for name in entries)

    def _listed(self, key: str) -> list[str]:
        try:
            return [path.rstrip("/").rpartition("/")[2] for path in self.fs.ls(self.at(key), detail=False)]
        except FileNotFoundError:
            return []

    def record(self, key: str) -> dict[str, Any] | None:
        """A JSON record, or None if there is no such file."""
        try:
            content = self._try(key, lambda: self.fs.cat_file(self.at(key)))
        except FileNotFoundError:
            return None
        try:
            record = json.loads(content)
            number = record.get("format", FORMAT)
        except (ValueError, AttributeError) as e:
            raise StoreError(f"{self}/{key} is no readable record: {e}; restore the file or delete it") from e
        if number != FORMAT:
            raise StoreError(
                f"{self}/{key} has format {number}, and this version reads format {FORMAT}: "
                "install the version of dualanodiff that belongs to the product that wrote it"
            )
        return dict(record)

    def commits(self, run: str) -> list[dict[str, Any]]:
        """The newest commit of each unit of a run, in the order of their names: the one with the highest number."""
        folder = f"runs/{segment(run)}/commits"
        newest: dict[str, tuple[int, str]] = {}
        prefix = self.at(folder) + "/"
        for path in self._try(folder, lambda: self._files(self.at(folder))):
            match = _COMMIT.fullmatch(path[len(prefix) :]) if path.startswith(prefix) else None
            if match:
                found = (int(match["number"]), f"{folder}/{match[0]}")
                newest[match["unit"]] = max(found, newest.get(match["unit"], found))
        return [self._commit(run, key) for _, (_, key) in sorted(newest.items())]

    def _files(self, path: str) -> list[str]:
        """All files below a folder. Where it lists folder by folder, fsspec's find() leaves out those that it cannot list."""
        if self.fs.async_impl:
            return list(self.fs.find(path))
        try:
            entries = self.fs.ls(path, detail=True)
        except FileNotFoundError:
            return []
        folders = [entry["name"] for entry in entries if entry["type"] == "directory"]
        files = [entry["name"] for entry in entries if entry["type"] != "directory"]
        return files + [file for folder in folders for file in self._files(folder)]

    def _commit(self, run: str, key: str) -> dict[str, Any]:
        """The record, and what of it is read as ``keys`` of its files and as ``counts`` of accepted and rejected pairs."""
        commit = self.record(key)
        if commit is None:
            raise StoreError(f"{self}/{key} was deleted while it was being read; read again")
        try:
            name = f"{segment(commit['category'])}/{segment(commit['defect'])}/{commit['number']}.json"
            belongs = key == f"runs/{segment(run)}/commits/{name}"
            commit["keys"] = [file["key"] for file in commit["files"]]
            commit["counts"] = len(commit["accepted"]), len(commit["rejected"])
        except (KeyError, TypeError, ValueError) as e:
            raise StoreError(f"{self}/{key} is no readable commit: {e!r}; restore the file") from e
        if not belongs:
            raise StoreError(f"{self}/{key} is the commit {name}; it was moved by hand, restore it")
        return commit

    def _try(self, key: str, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except FileNotFoundError:
            raise
        except Exception as e:  # each file system has errors of its own
            raise StoreError(
                f"{key} in the store {self} cannot be read: {type(e).__name__}: {e}; check the address, the endpoint and"
                " the credentials (storage_options, or the environment)"
            ) from e
