"""Each form that pairs are given in, on disk and on S3."""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import types
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import datasets
import numpy
import pyarrow
import pyarrow.parquet
import pytest
from conftest import commit_files, reject_first
from PIL import Image

import dualanodiff
from dualanodiff import recipes


@pytest.fixture(params=["disk", "s3"])
def pairs(request: pytest.FixtureRequest, store: Path) -> dualanodiff.Pairs:
    """Accepted pairs of files that hold a rejected one, too."""
    reject_first(store)
    if request.param == "disk":
        return dualanodiff.load(store, run="night")
    bucket, options = request.getfixturevalue("s3")
    shutil.copytree(store, bucket / "stores/augmented", dirs_exist_ok=True)
    return dualanodiff.load("s3a://factory/stores/augmented/", run="night", storage_options=options)


def pixels(png: bytes) -> Any:
    return numpy.asarray(Image.open(io.BytesIO(png)))


def test_arrow_hasAllColumnsAndAcceptedRowsOnly(pairs: dualanodiff.Pairs) -> None:
    table = pairs.arrow().to_table()

    assert table.num_rows == len(pairs)
    assert {"sample_id", "category", "defect", "image", "mask", "anomaly", "bbox", "quality"} <= set(table.column_names)
    assert table["status"].unique().to_pylist() == ["accepted"]


def test_pandas_givesPicturesThatOpen(pairs: dualanodiff.Pairs) -> None:
    frame = pairs.pandas()

    assert len(frame) == len(pairs)
    row = frame.iloc[0]
    mask = pixels(row["mask"]["bytes"])
    assert (row["width"], row["height"]) == Image.open(io.BytesIO(row["image"]["bytes"])).size
    assert (mask == 255).sum() == row["mask_area"]


def test_torch_givesImageMaskAndLabelOfEachRow(pairs: dualanodiff.Pairs) -> None:
    rows = pairs.pandas()
    items = pairs.torch()

    assert len(items) == len(rows)
    for index in [*range(len(rows)), -1]:
        row = rows.iloc[index]
        image, mask, label = items[index]
        assert pairs.classes[label] == f"{row['category']}/{row['defect']}"
        assert image.dtype == numpy.float32 and image.shape == (3, row["height"], row["width"])
        assert (image.transpose(1, 2, 0) * 255 == pixels(row["image"]["bytes"])).all()
        assert mask.dtype == bool and mask.sum() == row["mask_area"]
    with pytest.raises(IndexError):
        items[len(rows)]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(("pairs", "method"), [("disk", "spawn"), ("s3", "fork")], indirect=["pairs"])
def test_torch_inWorkers_givesTheSame(pairs: dualanodiff.Pairs, method: str) -> None:
    items = pairs.torch()
    here = [items[index][0].sum() for index in range(len(items))]

    with multiprocessing.get_context(method).Pool(2) as workers:
        there = workers.map(items.__getitem__, range(len(items)))

    assert [image.sum() for image, _, _ in there] == here


def test_torch_withTransform_givesWhatItReturns(pairs: dualanodiff.Pairs) -> None:
    image, mask, _ = pairs.torch(lambda image, mask: (image.resize((8, 8)), mask.mode))[0]

    assert (image.size, image.mode, mask) == ((8, 8), "RGB", "L")


def test_torch_withSmallCache_keepsOneRowGroup(pairs: dualanodiff.Pairs) -> None:
    items = pairs.torch(cache_bytes=1)

    labels = [items[index][2] for index in range(len(items))]

    assert labels == sorted(labels)
    assert len(items._cache) == 1


def test_torch_ofRejectedPairWithoutPictures_saysHowToKeepThem(store: Path) -> None:
    reject_first(store)
    with pytest.raises(dualanodiff.StoreError, match="pictures were not kept: load with status='accepted'"):
        dualanodiff.load(store, run="night", status="rejected").torch()[0]


