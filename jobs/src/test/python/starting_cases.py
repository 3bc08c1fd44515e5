"""Starts the product as people do whose machine, model or store is not as it should be, and prints what comes out.

    python3 jobs/src/test/python/starting_cases.py random-model      # makes a tiny base model for it
    python3 jobs/src/test/python/starting_cases.py DIR [ROW ...]     # with a base model of your own, changed in copies

Each line of the table is a case, how it ended and, where that is not as it must be, what was missed. Ends with 1 if any
case missed. What the machine does not allow (mounting, other users) is skipped and says so. Needs Linux, and
bin/dualanodiff built; DUALANODIFF names another command for it.
"""

import json
import math
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
LAUNCHER = os.environ.get("DUALANODIFF", str(ROOT / "bin/dualanodiff"))
LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 492265168\n"
BROKEN = {"LFS": (LFS, "git lfs pull"), "web page": ("<!DOCTYPE html><html></html>", "is a web page"),
          "JSON error": ('{"error":"Repository not found"}', "Repository not found"),
          "Entry not found": ("Entry not found", "Entry not found")}
QUICK = ["--config", str(ROOT / "conf/local.conf"), "--set", "training.steps=1", "--set", "generation.steps=2",
         "--set", "generation.samples-per-defect=1", "--set", "dataset.defects=[hole]"]
CASES = {}


class Skipped(Exception):
    pass


def case(row):
    def add(function):
        CASES[row] = function
        return function
    return add


class Place:
    """A folder of a case, with a copy of the model."""

    def __init__(self, model, folder):
        self.model, self.folder = model, Path(folder)

    def copy(self):
        base = self.folder / f"model-{len(list(self.folder.iterdir()))}"
        shutil.copytree(self.model, base, copy_function=shutil.copyfile)
        return base

    def run(self, arguments, expected, words, environment=None, prefix=(), launcher=LAUNCHER, cwd=None):
        """One command; complains of another exit code, of words that are not said, and of pages of text."""
        env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTORCH_", "DUALANODIFF"))}
        env.update(environment or {})
        run = subprocess.run([*prefix, launcher, *arguments], env=env, cwd=cwd or self.folder, text=True,
                             capture_output=True, timeout=900)
        said = run.stdout + run.stderr
        missed = [f"exit {run.returncode}, not {expected}"] if run.returncode != expected else []
        missed += [f"does not say {word!r}" for word in words if word not in said]
        if expected and not any(line.startswith("error: ") for line in run.stderr.splitlines()):
            missed.append("no line begins with 'error: '")
        if missed:
            missed.append("said: " + " | ".join(run.stderr.strip().splitlines()[-4:])[:600])
        return missed

    def plan(self, base, expected, words, *sets, **more):
        store = ["--set", f"store={self.folder / 'store'}"] if not any(s.startswith("store=") for s in sets) else []
        settings = [part for s in sets for part in ("--set", s)]
        return self.run(["plan", *QUICK, "--set", f"base-model={base}", *store, *settings], expected, words, **more)


def change(file, **values):
    content = json.loads(file.read_text())
    content.update(values)
    file.write_text(json.dumps(content))


def tensors(file):
    data = file.read_bytes()
    length, = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    return {name: (info["dtype"], info["shape"], data[8 + length + info["data_offsets"][0]:8 + length + info["data_offsets"][1]])
            for name, info in header.items()}


def write_tensors(file, named):
    header, data = {}, b""
    for name, (dtype, shape, content) in named.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header).encode()
    file.write_bytes(struct.pack("<Q", len(text)) + text + data)


@case("CUDA asked for, CPU libtorch there")
def cuda(place):
    return place.plan(place.model, 2, ["PYTORCH_LIBRARY_PATH"], "compute.device=cuda:0") \
        + place.plan(place.model, 2, ["/nowhere"], "compute.device=cuda:0",
                     environment={"PYTORCH_LIBRARY_PATH": "/nowhere", "PYTORCH_VERSION": "2.7.1", "PYTORCH_FLAVOR": "cu128"})


