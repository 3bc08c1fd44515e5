"""A step of the U-Net made of the model's operators, one after another as org.dualanodiff.model.unet makes it."""

import json
import math
import statistics
import time

import torch
from operator_cases import SOURCES

TYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
# A guided step of one pair: both halves of the guidance, both branches.
ROWS = 4
TOKENS = 77


class OperatorUNet:
    """
    :param weights: by diffusers' names; those that are missing are drawn
    """

    def __init__(self, operators, config, device, dtype, weights=None):
        self.operators = operators
        self.config = config
        self.device = device
        self.dtype = dtype
        self.weights = {name: one.to(device, dtype) for name, one in (weights or {}).items()}
        self.calls = 0
        half = config["block_out_channels"][0] // 2
        exponents = torch.arange(half, dtype=torch.float32) / (half - config["freq_shift"])
        self.frequencies = torch.exp(-math.log(10000) * exponents).to(device)

    def call(self, name, *values):
        self.calls += 1
        return getattr(self.operators, name)(*values)

    def weight(self, name, *shape):
        if name not in self.weights and self.device == "meta":
            self.weights[name] = torch.empty(shape, device="meta", dtype=self.dtype)
        if name not in self.weights:
            scale = 1 / math.sqrt(math.prod(shape[1:])) if len(shape) > 1 else float(name.endswith("weight"))
            drawn = torch.randn(shape, generator=torch.Generator().manual_seed(len(self.weights)))
            self.weights[name] = (drawn * scale if len(shape) > 1 else torch.full(shape, scale)).to(self.device, self.dtype)
        return self.weights[name]

    def channels_last(self):
        """Convolutions' weights with the channel as the fastest dimension."""
        for name, one in self.weights.items():
            if one.dim() == 4:
                self.weights[name] = one.contiguous(memory_format=torch.channels_last)

    def linear(self, x, name, out, bias=True):
        w = self.weight(name + ".weight", out, x.shape[-1])
        # Projections that the file has as 1x1 convolutions.
        w = w.reshape(out, -1)
        if bias:
            return self.call("linear", x, w, self.weight(name + ".bias", out))
        return self.call("linear_no_bias", x, w)

    def conv(self, x, name, out, kernel=3, stride=1):
        w = self.weight(name + ".weight", out, x.shape[1], kernel, kernel)
        return self.call("conv2d", x, w, self.weight(name + ".bias", out), stride, kernel // 2)

    def group_norm(self, x, name, eps, operator="group_norm"):
        c = x.shape[1]
        return self.call(operator, x, self.config["norm_num_groups"],
                         self.weight(name + ".weight", c), self.weight(name + ".bias", c), eps)

    def layer_norm(self, x, name):
        c = x.shape[-1]
        return self.call("layer_norm", x, self.weight(name + ".weight", c), self.weight(name + ".bias", c), 1e-5)

    def resnet(self, x, time_embedding, name, out):
        eps = self.config["norm_eps"]
        h = self.conv(self.group_norm(x, name + ".norm1", eps, "group_norm_silu"), name + ".conv1", out)
        h = self.call("add_to_positions", h, self.linear(time_embedding, name + ".time_emb_proj", out))
        h = self.conv(self.group_norm(h, name + ".norm2", eps, "group_norm_silu"), name + ".conv2", out)
        if x.shape[1] != out:
            x = self.conv(x, name + ".conv_shortcut", out, kernel=1)
        return self.call("add", x, h)

    def attention(self, x, source, name):
        c = x.shape[-1]
        q = self.linear(x, name + ".to_q", c, bias=False)
        k = self.linear(source, name + ".to_k", c, bias=False)
        v = self.linear(source, name + ".to_v", c, bias=False)
        mixed = self.call("attention", q, k, v, self.config["attention_head_dim"], False)
        return self.linear(mixed, name + ".to_out.0", c)

    def transformer(self, x, text, name):
        c, height, width = x.shape[1:]
        h = self.call("positions_last_to_channels_last", self.group_norm(x, name + ".norm", 1e-6))
        h = self.linear(h, name + ".proj_in", c)
        block = name + ".transformer_blocks.0"
        n = self.layer_norm(h, block + ".norm1")
        h = self.call("add", h, self.attention(n, n, block + ".attn1"))
        h = self.call("add", h, self.attention(self.layer_norm(h, block + ".norm2"), text, block + ".attn2"))
        wide, narrow = block + ".ff.net.0.proj", block + ".ff.net.2"
        h = self.call("add", h, self.call(
            "feed_forward", self.layer_norm(h, block + ".norm3"),
            self.weight(wide + ".weight", 8 * c, c), self.weight(wide + ".bias", 8 * c),
            self.weight(narrow + ".weight", c, 4 * c), self.weight(narrow + ".bias", c)))
        h = self.call("channels_last_to_positions_last", self.linear(h, name + ".proj_out", c), height, width)
        return self.call("add", h, x)

    def time_embedding(self, timestep):
        width = self.config["block_out_channels"][0]
        waves = self.call("sinusoid", timestep, self.frequencies, self.config["flip_sin_to_cos"])
        h = self.linear(self.call("cast", waves, 15 if self.dtype == torch.bfloat16 else 5 if self.dtype == torch.float16
                                  else 6), "time_embedding.linear_1", 4 * width)
        return self.call("silu", self.linear(self.call("silu", h), "time_embedding.linear_2", 4 * width))

    def step(self, latents, timestep, text):
        self.calls = 0
        channels = self.config["block_out_channels"]
        layers = self.config["layers_per_block"]
        t = self.time_embedding(timestep)
        h = self.conv(latents, "conv_in", channels[0])
        skips = [h]
        for level, kind in enumerate(self.config["down_block_types"]):
            block = f"down_blocks.{level}"
            for i in range(layers):
                h = self.resnet(h, t, f"{block}.resnets.{i}", channels[level])
                if kind.startswith("CrossAttn"):
                    h = self.transformer(h, text, f"{block}.attentions.{i}")
                skips.append(h)
            if level < len(channels) - 1:
                h = self.conv(h, block + ".downsamplers.0.conv", channels[level], stride=2)
                skips.append(h)
        h = self.resnet(h, t, "mid_block.resnets.0", channels[-1])
        h = self.transformer(h, text, "mid_block.attentions.0")
        h = self.resnet(h, t, "mid_block.resnets.1", channels[-1])
        for up, kind in enumerate(self.config["up_block_types"]):
            block = f"up_blocks.{up}"
            for i in range(layers + 1):
                joined = self.call("concat", [h, skips.pop()], 1)
                h = self.resnet(joined, t, f"{block}.resnets.{i}", channels[-1 - up])
                if kind.startswith("CrossAttn"):
                    h = self.transformer(h, text, f"{block}.attentions.{i}")
            if skips:
                h = self.call("resize_nearest", h, skips[-1].shape[2], skips[-1].shape[3])
                h = self.conv(h, block + ".upsamplers.0.conv", channels[-1 - up])
        h = self.group_norm(h, "conv_norm_out", self.config["norm_eps"], "group_norm_silu")
        return self.conv(h, "conv_out", self.config["out_channels"])


def synchronize(device):
    if device != "cpu":
        torch.cuda.synchronize(device)


def seconds(step, device, rounds):
    """The median of several rounds, after two that warm up."""
    taken = []
    for _ in range(rounds + 2):
        synchronize(device)
        start = time.perf_counter()
        step()
        synchronize(device)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken[2:])


