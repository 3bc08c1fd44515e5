"""Opens one samples file the way its users do: columns with pyarrow, rows with pandas, pictures with PIL.

usage: read_samples.py FILE EXPECTED_ROWS
"""

import io
import sys

import pandas
import pyarrow as pa
import pyarrow.parquet
from PIL import Image

PICTURE = pa.struct([pa.field("bytes", pa.binary(), False), pa.field("path", pa.string(), False)])
BOX = pa.struct([pa.field(name, pa.int32(), False) for name in ("x", "y", "width", "height")])
MEASURED = "outside_object contrast part_difference clipped deviation window_margin training_distance accepted_distance".split()
QUALITY = pa.struct(
    [pa.field("mask_ratio", pa.float64(), False)]
    + [pa.field(name, pa.float64()) for name in MEASURED]
    + [pa.field("signature", pa.binary())]
)
COLUMNS = [
    ("sample_id", pa.string()),
    ("category", pa.string()),
    ("defect", pa.string()),
    ("sample_index", pa.int64()),
    ("seed", pa.int64()),
    ("run_id", pa.string()),
    ("adapter", pa.string()),
    ("prompt", pa.string()),
    ("background", pa.string()),
    ("image", PICTURE),
    ("mask", PICTURE),
    ("anomaly", PICTURE),
    ("width", pa.int32()),
    ("height", pa.int32()),
    ("mask_area", pa.int32()),
    ("bbox", BOX),
    ("components", pa.int32()),
    ("quality", QUALITY),
    ("status", pa.string()),
    ("reasons", pa.list_(pa.field("element", pa.string(), False))),
    ("error", pa.string()),
    ("millis", pa.int64()),
    ("created_at", pa.timestamp("us", tz="UTC")),
]
SUFFIXES = {"image": "", "mask": "_mask", "anomaly": "_anomaly"}


def check_columns(file):
    schema = pyarrow.parquet.read_schema(file)
    found = [(field.name, field.type) for field in schema]
    assert found == COLUMNS, f"{file}: columns are {found}, expected {COLUMNS}"
    nullable = [field.name for field in schema if field.nullable]
    expected = ["background", "image", "mask", "anomaly", "error"]
    assert nullable == expected, f"{file}: nullable columns are {nullable}, expected {expected}"


def check_row(row):
    for column, suffix in SUFFIXES.items():
        picture = row[column]
        expected = f"{row.sample_id}{suffix}.png"
        assert picture["path"] == expected, f"{column}.path is {picture['path']}, expected {expected}"
        image = Image.open(io.BytesIO(picture["bytes"]))
        assert image.format == "PNG" and image.size == (row.width, row.height), f"{row.sample_id}: {column} is {image}"
    mask = Image.open(io.BytesIO(row["mask"]["bytes"]))
    assert mask.mode == "L" and sum(mask.histogram()[128:]) == row.mask_area
    assert (row.status == "accepted") == (len(row.reasons) == 0), f"{row.sample_id}: {row.status}, {row.reasons}"
    assert row.created_at.tzinfo is not None


file, expected_rows = sys.argv[1], int(sys.argv[2])
check_columns(file)
frame = pandas.read_parquet(file)
assert len(frame) == expected_rows, f"{file}: {len(frame)} rows, expected {expected_rows}"
assert frame.sample_id.is_unique
for _, row in frame.iterrows():
    check_row(row)
for row in frame.itertuples():
    print(row.category, row.defect, row.sample_index, row.status, row.created_at.isoformat(), sep=" | ")
