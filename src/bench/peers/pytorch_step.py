"""PyTorch, eager, in `bench-peers`; see `problem.ts`.

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


class Step:
    def __init__(self, problem, tensors, device):
        blocks = []
        for i, block in enumerate(problem["blocks"]):
            outputs, inputs, taps = tensors[f"encoder.features.{i}.block.0.weight"].shape
            convolution = nn.Conv1d(
                inputs, outputs, taps, block["stride"], (taps - 1) // 2, bias=False
            )
            blocks += [convolution, nn.BatchNorm1d(outputs), nn.ReLU()]
        hidden, features = tensors["projection_head.net.0.weight"].shape
        projection = tensors["projection_head.net.2.weight"].shape[0]
        self.encoder = nn.Sequential(*blocks)
        self.head = nn.Sequential(
            nn.Linear(features, hidden), nn.ReLU(), nn.Linear(hidden, projection)
        )
        with torch.no_grad():
            for i in range(len(problem["blocks"])):
                name = f"encoder.features.{i}.block."
                self.encoder[3 * i].weight.copy_(tensors[name + "0.weight"])
                self.encoder[3 * i + 1].weight.copy_(tensors[name + "1.weight"])
                self.encoder[3 * i + 1].bias.copy_(tensors[name + "1.bias"])
            for i in (0, 2):
                self.head[i].weight.copy_(tensors[f"projection_head.net.{i}.weight"])
                self.head[i].bias.copy_(tensors[f"projection_head.net.{i}.bias"])
        self.encoder.to(device)
        self.head.to(device)
        parameters = [*self.encoder.parameters(), *self.head.parameters()]
        self.optimizer = torch.optim.Adam(parameters, lr=problem["learningRate"])
        self.x = tensors["x"].to(device)
        self.temperature = problem["temperature"]
        count = len(self.x)
        self.targets = (torch.arange(count, device=device) + count // 2) % count
        self.diagonal = torch.eye(count, dtype=torch.bool, device=device)

    def run(self, autocast):
        self.optimizer.zero_grad(set_to_none=True)
        with autocast():
            z = self.head(self.encoder(self.x).mean(dim=2))
        z = functional.normalize(z.float(), dim=1)
        logits = (z @ z.T / self.temperature).masked_fill(self.diagonal, float("-inf"))
        loss = functional.cross_entropy(logits, self.targets)
        loss.backward()
        self.optimizer.step()
        return loss.detach()


def measure(name, about, problem, tensors, device, seconds, autocast):
    step = Step(problem, tensors, device)
    losses = [step.run(autocast).item()]
    before = time.perf_counter()
    losses.append(step.run(autocast).item())
    started = time.perf_counter()
    steps = min(500, max(1, math.ceil(seconds / (started - before))))
    for _ in range(steps):
        loss = step.run(autocast)
    losses.append(loss.item())
    milliseconds = 1000 * (time.perf_counter() - started) / steps
    return {
        "name": name,
        "about": about,
        "losses": losses,
        "steps": steps,
        "milliseconds": milliseconds,
    }


def usable_processors():
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def main():
    folder, seconds = sys.argv[1], float(sys.argv[2])
    with open(f"{folder}/problem.json") as file:
        problem = json.load(file)
    with open(f"{folder}/problem.bin", "rb") as file:
        values = torch.frombuffer(bytearray(file.read()), dtype=torch.float32)
    tensors = {}
    for entry in problem["tensors"]:
        size = 1
        for extent in entry["shape"]:
            size *= extent
        part = values[entry["offset"] : entry["offset"] + size]
        tensors[entry["name"]] = part.reshape(entry["shape"])

    if torch.cuda.is_available():
        device = torch.device("cuda")
        torch.backends.cudnn.benchmark = True
        about = f"torch {torch.__version__}, {torch.cuda.get_device_name()}"

        def run(name, tf32, autocast):
            torch.backends.cuda.matmul.allow_tf32 = tf32
            torch.backends.cudnn.allow_tf32 = tf32
            return measure(name, about, problem, tensors, device, seconds, autocast)

        answers = [
            run("PyTorch", False, nullcontext),
            run("PyTorch, TF32", True, nullcontext),
            run("PyTorch, bf16", True, lambda: torch.autocast("cuda", dtype=torch.bfloat16)),
        ]
    else:
        device = torch.device("cpu")
        # Some builds start with one thread.
        torch.set_num_threads(usable_processors())
        about = f"torch {torch.__version__}, processor, {torch.get_num_threads()} threads"
        answers = [measure("PyTorch", about, problem, tensors, device, seconds, nullcontext)]
    print(json.dumps(answers))


main()
