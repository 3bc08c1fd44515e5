#!/usr/bin/env python3
"""Counts the Java of this repository as a reader meets it: lines without blanks, comments, imports and package statements.

    python3 jobs/src/test/python/count_code.py [--packages]

Prints files, lines, the median, the share of files of at most 30 lines, and the classes at top level named Result, Summary,
Report or Outcome: of the main code, then of the tests; with --packages a line for each package of the main code.
"""
import collections
import os
import re
import statistics
import subprocess
import sys

TEXT_BLOCK = re.compile(r'"""[\s\S]*?"""')
TOKEN = re.compile(r"""("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\])')|/\*[\s\S]*?\*/|//[^\n]*""")
VAGUE = re.compile(r"\w*(Result|Summary|Report|Outcome)\.java")
SMALL = 30


def lines(path):
    with open(path, encoding="utf8") as file:
        text = file.read()
    # What looks like a comment inside a text block is none.
    text = TEXT_BLOCK.sub(lambda block: block.group(0).replace("/*", "").replace("//", ""), text)
    text = TOKEN.sub(lambda token: token.group(1) or "", text)
    return sum(bool(line.strip()) and not re.match(r"(import|package)\b", line) for line in text.split("\n"))


def told(name, counts):
    small = sum(count <= SMALL for count in counts) / len(counts)
    print(f"{name:44} {len(counts):4} files {sum(counts):6} lines  median {statistics.median(counts):3.0f}"
          f"  <= {SMALL} lines {small:4.0%}  longest {max(counts)}")


def main():
    root = subprocess.check_output(["git", "rev-parse", "--show-toplevel"], text=True).strip()
    listed = subprocess.check_output(["git", "-C", root, "ls-files", "*.java"], text=True).split()
    counts = {path: lines(os.path.join(root, path)) for path in listed if os.path.exists(os.path.join(root, path))}
    main_code = {path: count for path, count in counts.items() if "/src/main/" in path}
    if "--packages" in sys.argv:
        packages = collections.defaultdict(list)
        for path, count in main_code.items():
            packages[os.path.dirname(path).split("/java/")[1].replace("/", ".").replace("org.dualanodiff.", "")].append(count)
        for package in sorted(packages):
            told(package, packages[package])
    told("main", list(main_code.values()))
    told("test", [count for path, count in counts.items() if "/src/test/" in path])
    vague = sorted(os.path.basename(path)[:-5] for path in main_code if VAGUE.fullmatch(os.path.basename(path)))
    print(f"named Result, Summary, Report or Outcome: {len(vague)} {' '.join(vague)}")


if __name__ == "__main__":
    main()
