#!/usr/bin/env python3
"""Reads a table that was published twice as its users do, and prints what each reader finds.

    python3 pipeline/src/test/python/read_table.py FOLDER [ICEBERG-SPARK-RUNTIME.jar SQLITE-JDBC.jar]

FOLDER holds catalog.db and warehouse/; the table is defects.pairs. Needs PyIceberg with SQL catalogs; reads with Spark, too, if
there are jars for it, and with DuckDB if its extension iceberg is installed.
"""
import sys


def pyiceberg(folder):
    from pyiceberg.catalog import load_catalog

    catalog = load_catalog("lake", type="sql", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}/warehouse")
    table = catalog.load_table("defects.pairs")
    first = table.snapshots()[0].snapshot_id
    scratches = table.scan(row_filter="defect == 'scratch' and status == 'accepted'", selected_fields=("image", "run_id"))
    pictures = scratches.to_arrow().to_pylist()
    assert all(picture["image"]["bytes"] for picture in pictures)
    now, before = table.scan().to_arrow(), table.scan(snapshot_id=first).to_arrow()
    print(f"PyIceberg: {now.num_rows} rows, {len(pictures)} scratches, {before.num_rows} the night before")
    return table.metadata_location, first


def duckdb(metadata, first):
    import duckdb

    connection = duckdb.connect()
    try:
        connection.execute("LOAD iceberg")
    except duckdb.Error as e:
        print("DuckDB: no extension iceberg", file=sys.stderr)
        return
    count = "select count(*) from iceberg_scan(?%s)"
    rows = connection.execute(count % "", [metadata]).fetchone()[0]
    scratches = connection.execute(count % "" + " where defect = 'scratch'", [metadata]).fetchone()[0]
    before = connection.execute(count % f", snapshot_from_id => {first}", [metadata]).fetchone()[0]
    print(f"DuckDB: {rows} rows, {scratches} scratches, {before} the night before")


def spark(folder, first, jars):
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.extraClassPath", ":".join(jars))
        .config("spark.sql.catalog.lake", "org.apache.iceberg.spark.SparkCatalog")
        .config("spark.sql.catalog.lake.type", "jdbc")
        .config("spark.sql.catalog.lake.uri", f"jdbc:sqlite:{folder}/catalog.db")
        .config("spark.sql.catalog.lake.warehouse", f"file://{folder}/warehouse")
        .getOrCreate()
    )
    count = lambda where: session.sql(f"select * from lake.defects.pairs {where}").count()
    print(f"Spark: {count('')} rows, {count('where defect = ' + repr('scratch'))} scratches, "
          f"{count(f'version as of {first}')} the night before")
    session.stop()


def main():
    folder, *jars = sys.argv[1:]
    metadata, first = pyiceberg(folder)
    duckdb(metadata, first)
    if jars:
        spark(folder, first, jars)


if __name__ == "__main__":
    main()
