"""Pairs by index, as PyTorch's data loaders want them; torch itself is not needed."""

from __future__ import annotations

import io
import os
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import pyarrow
import pyarrow.dataset

from dualanodiff._store import StoreError

if TYPE_CHECKING:
    from dualanodiff._pairs import Pairs


class MapDataset:
    """Anything with a length and items is a map-style dataset to a DataLoader; this one can be sent to its workers."""

    def __init__(
        self, pairs: Pairs, transform: Callable[[Any, Any], tuple[Any, Any]] | None, cache_bytes: int
    ) -> None:
        self.pairs = pairs
        self.classes = pairs.classes
        self._transform = transform
        self._cache_bytes = cache_bytes
        self._open()

    def _open(self) -> None:
        self._process = os.getpid()
        self._groups: list[pyarrow.dataset.ParquetFileFragment] | None = None
        self._ends: list[int] = []
        self._cache: OrderedDict[int, pyarrow.Table] = OrderedDict()

    def __getstate__(self) -> dict[str, Any]:
        """Without what is open: a worker reads files of its own."""
        return {name: self.__dict__[name] for name in ("pairs", "classes", "_transform", "_cache_bytes")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._open()

    def __len__(self) -> int:
        return len(self.pairs)

    def __getitem__(self, index: int) -> tuple[Any, Any, int]:
        if not -len(self) <= index < len(self):
            raise IndexError(f"there are {len(self)} pairs, and no pair {index}")
        index %= len(self)
        self._count()
        group = bisect_right(self._ends, index)
        row = self._table(group).slice(index - (self._ends[group - 1] if group else 0), 1).to_pylist()[0]
        if row["image"] is None:
            raise StoreError(
                f"pair {row['sample_id']} was rejected and its pictures were not kept: load with status='accepted',"
                " or make the run with quality.keep-rejected-pixels = true"
            )
        image, mask = _picture(row["image"], "RGB"), _picture(row["mask"], "L")
        label = self.classes.index(f"{row['category']}/{row['defect']}")
        if self._transform is not None:
            return (*self._transform(image, mask), label)
        return *_arrays(image, mask), label

    def _count(self) -> None:
        """Finds out which row groups there are and how many of their rows count: their status column is read, no more."""
        if self._process != os.getpid():
            self._open()
        if self._groups is not None:
            return
        read = self.pairs._reading
        files = self.pairs._files().get_fragments()
        groups = read(lambda: [group for file in files for group in file.split_by_row_group()])
        self._ends = list(accumulate(read(lambda: [group.count_rows(filter=self._filter()) for group in groups])))
        if self._ends[-1] != len(self):
            raise StoreError(
                f"{self.pairs.store} lists {len(self)} pairs and its files hold {self._ends[-1]}; check it with"
                f" dualanodiff verify --store {self.pairs.store}"
            )
        self._groups = groups

    def _filter(self) -> pyarrow.dataset.Expression | None:
        return None if self.pairs.status is None else pyarrow.dataset.field("status") == self.pairs.status

    def _table(self, number: int) -> pyarrow.Table:
        if number not in self._cache:
            assert self._groups is not None
            group = self._groups[number]
            columns = ["sample_id", "category", "defect", "image", "mask"]
            self._cache[number] = self.pairs._reading(lambda: group.to_table(columns=columns, filter=self._filter()))
            while len(self._cache) > 1 and sum(table.nbytes for table in self._cache.values()) > self._cache_bytes:
                self._cache.popitem(last=False)
        self._cache.move_to_end(number)
        return self._cache[number]


def _picture(column: dict[str, Any], mode: str) -> Any:
    try:
        from PIL import Image
    except ImportError as e:
        raise ImportError("this needs Pillow and NumPy: pip install 'dualanodiff[torch]'") from e
    return Image.open(io.BytesIO(column["bytes"])).convert(mode)


def _arrays(image: Any, mask: Any) -> tuple[Any, Any]:
    import numpy

    levels = numpy.asarray(image, numpy.float32).transpose(2, 0, 1) / 255
    return numpy.ascontiguousarray(levels), numpy.asarray(mask) == 255
