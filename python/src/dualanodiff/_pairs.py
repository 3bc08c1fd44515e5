"""The pairs of a run or of a published data set."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pyarrow
import pyarrow.dataset
import pyarrow.fs
import pyarrow.parquet

from dualanodiff._store import Store, StoreError, segment

if TYPE_CHECKING:
    import datasets
    import pandas

    from dualanodiff._torch import MapDataset

_STATUSES = ("accepted", "rejected", None)
_PICTURES = ("image", "mask", "anomaly")
#: The run, and the number of the command that wrote the file.
_WRITER = re.compile(r"samples/(run=[^/]+)/.+/pairs-\d+-(\d+)-[^/]+")


@dataclass(frozen=True)
class Unit:
    """One defect of one product, and how many pairs there are of it."""

    run: str
    category: str
    defect: str
    accepted: int
    rejected: int

    @property
    def name(self) -> str:
        return f"{self.category}/{self.defect}"


def load(
    store: str | os.PathLike[str],
    *,
    dataset: str | None = None,
    run: str | None = None,
    version: int | None = None,
    status: str | None = "accepted",
    unfinished: bool = False,
    storage_options: Mapping[str, Any] | None = None,
) -> Pairs:
    """Finds the pairs of a published data set or of a run; reads no picture yet.

    store: a folder, ``s3://bucket/prefix`` (or ``s3a://``), or any other address that fsspec knows.
    dataset: name of a published data set; version: one of its versions, by default the current one.
    run: id of a run, in place of a data set; unfinished: also if no command of it has come to its end.
    status: ``accepted``, ``rejected``, or None for both; pictures of rejected pairs may be missing.
    storage_options: for fsspec, such as ``{"endpoint_url": "http://minio:9000"}``.

    Raises StoreError if it is not there or cannot be read.
    """
    if (dataset is None) == (run is None):
        raise ValueError("give either dataset=NAME or run=ID")
    if status not in _STATUSES:
        raise ValueError(f"status must be 'accepted', 'rejected' or None, was {status!r}")
    if version is not None and dataset is None:
        raise ValueError("a version is one of a data set: give dataset=NAME with it")
    place = Store(store, storage_options)
    if dataset is not None:
        units, keys = _published(place, dataset, version)
    else:
        units, keys = _committed(place, str(run), unfinished)
    return Pairs(place, tuple(units), tuple(keys), status)


def _published(store: Store, name: str, version: int | None) -> tuple[list[Unit], list[str]]:
    folder = f"datasets/{segment(name)}"
    key = f"{folder}/current.json" if version is None else f"{folder}/versions/{version:06d}.json"
    record = store.record(key)
    if record is None:
        if version is not None and store.exists(f"{folder}/current.json"):
            there = ", ".join(found.removesuffix(".json").lstrip("0") for found in store.names(f"{folder}/versions"))
            raise StoreError(f"data set {name} in {store} has no version {version}; it has {there}")
        raise StoreError(
            f"{store} has no data set {name}{_listed(store.names('datasets'))}; make it with "
            f"dualanodiff publish --store {store} --name {name} --run ID, or load a run with run=ID"
        )
    try:
        units = [Unit(u["run"], u["category"], u["defect"], u["accepted"], u["rejected"]) for u in record["units"]]
        return units, [file["key"] for file in record["files"]]
    except (KeyError, TypeError) as e:
        raise StoreError(f"{store}/{key} is no readable list of pairs: {e!r}; restore the file") from e


def _committed(store: Store, run: str, unfinished: bool) -> tuple[list[Unit], list[str]]:
    folder = f"runs/{segment(run)}"
    finished = store.exists(f"{folder}/manifest.json")
    if not finished and not store.exists(f"{folder}/run.json"):
        raise StoreError(f"{store} has no run {run}{_listed(store.names('runs'))}; look for it in {store}/runs")
    if not finished and not unfinished:
        raise StoreError(
            f"run {run} in {store} was never finished: finish it with dualanodiff augment, or load what it has committed"
            " so far with unfinished=True"
        )
    commits = [commit for commit in store.commits(run) if commit["keys"]]
    if not commits:
        raise StoreError(f"run {run} in {store} has no pairs yet; make some with dualanodiff augment")
    units = [Unit(run, c["category"], c["defect"], *c["counts"]) for c in commits]
    return units, [key for commit in commits for key in commit["keys"]]


def _listed(names: Sequence[str]) -> str:
    return f" (it has {', '.join(names[:10])}{', ...' if len(names) > 10 else ''})" if names else ""


@dataclass(frozen=True)
class Pairs:
    """Image-mask pairs of one run or published data set: exactly the files that its lists name. Picklable."""

    store: Store = field(repr=False)
    units: tuple[Unit, ...]
    #: Keys of the Parquet files, below the store's root.
    keys: tuple[str, ...] = field(repr=False)
    status: str | None

    def __len__(self) -> int:
        accepted = sum(unit.accepted for unit in self.units) if self.status != "rejected" else 0
        rejected = sum(unit.rejected for unit in self.units) if self.status != "accepted" else 0
        return accepted + rejected

    @property
    def classes(self) -> tuple[str, ...]:
        """The kinds of defect, such as ``cloth/hole``, in the order of their labels."""
        return tuple(sorted({unit.name for unit in self.units}))

    def arrow(self) -> pyarrow.dataset.Dataset:
        """All columns as a pyarrow dataset, read batch by batch as it is asked for."""
        rows = self._files()
        return rows if self.status is None else rows.filter(pyarrow.dataset.field("status") == self.status)

    def pandas(self, columns: Sequence[str] | None = None) -> pandas.DataFrame:
        """The rows in memory; pictures, if they are among the columns, as structs of ``bytes`` (PNG) and ``path``."""
        need("pandas", "dualanodiff[pandas]")
        scanner = self.arrow().scanner(columns=None if columns is None else list(columns))
        return self._reading(lambda: scanner.to_table().to_pandas())

    def huggingface(self, *, streaming: bool = False) -> datasets.Dataset | datasets.IterableDataset:
        """A Hugging Face dataset whose pictures are decoded when they are asked for.

        The rows go through the library's cache on disk once, from where they are mapped into memory; with
        ``streaming``, nothing is read before it is iterated over, and nothing is cached.
        """
        library = need("datasets", "dualanodiff[huggingface]")
        features = library.Features.from_arrow_schema(self._files().schema)
        features.update({name: library.Image() for name in _PICTURES})
        kind = library.IterableDataset if streaming else library.Dataset
        # A list among the arguments is what the library deals out to its workers.
        return kind.from_generator(_rows, features=features, gen_kwargs={"keys": list(self.keys), "pairs": self})

    def torch(
        self, transform: Callable[[Any, Any], tuple[Any, Any]] | None = None, *, cache_bytes: int = 512 << 20
    ) -> MapDataset:
        """A map-style PyTorch dataset of (image, mask, label).

        image: float32 array (3, H, W) of 0..1; mask: bool array (H, W), true on the defect; label: the kind of defect
        as its number in ``classes``. transform: takes image and mask as Pillow images and returns what is to be in
        their places. Rows are read when they are asked for, a row group (about 32 MB with all pictures) at a time,
        and kept while they fit into cache_bytes per process.
        """
        from dualanodiff._torch import MapDataset

        return MapDataset(self, transform, cache_bytes)

    def batches(self, columns: Sequence[str] | None = None, rows: int = 64) -> Iterator[pyarrow.RecordBatch]:
        """Batches of at most so many rows, in the order of the files."""
        scanner = self.arrow().scanner(
            columns=None if columns is None else list(columns), batch_size=rows, batch_readahead=0, fragment_readahead=1
        )
        batches = self._reading(scanner.to_batches)
        while (batch := self._reading(lambda: next(batches, None))) is not None:
            if batch.num_rows:
                yield batch

    def _files(self) -> pyarrow.dataset.FileSystemDataset:
        system = (
            pyarrow.fs.LocalFileSystem()
            if self.store.is_local
            else pyarrow.fs.PyFileSystem(pyarrow.fs.FSSpecHandler(self.store.fs))
        )
        paths = [self.store.at(key) for key in self.keys]
        # Later versions may have added columns; the files that one command wrote have the same.
        writers = [match.groups() if (match := _WRITER.fullmatch(key)) else key for key in self.keys]
        one_each = dict(zip(writers, paths)).values()
        schema = self._reading(
            lambda: pyarrow.unify_schemas(
                [pyarrow.parquet.read_schema(path, filesystem=system) for path in one_each], promote_options="permissive"
            )
        )
        return pyarrow.dataset.FileSystemDataset.from_paths(
            paths, schema=schema, format=pyarrow.dataset.ParquetFileFormat(), filesystem=system
        )

    def _reading(self, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except FileNotFoundError as e:
            raise StoreError(
                f"a file that the lists of {self.store} name is missing ({e}): if the run has grown, load again; if"
                " somebody deleted it, run the same dualanodiff augment again, which makes it anew"
            ) from e
        except (OSError, pyarrow.ArrowInvalid) as e:
            raise StoreError(
                f"a file of {self.store} cannot be read ({e}); check it with dualanodiff verify --store {self.store}"
            ) from e


def _rows(keys: Sequence[str], pairs: Pairs) -> Iterator[dict[str, Any]]:
    for batch in replace(pairs, keys=tuple(keys)).batches():
        yield from batch.to_pylist()


def need(module: str, package: str) -> Any:
    """Imports what only some users have."""
    try:
        return import_module(module)
    except ImportError as e:
        raise ImportError(f"this needs {module}: pip install '{package}'") from e