@case("variables of PyTorch images")
def variables(place):
    missed = []
    for version in ("2.5.1", "2.6.0a0+ecf3bae40a.nv25.01"):
        missed += place.run(["augment", *QUICK, "--set", f"store={place.folder / version}"], 0, ["complete: "],
                            {"PYTORCH_VERSION": version, "PYTORCH_BUILD_VERSION": version})
    return missed


def other_user(user):
    """Commands run as another user, who may read this one's files."""
    prefix = ["setpriv", "--reuid", str(user), "--regid", str(user), "--clear-groups",
              "--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search"]
    if os.geteuid() != 0 or subprocess.run([*prefix, "true"], capture_output=True).returncode:
        raise Skipped("needs the right to become another user")
    return prefix


@case("shared cache")
def shared_cache(place):
    cache = place.folder / "cache"
    environment = {"DUALANODIFF_CACHE": str(cache), "HOME": "/nonexistent"}
    missed = place.plan("builtin:small", 0, [], environment=environment)
    prefix = other_user(54321)
    store = place.folder / "other"
    store.mkdir()
    os.chown(store, 54321, 54321)
    return missed + place.plan("builtin:small", 0, [], f"store={store}", environment=environment, prefix=prefix, cwd="/")


@case("broken downloads")
def broken(place):
    missed = []
    for file in ("unet/diffusion_pytorch_model.safetensors", "unet/config.json", "tokenizer/vocab.json"):
        for kind, (content, word) in BROKEN.items():
            base = place.copy()
            (base / file).write_text(content)
            missed += place.plan(base, 2, [file, word])
    for ending in ("bin", "ckpt"):
        base = place.copy()
        if ending == "bin":
            (base / "unet/diffusion_pytorch_model.safetensors").unlink()
        file = base / ("unet/diffusion_pytorch_model.bin" if ending == "bin" else "model.ckpt")
        file.write_text(LFS)
        missed += place.plan(base if ending == "bin" else file, 2, [str(file), "git lfs pull"])
    return missed


@case("newest Java")
def newest_java(place):
    homes = [home for home in Path("/usr/lib/jvm").glob("*") if (home / "release").exists()
             and any(f'"{v}' in (home / "release").read_text() for v in (24, 25, 26))]
    if not homes:
        raise Skipped("no Java of 24 or newer in /usr/lib/jvm")
    return place.run(["augment", *QUICK, "--set", f"store={place.folder / 'store'}"], 0, ["complete: "],
                     {"JAVA_HOME": str(homes[0])})


@case("SPARK_HOME of 3.5 / Scala 2.12")
def old_spark(place):
    jar = place.folder / "old.jar"
    with zipfile.ZipFile(jar, "w") as zipped:
        zipped.writestr("spark-version-info.properties", "version=3.5.6\n")
        zipped.writestr("library.properties", "version.number=2.12.18\n")
    spark = place.folder / "spark/bin/spark-submit"
    spark.parent.mkdir(parents=True)
    target = ROOT / "jobs/target"
    # As spark-submit does it, with what an older Spark says of itself first.
    spark.write_text(f"#!/bin/sh\nshift 3\nexec java $(cat {target}/embedded.options) -cp {jar}:{target}/classes:"
                     f"$(cat {target}/embedded.classpath) org.dualanodiff.jobs.Main \"$@\"\n")
    spark.chmod(0o755)
    return place.plan(place.model, 2, ["this is Spark 3.5.6 with Scala 2.12", "4.1 with 2.13 is needed"],
                      environment={"SPARK_HOME": str(place.folder / "spark")})


