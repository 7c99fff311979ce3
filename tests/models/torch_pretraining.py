"""BYOL and the contrastive variant in PyTorch, for the test that exchanges checkpoints with them.

Loads a model of this project strictly, runs it in evaluation mode on signals, makes one training pass
with BYOL's online network (so that running statistics and counters move), and saves the result.
Prints the projections z of both models as JSON.

Run: python3 torch_pretraining.py byol|contrastive ours.pt signals.bin theirs.pt
Sizes: width 8; BYOL's hidden layers 12, projection 16. signals.bin: float32 [4, 100, 12].
"""

import json
import sys

import torch
from torch import nn

WIDTH, HIDDEN, PROJECTION = 8, 12, 16
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


class Mlp(nn.Module):
    def __init__(self, inputs):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(inputs, HIDDEN),
            nn.BatchNorm1d(HIDDEN),
            nn.ReLU(),
            nn.Linear(HIDDEN, PROJECTION),
        )

    def forward(self, x):
        return self.net(x)


class Byol(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = Encoder()
        self.online_projector = Mlp(4 * WIDTH)
        self.online_predictor = Mlp(PROJECTION)
        self.target_encoder = Encoder()
        self.target_projector = Mlp(4 * WIDTH)

    def forward(self, x):
        return self.online_projector(self.encoder(x).mean(dim=2))


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        wide = 4 * WIDTH
        self.proj = nn.Sequential(nn.Linear(wide, wide), nn.ReLU(), nn.Linear(wide, 128))

    def forward(self, x):
        return self.proj(x)


class Contrastive(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = Encoder()
        self.proj_head = Head()

    def forward(self, x):
        return self.proj_head(self.encoder(x).mean(dim=2))


kind, ours, signals_file, theirs = sys.argv[1:]
model = {"byol": Byol, "contrastive": Contrastive}[kind]()
model.load_state_dict(torch.load(ours, weights_only=True)["model"], strict=True)
with open(signals_file, "rb") as file:
    x = torch.frombuffer(bytearray(file.read()), dtype=torch.float32)
x = x.reshape(4, 100, 12).transpose(1, 2)


def embed():
    model.eval()
    with torch.no_grad():
        return model(x).reshape(-1).tolist()


answers = {"ours": embed()}
model.train()
with torch.no_grad():
    model(x)
    for parameter in model.parameters():
        parameter.mul_(1.1)
answers["theirs"] = embed()
torch.save({"model": model.state_dict()}, theirs)
print(json.dumps(answers))
