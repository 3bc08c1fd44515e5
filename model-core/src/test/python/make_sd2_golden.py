"""Makes the reference numbers of Stable Diffusion 2.x: a tiny model with random weights, and what diffusers makes of it.

usage: make_sd2_golden.py FOLDER

Needs torch, diffusers and transformers; CONTRIBUTING.md has the command. The model has what sets 2.x apart from 1.x: OpenCLIP's
text encoder (GELU, prompts padded with "!"), linear projections in the U-Net, a list of heads, attention scores in fp32, and
v-prediction. Its weights are stored in fp16 and computed with in fp32. Every parameter is random, so nothing is zero by
accident.
"""

import json
import sys
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    StableDiffusionPipeline,
    UNet2DConditionModel,
)
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

PROMPTS = ["a vfx with sks", "a hazelnut with a crack!", ""]
STEPS = 8
GUIDANCE = 3.0
SCHEDULE = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "num_train_timesteps": 1000,
    "prediction_type": "v_prediction",
    "steps_offset": 1,
}


def printable_bytes():
    """The characters that stand for the 256 bytes in CLIP's vocabulary, in its order: "!" is token 0."""
    plain = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAC + 1), *range(0xAE, 0xFF + 1)]
    others = [byte for byte in range(256) if byte not in plain]
    return [chr(byte) for byte in plain] + [chr(256 + i) for i in range(len(others))]


def write_tokenizer(folder):
    folder.mkdir(parents=True, exist_ok=True)
    letters = printable_bytes()
    merges = ["c r", "a c", "a n", "t h</w>", "w i", "cr ac", "crac k</w>", "wi th</w>"]
    tokens = [*letters, *(letter + "</w>" for letter in letters), *(merge.replace(" ", "") for merge in merges)]
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    special = {"bos_token": tokens[-2], "eos_token": tokens[-1], "unk_token": tokens[-1], "pad_token": "!"}
    write_json(folder / "vocab.json", {token: i for i, token in enumerate(tokens)})
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges]) + "\n")
    write_json(folder / "special_tokens_map.json", special)
    write_json(folder / "tokenizer_config.json", {"model_max_length": 77, "tokenizer_class": "CLIPTokenizer", **special})
    return CLIPTokenizer.from_pretrained(folder)


def write_json(path, content):
    path.write_text(json.dumps(content, ensure_ascii=False) + "\n")


def randomize(network, seed):
    """Weights that fp16 holds exactly; norms around 1, so that the signal neither dies nor explodes."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in sorted(network.named_parameters()):
            fan = parameter[0].numel() if parameter.dim() > 1 else 1
            noise = torch.randn(parameter.shape, generator=generator)
            norm = "norm" in name and name.endswith("weight")
            parameter.copy_((1 + 0.2 * noise if norm else noise * (0.2 if fan == 1 else fan**-0.5)).half().float())
    return network.eval()


def pipeline(folder):
    tokenizer = write_tokenizer(folder / "tokenizer")
    text = CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(tokenizer),
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            hidden_act="gelu",
            bos_token_id=len(tokenizer) - 2,
            eos_token_id=len(tokenizer) - 1,
            pad_token_id=0,
        )
    )
    unet = UNet2DConditionModel(
        sample_size=8,
        block_out_channels=(16, 32),
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        layers_per_block=1,
        attention_head_dim=[2, 4],
        cross_attention_dim=32,
        norm_num_groups=8,
        use_linear_projection=True,
        upcast_attention=True,
    )
    vae = AutoencoderKL(
        block_out_channels=(8, 16),
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        layers_per_block=1,
        norm_num_groups=4,
        latent_channels=4,
        sample_size=16,
    )
    return StableDiffusionPipeline(
        vae=randomize(vae, 1),
        text_encoder=randomize(text, 2),
        tokenizer=tokenizer,
        unet=randomize(unet, 3),
        scheduler=DDIMScheduler(set_alpha_to_one=False, clip_sample=False, **SCHEDULE),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


@torch.no_grad()
def numbers(model):
    generator = torch.Generator().manual_seed(4)
    ids = model.tokenizer(PROMPTS, padding="max_length", truncation=True, return_tensors="pt").input_ids
    states = model.text_encoder(ids).last_hidden_state
    latents = torch.randn((2, 4, 8, 8), generator=generator)
    noise = torch.randn((2, 4, 8, 8), generator=generator)
    timesteps = torch.tensor([101, 801])
    result = {
        "input_ids": ids,
        "last_hidden_state": states,
        "latents": latents,
        "noise": noise,
        "timesteps": timesteps,
        "prediction": model.unet(latents, timesteps, states[:2]).sample,
        "velocity": model.scheduler.get_velocity(latents, noise, timesteps),
    }
    samplers = {
        "ddim": model.scheduler,
        "dpm": DPMSolverMultistepScheduler(final_sigmas_type="sigma_min", **SCHEDULE),
    }
    for name, sampler in samplers.items():
        model.scheduler = sampler
        result[name] = model(
            prompt=PROMPTS[:2],
            latents=noise,
            num_inference_steps=STEPS,
            guidance_scale=GUIDANCE,
            output_type="latent",
        ).images
        result[name + ".timesteps"] = sampler.timesteps.clone()
    model.scheduler = samplers["ddim"]
    return {name: tensor.contiguous() for name, tensor in result.items()}


def main(folder):
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    model = pipeline(folder / "model")
    save_file(numbers(model), folder / "numbers.safetensors")
    write_json(folder / "numbers.json", {"prompts": PROMPTS, "steps": STEPS, "guidance": GUIDANCE})
    # Saved last: pipelines are saved with the type that their weights have then.
    model.to(torch.float16).save_pretrained(folder / "model")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