def peak_mebibytes(device):
    return "%.0f" % (torch.cuda.max_memory_allocated(device) / 2**20) if device != "cpu" else "-"


def profile(step, device):
    """The costliest kernels of one step (on a CPU: operators), and how many there are."""
    on_gpu = device != "cpu"
    activities = [torch.profiler.ProfilerActivity.CPU] + [torch.profiler.ProfilerActivity.CUDA] * on_gpu
    with torch.profiler.profile(activities=activities) as recorded:
        step()
        synchronize(device)
    rows = []
    for event in recorded.key_averages():
        kernel = on_gpu and event.device_type == torch.autograd.DeviceType.CUDA
        taken = event.self_device_time_total if on_gpu else event.self_cpu_time_total
        if taken > 0 and (kernel or not on_gpu):
            rows.append((taken, event.count, event.key))
    total = sum(row[0] for row in rows)
    print(f"\n{sum(row[1] for row in rows)} {'kernels' if on_gpu else 'operators of libtorch'}, {total / 1e6:.3f} s:\n")
    print("| share | calls | name |\n|---|---|---|")
    for taken, count, name in sorted(rows, reverse=True)[:12]:
        print(f"| {taken / total:.1%} | {count} | `{name[:90].replace('|', ' ')}` |")


def diffusers_unet(config):
    try:
        from diffusers import UNet2DConditionModel
    except ImportError:
        print("\ndiffusers is not installed: nothing to compare the step with")
        return None
    torch.manual_seed(1)
    return UNet2DConditionModel(**{k: v for k, v in config.items() if not k.startswith("_")}).eval()


