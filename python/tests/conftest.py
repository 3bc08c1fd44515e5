"""Stores for the tests: one that the product made, in places where tests may change it."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

ROOT = Path(__file__).parents[2]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--store",
        default=str(ROOT / "target/ci/work/store"),
        help="store with a run 'night' of accepted pairs, published as 'defects'; .ci/run leaves one in target/ci/work/store",
    )


@pytest.fixture(scope="session")
def made(request: pytest.FixtureRequest) -> Path:
    """The store as the product left it; not to be changed."""
    store = Path(request.config.getoption("--store"))
    if not (store / "datasets/defects/current.json").exists():
        pytest.exit(f"{store} holds no data set 'defects': give --store, see CONTRIBUTING.md", returncode=2)
    return store


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    """A copy of it, in a folder whose name readers must not take for a pattern."""
    return Path(shutil.copytree(made, tmp_path / "a [store] with spaces"))


def commit_files(store: Path, run: str = "night") -> list[Path]:
    """The newest commit of each unit."""
    units = sorted((store / "runs" / run / "commits").glob("*/*"))
    return [max(unit.glob("*.json"), key=lambda file: int(file.stem)) for unit in units]


def reject_first(store: Path) -> None:
    """Turns the first pair of each file into a rejected one without pictures, in file and commit."""
    for path in commit_files(store):
        commit = json.loads(path.read_text())
        file = store / commit["files"][0]["key"]
        table = pyarrow.parquet.read_table(file, partitioning=None)
        rows = table.to_pylist()
        if rows[0]["status"] == "accepted":
            rows[0].update(status="rejected", reasons=["no_change"], image=None, mask=None, anomaly=None)
            pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows, schema=table.schema), file, row_group_size=3)
            index = rows[0]["sample_index"]
            commit["accepted"].remove(index)
            commit["rejected"][str(index)] = ["no_change"]
            path.write_text(json.dumps(commit))


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, Any]]]:
    """An S3 server: the folder that is its bucket ``factory``, and the options to reach it."""
    jar = ROOT / "jobs/target/s3-server/s3proxy-jar-with-dependencies.jar"
    if not jar.exists():
        pytest.exit(f"{jar} is missing: run mvn -B -DskipTests package first", returncode=2)
    # Here, since the module is the repository's: the tests that need no server run without it.
    sys.path.append(str(ROOT / "airflow/test"))
    from s3_server import ACCESS_KEY, SECRET_KEY, S3Server

    server = S3Server(jar, tmp_path_factory.mktemp("s3"))
    try:
        yield server.data, {"endpoint_url": server.endpoint, "key": ACCESS_KEY, "secret": SECRET_KEY}
    finally:
        server.close()
