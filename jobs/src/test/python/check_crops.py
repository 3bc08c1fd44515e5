"""Checks pairs made in windows of full-size good images: size, place, and that all but the defect is the good image.

python3 check_crops.py STORE_SAMPLES DATA/CATEGORY   (numpy, scipy, pyarrow, pillow; MVTec AD layout, on this machine)

Prints how areas and places of the generated masks compare with the real ones. Beyond 3 pixels around the mask the image
must equal the good one byte for byte, and outside the window there must be neither mask nor anomaly part.
"""
import io
import sys
from pathlib import Path
from urllib.parse import unquote, urlparse

import numpy
import pyarrow.dataset
from PIL import Image
from scipy.ndimage import binary_dilation

GROWN, INSET, GREY = 3, 1 / 32, 128


def picture(source, mode="RGB"):
    return numpy.asarray(Image.open(source).convert(mode)).astype(int)


def stored(row, column, mode="RGB"):
    return picture(io.BytesIO(row[column]["bytes"]), mode)


def place(mask):
    """Area in pixels, and the center as parts of the image."""
    y, x = numpy.nonzero(mask)
    return len(x), (x.mean() + 0.5) / mask.shape[1], (y.mean() + 0.5) / mask.shape[0]


def quantiles(values):
    return "%.0f / %.0f / %.0f" % tuple(numpy.quantile(values, (0.05, 0.5, 0.95)))


def check(row):
    address = urlparse(row["background"])
    x, y, width, height = map(int, address.fragment.removeprefix("xywh=").split(","))
    good, image = picture(unquote(address.path)), stored(row, "image")
    mask, part = stored(row, "mask", "L") >= 128, stored(row, "anomaly")
    assert image.shape == good.shape == part.shape, "%s: the pair has not the size of its good image" % row["sample_id"]
    window = numpy.zeros(mask.shape, bool)
    window[y:y + height, x:x + width] = True
    assert window.sum() == width * height, "%s: the window is not inside the image" % row["sample_id"]
    assert not mask[~window].any() and (part[~window] == GREY).all(), "%s: a defect outside" % row["sample_id"]
    inner = [slice(start + (start > 0) * int(INSET * side), start + side - (start + side < whole) * int(INSET * side))
             for start, side, whole in ((y, height, mask.shape[0]), (x, width, mask.shape[1]))]
    edge = numpy.zeros(mask.shape, bool)
    edge[tuple(inner)] = True
    assert not mask[~edge].any(), "%s: the mask touches a side of the window that cuts the image" % row["sample_id"]
    near = binary_dilation(mask, numpy.ones((3, 3)), GROWN - 1) if mask.any() else mask
    outside = int((image != good).any(axis=2)[~near].sum())
    assert mask.sum() == row["mask_area"], "%s: mask_area" % row["sample_id"]
    center = ((x + width / 2) / mask.shape[1], (y + height / 2) / mask.shape[0])
    return outside, mask, center, max(width, height)


def main(samples, category):
    rows = pyarrow.dataset.dataset(samples, partitioning="hive").to_table().to_pylist()
    rows = [row for row in rows if "#xywh=" in (row.get("background") or "") and row["image"]]
    if not rows:
        sys.exit("no pair in %s was made in a window of a good image" % samples)
    real = [place(picture(file, "L") >= 128) for file in sorted(Path(category).glob("ground_truth/*/*_mask.png"))]
    outside, masks, centers, sides = zip(*map(check, rows))
    made = [place(mask) for mask in masks if mask.any()]
    names = {row["background"].partition("#")[0] for row in rows}
    print("%d pairs in windows of %d to %d px of %d good images; %d pixels differ beyond the mask"
          % (len(rows), min(sides), max(sides), len(names), sum(outside)))
    print("mask area in px (5 / 50 / 95 %%): real %s, generated %s (%d of %d have a mask)" % (
        quantiles([area for area, _, _ in real]), quantiles([area for area, _, _ in made]) if made else "-",
        len(made), len(rows)))
    for axis, name in ((0, "x"), (1, "y")):
        print("center %s in %% (5 / 50 / 95 %%): real %s, windows %s, generated %s" % (
            name, quantiles([100 * r[axis + 1] for r in real]), quantiles([100 * c[axis] for c in centers]),
            quantiles([100 * m[axis + 1] for m in made]) if made else "-"))
    sys.exit(sum(outside) > 0)


main(sys.argv[1], sys.argv[2])
