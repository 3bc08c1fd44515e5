"""Recomputes every check of the quality gate from a run's Parquet files, with numpy, scikit-image, SciPy and PIL alone.

usage: check_quality.py STORE RUN_ID [REAL]

Each measured value is computed anew from the pictures and held against the row's, and each verdict against the run's
limits (runs/RUN_ID/quality). REAL is a folder CATEGORY/DEFECT/NNN_{image,mask}.png of the real pairs as training sees
them; with it, the limits themselves and the distances to the training images are computed anew, too. Of the object masks
only the share that was measured with them is taken from the rows.
"""

import io
import json
import math
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow.parquet
from PIL import Image
from scipy.ndimage import distance_transform_edt
from scipy.stats import wasserstein_distance
from skimage.measure import label

CELLS, SHIFT = 32, 2
SETTINGS = {
    "mask_too_small": "min-mask-ratio",
    "mask_too_large": "max-mask-ratio",
    "too_many_components": "max-components",
    "no_change": "min-contrast",
    "part_differs": "max-part-difference",
    "saturated": "max-clipped",
    "flat": "min-deviation",
    "cut_by_window": "min-window-margin",
    "near_copy_of_training": "min-training-distance",
    "near_copy_of_accepted": "min-accepted-distance",
}


def picture(column):
    return np.array(Image.open(io.BytesIO(column["bytes"])))


def judged(row, column):
    """The picture, or the window of it that the pair was made in: that is what the gate looks at."""
    whole, (_, _, window) = picture(row[column]), (row.get("background") or "").partition("#xywh=")
    if not window:
        return whole
    x, y, width, height = map(int, window.split(","))
    return whole[y:y + height, x:x + width]


def window_margin(row, mask):
    """Free pixels between the mask and the nearest side of its window that cuts the photograph, in lengths of the window."""
    (_, _, window), inside = (row.get("background") or "").partition("#xywh="), mask >= 128
    if not window or not inside.any():
        return math.nan
    x, y, width, height = map(int, window.split(","))
    columns, rows = inside.any(axis=0), inside.any(axis=1)
    free = [
        (x > 0, columns.argmax() / width),
        (x + width < row["width"], columns[::-1].argmax() / width),
        (y > 0, rows.argmax() / height),
        (y + height < row["height"], rows[::-1].argmax() / height),
    ]
    return min((distance for cuts, distance in free if cuts), default=math.nan)


def luma(image):
    return np.array(Image.fromarray(image).convert("L")) if image.ndim == 3 else image