@case("launcher through a symbolic link; CDPATH exported")
def launcher(place):
    link = place.folder / "dualanodiff"
    link.symlink_to(ROOT / "bin/dualanodiff")
    return place.run(["--version"], 0, ["dualanodiff"], launcher=str(link)) \
        + place.run(["--version"], 0, ["dualanodiff"], {"CDPATH": "/usr:/tmp"}, launcher="bin/dualanodiff", cwd=ROOT)


@case("user id without a name")
def nameless(place):
    place.folder.chmod(0o777)
    return place.plan(place.model, 0, [], prefix=other_user(54321), cwd="/",
                      environment={"HOME": str(place.folder), "DUALANODIFF_CACHE": str(place.folder / "cache")})


@case("/tmp mounted noexec; /tmp of 1 MB")
def temporary(place):
    folder = place.folder / "tmp"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "noexec,size=1m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        raise Skipped("needs the right to mount")
    try:
        return place.plan(place.model, 2, [str(folder), "noexec", "MB free", "needs", "java.io.tmpdir"],
                          environment={"JAVA_OPTS": f"-Djava.io.tmpdir={folder}"})
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@case("store path with [ ] { }")
def store_path(place):
    store = place.folder / "line [1] {a,b}"
    arguments = ["augment", *QUICK, "--set", f"store={store}"]
    return place.run(arguments, 0, ['"status":"complete"']) + place.run(arguments, 0, ['"generated":0'])


