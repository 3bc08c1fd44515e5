"""Reads a store's samples the way its users do: pyarrow, pandas and DuckDB, pictures with PIL.

usage: read_samples.py STORE EXPECTED_ROWS
"""

import io
import sys
from pathlib import Path

import duckdb
import pandas
import pyarrow.dataset
from PIL import Image

store, expected = Path(sys.argv[1]), int(sys.argv[2])
samples = store / "samples"
files = sorted(str(f) for f in samples.rglob("*.parquet"))
assert files, f"no Parquet file below {samples}"

table = pyarrow.dataset.dataset(files).to_table()
assert table.num_rows == expected, f"pyarrow: {table.num_rows} rows, expected {expected}"

frame = pandas.concat(pandas.read_parquet(f) for f in files)
assert len(frame) == expected and frame.sample_id.is_unique

counts = duckdb.connect().execute(f"select count(*), count(distinct sample_id) from read_parquet({files})").fetchall()
assert counts == [(expected, expected)], f"DuckDB: {counts}"

for row in table.to_pylist():
    if row["image"] is None:
        assert row["status"] == "rejected"
        continue
    image, mask, anomaly = (Image.open(io.BytesIO(row[c]["bytes"])) for c in ("image", "mask", "anomaly"))
    assert image.size == mask.size == anomaly.size == (row["width"], row["height"])
    assert image.mode == anomaly.mode == "RGB" and mask.mode == "L"
    assert sum(mask.histogram()[128:]) == row["mask_area"]
    assert row["status"] == "rejected" or row["mask_area"] > 0
    assert (row["status"] == "accepted") == (row["reasons"] == [])

print(f"{expected} samples read by pyarrow, pandas and DuckDB")