def contrast(image, inside):
    side = min(inside.shape)
    gap, width = max(1, side // 128), max(3, side // 32)
    distance = distance_transform_edt(~inside)
    around = (distance > gap) & (distance <= gap + width)
    if not inside.any() or not around.any():
        return math.nan
    return max(wasserstein_distance(image[inside, c], image[around, c]) for c in range(3))


def cells(grey):
    # Rows first, as Pillow has always done; from version 13 on it takes the columns of tall pictures first.
    rows = Image.fromarray(grey).resize((CELLS, grey.shape[0]), Image.BILINEAR)
    return np.array(rows.resize((CELLS, CELLS), Image.BILINEAR)).astype(float)


class Signature:
    def __init__(self, image, mask):
        self.image, self.mask = cells(luma(image)), cells(mask)

    def bytes(self):
        return np.concatenate([self.image.ravel(), self.mask.ravel()]).astype(np.uint8).tobytes()

    def distance(self, other, overlap):
        best = math.nan
        for dy in range(-SHIFT, SHIFT + 1):
            for dx in range(-SHIFT, SHIFT + 1):
                a, b = (window(s, dx, dy, own) for s, own in ((self, True), (other, False)))
                shared = np.minimum(a[1], b[1]).sum()
                united = self.mask.sum() + other.mask.sum() - shared
                if overlap == 0 or (united > 0 and shared / united >= overlap):
                    off = a[0] - b[0]
                    off = off - off.mean()
                    weight = np.maximum(a[1], b[1])
                    of_defects = (weight * off**2).sum() / weight.sum() if weight.any() else 0
                    best = np.fmin(best, math.sqrt(max((off**2).mean(), of_defects)))
        return best


def window(signature, dx, dy, own):
    """The part of a signature that lies on the other one, when the other is shifted by (dx, dy)."""
    dx, dy = (dx, dy) if own else (-dx, -dy)
    rows, columns = (slice(max(0, -d), CELLS - max(0, d)) for d in (dy, dx))
    return signature.image[rows, columns], signature.mask[rows, columns]


def measures(image, part, mask):
    inside = mask >= 128
    grey = luma(image)
    black_or_white = (image.max(axis=2) <= 2) | (image.min(axis=2) >= 253)
    difference = np.abs(image.astype(int) - part.astype(int))[inside]
    return {
        "mask_ratio": inside.mean(),
        "components": label(inside, connectivity=2).max(),
        "contrast": contrast(image, inside),
        "part_difference": difference.mean() if inside.any() else math.nan,
        "clipped": black_or_white.mean(),
        "deviation": grey.std(),
    }


def reasons(row, measured, limits):
    at_least = {
        "mask_too_small": measured["mask_ratio"],
        "no_change": measured["contrast"],
        "flat": measured["deviation"],
        "cut_by_window": measured["window_margin"],
        "near_copy_of_training": measured["training_distance"],
        "near_copy_of_accepted": measured["accepted_distance"],
    }
    at_most = {
        "mask_too_large": measured["mask_ratio"],
        "too_many_components": measured["components"],
        "off_object": measured["outside_object"],
        "part_differs": measured["part_difference"],
        "saturated": measured["clipped"],
    }
    if measured["mask_ratio"] == 0:
        return {"empty_mask"}
    broken = {reason for reason, value in at_least.items() if reason in limits and value < limits[reason]}
    broken |= {reason for reason, value in at_most.items() if reason in limits and value > limits[reason]}
    # Only what passes everything else is compared with the pairs before it.
    return broken - {"near_copy_of_accepted"} or broken


def close(found, stored):
    missing = found is None or math.isnan(found), stored is None
    return all(missing) or (not any(missing) and abs(found - stored) <= 1e-6 * max(1, abs(stored)))


def flips(settings):
    """The ways in which training mirrors, and not at all."""
    across, down = (settings[f"training.flips.{axis}"] in ("true", "yes", "on") for axis in ("horizontal", "vertical"))
    ways = [lambda a: a] + [np.fliplr] * across
    return ways + [lambda a, way=way: np.flipud(way(a)) for way in ways * down]


def real_pairs(folder):
    for file in sorted(folder.glob("*_image.png")):
        image = np.array(Image.open(file).convert("RGB"))
        yield image, np.array(Image.open(str(file).replace("_image.png", "_mask.png")))


def learned(pairs, mirrored):
    """The limits that real pairs give, from the documented rules."""
    real = [measures(image, np.where(mask[..., None] >= 128, image, 128), mask) for image, mask in pairs]
    q = lambda name, share: np.nanquantile([m[name] for m in real], share)
    large = q("mask_ratio", 0.95)
    nearest = [
        min(own[0].distance(other, 0) for others in mirrored if others is not own for other in others)
        for own in mirrored
        if len(mirrored) > 1
    ]
    distance = max(1, np.median(nearest) / 3) if nearest else 2
    parts = [np.where(mask[..., None] >= 128, image, 128) for image, mask in pairs]
    n = len(pairs)
    mismatches = [
        np.abs(pairs[(i + 1 + k) % n][0].astype(int) - parts[i].astype(int))[pairs[i][1] >= 128].mean()
        for i in range(n)
        for k in range(min(4, n - 1))
    ]
    elsewhere = [
        contrast(pairs[(i + 1 + k) % n][0], pairs[i][1] >= 128)
        for i in range(n)
        for k in range(min(4, n - 1))
        if not ((pairs[i][1] >= 128) & (pairs[(i + 1 + k) % n][1] >= 128)).any()
    ]
    change = 0.75 * q("contrast", 0.1)
    return {
        "part_differs": 0.6 * np.median(mismatches),
        "mask_too_small": q("mask_ratio", 0.05) / 2,
        "mask_too_large": min(2 * large, (1 + large) / 2),
        "too_many_components": max(3, math.ceil(2 * q("components", 0.95))),
        "no_change": None if elsewhere and np.nanmedian(elsewhere) >= change else change,
        "saturated": q("clipped", 1) + 0.2,
        "flat": q("deviation", 0) / 4,
        "near_copy_of_training": distance,
        "near_copy_of_accepted": distance,
    }


def check_unit(rows, rule, settings, real):
    pairs = list(real_pairs(real)) if real else []
    mirrored = [[Signature(flip(image), flip(mask)) for flip in flips(settings)] for image, mask in pairs]
    if pairs:
        expected = learned(pairs, mirrored)
        for reason, limit in expected.items():
            given = settings["quality." + SETTINGS[reason]]
            limit = limit if given == "auto" else None if given == "off" else float(given)
            stored = rule["limits"].get(reason)
            assert limit == stored or close(limit, stored), f"{reason}: the limit is {limit}, in the store {stored}"
    accepted, counts = [], Counter()
    for row in sorted(rows, key=lambda r: r["sample_index"]):
        if row["image"] is None:
            assert row["status"] == "rejected", f"{row['sample_id']} is {row['status']} and has no pictures"
            continue
        image, part, mask = (judged(row, c) for c in ("image", "anomaly", "mask"))
        found, stored = measures(image, part, mask), dict(row["quality"], components=row["components"])
        found["window_margin"] = window_margin(row, mask)
        signature = Signature(image, mask)
        assert signature.bytes() == stored["signature"], f"{row['sample_id']}: signature"
        found["outside_object"] = math.nan if stored["outside_object"] is None else stored["outside_object"]
        found["training_distance"] = math.nan if stored["training_distance"] is None else stored["training_distance"]
        if pairs:
            all_views = [view for views in mirrored for view in views]
            found["training_distance"] = np.fmin.reduce([signature.distance(v, rule["copy_overlap"]) for v in all_views])
        before = [signature.distance(a, rule["copy_overlap"]) for a in accepted]
        found["accepted_distance"] = np.fmin.reduce(before) if before else math.nan
        expected = reasons(row, found, rule["limits"])
        assert expected == set(row["reasons"]), f"{row['sample_id']}: {sorted(expected)}, in the row {row['reasons']}"
        if stored["accepted_distance"] is None and expected:
            found["accepted_distance"] = math.nan
        for name, value in found.items():
            assert close(value, stored[name]), f"{row['sample_id']}: {name} is {value}, in the row {stored[name]}"
        assert (row["status"] == "accepted") == (not expected)
        if not expected:
            accepted.append(signature)
        counts.update(expected or ["accepted"])
    return counts


store, run = Path(sys.argv[1]), sys.argv[2]
real_root = Path(sys.argv[3]) if len(sys.argv) > 3 else None
units = {}
for file in sorted((store / "samples" / f"run={run}").rglob("*.parquet")):
    for row in pyarrow.parquet.ParquetFile(file).read().to_pylist():
        units.setdefault((row["category"], row["defect"]), []).append(row)
assert units, f"no samples of run {run} in {store}"
rules = [json.loads(f.read_text()) for f in sorted((store / "runs" / run / "quality").rglob("*.json"))]
settings = json.loads((store / "runs" / run / "run.json").read_text())["settings"]
rules = {(rule["category"], rule["defect"]): rule for rule in rules}
for unit, rows in sorted(units.items()):
    counts = check_unit(rows, rules[unit], settings, real_root and real_root.joinpath(*unit))
    print("/".join(unit), *(f"{reason} {n}" for reason, n in sorted(counts.items())), sep=" | ")
