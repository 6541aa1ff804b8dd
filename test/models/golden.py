"""What the generators of test/models share: inputs and targets by formula, the loss, and how gradients are stored.

Inputs are sin(0.7 i + 0.3), tokens (7 i + 3) mod V, and targets cos(1.3 i + 0.1), i counting row-major, so that a test makes the same ones. Without a
readout the loss is the sum of the last state over H, averaged over B; with one it is the mean squared error.
"""

import base64
import json
import math
import os

import numpy
import torch

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "files")
STEPS, BATCH = 4, 3


def inputs(*shape):
    count = math.prod(shape)
    return torch.sin(0.7 * torch.arange(count, dtype=torch.float64) + 0.3).reshape(shape).to(torch.get_default_dtype())


def targets(*shape):
    count = math.prod(shape)
    return torch.cos(1.3 * torch.arange(count, dtype=torch.float64) + 0.1).reshape(shape).to(torch.get_default_dtype())


def tokens(count, *shape):
    """Whole numbers below `count`."""
    return ((7 * torch.arange(math.prod(shape)) + 3) % count).reshape(shape)


def loss(output):
    """Of a readout's output [B, Y]."""
    return torch.nn.functional.mse_loss(output, targets(*output.shape))


def state_loss(state):
    """Of a last state [B, H]."""
    return state.sum(1).mean()


def stored(gradient):
    values = numpy.ascontiguousarray(gradient.detach().double().numpy(), dtype="<f4")
    return base64.b64encode(values.tobytes()).decode()


class Golden:
    """The entries of one generator, written beside this file as NAME.golden.json."""

    def __init__(self, name):
        self.name = name
        self.entries = []

    def add(self, file, spec, gradients, *, about, options=None, notes=(), steps=STEPS, outputs=None, tokens=None, lengths=None):
        """`gradients`: by the name the parameter has in evanesce, in PyTorch's shape and gate order."""
        # biases ahead of a batch norm: zero but for rounding, in which no two programs agree
        greatest = max(float(value.norm()) for value in gradients.values())
        gradients = {name: value for name, value in gradients.items() if float(value.norm()) > 1e-6 * greatest}
        entry = {
            "file": file,
            "about": about,
            "options": options or {},
            "spec": spec,
            "steps": steps,
            "outputs": outputs,
            "notes": list(notes),
            "gradients": {name: stored(value) for name, value in gradients.items()},
        }
        if tokens is not None:
            entry["tokens"] = tokens
        if lengths is not None:
            entry["lengths"] = list(lengths)
        self.entries.append(entry)

    def write(self):
        path = os.path.join(os.path.dirname(FOLDER), f"{self.name}.golden.json")
        lines = ",\n".join(json.dumps(entry) for entry in self.entries)
        with open(path, "w") as file:
            file.write(f"[\n{lines}\n]\n")
