#!/usr/bin/env python3
"""What fewer and cheaper sampling steps cost in quality.

The same adapters, the same seeds and so the same noise, sampled with several settings; each run is compared with the reference,
the paper's 100 steps with guidance everywhere. Prints a table for docs/performance.md.

    fewer_steps.py STORE DATA [--launcher bin/dualanodiff] [--pairs N] [--set KEY=VALUE]...

STORE must hold the adapters of DATA's defects, made by `train` with the same settings. Needs numpy, pandas, pyarrow, Pillow.

* time: seconds of a pair by its row (`millis`), the median, beside the reference's
* distance: root mean square difference of the images' levels (0..255) from the reference's image of the same seed; "of two
  seeds" is the same between different pairs of the reference, the scale that a distance is to be seen on
* mask: mean intersection over union with the reference's mask of the same seed
* agreement, gate: of the command `figures`, the latter the share of pairs that pass the quality gate
* kernel distance: KID's unbiased estimate with its cubic kernel, on 8 x 8 cells' mean colors and contrasts instead of
  Inception's features, between the run's images and the real ones, times 1000
"""
import argparse
import io
import json
import pathlib
import subprocess
import sys

import numpy as np
import pyarrow.parquet as parquet
from PIL import Image

REFERENCE = "100 steps, PNDM"
FAST = ["generation.sampler=dpm-solver++", "generation.karras-sigmas=true", "generation.final-sigma-zero=true"]
RUNS = {
    REFERENCE: ["generation.steps=100", "generation.sampler=pndm"],
    "50 steps, PNDM": ["generation.steps=50", "generation.sampler=pndm"],
    "25 steps, PNDM": ["generation.steps=25", "generation.sampler=pndm"],
    "20 steps, DPM-Solver++, Karras": FAST + ["generation.steps=20"],
    "the same, DeepCache every 2nd: conf/fast.conf": FAST
    + ["generation.steps=20", "generation.deep-cache-interval=2"],
    "the same, DeepCache every 3rd": FAST + ["generation.steps=20", "generation.deep-cache-interval=3"],
    "20 steps, guidance [0, 0.8]": FAST + ["generation.steps=20", "generation.guidance-interval=[0, 0.8]"],
    "the same, DeepCache every 2nd": FAST
    + ["generation.steps=20", "generation.guidance-interval=[0, 0.8]", "generation.deep-cache-interval=2"],
    "10 steps, DPM-Solver++, Karras": FAST + ["generation.steps=10"],
}


def command(launcher, *arguments):
    done = subprocess.run([*launcher.split(), *arguments], capture_output=True, text=True)
    if done.returncode not in (0, 4):  # partial: the gate turned some down
        sys.exit(done.stderr[-3000:])
    return done.stdout


def read(store, run, unit):
    category, defect = unit.split("/")
    folder = pathlib.Path(store, "samples", f"run={run}", f"category={category}", f"defect={defect}")
    rows = [row for file in folder.glob("*.parquet") for row in parquet.ParquetFile(file).read().to_pylist()]
    rows.sort(key=lambda row: row["sample_id"])
    picture = lambda cell, mode: np.asarray(
        Image.open(io.BytesIO(cell["bytes"] if isinstance(cell, dict) else cell)).convert(mode), dtype=np.float32)
    return (np.stack([picture(row["image"], "RGB") for row in rows]),
            np.stack([picture(row["mask"], "L") > 127 for row in rows]),
            float(np.median([row["millis"] for row in rows])) / 1000)


def features(images):
    n, side = images.shape[:2]
    cells = images.reshape(n, 8, side // 8, 8, side // 8, 3)
    return np.concatenate([cells.mean((2, 4)).reshape(n, -1), cells.std((2, 4)).reshape(n, -1)], 1) / 64


def kernel_distance(one, other):
    kernel = lambda a, b: (a @ b.T / a.shape[1] + 1) ** 3
    inner = lambda a: (kernel(a, a).sum() - np.trace(kernel(a, a))) / (len(a) * (len(a) - 1))
    return 1000 * (inner(one) + inner(other) - 2 * kernel(one, other).mean())


def overlap(one, other):
    union = (one | other).sum((1, 2))
    return float(np.where(union > 0, (one & other).sum((1, 2)) / np.maximum(union, 1), 1).mean())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store")
    parser.add_argument("data")
    parser.add_argument("--config", default="conf/small.conf")
    parser.add_argument("--launcher", default="bin/dualanodiff")
    parser.add_argument("--pairs", type=int, default=64)
    parser.add_argument("--units", default="cloth/stain,wood/hole")
    parser.add_argument("--set", action="append", default=[])
    options = parser.parse_args()
    units = options.units.split(",")
    sets = ["dataset.root=" + options.data, "store=" + options.store, "quality.max-attempts=1",
            "dataset.defects=[" + ", ".join(f'"{unit}"' for unit in units) + "]",
            "generation.background=generated", "generation.guidance-scale=2.5", *options.set]
    rows = {}
    for number, (name, settings) in enumerate(RUNS.items()):
        run = f"steps-{number}"
        arguments = ["--config", options.config]
        for setting in [*sets, *settings, f"generation.samples-per-defect={options.pairs}", f"run.id={run}"]:
            arguments += ["--set", setting]
        command(options.launcher, "generate", *arguments)
        figures = json.loads(command(options.launcher, "figures", *arguments, "--run", run).splitlines()[-1])["figures"]
        for unit in units:
            images, masks, seconds = read(options.store, run, unit)
            category, defect = unit.split("/")
            if name == REFERENCE:
                rows[unit, "reference"] = images, masks
            base, base_masks = rows[unit, "reference"]
            real = real_images(options.data, category, defect, images.shape[1])
            distance = np.sqrt(((images - base) ** 2).mean((1, 2, 3))).mean()
            rows[unit, name] = (seconds, distance, overlap(masks, base_masks), figures[unit]["agreement"],
                                figures[unit]["accepted"], kernel_distance(features(images), features(real)))
            print(name, unit, *("%.3f" % value for value in rows[unit, name]), flush=True)
    for unit in units:
        base = rows[unit, "reference"][0]
        print(f"\n{unit}: {len(base)} pairs; of two seeds: distance "
              f"{np.sqrt(((base - np.roll(base, 1, 0)) ** 2).mean((1, 2, 3))).mean():.1f}\n")
        print("| | time beside the reference | distance | mask | agreement | gate | kernel distance |\n|---|---|---|---|---|---|---|")
        for name in RUNS:
            seconds, distance, mask, agreement, gate, kernel = rows[unit, name]
            print(f"| {name} | {seconds / rows[unit, REFERENCE][0]:.2f} | {distance:.1f} | {mask:.2f} | {agreement:.2f} | "
                  f"{100 * gate:.0f} % | {kernel:.0f} |")


def real_images(data, category, defect, side):
    files = sorted(pathlib.Path(data, category, "test", defect).glob("*.png"))
    open_scaled = lambda file: Image.open(file).convert("RGB").resize((side, side), Image.BICUBIC)
    return np.stack([np.asarray(open_scaled(file), dtype=np.float32) for file in files])


if __name__ == "__main__":
    main()