def configured(size):
    return json.loads((SOURCES.parent / "base" / f"{size}.json").read_text())["unet"]


def check_meta(operators, size, watch):
    """Walks a whole step without numbers, and counts what it asks of libtorch."""
    config = configured(size)
    side = config["sample_size"]
    failed = []
    unet = OperatorUNet(operators, config, "meta", torch.float32)
    latents = torch.empty(ROWS, config["in_channels"], side, side, device="meta")
    text = torch.empty(ROWS, TOKENS, config["cross_attention_dim"], device="meta")
    timestep = torch.empty(1, dtype=torch.int64, device="meta")
    for layout in ["channels first", "channels last"]:
        watched = watch()
        with torch.no_grad(), watched:
            unet.step(latents, timestep, text)
        failed += [f"U-Net: {function} has a tensor on the CPU" for function in sorted(watched.foreign)]
        copies = watched.seen["aten.clone.default"]
        print(f"U-Net of {size}, {layout}: {unet.calls} launches, {watched.seen.total()} operators of libtorch, "
              f"{copies} copies to another layout")
        unet.channels_last()
        latents = latents.contiguous(memory_format=torch.channels_last)
    return failed


def check(operators, device, precisions, size, rounds):
    """Times a step in each precision, plain and with channels last, beside diffusers'; what is wrong."""
    config = configured(size)
    reference = diffusers_unet(config)
    side = config["sample_size"]
    print(f"\nU-Net of {size}: a guided step of one pair ({ROWS} rows of {side} x {side} latents) on "
          f"{torch.cuda.get_device_name(device) if device != 'cpu' else 'cpu'}, torch {torch.__version__}\n")
    print("| step | precision | seconds | launches | peak MiB | error |\n|---|---|---|---|---|---|")
    failed = []
    unet = step = None
    with torch.no_grad():
        for precision in precisions:
            # Before the next U-Net is loaded.
            unet = step = None
            dtype = TYPES[precision]
            weights = None if reference is None else reference.state_dict()
            unet = OperatorUNet(operators, config, device, dtype, weights)
            generator = torch.Generator().manual_seed(2)
            latents = torch.randn(ROWS, config["in_channels"], side, side, generator=generator).to(device, dtype)
            text = torch.randn(ROWS, TOKENS, config["cross_attention_dim"], generator=generator).to(device, dtype)
            timestep = torch.tensor([500], device=device)
            layouts = {"operators": latents, "operators, channels last": latents.contiguous(
                memory_format=torch.channels_last)}
            plain = None
            for layout, given in layouts.items():
                if plain is not None:
                    unet.channels_last()
                if device != "cpu":
                    torch.cuda.reset_peak_memory_stats(device)
                step = lambda: unet.step(given, timestep, text)
                taken = seconds(step, device, rounds)
                found = step().float()
                plain = found if plain is None else plain
                row(layout, precision, taken, unet.calls, device, relative(found, plain))
                if not relative(found, plain) <= 0.1 or not found.isfinite().all():
                    failed.append(f"U-Net, {layout}, in {precision}: differs by {relative(found, plain):.1e}")
            if reference is not None:
                failed += beside(reference.to(device, dtype), precision, plain, (latents, timestep, text), device, rounds)
    profile(step, device)
    return failed


def beside(reference, precision, plain, given, device, rounds):
    """diffusers' own step on the same weights, as it is and compiled."""
    failed = []
    compiled = torch.compile(reference)
    for name, network in {"diffusers": reference, "diffusers, compiled": compiled}.items():
        step = lambda: network(*given).sample
        try:
            taken = seconds(step, device, rounds)
        except Exception as e:
            # The compiler wants a C++ compiler or Triton, which not every machine has.
            print(f"| {name} | {precision} | failed: {type(e).__name__} | | | |")
            continue
        error = relative(step().float(), plain)
        row(name, precision, taken, "-", device, error)
        if not error <= 0.1:
            failed.append(f"U-Net of {name} in {precision}: differs from the operators' by {error:.1e}")
    return failed


def relative(a, b):
    return ((a - b).norm() / b.norm()).item()


def row(name, precision, taken, calls, device, error):
    print(f"| {name} | {precision} | {taken:.4f} | {calls} | {peak_mebibytes(device)} | {error:.1e} |", flush=True)
