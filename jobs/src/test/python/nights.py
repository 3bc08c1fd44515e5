"""Three nights in a lake, and their retention: what somebody who operates this lives with, on small pictures.

    python3 jobs/src/test/python/nights.py FOLDER

FOLDER is made anew. The store and the table's warehouse lie on an S3 server (S3Proxy, which `mvn package` leaves in
jobs/target), the catalog is Iceberg's JDBC catalog in a file of SQLite's. Each night is augmented, published to a data set and
to the table, and published again, which adds nothing. Spark, PyIceberg and DuckDB read the table as it is and as it was the
night before. Then the nights are dated back, as if weeks had passed, and gc clears away what is too old, twice. At the end
verify finds nothing, and the engines read what is left. Ends with 1 if anything is not so.

Needs the packages of .ci/requirements.txt, and bin/dualanodiff built; DUALANODIFF names another command for it, and
S3_SERVER, READERS and CLASSPATH_FILE other places of the server's jar, of Iceberg's jars for Spark, and of the product's class path.
DuckDB's extensions come from pip into target/duckdb, with the newest DuckDB that they are there for.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
sys.path.append(str(ROOT / "airflow/test"))

from s3_server import ACCESS_KEY, BUCKET, SECRET_KEY, S3Server

LAUNCHER = os.environ.get("DUALANODIFF", str(ROOT / "bin/dualanodiff"))
SERVER = Path(os.environ.get("S3_SERVER", ROOT / "jobs/target/s3-server/s3proxy-jar-with-dependencies.jar"))
READERS = Path(os.environ.get("READERS", ROOT / "pipeline/target/iceberg-readers"))
CLASSPATH = Path(os.environ.get("CLASSPATH_FILE", ROOT / "jobs/target/embedded.classpath"))
DUCKDB = ["duckdb==1.4.4", "duckdb-ext-iceberg==1.4.4.20260205", "duckdb-ext-avro==1.4.4.20260205",
          "duckdb-ext-httpfs==1.4.4.20260205"]
PAIRS, DEFECTS = 4, 2
DAY = 24 * 3600


def main():
    folder = Path(sys.argv[1]).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    server = S3Server(SERVER, folder)
    try:
        Nights(folder, server).run()
    finally:
        server.close()


class Nights:
    def __init__(self, folder, server):
        self.folder, self.bucket, self.endpoint = folder, server.data, server.endpoint
        self.settings = folder / "lake.conf"
        self.settings.write_text(f"""
            include required("{ROOT}/conf/local.conf")
            base-model = "{ROOT}/model-core/src/test/golden/tiny-sd"
            dataset.defects = [hole, stain]
            resolution = 32
            training {{ steps = 2, rank = 2 }}
            generation {{ samples-per-defect = {PAIRS}, batch-size = 2, pairs-per-task = 4, steps = 2 }}
            store = "s3a://{BUCKET}/augmented"
            spark.conf {{
              "spark.hadoop.fs.s3a.endpoint" = "{self.endpoint}"
              "spark.hadoop.fs.s3a.endpoint.region" = "us-east-1"
              "spark.hadoop.fs.s3a.path.style.access" = true
              spark.sql.catalog.lake {{
                type = jdbc, uri = "jdbc:sqlite:{folder}/catalog.db", warehouse = "s3a://{BUCKET}/lake"
              }}
            }}
            """, encoding="utf-8")

    def run(self):
        snapshots = [self.night(number) for number in (1, 2, 3)]
        per_night = PAIRS * DEFECTS
        self.read(3 * per_night, {snapshots[1]: 2 * per_night, snapshots[0]: per_night})

        self.say("as if today were 60 days after the first night, 40 after the second, and the third were last night")
        self.date_back({snapshots[0]: 60, snapshots[1]: 40}, {"night-1": 60, "night-2": 40})
        rules = ["--older-than", "30d", "--keep-runs", "1", "--keep-versions", "1", "--keep-snapshots", "1",
                 "--keep-table-runs", "2"]
        self.product("gc", *rules)
        before = self.size()
        self.product("gc", *rules, "--delete")
        self.read(2 * per_night, {snapshots[2]: 3 * per_night, snapshots[1]: 2 * per_night})
        self.require(self.holds("samples/run=night-1"), "the first night's files, which a snapshot names, are there")

        self.say("35 days later")
        self.date_back(dict.fromkeys(self.snapshots(), 35), {"night-3": 35})
        self.product("gc", *rules, "--delete")
        self.read(2 * per_night, {})
        self.require(not self.holds("samples/run=night-1"), "the first night's files are gone")
        self.require(self.holds("samples/run=night-2"), "the second night's are there")
        self.say("bytes and files: %d in %d, then %d in %d" % (*before, *self.size()))
        verified = self.product("verify")
        self.require("clean" in verified, "verify is clean")

    def night(self, number):
        run = f"night-{number}"
        self.product("augment", "--set", f"run.id={run}", "--set", f"generation.seed={number}", show=False)
        published = self.publish(run)
        snapshot = int(re.search(r"snapshot (\d+)", published).group(1))
        self.require("has it already" in self.publish(run), f"{run} published again adds nothing")
        return snapshot

    def publish(self, run):
        return self.product("publish", "--name", "defects", "--table", "lake.defects.pairs", "--run", run)

    def product(self, command, *more, show=True):
        """Runs it and says how."""
        environment = os.environ | {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
                                    "JAVA_OPTS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}
        shown = f"dualanodiff {command} " + " ".join(more)
        print(f"$ {shown}", flush=True)
        done = subprocess.run([LAUNCHER, command, "--config", str(self.settings), *more], cwd=ROOT, env=environment, text=True,
                              capture_output=True)
        if show:
            print("".join(f"  {line}\n" for line in done.stdout.splitlines()), end="", flush=True)
        if done.returncode:
            sys.exit(f"{shown} ended with {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
        return done.stdout

    def read(self, rows, before):
        """By three engines, each in a process of its own."""
        metadata = self.metadata()
        engines = {"PyIceberg": [sys.executable], "Spark": [sys.executable], "DuckDB": [str(duckdb_python())]}
        for engine, python in engines.items():
            task = {"engine": engine, "folder": str(self.folder), "endpoint": self.endpoint, "snapshots": list(before),
                    "metadata": f"s3a://{BUCKET}/lake/defects/pairs/metadata/{metadata.name}"}
            done = subprocess.run([*python, __file__, "--read", json.dumps(task)], text=True, capture_output=True,
                                  env=os.environ | {"SPARK_LOCAL_IP": "127.0.0.1"})
            if done.returncode:
                sys.exit(f"{engine} cannot read the table\n{done.stdout[-1000:]}\n{done.stderr[-4000:]}")
            counts = json.loads(done.stdout.splitlines()[-1])
            earlier = ", ".join(f"{count} as of {snapshot}" for snapshot, count in zip(before, counts[1:]))
            self.say(f"{engine}: {counts[0]} rows{', ' + earlier if earlier else ''}")
            self.require(counts == [rows, *before.values()], f"{engine} reads {[rows, *before.values()]}", quiet=True)

    def metadata(self):
        """The table's current metadata, as the catalog says, where the server keeps it."""
        import sqlite3

        with sqlite3.connect(self.folder / "catalog.db") as catalog:
            location, = catalog.execute("select metadata_location from iceberg_tables").fetchone()
        return self.bucket / location.removeprefix(f"s3a://{BUCKET}/")

    def snapshots(self):
        return [snapshot["snapshot-id"] for snapshot in json.loads(self.metadata().read_text())["snapshots"]]

    def date_back(self, snapshots, runs):
        """Lets snapshots, and the files of runs and of the versions that name them, be so many days older."""
        file = self.metadata()
        table = json.loads(file.read_text())
        for entry in table["snapshots"] + table["snapshot-log"]:
            entry["timestamp-ms"] -= 1000 * DAY * snapshots.get(entry["snapshot-id"], 0)
        file.write_text(json.dumps(table))
        for path in (self.bucket / "augmented").rglob("*"):
            if path.is_file():
                text = path.read_text(errors="ignore") if "/versions/" in str(path) else str(path)
                days = max((days for run, days in runs.items() if run in text), default=0)
                modified = path.stat().st_mtime - DAY * days
                os.utime(path, (modified, modified))

    def holds(self, key):
        folder = self.bucket / "augmented" / key
        return folder.is_dir() and any(path.is_file() for path in folder.rglob("*"))

    def size(self):
        files = [path for path in self.bucket.rglob("*") if path.is_file()]
        return sum(path.stat().st_size for path in files), len(files)

    def say(self, text):
        print(text, flush=True)

    def require(self, holds, what, quiet=False):
        if not holds:
            sys.exit(f"NOT SO: {what}")
        if not quiet:
            self.say(f"so it is: {what}")


