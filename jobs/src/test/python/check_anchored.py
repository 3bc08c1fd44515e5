"""Checks pairs made on real good images: beyond 3 pixels around the mask the image is the good one, byte for byte.

python3 check_anchored.py STORE_SAMPLES   (numpy, pyarrow, pillow; good images of the working size, on this machine)
"""
import io
import sys
from collections import Counter
from urllib.parse import unquote, urlparse

import numpy
import pyarrow.dataset
from PIL import Image

GROWN = 3


def picture(png):
    return numpy.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def grown(mask, by):
    result = mask.copy()
    for _ in range(by):
        padded = numpy.pad(result, 1)
        result = numpy.max(
            [padded[y:y + mask.shape[0], x:x + mask.shape[1]] for y in range(3) for x in range(3)], axis=0)
    return result


def main(samples):
    rows = pyarrow.dataset.dataset(samples, partitioning="hive").to_table().to_pylist()
    rows = [row for row in rows if row.get("background") and row["image"]]
    if not rows:
        sys.exit("no pair in %s was made on a good image" % samples)
    changes, outside = [], 0
    for row in rows:
        good = numpy.asarray(Image.open(unquote(urlparse(row["background"]).path)).convert("RGB")).astype(int)
        image = picture(row["image"]["bytes"])
        mask = picture(row["mask"]["bytes"])[:, :, 0] > 0
        difference = numpy.abs(image - good).max(axis=2)
        outside += int((difference[~grown(mask, GROWN)] > 0).sum())
        changes.append(float(difference[mask].mean()) if mask.any() else 0.0)
    uses = Counter(row["background"] for row in rows)
    changed = sum(change > 6 for change in changes)
    print("%d pairs on %d good images (at most %d on one); %d pixels differ outside; inside %d of %d differ by more than 6"
          " levels, median %.1f" % (len(rows), len(uses), max(uses.values()), outside, changed, len(rows),
                                    float(numpy.median(changes))))
    sys.exit(outside > 0)


main(sys.argv[1])
