"""Time and memory of scikit-learn's pixel metrics on the scores of PixelBenchmark.java.

usage: python pixel_metrics_benchmark.py MILLIONS
needs numpy and scikit-learn; prints one line of JSON
"""

import json
import resource
import sys
import time

import numpy
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score

SIDE = 1000
DEFECT_SIDE = 100
NOISE = 0.7


def mixed(number):
    """The finalizer of SplitMix64 on an array of uint64."""
    z = number + numpy.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return z ^ (z >> numpy.uint64(31))


def main(millions):
    scores = numpy.empty(millions * SIDE * SIDE, dtype=numpy.float32)
    labels = numpy.empty(millions * SIDE * SIDE, dtype=numpy.uint8)
    place = numpy.arange(SIDE * SIDE)
    defect = (place % SIDE < DEFECT_SIDE) & (place // SIDE < DEFECT_SIDE)
    for image in range(millions):
        start = image * SIDE * SIDE
        number = numpy.arange(start, start + SIDE * SIDE, dtype=numpy.uint64)
        uniform = (mixed(number) >> numpy.uint64(40)).astype(numpy.float64) / (1 << 24)
        scores[start:start + SIDE * SIDE] = NOISE * uniform + numpy.where(defect, 1 - NOISE, 0)
        labels[start:start + SIDE * SIDE] = defect
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    started, started_cpu = time.monotonic(), time.process_time()
    auroc = roc_auc_score(labels, scores)
    ap = average_precision_score(labels, scores)
    precision, recall, _ = precision_recall_curve(labels, scores)
    both = precision + recall
    f1 = numpy.max(numpy.where(both > 0, 2 * precision * recall / numpy.where(both > 0, both, 1), 0))
    seconds, cpu_seconds = time.monotonic() - started, time.process_time() - started_cpu
    print(json.dumps({
        "million_pixels": millions,
        "way": "scikit-learn, without AUPRO",
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "input_mebibytes": before,
        "peak_mebibytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "auroc": float(auroc),
        "average_precision": float(ap),
        "f1_max": float(f1),
    }))


if __name__ == "__main__":
    main(int(sys.argv[1]))