def test_torch_ofFilesThatHoldOtherRows_isRefused(store: Path) -> None:
    commit = commit_files(store)[0]
    record = json.loads(commit.read_text())
    commit.write_text(json.dumps(record | {"accepted": record["accepted"][1:]}))

    with pytest.raises(dualanodiff.StoreError, match="check it with dualanodiff verify"):
        dualanodiff.load(store, run="night").torch()[0]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("streaming", [False, True])
def test_huggingFace_decodesPicturesWhenAsked(
    pairs: dualanodiff.Pairs, streaming: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    found = pairs.huggingface(streaming=streaming)

    assert isinstance(found.features["image"], datasets.Image) and isinstance(found.features["mask"], datasets.Image)
    rows = list(found)
    assert [row["sample_id"] for row in rows] == list(pairs.pandas(["sample_id"])["sample_id"])
    assert all((numpy.asarray(row["mask"]) == 255).sum() == row["mask_area"] for row in rows)
    assert rows[0]["image"].size == (rows[0]["width"], rows[0]["height"])


def test_plainUse_needsNeitherTorchNorPandasNorPictures(store: Path) -> None:
    code = f"""
import sys
class NotInstalled:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "pandas", "datasets", "PIL", "numpy", "s3fs"):
            raise ImportError(name)
sys.meta_path.insert(0, NotInstalled())
import dualanodiff
pairs = dualanodiff.load({str(store)!r}, dataset="defects")
assert pairs.arrow().count_rows() == len(pairs.torch()) == len(pairs)
try:
    pairs.pandas()
except ImportError as e:
    print(e)
"""
    environment = os.environ | {"PYTHONPATH": str(Path(dualanodiff.__file__).parents[1])}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)

    assert (run.returncode, run.stdout) == (0, "this needs pandas: pip install 'dualanodiff[pandas]'\n"), run.stderr


def test_load_ofRunThatGrewOnS3_seesTheNewCommit(store: Path, s3: tuple[Path, dict[str, Any]]) -> None:
    bucket, options = s3
    shutil.copytree(store, bucket / "growing")
    before = len(dualanodiff.load("s3://factory/growing", run="night", storage_options=options))
    commit = commit_files(bucket / "growing")[0]
    record = json.loads(commit.read_text())
    commit.with_name("99.json").write_text(json.dumps(record | {"number": 99, "accepted": record["accepted"][1:]}))

    assert len(dualanodiff.load("s3://factory/growing", run="night", storage_options=options)) == before - 1


def test_load_fromAServerThatIsNotThere_saysWhatToCheck(s3: tuple[Path, dict[str, Any]]) -> None:
    wrong = s3[1] | {"secret": "wrong"}

    with pytest.raises(dualanodiff.StoreError, match="check the address, the endpoint and the credentials"):
        dualanodiff.load("s3://factory/growing", run="night", storage_options=wrong)


def test_toFiles_whereOtherBytesLie_writesItsOwn(store: Path, tmp_path: Path) -> None:
    pairs = dualanodiff.load(store, run="night")
    _, image, mask = next(recipes.to_files(pairs, tmp_path))
    expected = image.read_bytes()
    image.write_bytes(mask.read_bytes())

    next(recipes.to_files(pairs, tmp_path))

    assert image.read_bytes() == expected


def test_toFiles_severalTimesAtOnce_leavesWholeFiles(store: Path, tmp_path: Path) -> None:
    pairs = dualanodiff.load(store, run="night")

    with ThreadPoolExecutor(8) as writers:
        written = list(writers.map(lambda _: list(recipes.to_files(pairs, tmp_path / "files")), range(8)))

    files = {file for rows in written for _, *both in rows for file in both}
    assert {path for path in (tmp_path / "files").rglob("*") if path.is_file()} == files
    assert all(pixels(file.read_bytes()).any() for file in files)


