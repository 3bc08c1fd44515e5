"""Holds the operators of the model against torch itself, without Java.

usage: check_operators.py [--parse | --device DEVICE] [--size tiny|sd15] [--rounds N]

It loads operators.py and detector_operators.py from the archive that Java makes of them.

Without options: every operator runs forward and backward on torch's meta device, which has shapes and no numbers. So an
operator that makes a tensor on the CPU, or reads a number back, is found without a GPU. Gradients must have the type and
the strides of the weights that they are taken by: the optimizer's multi-tensor operators need both.

--parse         only whether every operator has a case; needs no torch
--device cuda   every operator there against the CPU in fp32, in each precision with its error; then a whole U-Net step made of
                the operators, its kernels and its time beside diffusers' U-Net (if that is installed). cpu takes the same way
--size          of the U-Net; default sd15 on a GPU, tiny on a CPU

Prints Markdown; ends with 1 and the list of what failed. CONTRIBUTING.md has the command.
"""

import argparse
import io
import sys
import warnings
import zipfile
from collections import Counter

import operator_cases
from operator_cases import CASES, GRADIENTS, READS_BACK, T

PRECISIONS = ["fp32", "bf16", "fp16"]
# Relative to the largest number of the result. fp32 on a GPU: convolutions may round their inputs to TF32.
TOLERANCES = {"fp32": 2e-3, "bf16": 4e-2, "fp16": 8e-3}


