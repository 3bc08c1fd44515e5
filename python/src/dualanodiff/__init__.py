"""Reads the image-mask pairs in a DualAnoDiff store.

>>> import dualanodiff
>>> pairs = dualanodiff.load("work/store", dataset="defects")
>>> pairs.pandas(["category", "defect", "mask_area"])
"""

from dualanodiff._pairs import Pairs, Unit, load
from dualanodiff._store import StoreError

__all__ = ["Pairs", "StoreError", "Unit", "load"]
