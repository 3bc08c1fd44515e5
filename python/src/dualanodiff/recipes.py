"""Pairs for other tools, which want them as files. Each tool is imported only when its recipe is called."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dualanodiff._pairs import Pairs, need
from dualanodiff._store import segment


def to_files(pairs: Pairs, folder: str | Path) -> Iterator[tuple[dict[str, Any], Path, Path]]:
    """Writes ``CATEGORY/{image,mask}/DEFECT/SAMPLE_ID.png``; yields each row without its pictures, and the two files.

    Files that are there are left as they are: a sample's id stands for its bytes.
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
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        part.write_bytes(row[kind]["bytes"])
        part.replace(file)
    return file


def to_anomalib(
    pairs: Pairs, category: str, folder: str | Path, *, normal_dir: str | Path, **options: Any
) -> Any:
    """anomalib's ``Folder`` data module of one category: its generated pairs as abnormal images, yours as normal ones.

    options: those of ``anomalib.data.Folder``, such as batch sizes. anomalib tests on abnormal images: what a detector
    scores on generated pairs says nothing of real ones, so test on real images in the end.
    """
    module = need("anomalib.data", "anomalib")
    defects = sorted({unit.defect for unit in pairs.units if unit.category == category})
    if not defects:
        raise ValueError(f"there are no pairs of {category!r}, but of {', '.join(pairs.classes)}")
    for _ in to_files(pairs, folder):
        pass
    root = Path(folder).absolute() / segment(category)
    return module.Folder(
        name=category,
        normal_dir=Path(normal_dir).absolute(),
        abnormal_dir=[root / "image" / segment(defect) for defect in defects],
        mask_dir=[root / "mask" / segment(defect) for defect in defects],
        **options,
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
