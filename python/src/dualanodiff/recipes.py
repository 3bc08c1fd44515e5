"""Pairs for other tools, which want them as files. Each tool is imported only when its recipe is called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from dualanodiff._pairs import Pairs, need
from dualanodiff._store import segment


def to_files(pairs: Pairs, folder: str | Path) -> Iterator[tuple[dict[str, Any], Path, Path]]:
    """Writes ``CATEGORY/{image,mask}/DEFECT/SAMPLE_ID.png``; yields each row without its pictures, and the two files.

    Files that are there are left as they are if they hold the same bytes.
    """
    plain = ["sample_id", "run_id", "category", "defect", "mask_area", "width", "height", "status"]
    for batch in pairs.batches([*plain, "image", "mask"]):
        for row in batch.to_pylist():
            image, mask = (_write(Path(folder), row, kind) for kind in ("image", "mask"))
            yield {name: row[name] for name in plain}, image, mask


def _write(folder: Path, row: dict[str, Any], kind: str) -> Path:
    if row[kind] is None:
        raise ValueError(f"pair {row['sample_id']} has no pictures; load the pairs with status='accepted'")
    file = folder / segment(row["category"]) / kind / segment(row["defect"]) / f"{row['sample_id']}.png"
    # A sample's id does not stand for its bytes: the run may have been made anew with other settings.
    if not file.exists() or file.read_bytes() != row[kind]["bytes"]:
        file.parent.mkdir(parents=True, exist_ok=True)
        # Others may be writing the same file.
        part = file.with_suffix(f".{uuid4().hex}.part")
        part.write_bytes(row[kind]["bytes"])
        part.replace(file)
    return file


def to_anomalib(
    pairs: Pairs, category: str, folder: str | Path, *, normal_dir: str | Path, **options: Any
) -> Any:
    """anomalib's ``Folder`` data module of one category: its generated pairs as abnormal images, yours as normal ones.

    options: those of ``anomalib.data.Folder``, such as batch sizes. anomalib tests on abnormal images: what a detector
    scores on generated pairs says nothing of real ones, so test on real images in the end. It takes all that lies in the
    pairs' folders, so pictures of other pairs in there are an error.
    """
    module = need("anomalib.data", "anomalib")
    keys = tuple(key for key in pairs.keys if f"/category={segment(category)}/" in key)
    written = list(to_files(replace(pairs, keys=keys), Path(folder).absolute())) if keys else []
    if not written:
        raise ValueError(f"there are no pairs of {category!r}, but of {', '.join(pairs.classes)}")
    images, masks = {image for _, image, _ in written}, {mask for _, _, mask in written}
    image_dirs, mask_dirs = (sorted({file.parent for file in files}) for files in (images, masks))
    others = {file for place in (*image_dirs, *mask_dirs) for file in place.glob("**/*.png")} - images - masks
    if others:
        raise ValueError(f"{min(others)} is of none of these pairs: give an empty folder")
    return module.Folder(
        name=category, normal_dir=Path(normal_dir).absolute(), abnormal_dir=image_dirs, mask_dir=mask_dirs, **options
    )


def to_fiftyone(pairs: Pairs, folder: str | Path, *, name: str | None = None) -> Any:
    """A FiftyOne dataset: images with the masks as ``defect`` and the kind of defect as ``kind``."""
    library = need("fiftyone", "fiftyone")
    samples = []
    for row, image, mask in to_files(pairs, Path(folder).absolute()):
        sample = library.Sample(filepath=str(image), tags=["generated", row["status"]])
        sample["sample_id"] = row["sample_id"]
        sample["kind"] = library.Classification(label=f"{row['category']}/{row['defect']}")
        sample["defect"] = library.Segmentation(mask_path=str(mask))
        samples.append(sample)
    dataset = library.Dataset(name)
    dataset.add_samples(samples)
    return dataset
