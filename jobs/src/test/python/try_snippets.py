"""Runs the commands and the Python snippets of README.md and docs/*.md, page by page, each in a process of its own.

usage: try_snippets.py FOLDER [LIBRARY ...]

FOLDER, which is made anew, is the working directory of all of them; placeholders such as YOUR_IMAGES stand for small data in it.
Trainings and samplings are cut down to a few steps (QUICK). What cannot run here is marked on its page by a comment that shows
nowhere, on the line above the block, with its reason:

    <!-- not run: needs a GPU -->
    <!-- not run (^mvn): .ci/run does so -->      those commands of the block in which this expression is found

A Python snippet of a library that is not installed is left out, unless the library is named.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]

# Where what is made here is used by another page, the page comes later.
FIRST = ["README.md", "get-started.md", "consumers.md"]

BLOCK = re.compile(
    r"(?:^<!-- not run(?: \((?P<which>[^)]+)\))?: (?P<reason>.+?) -->\n)?^```(?P<kind>\w*)\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)

# A few steps of training and sampling make parts of little contrast, so masks start low, and no gate looks at them.
MODEL = (
    " --set training.steps=2 --set generation.steps=4 --set generation.samples-per-defect=4 --set quality.enabled=false"
    " --set mask.low=0.1 --set mask.high=0.15 --set mask.min-area=1 --set mask.opening-radius=0 --set mask.min-change=0"
)
QUICK = {
    "demo": " --set training.steps=2 --set generation.steps=4 --set generation.samples-per-defect=2 --steps 2",
    "augment": MODEL,
    "plan": MODEL,
    "evaluate": MODEL + " --set evaluate.steps=2 --set evaluate.seeds=1 --set evaluate.classifier-steps=2",
}

# What the pages say, and what it stands for here, relative to the working directory.
PLACEHOLDERS = [
    (r"conf/local\.conf\b", "conf/local.conf --set run.id=night"),
    (r"YOUR_IMAGES|/data/mvtec|\bDIR\b", "images"),
    (r"\bDATA\b", "images"),
    (r"/data/lake\b", "$PWD/work/lake"),
    (r"s3a://(bucket/defects|factory/augmented)", "work/store"),
    (r"/models/stable-diffusion-v1-5", "model"),
    (r"--run ID\b", "--run night"),
    (r"(pretrain .*?)--steps \d+", r"\1--steps 2"),
]


def say(state, where, what, seconds=None):
    took = "" if seconds is None else f" ({seconds:.0f} s)"
    print(f"{state:<7} {where} {what}{took}", flush=True)


def run(command, folder):
    environment = os.environ | {"JAVA_OPTS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC", "DUALANODIFF_CACHE": "cache"}
    return subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )


def logical_lines(text):
    """Commands without their comments, each on one line."""
    for line in re.sub(r" *\\\n\s*", " ", text).splitlines():
        line = re.sub(r"(^| +)# .*", "", line).strip()
        if line:
            yield line


def here(command):
    for pattern, stands_for in PLACEHOLDERS:
        command = re.sub(pattern, stands_for, command)
    name = re.match(r"bin/dualanodiff ([\w-]+)", command)
    return command + QUICK.get(name.group(1), "") if name else command


def prepare(folder):
    """A checkout to look at from FOLDER, images of two products, and a model directory."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "bin").mkdir(parents=True)
    (folder / "bin/dualanodiff").symlink_to(ROOT / "bin/dualanodiff")
    (folder / "conf").symlink_to(ROOT / "conf")
    lake = f"""{{ type = jdbc, uri = "jdbc:sqlite:work/lake.db", warehouse = "{folder}/work/lake" }}"""
    (folder / "my.conf").write_text(
        f'include required("conf/local.conf")\nspark.conf.spark.sql.catalog.lake = {lake}\n', encoding="utf-8"
    )
    for command in (
        "bin/dualanodiff sample-data --small --products cloth --out drawn",
        "bin/dualanodiff random-model --layout tiny --out model",
    ):
        made = run(["bash", "-c", command], folder)
        if made.returncode:
            sys.exit(f"{command}\n{made.stdout}")
    for product, defects in (("hazelnut", ["hole"]), ("magnetic-tile", ["blowhole", "break", "crack", "fray", "uneven"])):
        drawn, images = folder / "drawn/cloth", folder / "images" / product
        shutil.copytree(drawn / "train/good", images / "train/good")
        shutil.copytree(drawn / "test/good", images / "test/good")
        for defect in defects:
            shutil.copytree(drawn / "test/hole", images / "test" / defect)
            shutil.copytree(drawn / "ground_truth/hole", images / "ground_truth" / defect)


class Tally:
    def __init__(self, folder, needed):
        self.folder, self.needed = folder, needed
        self.passed = self.failed = self.skipped = 0
        self.seen = set()

    def skip(self, where, what, reason):
        self.skipped += 1
        say("skipped", where, f"{what}: {reason}")

    def attempt(self, where, what, command):
        start = time.monotonic()
        result = run(command, self.folder)
        right = result.returncode == 0
        self.passed += right
        self.failed += not right
        say("ok" if right else "FAILED", where, what, time.monotonic() - start)
        if not right:
            print(f"  {command}\n  exit code {result.returncode}\n{result.stdout[-4000:]}", flush=True)

    def shell(self, where, text, which, reason):
        before = []
        for line in logical_lines(text):
            if re.match(r"\w+=\(|export ", line):
                before.append(here(line))
            elif reason and re.search(which or "", line):
                self.skip(where, line, reason)
            elif line not in self.seen:
                self.seen.add(line)
                self.attempt(where, line, ["bash", "-euc", "\n".join([*before, here(line)])])

    def python(self, where, text, reason):
        libraries = {
            name.strip().split(".")[0]
            for line in re.findall(r"^(?:import|from) ([\w., ]+?)(?: import .*)?$", text, re.MULTILINE)
            for name in line.split(",")
        }
        missing = sorted(name for name in libraries if importlib.util.find_spec(name) is None)
        what = "Python: " + ", ".join(sorted(libraries))
        if reason or missing and not set(missing) & set(self.needed):
            self.skip(where, what, reason or "without " + ", ".join(missing))
        else:
            self.attempt(where, what, [sys.executable, "-c", text])

    def page(self, path):
        text = path.read_text(encoding="utf-8")
        for block in BLOCK.finditer(text):
            where = f"{path.name}:{text.count(chr(10), 0, block.start('kind')) + 1}"
            if block["kind"] == "python":
                self.python(where, block["text"], block["reason"])
            elif block["kind"] == "bash":
                self.shell(where, block["text"], block["which"], block["reason"])
            elif re.search(r"^(bin/dualanodiff|\S*spark-submit|mvn|docker|kubectl|pip) ", block["text"], re.MULTILINE):
                self.failed += 1
                say("FAILED", where, "commands in a block that is not marked as bash")


def main():
    tally = Tally(Path(sys.argv[1]).resolve(), sys.argv[2:])
    prepare(tally.folder)
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    for page in sorted(pages, key=lambda page: FIRST.index(page.name) if page.name in FIRST else len(FIRST)):
        tally.page(page)
    print(f"{tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped")
    sys.exit(tally.failed > 0)


if __name__ == "__main__":
    main()
