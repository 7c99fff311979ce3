"""The classifier in PyTorch, for the test that exchanges checkpoints with it.

Loads an encoder and a classifier of this project strictly, prints the classifier's probabilities on
signals, and saves a classifier of its own as PyTorch users do.

Run: python3 torch_model.py encoder.pt classifier.pt signals.bin out.pt
signals.bin: float32 [records, 128, 12] in mV.
"""

import json
import sys

import torch
from torch import nn

WIDTH = 64
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
            Block(a * WIDTH or 12, b * WIDTH, k, s) for a, b, k, s in BLOCKS
        ])

    def forward(self, x):
        return self.features(x)


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = Encoder()
        self.head = nn.Linear(4 * WIDTH, 5)

    def forward(self, x):
        return self.head(self.encoder(x).mean(dim=2))


encoder_file, classifier_file, signals_file, out = sys.argv[1:]
encoder = Encoder()
encoder.load_state_dict(torch.load(encoder_file, weights_only=True)["encoder"], strict=True)

with open(signals_file, "rb") as file:
    signals = torch.frombuffer(bytearray(file.read()), dtype=torch.float32)
signals = signals.reshape(-1, 128, 12).transpose(1, 2).contiguous()


def probabilities(model):
    model.eval()
    with torch.no_grad():
        return torch.sigmoid(model(signals)).flatten().double().tolist()


ours = Classifier()
ours.load_state_dict(torch.load(classifier_file, weights_only=True)["model"], strict=True)

torch.manual_seed(5)
theirs = Classifier()
theirs.encoder.load_state_dict(encoder.state_dict())
torch.save({"model": theirs.state_dict()}, out)
print(json.dumps({"ours": probabilities(ours), "theirs": probabilities(theirs)}))
