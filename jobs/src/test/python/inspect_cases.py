"""Inspects many small data sets, each written by a script, and prints a table: case, what came out.

    python3 jobs/src/test/python/inspect_cases.py CASES --classpath CP [--locale C] [--only NAME ...] [--details]

CASES holds a folder for each case with a script `make.py OUT` in it, which this program runs by the Python that runs
it. CP is the class path of the pipeline module with its tests, for example

    mvn -B -q -pl pipeline -am test-compile dependency:build-classpath -Dmdep.outputFile=target/cp
    pipeline/target/test-classes:pipeline/target/classes:model-core/target/classes:$(cat pipeline/target/cp)

The root of a data set is OUT, or the table `t.csv` in it if there is one. All are inspected in one JVM.
"""
import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile


def outcome(line, details):
    if "report" not in line:
        kind, text = next(iter(line.items()))
        return [f"{kind}: {text}"]
    report = line["report"]
    defects = [d for c in report["categories"] for d in c["defects"]]
    aside = collections.Counter(p["reason"] for p in report["problems"])
    rows = ["%s: %d categories, %d defects (%s), good %d + %d, pairs %d + %d, set aside %s, warnings %d" % (
        report["format"], len(report["categories"]), len(defects),
        ", ".join("%s/%s %d+%d" % (c["name"], d["name"], d["training"], d["test"])
                  for c in report["categories"] for d in c["defects"]),
        sum(c["goodTraining"] for c in report["categories"]), sum(c["goodTest"] for c in report["categories"]),
        sum(d["training"] for d in defects), sum(d["test"] for d in defects),
        ", ".join(f"{n} {reason}" for reason, n in sorted(aside.items())) or 0, len(report["warnings"]))]
    if details:
        shown = [f"{p['file']}: {p['reason']} ({p['detail']})" for p in report["problems"]]
        rows += ["    " + text for text in shown[:details] + report["warnings"]]
    return rows


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("cases", type=pathlib.Path)
    options.add_argument("--classpath", required=True)
    options.add_argument("--locale", help="value of LC_ALL, such as C")
    options.add_argument("--only", nargs="*", default=[])
    options.add_argument("--details", type=int, default=0, help="how many set-aside files of each case to show")
    given = options.parse_args()
    names = sorted(p.parent.name for p in given.cases.glob("*/make.py"))
    names = [n for n in names if not given.only or n in given.only]
    with tempfile.TemporaryDirectory() as folder:
        roots = []
        for name in names:
            out = pathlib.Path(folder, name)
            subprocess.run([sys.executable, given.cases / name / "make.py", out], check=True)
            roots.append(str(out / "t.csv" if (out / "t.csv").exists() else out))
        environment = dict(os.environ)
        if given.locale:
            environment = {k: v for k, v in environment.items() if not k.startswith("LC_") and k != "LANG"}
            environment["LC_ALL"] = given.locale
        lines = subprocess.run(
            ["java", "-Xmx1g", "-Djava.awt.headless=true", "-cp", given.classpath,
             "org.dualanodiff.pipeline.inspect.InspectFolders", *roots],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, check=True).stdout.decode().splitlines()
    for name, line in zip(names, lines, strict=True):
        first, *rest = outcome(json.loads(line), given.details)
        print(f"{name:22} {first.replace(folder, '')}")
        for row in rest:
            print(row.replace(folder, ""))


if __name__ == "__main__":
    main()
