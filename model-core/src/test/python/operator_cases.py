"""One call of every operator of operators.py and detector_operators.py, as the model makes it. Needs no torch.

Shapes: N rows, S positions, T context positions, C channels, H W height and width, F branches (2), r rank.
"""

import re
from collections import namedtuple
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "main/resources/org/dualanodiff/model/torch"
MODULES = {"Operators": "operators.py", "DetectorOperators": "detector_operators.py"}

# A tensor argument.
#   shape: of the tensor
#   kind:  "x"  activation, in the precision of the run
#          "s"  as x, in operators of sampling, which nobody takes gradients through
#          "w"  weight of the base in the precision of the run; pretraining takes gradients by it
#          "p"  weight of an adapter or detector, fp32 in any run; training takes gradients by it
#          "f"  fp32 in any run, without gradient
#          "u"  as f, in 0..1
#          "b"  buffer: as u, and the operator writes into it
#          "i"  int64, 0 or 1
#          "n"  activation that is a part of a wider tensor's channels, as queries, keys and values of self-attention are
#          "c"  activation with the channel as the fastest dimension in memory
# The text "device" stands for the device that the operator runs on.
T = namedtuple("T", "shape kind")


def _kind(kind):
    return lambda *shape: T(shape, kind)


x, s, w, p, f, u, b, i, n, c = map(_kind, "xswpfubinc")

