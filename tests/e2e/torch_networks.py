"""ResNet-1D or the improved CNN in PyTorch, for the test that exchanges checkpoints with it.

Loads a model of this project strictly, prints its logits on signals, saves a model of its own after a
training pass, and prints that one's logits.

Run: python3 torch_networks.py architecture width classes ours.pt signals.bin theirs.pt
signals.bin: float32 [3, T, 12].
"""

import json
import sys
from pathlib import Path

import torch

sys.dont_write_bytecode = True
sys.path.append(str(Path(__file__).resolve().parent.parent / "fixtures" / "parity"))
from classifier_networks import ImprovedECGClassifier, ResNet1D

architecture, width, classes, ours_file, signals_file, out = sys.argv[1:]
network = {"ResNet1D": ResNet1D, "ImprovedECGClassifier": ImprovedECGClassifier}[architecture]

with open(signals_file, "rb") as file:
    signals = torch.frombuffer(bytearray(file.read()), dtype=torch.float32)
signals = signals.reshape(3, -1, 12).transpose(1, 2).contiguous()


def logits(model):
    model.eval()
    with torch.no_grad():
        return model(signals).flatten().double().tolist()


ours = network(int(width), int(classes))
ours.load_state_dict(torch.load(ours_file, weights_only=True)["model"], strict=True)

torch.manual_seed(5)
theirs = network(int(width), int(classes))
theirs.train()
theirs(signals)
torch.save({"model": theirs.state_dict()}, out)
print(json.dumps({"ours": logits(ours), "theirs": logits(theirs)}))
