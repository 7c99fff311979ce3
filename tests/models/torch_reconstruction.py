"""Masked reconstruction's network in PyTorch, for the test that exchanges checkpoints with it.

Loads a network of this project strictly, prints its reconstruction of signals, and saves a network of
its own as PyTorch users do, whose reconstruction it prints as well.

Run: python3 torch_reconstruction.py WIDTH LENGTH ours.pt signals.bin theirs.pt
signals.bin: float32 [records, LENGTH, 12].
"""

import json
import sys

import torch
from torch import nn

width, length = int(sys.argv[1]), int(sys.argv[2])
ours_file, signals_file, theirs_file = sys.argv[3:]
# In and out as multiples of the width (the first in: 12 leads), kernel, stride.
BLOCKS = [(0, 1, 11, 2), (1, 1, 7, 1), (1, 2, 7, 2), (2, 2, 5, 1), (2, 4, 5, 2), (4, 4, 3, 1)]


class Block(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride):
        super().__init__()
        self.block = nn.Sequential(
            nn.Conv1d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
            nn.BatchNorm1d(outputs),
            nn.ReLU(),
        )

    def forward(self, x):
        return self.block(x)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(*[
            Block(a * width or 12, b * width, k, s) for a, b, k, s in BLOCKS
        ])

    def forward(self, x):
        return self.features(x)


class Reconstruction(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = Encoder()
        self.decoder = nn.Sequential(
            nn.ConvTranspose1d(4 * width, 2 * width, 4, stride=2, padding=1),
            nn.ReLU(),
            nn.ConvTranspose1d(2 * width, width, 4, stride=2, padding=1),
            nn.ReLU(),
            nn.ConvTranspose1d(width, width // 2, 4, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv1d(width // 2, 12, 3, padding=1),
        )

    def forward(self, x):
        return self.decoder(self.encoder(x))[:, :, : x.shape[2]]


with open(signals_file, "rb") as file:
    signals = torch.frombuffer(bytearray(file.read()), dtype=torch.float32)
signals = signals.reshape(-1, length, 12).transpose(1, 2).contiguous()


def reconstruct(model):
    model.eval()
    with torch.no_grad():
        return model(signals).transpose(1, 2).flatten().double().tolist()


ours = Reconstruction()
ours.load_state_dict(torch.load(ours_file, weights_only=True)["model"], strict=True)
torch.manual_seed(5)
theirs = Reconstruction()
# Running statistics other than the defaults.
theirs(signals)
torch.save({"model": theirs.state_dict()}, theirs_file)
print(json.dumps({"ours": reconstruct(ours), "theirs": reconstruct(theirs)}))