def archive(module):
    """The bytes of ScriptArchive.of(module, source)."""
    state = b"\x80\x02c__torch__\n" + module.encode() + b"\n)\x81}(X\x08\0\0\0training\x89ub."
    entries = {
        "code/__torch__.py": operator_cases.source(module).encode("ascii"),
        "data.pkl": state,
        "constants.pkl": b"\x80\x02).",
        "version": b"10\n",
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as zipped:
        for name, content in entries.items():
            zipped.writestr("archive/" + name, content)
    file.seek(0)
    return file


def load(module):
    import torch

    # As TensorScope does on every thread.
    torch._C._set_graph_executor_optimize(False)
    return torch.jit.load(archive(module))


def tensor(spec, precision, device, seed):
    import torch

    types = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
    if spec.kind == "i":
        numbers = torch.arange(max(1, torch.Size(spec.shape).numel())).remainder(2).reshape(spec.shape)
        return numbers.to(device)
    shape = [*spec.shape[:-1], 3 * spec.shape[-1]] if spec.kind == "n" else spec.shape
    generator = torch.Generator().manual_seed(seed)
    numbers = torch.rand(shape, generator=generator) if spec.kind in "ub" else torch.randn(shape, generator=generator)
    # Every device sees the numbers that the precision can hold.
    made = numbers.to(types[precision] if spec.kind in "xswnc" else torch.float32).to(device)
    if spec.kind == "n":
        made = made.narrow(-1, spec.shape[-1], spec.shape[-1])
    if spec.kind == "c":
        made = made.contiguous(memory_format=torch.channels_last)
    return made.detach().requires_grad_(spec.kind in "xwpnc")


def arguments(call, precision, device, widened=False):
    """The call's arguments, and its tensors beside their specs."""
    import torch

    tensors = []

    def made(spec):
        one = tensor(spec, precision, device, 7 + len(tensors))
        if widened and one.is_floating_point():
            one = one.detach().float().requires_grad_(one.requires_grad)
        tensors.append((spec, one))
        return one

    def value(given):
        if isinstance(given, list):
            return [value(one) for one in given]
        return made(given) if isinstance(given, T) else device if given == "device" else given

    values = [value(given) for given in call]
    return values, tensors


def run(operators, module, name, values, tensors):
    """Forward and backward of one call: its result, what it wrote into, and gradients beside their specs and tensors."""
    import torch

    writes = any(spec.kind == "b" for spec, _ in tensors) and not any(one.requires_grad for _, one in tensors)
    with torch.set_grad_enabled(not writes):
        result = getattr(operators[module], name)(*values)
    if not isinstance(result, torch.Tensor):
        result = torch.tensor(result)
    outcome = [result] + [one for spec, one in tensors if spec.kind == "b"]
    by = [(spec, one) for spec, one in tensors if one.requires_grad]
    if not result.requires_grad:
        return outcome, []
    upstream = torch.linspace(-1, 1, result.numel(), dtype=result.dtype, device=result.device).reshape(result.shape)
    wanted = [one for _, one in by]
    if result.dim() == 0:
        found = operators["Operators"].gradients(result, wanted)
    else:
        found = operators["Operators"].gradients_through([result], [upstream], wanted)
    return outcome, [(spec, one, gradient) for (spec, one), gradient in zip(by, found)]


def reason(error):
    """What failed, and in which line of the source if TorchScript says so."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    at = [lines[i - 1].strip() for i, line in enumerate(lines) if "<--- HERE" in line]
    return f"{lines[-1]} at {at[-1]}" if at else lines[-1]


def described(name, call, calls):
    return name if len(calls) == 1 else f"{name} #{calls.index(call) + 1}"


def watch():
    """A mode that sees every operator of libtorch that is called, however deep."""
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode

    class Watch(TorchDispatchMode):
        def __init__(self):
            super().__init__()
            self.seen = Counter()
            # Those that made a CPU tensor or were given one, and those that failed.
            self.foreign = set()

        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            try:
                result = function(*args, **(kwargs or {}))
            except Exception as e:
                # TorchScript says where it failed, but not why.
                self.foreign.add(f"{function} ({str(e).strip().splitlines()[0]})")
                raise
            self.seen[str(function)] += 1
            for one in torch.utils._pytree.tree_leaves((args, kwargs, result)):
                if isinstance(one, torch.Tensor) and one.device.type != "meta":
                    self.foreign.add(str(function))
            return result

    return Watch()


def check_meta():
    """What is wrong with operators on the meta device."""
    import torch
    operators = {module: load(module) for module in CASES}
    failed = []
    calls_made = seen = gradients = 0
    for module, cases in CASES.items():
        for name, calls in cases.items():
            # They must not run where there are no numbers to read.
            for call in calls if name not in READS_BACK else []:
                for precision in PRECISIONS:
                    what = f"{described(name, call, calls)} in {precision}"
                    watched = watch()
                    values, tensors = arguments(call, precision, "meta")
                    try:
                        with watched:
                            _, found = run(operators, module, name, values, tensors)
                    except Exception as e:
                        failed.append(f"{what}: {reason(e)} {', '.join(sorted(watched.foreign))}")
                        continue
                    calls_made += 1
                    seen += watched.seen.total()
                    failed += [f"{what}: {function} has a tensor on the CPU" for function in sorted(watched.foreign)]
                    if not watched.seen:
                        failed.append(f"{what}: no operator of libtorch was seen")
                    for spec, one, gradient in found:
                        gradients += 1
                        if gradient.dtype != one.dtype:
                            failed.append(f"{what}: the gradient by {spec.shape} is {gradient.dtype}, not {one.dtype}")
                        if spec.kind in "pw" and gradient.stride() != one.stride():
                            failed.append(f"{what}: the gradient by a weight of shape {spec.shape} has strides "
                                          f"{gradient.stride()}, the weight {one.stride()}")
    print(f"{calls_made} calls of {sum(map(len, CASES.values())) - len(READS_BACK)} operators on the meta device in {', '.join(PRECISIONS)}: "
          f"{seen} operators of libtorch seen, {gradients} gradients")
    return failed


def errors(operators, module, name, call, precision, device):
    """Largest errors of result and gradients against the CPU in fp32, relative to the largest number."""
    expected, by_expected = run(operators, module, name, *arguments(call, precision, "cpu", widened=True))
    found, by_found = run(operators, module, name, *arguments(call, precision, device))

    def error(a, b):
        a, b = a.detach().float().cpu(), b.detach().float().cpu()
        return ((a - b).abs().max() / b.abs().max().clamp(min=1e-6)).item()

    forward = max(error(a, b) for a, b in zip(found, expected))
    backward = max((error(a[2], b[2]) for a, b in zip(by_found, by_expected)), default=0.0)
    return forward, backward


def check_device(device, precisions):
    """Prints a row an operator; what is beyond the tolerance."""
    operators = {module: load(module) for module in CASES}
    failed = []
    print("| operator | " + " | ".join(f"{p}: result, gradients" for p in precisions) + " |")
    print("|---|" + "---|" * len(precisions))
    for module, cases in CASES.items():
        for name, calls in cases.items():
            for call in calls:
                row = []
                for precision in precisions:
                    what = f"{described(name, call, calls)} in {precision}"
                    try:
                        pair = errors(operators, module, name, call, precision, device)
                    except Exception as e:
                        row.append("failed")
                        failed.append(f"{what}: {reason(e)}")
                        continue
                    row.append("%.1e, %.1e" % pair)
                    # Not a number is not below anything.
                    if not max(pair) <= TOLERANCES[precision]:
                        failed.append(f"{what}: error {max(pair):.1e}, at most {TOLERANCES[precision]:.0e}")
                print(f"| {described(name, call, calls)} | " + " | ".join(row) + " |")
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parse", action="store_true")
    parser.add_argument("--device", default="meta")
    parser.add_argument("--size", choices=["tiny", "sd15"])
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    failed = operator_cases.faults()
    if options.parse:
        print(f"{sum(map(len, CASES.values()))} operators have cases")
        finish(failed)
    # Needs torch.
    import operator_unet

    if options.device == "meta":
        failed += check_meta()
        failed += operator_unet.check_meta(load("Operators"), options.size or "sd15", watch)
    else:
        # fp16 is for GPUs, as in Compute.
        precisions = PRECISIONS if options.device != "cpu" else PRECISIONS[:2]
        failed += check_device(options.device, precisions)
        size = options.size or ("tiny" if options.device == "cpu" else "sd15")
        failed += operator_unet.check(load("Operators"), options.device, precisions, size, options.rounds)
    finish(failed)


def finish(failed):
    print("\n".join(f"FAILED {one}" for one in failed) or "nothing failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    warnings.filterwarnings("ignore", message="Failed to initialize NumPy")
    main()
