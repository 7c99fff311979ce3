"""PyTorch, eager, as a contender; see `problem.ts`.

On CUDA three answers: float32 with TF32 off (the one to compare with), TF32, and bfloat16 autocast.
On the processor float32 alone.
"""

import json
import math
import os
import sys
import time
from contextlib import nullcontext

import torch
from torch import nn
from torch.nn import functional

folder, seconds = sys.argv[1], float(sys.argv[2])
with open(f"{folder}/problem.json") as file:
    problem = json.load(file)
with open(f"{folder}/problem.safetensors", "rb") as file:
    header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    data = bytearray(file.read())
tensors = {
    name: torch.frombuffer(
        data, dtype=torch.float32, count=math.prod(entry["shape"]), offset=entry["data_offsets"][0]
    ).reshape(entry["shape"])
    for name, entry in header.items()
    if name != "__metadata__"
}


def linear(layer):
    outputs, inputs = tensors[layer["weight"]].shape
    return nn.Linear(inputs, outputs)


class Network(nn.Module):
    """Its tensors have the names of the problem's."""

    def __init__(self):
        super().__init__()
        features = []
        for block in problem["blocks"]:
            outputs, inputs, taps = tensors[block["weight"]].shape
            convolution = nn.Conv1d(inputs, outputs, taps, block["stride"], taps // 2, bias=False)
            layers = nn.Sequential(convolution, nn.BatchNorm1d(outputs), nn.ReLU())
            features.append(nn.Sequential())
            features[-1].add_module("block", layers)
        self.encoder = nn.Module()
        self.encoder.features = nn.Sequential(*features)
        self.projection_head = nn.Module()
        self.projection_head.net = nn.Sequential(linear(problem["hidden"]), nn.ReLU(), linear(problem["output"]))
        self.load_state_dict({**self.state_dict(), **{k: v for k, v in tensors.items() if k != "x"}})

    def forward(self, x):
        return self.projection_head.net(self.encoder.features(x).mean(dim=2))


def measure(name, about, device, autocast=nullcontext):
    network = Network().to(device)
    optimizer = torch.optim.Adam(network.parameters(), lr=problem["learningRate"])
    x = tensors["x"].transpose(1, 2).contiguous().to(device)
    count = len(x)
    targets = (torch.arange(count, device=device) + count // 2) % count
    diagonal = torch.eye(count, dtype=torch.bool, device=device)

    def step():
        optimizer.zero_grad(set_to_none=True)
        with autocast():
            z = network(x)
        z = functional.normalize(z.float(), dim=1)
        logits = (z @ z.T / problem["temperature"]).masked_fill(diagonal, float("-inf"))
        loss = functional.cross_entropy(logits, targets)
        loss.backward()
        optimizer.step()
        return loss.detach()

    losses = [step().item()]
    before = time.perf_counter()
    losses.append(step().item())
    started = time.perf_counter()
    steps = min(500, max(1, math.ceil(seconds / (started - before))))
    for _ in range(steps):
        loss = step()
    losses.append(loss.item())
    milliseconds = 1000 * (time.perf_counter() - started) / steps
    return dict(name=name, about=about, losses=losses, steps=steps, milliseconds=milliseconds)


def measure_cuda(name, tf32, autocast=nullcontext):
    torch.backends.cuda.matmul.allow_tf32 = tf32
    torch.backends.cudnn.allow_tf32 = tf32
    about = f"torch {torch.__version__}, {torch.cuda.get_device_name()}"
    return measure(name, about, "cuda", autocast)


if torch.cuda.is_available():
    torch.backends.cudnn.benchmark = True
    answers = [
        measure_cuda("PyTorch", False),
        measure_cuda("PyTorch, TF32", True),
        measure_cuda("PyTorch, bf16", True, lambda: torch.autocast("cuda", dtype=torch.bfloat16)),
    ]
else:
    # Some builds start with one thread.
    affinity = getattr(os, "sched_getaffinity", None)
    torch.set_num_threads(len(affinity(0)) if affinity else os.cpu_count() or 1)
    about = f"torch {torch.__version__}, processor, {torch.get_num_threads()} threads"
    answers = [measure("PyTorch", about, "cpu")]
print(json.dumps(answers))