OPERATORS = {
    "linear": [(x(2, 6, 16), w(24, 16), w(24))],
    "linear_no_bias": [(x(2, 6, 16), w(24, 16))],
    "conv2d": [(x(2, 8, 6, 6), w(16, 8, 3, 3), w(16), 1, 1), (c(2, 8, 6, 6), w(16, 8, 3, 3), w(16), 2, 1),
               (x(2, 8, 6, 6), w(16, 8, 1, 1), w(16), 1, 0)],
    "group_norm": [(x(2, 16, 6, 6), 4, w(16), w(16), 1e-5), (c(2, 16, 6, 6), 4, w(16), w(16), 1e-5)],
    "group_norm_silu": [(x(2, 16, 6, 6), 4, w(16), w(16), 1e-5), (c(2, 16, 6, 6), 4, w(16), w(16), 1e-5)],
    "layer_norm": [(x(2, 6, 16), w(16), w(16), 1e-5)],
    "silu": [(x(2, 16, 6, 6),)],
    "gelu": [(x(2, 6, 16),)],
    "quick_gelu": [(x(2, 6, 16),)],
    "geglu": [(x(2, 6, 32),)],
    "feed_forward": [(x(2, 6, 16), w(128, 16), w(128), w(16, 64), w(16)),
                     (s(1, 1025, 16), s(128, 16), s(128), s(16, 64), s(16))],
    "embedding": [(i(2, 6), w(5, 16))],
    "resize_nearest": [(x(2, 8, 3, 3), 6, 6), (c(2, 8, 3, 3), 6, 6)],
    "pad_right_bottom": [(x(2, 8, 6, 6),)],
    "project_patches": [(f(2, 3, 16, 16), f(12, 3, 8, 8))],
    "compose_patches": [(f(2, 12, 2, 2), f(12, 3, 8, 8))],
    "attention": [(x(2, 6, 16), x(2, 5, 16), x(2, 5, 16), 4, False), (n(2, 6, 16), n(2, 6, 16), n(2, 6, 16), 4, False),
                  (x(2, 6, 16), x(2, 6, 16), x(2, 6, 16), 4, True)],
    "token_attention": [(x(2, 6, 16), x(2, 5, 16), 4, 1, 2), (n(2, 6, 16), n(2, 5, 16), 4, 1, 2)],
    "adapter_linear": [(x(2, 6, 16), p(16, 16), p(16))],
    "adapter_linear_no_bias": [(x(2, 6, 16), p(16, 16))],
    "adapter_layer_norm": [(x(2, 6, 16), p(16), p(16), 1e-5)],
    "low_rank": [(x(2, 6, 16), x(2, 6, 24), p(4, 16), p(24, 4))],
    "low_rank_by_branch": [(x(4, 6, 16), x(4, 6, 24), [p(4, 16), p(4, 16)], [p(24, 4), p(24, 4)])],
    "branch_difference": [(x(4, 6, 16),)],
    "branch_attention": [(x(4, 6, 16), x(2, 6, 16), x(4, 6, 16))],
    "mix_into_global": [(x(4, 6, 16), x(2, 6, 16), p(1))],
    "anchored_noise": [(f(4, 4, 6, 6), f(4, 4, 6, 6), f(2, 4, 6, 6), f(1, 4, 6, 6), u(2, 1, 6, 6), 0.8, 0.6, 0.5, 0.2)],
    "merged": [(s(24, 16), f(4, 16), f(24, 4))],
    "branch_linear": [(s(4, 6, 16), s(2, 16, 24))],
    "branch_linear_bias": [(s(4, 6, 16), s(2, 16, 24), s(24))],
    "merged_interaction": [(s(4, 6, 16), s(16), s(16), s(32, 16), s(32), s(16, 16), 1e-5)],
    "mix_into_global_half": [(s(4, 6, 16), s(2, 6, 16), f(1))],
    "matmul": [(f(24, 16), f(16, 8))],
    "branch_first": [(s(4, 6, 16),)],
    "branch_last": [(s(4, 6, 16),)],
    "spread_branches": [(s(4, 6, 16), 2), (s(2, 8, 6, 6), 3)],
    "repeat_rows": [(x(2, 6, 16), 3)],
    "add": [(x(2, 8, 6, 6), x(2, 8, 6, 6)), (x(2, 8, 6, 6), c(2, 8, 6, 6))],
    "add_to_positions": [(x(2, 8, 6, 6), x(1, 8)), (c(2, 8, 6, 6), x(1, 8))],
    "multiply": [(x(2, 4, 6, 6), 0.18215)],
    "combine": [(f(2, 4, 6, 6), 0.8, f(2, 4, 6, 6), 0.6)],
    "extrapolate": [(x(2, 4, 6, 6), x(2, 4, 6, 6), 2.5)],
    "combine_rows": [(f(2, 4, 6, 6), u(2), f(2, 4, 6, 6), u(2))],
    "clamp": [(x(2, 4, 6, 6), -30.0, 20.0)],
    "exp": [(x(2, 4, 6, 6),)],
    "product": [(x(2, 4, 6, 6), x(2, 4, 6, 6))],
    "sinusoid": [(i(2), f(8), True), (i(1), f(8), False)],
    "mean_squared_error": [(x(2, 4, 6, 6), f(2, 4, 6, 6))],
    "weighted_squared_error": [(x(2, 4, 6, 6), f(2, 4, 6, 6), u(2, 1, 6, 6))],
    "picture_error": [(x(2, 3, 8, 8), f(2, 3, 8, 8))],
    "defect_weights": [(f(4, 4, 6, 6), f(1, 4, 6, 6), 4.0, 0.3)],
    "view": [(x(2, 8, 6, 6), [2, 8, 36])],
    "positions_last_to_channels_last": [(x(2, 8, 6, 6),), (c(2, 8, 6, 6),)],
    "channels_last_to_positions_last": [(x(2, 36, 8), 6, 6)],
    "concat": [([x(2, 8, 6, 6), x(2, 4, 6, 6)], 1), ([c(2, 8, 6, 6), c(2, 4, 6, 6)], 1)],
    "narrow": [(x(2, 6, 16), 2, 4, 8)],
    "select_rows": [(x(4, 4, 6, 6), i(2))],
    "repeat_groups": [(x(4, 5, 16), 2, 3)],
    "select_branch": [(x(4, 5, 16), 1)],
    "zeros_like": [(x(2, 6, 16),)],
    "fill": [(x(2, 6, 16), -30.0)],
    "overwrite": [(b(6, 16), f(6, 16))],
    "cast": [(x(2, 6, 16), 6), (x(2, 6, 16), 15), (x(2, 6, 16), 5)],
    "to_host": [(x(2, 6, 16),), (c(2, 8, 6, 6),)],
    "to_device": [(f(2, 6, 16), "device")],
    "detach": [(x(2, 6, 16),)],
    "copy": [(n(2, 6, 16),), (c(2, 8, 6, 6),)],
    "accumulate": [([b(6, 4), b(5)], [f(6, 4), f(5)], 0.5)],
    "scale": [([b(6, 4), b(5)], 0.5)],
    "global_norm": [([f(6, 4), f(5)],)],
    "clip_to_norm": [([b(6, 4), b(5)], u(), 0.1)],
    "approach": [([b(6, 4), b(5)], [f(6, 4), f(5)], 0.1)],
    "adamw": [([b(6, 4), b(5)], [f(6, 4), f(5)], [b(6, 4), b(5)], [b(6, 4), b(5)],
               3, 1e-3, 0.9, 0.999, 1e-2, 1e-8)],
    "item": [(f(),)],
}