@pytest.fixture
def anomalib(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.SimpleNamespace(Folder=lambda **arguments: arguments)
    monkeypatch.setitem(sys.modules, "anomalib", types.SimpleNamespace(data=module))
    monkeypatch.setitem(sys.modules, "anomalib.data", module)


@pytest.mark.usefixtures("anomalib")
def test_toAnomalib_writesFilesAndNamesThem(store: Path, tmp_path: Path) -> None:
    pairs = dualanodiff.load(store, run="night")
    category = pairs.units[0].category

    folder = recipes.to_anomalib(pairs, category, tmp_path / "files", normal_dir="good", num_workers=0)

    images, masks = ([sorted(path.iterdir()) for path in folder[name]] for name in ("abnormal_dir", "mask_dir"))
    assert [[file.name for file in files] for files in images] == [[file.name for file in files] for files in masks]
    assert sum(map(len, images)) == sum(unit.accepted for unit in pairs.units if unit.category == category)
    assert set(numpy.unique(pixels(masks[0][0].read_bytes()))) <= {0, 255}
    assert folder["normal_dir"].is_absolute() and folder["num_workers"] == 0
    with pytest.raises(ValueError, match=f"no pairs of 'car', but of {pairs.classes[0]}"):
        recipes.to_anomalib(pairs, "car", tmp_path, normal_dir="good")


@pytest.mark.usefixtures("anomalib")
def test_toAnomalib_ofDefectWithoutPairs_leavesItOut(store: Path, tmp_path: Path) -> None:
    commit = commit_files(store)[0]
    record = json.loads(commit.read_text())
    commit.write_text(json.dumps(record | {"accepted": [], "rejected": {index: ["no_change"] for index in record["accepted"]}}))
    for file in record["files"]:
        table = pyarrow.parquet.read_table(store / file["key"], partitioning=None)
        status = pyarrow.array(["rejected"] * len(table))
        table = table.set_column(table.schema.get_field_index("status"), table.schema.field("status"), status)
        pyarrow.parquet.write_table(table, store / file["key"])
    pairs = dualanodiff.load(store, run="night")
    others = sorted(unit.defect for unit in pairs.units[1:] if unit.category == record["category"])

    folder = recipes.to_anomalib(pairs, record["category"], tmp_path / "files", normal_dir="good")

    assert [path.name for path in folder["abnormal_dir"]] == [path.name for path in folder["mask_dir"]] == others


@pytest.mark.usefixtures("anomalib")
def test_toAnomalib_amongPicturesOfOtherPairs_isRefused(store: Path, tmp_path: Path) -> None:
    pairs = dualanodiff.load(store, run="night")
    _, _, mask = next(recipes.to_files(pairs, tmp_path / "files"))
    shutil.copy(mask, mask.with_name("other.png"))

    with pytest.raises(ValueError, match="other.png is of none of these pairs: give an empty folder"):
        recipes.to_anomalib(pairs, pairs.units[0].category, tmp_path / "files", normal_dir="good")


def test_toFiftyOne_makesASampleOfEachPair(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Sample(dict):  # type: ignore[type-arg]
        def __init__(self, **fields: Any) -> None:
            super().__init__(fields)

    class Dataset(list):  # type: ignore[type-arg]
        def __init__(self, name: str | None) -> None:
            self.name = name

        add_samples = list.extend

    monkeypatch.setitem(
        sys.modules,
        "fiftyone",
        types.SimpleNamespace(Sample=Sample, Dataset=Dataset, Classification=dict, Segmentation=dict),
    )
    pairs = dualanodiff.load(store, run="night")

    found = recipes.to_fiftyone(pairs, tmp_path / "files", name="defects")

    assert (len(found), found.name) == (len(pairs), "defects")
    assert found[0]["kind"] == {"label": pairs.classes[0]}
    assert Path(found[0]["filepath"]).is_file() and Path(found[0]["defect"]["mask_path"]).is_file()
