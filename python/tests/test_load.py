"""What is read is what commits and published lists name, and errors say what to do."""

from __future__ import annotations

import json
import os
import pickle
import re
import shutil
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
from conftest import commit_files, reject_first

import dualanodiff


def ids(pairs: dualanodiff.Pairs) -> list[str]:
    return sorted(pairs.arrow().to_table(["sample_id"])["sample_id"].to_pylist())


def test_load_ofDataset_hasThePairsThatWerePublished(store: Path) -> None:
    pairs = dualanodiff.load(store, dataset="defects")

    published = json.loads((store / "datasets/defects/current.json").read_text())
    assert len(pairs) == sum(unit["accepted"] for unit in published["units"]) == len(ids(pairs)) > 0
    assert list(pairs.keys) == [file["key"] for file in published["files"]]
    assert pairs.classes == tuple(sorted(f"{unit['category']}/{unit['defect']}" for unit in published["units"]))


def test_load_ofRunAndOfItsDataset_agree(store: Path) -> None:
    assert ids(dualanodiff.load(store, run="night")) == ids(dualanodiff.load(str(store), dataset="defects"))
    assert set(ids(dualanodiff.load(store, dataset="defects", version=1))) <= set(ids(dualanodiff.load(store, run="night")))


def test_load_withStatus_keepsThoseRows(store: Path) -> None:
    reject_first(store)
    commits = [json.loads(path.read_text()) for path in commit_files(store)]
    accepted, rejected = (sum(len(commit[status]) for commit in commits) for status in ("accepted", "rejected"))

    counts = {status: dualanodiff.load(store, run="night", status=status) for status in ("accepted", "rejected", None)}

    for status, count in {"accepted": accepted, "rejected": rejected, None: accepted + rejected}.items():
        assert (len(counts[status]), len(ids(counts[status]))) == (count, count)
    assert rejected >= 1
    assert set(counts["rejected"].pandas(["status"])["status"]) == {"rejected"}


def test_load_ofRunWithFilesInNoCommit_leavesThemOut(store: Path) -> None:
    expected = ids(dualanodiff.load(store, run="night"))
    one = store / json.loads(commit_files(store)[0].read_text())["files"][0]["key"]
    shutil.copy(one, one.with_name("pairs-999999-left-behind.parquet"))

    assert ids(dualanodiff.load(store, run="night")) == expected


def test_load_ofSeveralCommits_takesTheHighestNumber(store: Path) -> None:
    first = commit_files(store)[0]
    commit = json.loads(first.read_text())
    for number in (98, 99, 100):
        newer = commit | {"number": number, "accepted": commit["accepted"][:1] if number == 100 else []}
        first.with_name(f"{number}.json").write_text(json.dumps(newer))

    unit = dualanodiff.load(store, run="night").units[0]

    assert unit.accepted == 1


def test_load_ofNamesThatPathsCannotHold_findsThem(store: Path) -> None:
    shutil.move(store / "datasets/defects", store / "datasets/a%2Fb%25 %5Bc%5D")

    assert len(dualanodiff.load(store, dataset="a/b% [c]")) > 0
    with pytest.raises(dualanodiff.StoreError, match=r"no data set d \(it has .*a/b% \[c\]"):
        dualanodiff.load(store, dataset="d")


def test_load_ofWhatIsNotThere_namesWhatIs(store: Path) -> None:
    with pytest.raises(dualanodiff.StoreError, match=r"no data set other \(it has .*defects.*\); make it with dualanodiff pub"):
        dualanodiff.load(store, dataset="other")
    with pytest.raises(dualanodiff.StoreError, match=r"no version 70; it has 1"):
        dualanodiff.load(store, dataset="defects", version=70)
    with pytest.raises(dualanodiff.StoreError, match=r"no run day \(it has .*night.*\); look for it in"):
        dualanodiff.load(store, run="day")
    with pytest.raises(dualanodiff.StoreError, match=r"has no run night; look for it in"):
        dualanodiff.load(store / "nowhere", run="night")


def test_load_ofUnfinishedRun_isRefusedUnlessWanted(store: Path) -> None:
    expected = ids(dualanodiff.load(store, run="night"))
    (store / "runs/night/manifest.json").unlink()

    with pytest.raises(dualanodiff.StoreError, match="never finished: finish it with dualanodiff augment, or .*unfinished=True"):
        dualanodiff.load(store, run="night")
    assert ids(dualanodiff.load(store, run="night", unfinished=True)) == expected


def test_load_ofRecordsOfALaterFormat_asksForANewerPackage(store: Path) -> None:
    commit = commit_files(store)[0]
    commit.write_text(json.dumps(json.loads(commit.read_text()) | {"format": 2}))

    with pytest.raises(dualanodiff.StoreError, match="has format 2, and this version reads format 1: install"):
        dualanodiff.load(store, run="night")


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"number": 1}'])
def test_load_ofDamagedCommit_namesIt(store: Path, content: str) -> None:
    commit = commit_files(store)[0]
    commit.write_text(content)

    with pytest.raises(dualanodiff.StoreError, match=rf"{commit.parent.name}/{commit.name} is no readable .*; restore"):
        dualanodiff.load(store, run="night")