DETECTOR_OPERATORS = {
    "convolution_norm": [(x(2, 8, 6, 6), p(16, 8, 3, 3), p(16), p(16), b(16), b(16), 1, 1, True),
                         (c(2, 8, 6, 6), p(16, 8, 3, 3), p(16), p(16), b(16), b(16), 2, 1, False)],
    "pointwise": [(x(2, 8, 6, 6), p(4, 8, 1, 1), p(4)), (c(2, 8, 6, 6), p(4, 8, 1, 1), p(4))],
    "relu": [(x(2, 8, 6, 6),)],
    "max_pool": [(x(2, 8, 6, 6), 3, 2, 1)],
    "resize_bilinear": [(x(2, 8, 3, 3), 6, 6)],
    "mean_over_positions": [(x(2, 8, 6, 6),)],
    "channels_last": [(x(2, 8, 6, 6),)],
    "sigmoid": [(x(2, 1, 6, 6),)],
    "softmax": [(x(2, 4),)],
    "focal_dice": [(x(2, 1, 6, 6), u(2, 1, 6, 6))],
    "cross_entropy": [(x(2, 4), i(2))],
}

CASES = {"Operators": OPERATORS, "DetectorOperators": DETECTOR_OPERATORS}

# What takes the gradients of all the others, and what is there to cross between host and device.
GRADIENTS = ["gradients", "gradients_through", "or_zeros"]
READS_BACK = ["item", "to_host", "to_device"]

SIGNATURE = re.compile(r"^  def (\w+)\(self: [\w.]+(?:, )?(.*)\) -> .*:$", re.MULTILINE)
TYPES = {"Tensor": T, "int": int, "float": float, "bool": bool, "str": str, "List[Tensor]": list, "List[int]": list}


def source(module):
    return (SOURCES / MODULES[module]).read_text()


def faults():
    """What the table lacks of the sources, or has wrong."""
    found = []
    for module, cases in CASES.items():
        methods = dict(SIGNATURE.findall(source(module)))
        found += [f"{MODULES[module]}: {name} has no case" for name in methods
                  if name not in cases and name not in GRADIENTS]
        for name, calls in cases.items():
            if name not in methods:
                found.append(f"{MODULES[module]} has no operator {name}")
                continue
            wanted = [declared.split(": ")[1] for declared in methods[name].split(", ")]
            for call in calls:
                if len(call) != len(wanted) or not all(
                        type(given) is TYPES[kind] for given, kind in zip(call, wanted)):
                    found.append(f"{name}: the case {call} does not fit ({', '.join(wanted)})")
    return found
