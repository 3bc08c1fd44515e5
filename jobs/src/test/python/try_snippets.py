"""Runs the Python snippets of docs/consumers.md, each in a process of its own.

usage: try_snippets.py FOLDER [LIBRARY ...]

FOLDER stands for the snippets' work/: it holds store/ with the data set "defects" of the run "night", and export/ with an
export of it in each format that a snippet reads. A snippet of a library that is not installed is left out, unless the
library is named.
"""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

folder, needed = sys.argv[1], sys.argv[2:]
page = (Path(__file__).parents[4] / "docs/consumers.md").read_text(encoding="utf-8")
snippets = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
failed = ran = 0
for snippet in snippets:
    libraries = {
        name.strip().split(".")[0]
        for line in re.findall(r"^(?:import|from) ([\w., ]+?)(?: import .*)?$", snippet, re.MULTILINE)
        for name in line.split(",")
    }
    missing = sorted(name for name in libraries if importlib.util.find_spec(name) is None)
    if missing and not set(missing) & set(needed):
        print(f"left out, without {', '.join(missing)}")
        continue
    code = snippet.replace("work/", f"{folder}/")
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    ran += 1
    failed += run.returncode != 0
    print(f"{'ok' if run.returncode == 0 else 'FAILED'}: {', '.join(sorted(libraries))}")
    print(run.stdout if run.returncode == 0 else run.stderr)
print(f"{ran - failed} passed, {failed} failed, {len(snippets) - ran} skipped")
sys.exit(failed > 0)