@case("inpainting base")
def inpainting(place):
    base = place.copy()
    change(base / "unet/config.json", in_channels=9)
    file = base / "unet/diffusion_pytorch_model.safetensors"
    named = tensors(file)
    dtype, (out, _, height, width), content = named["conv_in.weight"]
    named["conv_in.weight"] = (dtype, [out, 9, height, width], b"\0" * (len(content) // 4 * 9))
    write_tensors(file, named)
    return place.plan(base, 2, ["in_channels 9", "an inpainting model"])


@case("models converted in 2022")
def converted(place):
    base = place.copy()
    change(base / "unet/config.json", sample_size=32, _diffusers_version="0.6.0")
    change(base / "scheduler/scheduler_config.json", clip_sample=True, steps_offset=0)
    return place.plan(base, 0, ["sample_size 32", "clip_sample true", "steps_offset 0", "512 x 512 pixels"])


def ldm(base):
    """The model's tensors by the names of the LDM code, as single files have them."""
    unet = json.loads((base / "unet/config.json").read_text())
    levels = len(json.loads((base / "vae/config.json").read_text())["block_out_channels"])
    layers = unet.get("layers_per_block", 2)
    attention = [kind.startswith("CrossAttn") for kind in unet["up_block_types"]]

    def resnet(rest):
        for new, old in (("norm1.", "in_layers.0."), ("conv1.", "in_layers.2."), ("time_emb_proj.", "emb_layers.1."),
                         ("norm2.", "out_layers.0."), ("conv2.", "out_layers.3."), ("conv_shortcut.", "skip_connection.")):
            rest = rest.replace(new, old)
        return rest

    def unet_name(name):
        block = re.match(r"(down|up)_blocks\.(\d+)\.(\w+)\.(\d+)\.(.*)", name)
        if block:
            way, level, kind, index, rest = block[1], int(block[2]), block[3], int(block[4]), block[5]
            row = level * (layers + 1) + (way == "down")
            rows = "input_blocks." if way == "down" else "output_blocks."
            if kind == "resnets":
                return f"{rows}{row + index}.0.{resnet(rest)}"
            if kind == "attentions":
                return f"{rows}{row + index}.1.{rest}"
            if kind == "downsamplers":
                return f"{rows}{row + layers}.0.{rest.replace('conv.', 'op.')}"
            return f"{rows}{row + layers}.{2 if attention[level] else 1}.{rest}"
        mid = re.match(r"mid_block\.(resnets|attentions)\.(\d+)\.(.*)", name)
        if mid:
            return f"middle_block.{2 * int(mid[2])}.{resnet(mid[3])}" if mid[1] == "resnets" else f"middle_block.1.{mid[3]}"
        for new, old in (("time_embedding.linear_1.", "time_embed.0."), ("time_embedding.linear_2.", "time_embed.2."),
                         ("conv_in.", "input_blocks.0.0."), ("conv_norm_out.", "out.0."), ("conv_out.", "out.2.")):
            name = name.replace(new, old)
        return name

    def vae_name(name):
        block = re.match(r"(encoder|decoder)\.(down|up)_blocks\.(\d+)\.(\w+)\.(\d+)\.(.*)", name)
        if block:
            level = int(block[3]) if block[2] == "down" else levels - 1 - int(block[3])
            rest = block[6].replace("conv_shortcut.", "nin_shortcut.")
            kind = f"block.{block[5]}" if block[4] == "resnets" else block[4][:-2]
            return f"{block[1]}.{block[2]}.{level}.{kind.replace('sampler', 'sample')}.{rest}"
        mid = re.match(r"(encoder|decoder)\.mid_block\.(resnets|attentions)\.(\d+)\.(.*)", name)
        if mid:
            rest = mid[4]
            for new, old in (("group_norm.", "norm."), ("to_q.", "q."), ("to_k.", "k."), ("to_v.", "v."), ("to_out.0.", "proj_out.")):
                rest = rest.replace(new, old)
            return f"{mid[1]}.mid." + (f"block_{int(mid[3]) + 1}" if mid[2] == "resnets" else "attn_1") + "." + rest
        return name.replace("conv_norm_out.", "norm_out.")

    named = {}
    for folder, prefix, translate in (("unet", "model.diffusion_model.", unet_name), ("vae", "first_stage_model.", vae_name),
                                      ("text_encoder", "cond_stage_model.transformer.", lambda name: name)):
        for file in (base / folder).glob("*.safetensors"):
            named.update({prefix + translate(name): tensor for name, tensor in tensors(file).items()})
    return named


def lightning(file, named):
    """As PyTorch Lightning saves a model: storages in a zip, and a trainer's objects beside the weights."""
    out = [b"\x80\x02}("]

    def text(value):
        out.append(b"X" + struct.pack("<I", len(value.encode())) + value.encode())

    def number(value):
        out.append(b"J" + struct.pack("<i", value))

    def numbers(values):
        out.append(b"(")
        [number(value) for value in values]
        out.append(b"t")

    text("callbacks")
    out.append(b"}cpytorch_lightning.callbacks.model_checkpoint\nModelCheckpoint\n}s")
    text("state_dict")
    out.append(b"}(")
    for index, (name, (dtype, shape, content)) in enumerate(named.items()):
        storage = {"F32": "Float", "F16": "Half", "BF16": "BFloat16", "I64": "Long"}[dtype]
        text(name)
        out.append(b"ctorch._utils\n_rebuild_tensor_v2\n((")
        text("storage")
        out.append(f"ctorch\n{storage}Storage\n".encode())
        text(str(index))
        text("cpu")
        number(len(content))
        out.append(b"tQ")
        number(0)
        numbers(shape)
        numbers([math.prod(shape[i + 1:]) for i in range(len(shape))])
        out.append(b"\x89NtR")
    out.append(b"uu.")
    with zipfile.ZipFile(file, "w") as zipped:
        zipped.writestr("archive/data.pkl", b"".join(out))
        for index, (_, _, content) in enumerate(named.values()):
            zipped.writestr(f"archive/data/{index}", content)


@case("single files")
def single(place):
    base = place.copy()
    named = ldm(base)
    write_tensors(base / "short.safetensors", {name.replace("text_model.", ""): data for name, data in named.items()})
    write_tensors(base / "model.ckpt", named)
    lightning(base / "sd-v1-4.ckpt", named)
    missed = []
    for name in ("short.safetensors", "model.ckpt", "sd-v1-4.ckpt"):
        missed += place.plan(base / name, 0, ["base model", name])
    return missed


@case("hub cache root as base model; unreadable folder")
def hub(place):
    root = place.folder / "models--org--sd"
    (root / "refs").mkdir(parents=True)
    (root / "refs/main").write_text("0123abc")
    shutil.copytree(place.model, root / "snapshots/0123abc", copy_function=shutil.copyfile)
    missed = place.plan(root, 0, ["base model", f"{root}/snapshots/0123abc"])
    base = place.copy()
    (base / "unet").chmod(0)
    prefix = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-dac_override,-dac_read_search"] \
        if os.geteuid() == 0 else []
    try:
        return missed + place.plan(base, 2, ["unet", "permission denied"], prefix=prefix)
    finally:
        (base / "unet").chmod(0o755)


@case("service links of Kubernetes")
def service_links(place):
    return place.plan(place.model, 0, [], environment={
        "DUALANODIFF_UI_PORT": "tcp://10.0.0.7:4040", "DUALANODIFF_UI_SERVICE_HOST": "10.0.0.7",
        "DUALANODIFF_UI_PORT_4040_TCP_ADDR": "10.0.0.7"})


@case("error line glued to a log line")
def glued(place):
    # A driver that finds no address to listen on is an unexpected failure, and is logged.
    return place.plan(place.model, 1, [], "spark.conf.spark.driver.bindAddress=203.0.113.1")


@case("moved checkout; two jars in jobs/target")
def moved(place):
    checkout = place.folder / "moved checkout"
    (checkout / "bin").mkdir(parents=True)
    shutil.copy(ROOT / "bin/dualanodiff", checkout / "bin")
    shutil.copytree(ROOT / "jobs/target/classes", checkout / "jobs/target/classes")
    for name in ("embedded.classpath", "embedded.options"):
        shutil.copy(ROOT / "jobs/target" / name, checkout / "jobs/target")
    missed = place.run(["--version"], 2, ["built elsewhere", "no checkout"], launcher=str(checkout / "bin/dualanodiff"))
    spark = place.folder / "spark/bin/spark-submit"
    spark.parent.mkdir(parents=True)
    spark.write_text("#!/bin/sh\necho \"$@\"\n")
    spark.chmod(0o755)
    for version in ("0.0.9", "0.1.0"):
        (checkout / f"jobs/target/dualanodiff-{version}.jar").write_text("")
    os.utime(checkout / "jobs/target/dualanodiff-0.0.9.jar", (0, 0))
    (checkout / "jobs/target/embedded.classpath").write_text("")
    return missed + place.run(["--version"], 0, ["dualanodiff-0.1.0.jar --version"],
                              {"SPARK_HOME": str(place.folder / "spark")}, launcher=str(checkout / "bin/dualanodiff"))


@case("a new DAG is paused")
def paused(place):
    said = (ROOT / "airflow/README.md").read_text()
    return [] if "airflow dags unpause dualanodiff_nightly" in said else ["airflow/README.md does not say it"]


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    wanted = sys.argv[2:]
    failed = 0
    with tempfile.TemporaryDirectory(prefix="starting-") as work:
        os.chmod(work, 0o755)
        model = Path(sys.argv[1])
        if sys.argv[1] == "random-model":
            model = Path(work) / "model"
            subprocess.run([LAUNCHER, "random-model", "--out", str(model)], check=True, capture_output=True)
        print("| case | outcome |\n|---|---|", flush=True)
        for number, (row, function) in enumerate(CASES.items(), 1):
            if wanted and str(number) not in wanted:
                continue
            folder = Path(work) / f"case-{number}"
            folder.mkdir()
            try:
                missed = function(Place(model.resolve(), folder))
                outcome = "as it must be" if not missed else "MISSED: " + "; ".join(missed)
            except Skipped as why:
                missed, outcome = [], f"skipped: {why}"
            failed += bool(missed)
            print(f"| {number} {row} | {outcome} |", flush=True)
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