@pytest.mark.parametrize("field", ["files", "accepted", "rejected"])
def test_load_ofCommitWithoutAList_namesBoth(store: Path, field: str) -> None:
    commit = commit_files(store)[0]
    record = json.loads(commit.read_text())
    del record[field]
    commit.write_text(json.dumps(record))

    with pytest.raises(dualanodiff.StoreError, match=rf"{commit.name} is no readable commit: .*'{field}'.*; restore the file"):
        dualanodiff.load(store, run="night")


def test_load_ofDatasetWithoutLists_namesItsFile(store: Path) -> None:
    (store / "datasets/defects/current.json").write_text("{}")

    with pytest.raises(dualanodiff.StoreError, match=r"defects/current.json is no readable list of pairs.*; restore the file"):
        dualanodiff.load(store, dataset="defects")


def test_load_ofCommitsThatCannotBeListed_isRefused(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(store / "runs/night/commits")
    # A path that is too long can be listed by nobody, not even by root.
    for _ in range(17):
        os.mkdir("x" * 250)
        os.chdir("x" * 250)
    os.chdir(store)

    with pytest.raises(dualanodiff.StoreError, match="runs/night/commits in the store .* cannot be read"):
        dualanodiff.load(store, run="night")


def test_load_ofMovedCommit_isRefused(store: Path) -> None:
    commit = commit_files(store)[0]
    commit.rename(commit.with_name("99.json"))

    with pytest.raises(dualanodiff.StoreError, match="moved by hand, restore it"):
        dualanodiff.load(store, run="night")


def test_reading_ofDeletedFile_saysHowToGetItBack(store: Path) -> None:
    pairs = dualanodiff.load(store, run="night")
    for key in pairs.keys:
        (store / key).unlink()

    for read in (pairs.arrow, lambda: pairs.torch()[0], lambda: list(pairs.batches())):
        with pytest.raises(dualanodiff.StoreError, match="is missing .*load again; if .*dualanodiff augment again"):
            read()


def test_reading_ofDamagedFile_asksForVerify(store: Path) -> None:
    pairs = dualanodiff.load(store, run="night")
    (store / pairs.keys[0]).write_bytes(b"no Parquet")

    for read in (lambda: pairs.torch()[0], lambda: list(pairs.batches()), pairs.pandas):
        with pytest.raises(dualanodiff.StoreError, match="cannot be read .*; check it with dualanodiff verify --store"):
            read()


def test_arrow_ofFilesOfALaterVersion_hasItsColumns(store: Path) -> None:
    commit = commit_files(store)[1]
    key = json.loads(commit.read_text())["files"][0]["key"]
    later = re.sub(r"(pairs-\d+)-\d+", r"\1-99", key)
    table = pyarrow.parquet.read_table(store / key, partitioning=None)
    more = pyarrow.field("more", pyarrow.float64())
    quality = pyarrow.struct([*table.schema.field("quality").type, more])
    schema = table.schema.set(table.schema.get_field_index("quality"), pyarrow.field("quality", quality)).append(more)
    rows = [row | {"quality": row["quality"] | {"more": 1.0}, "more": 2.0} for row in table.to_pylist()]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows, schema=schema), store / later)
    commit.write_text(commit.read_text().replace(key, later))

    found = dualanodiff.load(store, run="night").arrow().to_table(["more", "quality"]).to_pylist()

    assert {(row["more"], row["quality"]["more"]) for row in found} == {(2.0, 1.0), (None, None)}
    assert sum(row["more"] == 2.0 for row in found) == len(rows)


def test_records_ofAStore_sayTheirFormat(store: Path) -> None:
    records = [path for folder in ("adapters", "runs", "datasets") for path in (store / folder).rglob("*.json")]

    assert {path.name: json.loads(path.read_text()).get("format") for path in records} == {path.name: 1 for path in records}


def test_load_withArgumentsThatDoNotFit_isRefused(store: Path) -> None:
    for arguments, message in (
        ({}, "either dataset=NAME or run=ID"),
        ({"dataset": "defects", "run": "night"}, "either dataset=NAME or run=ID"),
        ({"run": "night", "version": 1}, "give dataset=NAME"),
        ({"run": "night", "status": "good"}, "status must be"),
    ):
        with pytest.raises(ValueError, match=message):
            dualanodiff.load(store, **arguments)


def test_pairs_pickled_readTheSame(store: Path) -> None:
    pairs = dualanodiff.load(store, dataset="defects")

    assert ids(pickle.loads(pickle.dumps(pairs))) == ids(pairs)