def duckdb_python():
    home = ROOT / "target/duckdb"
    python = home / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *DUCKDB], check=True)
    return python


def pyiceberg(task):
    from pyiceberg.catalog import load_catalog

    catalog = load_catalog("lake", **{
        "type": "sql", "uri": f"sqlite:///{task['folder']}/catalog.db", "warehouse": f"s3a://{BUCKET}/lake",
        "s3.endpoint": task["endpoint"], "s3.access-key-id": ACCESS_KEY, "s3.secret-access-key": SECRET_KEY,
        "s3.region": "us-east-1"})
    table = catalog.load_table("defects.pairs")
    return [table.scan(snapshot_id=snapshot).to_arrow().num_rows for snapshot in [None, *task["snapshots"]]]


def duckdb(task):
    import duckdb
    import duckdb_ext

    connection = duckdb.connect()
    for extension in ("avro", "httpfs", "iceberg"):
        file, = Path(list(duckdb_ext.__path__)[0]).rglob(f"{extension}.duckdb_extension")
        connection.execute(f"LOAD '{file}'")
    endpoint = task["endpoint"].removeprefix("http://")
    connection.execute(f"create secret (type s3, key_id '{ACCESS_KEY}', secret '{SECRET_KEY}', endpoint '{endpoint}',"
                       " url_style 'path', use_ssl false, region 'us-east-1', scope 's3a://')")
    count = "select count(image) from iceberg_scan(?%s)"
    ways = ["", *(f", snapshot_from_id => {snapshot}" for snapshot in task["snapshots"])]
    return [connection.execute(count % way, [task["metadata"]]).fetchone()[0] for way in ways]


