"""Reads exports the way their users do and holds their masks against one another.

usage: read_exports.py FOLDER

FOLDER holds one export of the same pairs in each format, in folders called MVTEC, COCO, YOLO, HUGGINGFACE, PNG
and WEBDATASET.
"""

import json
import sys
from pathlib import Path

import datasets
import duckdb
import numpy as np
import pandas
import webdataset
import yaml
from PIL import Image
from pycocotools.coco import COCO

folder = Path(sys.argv[1])


def mask_of(path):
    mask = np.asarray(Image.open(path))
    assert mask.dtype == np.uint8 and set(np.unique(mask)) <= {0, 255}, path
    return mask == 255


# The masks of the plain export, by class and name.
png = folder / "PNG"
pairs = [json.loads(line) for line in (png / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
masks = {}
for pair in pairs:
    image, mask = Image.open(png / pair["image"]), mask_of(png / pair["mask"])
    assert image.mode == "RGB" and image.size == mask.shape[::-1]
    masks[pair["category"], pair["defect"], Path(pair["image"]).stem] = mask
print(f"PNG: {len(masks)} pairs")

# COCO: pycocotools' own decoders, for both forms.
for name in ("instances.json", "polygons.json"):
    coco = COCO(folder / "COCO" / "annotations" / name)
    assert len(coco.imgs) == len(masks)
    for annotation in coco.loadAnns(coco.getAnnIds()):
        image = coco.loadImgs(annotation["image_id"])[0]
        defect = coco.loadCats(annotation["category_id"])[0]
        expected = masks[defect["supercategory"], defect["name"], Path(image["file_name"]).stem]
        assert np.array_equal(coco.annToMask(annotation), expected), (name, image)
        assert annotation["area"] == expected.sum() == coco.annToMask(annotation).sum()
        assert (folder / "COCO" / image["file_name"]).is_file()
print(f"COCO: {len(masks)} masks from run lengths and from polygons equal the mask files")

# YOLO: the polygons' areas are the masks'.
yolo = folder / "YOLO"
names = yaml.safe_load((yolo / "data.yaml").read_text())["names"]
for (category, defect, stem), mask in masks.items():
    assert (yolo / "images/train" / category / defect / f"{stem}.png").is_file()
    area = 0
    for line in (yolo / "labels/train" / category / defect / f"{stem}.txt").read_text().splitlines():
        number, *numbers = line.split()
        assert names[int(number)] == f"{category}/{defect}"
        x, y = np.array(numbers, float).reshape(-1, 2).T
        assert 0 <= min(x.min(), y.min()) and max(x.max(), y.max()) <= 1
        area += np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))
    assert abs(area / 2 * mask.size - mask.sum()) < 0.01 * mask.size, (category, defect, stem)
print(f"YOLO: {len(masks)} labels cover their masks' areas")

# MVTec AD: every defect image has its mask, by the rule of the data set's readers.
images = [p for p in (folder / "MVTEC").glob("*/test/*/*.png") if p.parent.name != "good"]
for image in images:
    truth = image.parents[2] / "ground_truth" / image.parent.name / f"{image.stem}_mask.png"
    expected = masks[image.parents[2].name, image.parent.name, image.stem]
    assert np.array_equal(mask_of(truth), expected)
assert len(images) == len(masks) and len(list((folder / "MVTEC").glob("*/train/good/*"))) == 3
print(f"MVTEC: {len(images)} images with masks")

# WebDataset: every shard of the list, decoded by the library.
shards = folder / "WEBDATASET"
listed = [str(shards / line) for line in (shards / "shards.txt").read_text().splitlines()]
stream = webdataset.WebDataset(listed, shardshuffle=False).decode("pil").to_tuple("png", "mask.png", "json", "__key__")
found = 0
for image, mask, description, key in stream:
    expected = masks[description["category"], description["defect"], description["id"]]
    assert key == f"{description['category']}/{description['defect']}/{description['id']}"
    assert image.mode == "RGB" and np.array_equal(np.asarray(mask.convert("L")) == 255, expected)
    assert description["mask_area"] == expected.sum()
    found += 1
assert found == len(masks)
print(f"WEBDATASET: {found} samples")

# Hugging Face: the folder with its card, a single file without it, and the plain Parquet readers.
hub = folder / "HUGGINGFACE"
files = sorted(str(p) for p in hub.glob("data/*.parquet"))
loaded = datasets.load_dataset(str(hub), split="train")
alone = [datasets.Dataset.from_parquet(f) for f in files]
for rows in [loaded, *alone]:
    for column in ("image", "mask", "anomaly"):
        assert isinstance(rows.features[column], datasets.Image), rows.features
    for row in rows:
        assert row["image"].mode == "RGB" and row["mask"].mode == "L" and row["image"].size == row["mask"].size
        assert np.array_equal(np.asarray(row["mask"]) == 255, masks[row["category"], row["defect"], row["sample_id"]])
assert len(loaded) == sum(map(len, alone)) == pandas.concat(map(pandas.read_parquet, files)).sample_id.nunique()
assert duckdb.connect().execute(f"select count(*) from read_parquet({files})").fetchone() == (len(loaded),)
print(f"HUGGINGFACE: {len(loaded)} rows with images")