def spark(task):
    from pyspark.sql import SparkSession

    s3a = re.compile("/(hadoop-aws|software/amazon|org/reactivestreams|httpclient5|httpcore5|httpcore5-h2)/")
    jars = [str(jar) for jar in READERS.glob("*.jar")]
    jars += [jar for jar in CLASSPATH.read_text().strip().split(":") if s3a.search(jar)]
    conf = {
        "ui.enabled": False, "ui.showConsoleProgress": False, "driver.extraClassPath": ":".join(jars),
        "hadoop.fs.s3a.endpoint": task["endpoint"], "hadoop.fs.s3a.path.style.access": True,
        "hadoop.fs.s3a.endpoint.region": "us-east-1",
        "hadoop.fs.s3a.access.key": ACCESS_KEY, "hadoop.fs.s3a.secret.key": SECRET_KEY,
        "hadoop.fs.s3a.aws.credentials.provider": "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider",
        "sql.catalog.lake": "org.apache.iceberg.spark.SparkCatalog", "sql.catalog.lake.type": "jdbc",
        "sql.catalog.lake.uri": f"jdbc:sqlite:{task['folder']}/catalog.db", "sql.catalog.lake.warehouse": f"s3a://{BUCKET}/lake"}
    session = SparkSession.builder.master("local[1]")
    for name, value in conf.items():
        session = session.config(f"spark.{name}", value)
    session = session.getOrCreate()
    ways = ["", *(f" version as of {snapshot}" for snapshot in task["snapshots"])]
    counts = [session.sql(f"select count(image) from lake.defects.pairs{way}").first()[0] for way in ways]
    session.stop()
    return counts


if __name__ == "__main__":
    if sys.argv[1] == "--read":
        wanted = json.loads(sys.argv[2])
        print(json.dumps({"PyIceberg": pyiceberg, "DuckDB": duckdb, "Spark": spark}[wanted["engine"]](wanted)))
    else:
        main()
