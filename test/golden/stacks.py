"""
Golden files of networks whose layers differ: recurrent stacks in cell and width, deep networks in activation and norm. PyTorch,
float64. Each layer is a module of its own; the loss of a stack is at every step, or at the last step of both directions.
"""
import torch
from torch import nn

from encode import float32
from passes import write_pass

class RMSNorm(nn.Module):
    """torch.nn.RMSNorm, not in PyTorch 1.13."""

    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(dim=1, keepdim=True) + 1e-5) * self.weight


NORMS = {"layer": nn.LayerNorm, "batch": nn.BatchNorm1d, "rms": RMSNorm}

CELLS = {"tanh": nn.RNN, "relu": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


def case(name, cells, hidden, bidirectional=False, every=True, B=5, T=7, X=3, Y=4):
    torch.manual_seed(17)
    D = 2 if bidirectional else 1
    layers = []
    for cell, inputs, H in zip(cells, [X, *[D * h for h in hidden]], hidden):
        more = {"nonlinearity": cell} if CELLS[cell] is nn.RNN else {}
        layers.append(CELLS[cell](inputs, H, bidirectional=bidirectional, **more).double())
    readout = nn.Linear(D * hidden[-1], Y).double()
    parameters = {
        f"rnn.{k.replace('_l0', f'_l{n}')}": p for n, layer in enumerate(layers) for k, p in layer.named_parameters()
    } | {f"readout.{k}": p for k, p in readout.named_parameters()}
    with torch.no_grad():
        for p in parameters.values():
            p.copy_(float32(torch.randn_like(p) * 0.4))
    inputs = float32(torch.randn(T, B, X).double())
    targets = float32(torch.randn(*([T, B] if every else [B]), Y).double())
    h = inputs
    for layer in layers:
        h, _ = layer(h)
    value = nn.functional.mse_loss(readout(h if every else h[-1]), targets)
    value.backward()
    write_pass(
        "stacks",
        name,
        {
            "spec": {
                "kind": "recurrent", "cell": cells, "hidden": hidden, "inputs": X, "outputs": Y,
                **({"bidirectional": True} if bidirectional else {}),
            },
            "batch": {"batch": B, "steps": T, "inputSize": X, "loss": "mse", "lossAt": "every" if every else "last"},
            "lengths": [T] * B,
        },
        parameters,
        inputs,
        targets,
        value,
    )


def deep(name, activations, width, norm=None, B=6, X=3, Y=4):
    """Dense layers, each with its own activation, of torch.nn.functional; `norm`, one or one a layer, before it."""
    torch.manual_seed(29)
    kinds = norm if isinstance(norm, list) else [norm] * len(width)
    layers = [nn.Linear(n, h).double() for n, h in zip([X, *width], width)]
    layers = [nn.utils.weight_norm(l) if kind == "weight" else l for l, kind in zip(layers, kinds)]
    norms = [NORMS[kind](h).double() if kind in NORMS else None for h, kind in zip(width, kinds)]
    slopes = [torch.full((1,), 0.25).double().requires_grad_() if a == "prelu" else None for a in activations]
    readout = nn.Linear(width[-1], Y).double()
    parameters = {f"layers.{l}.{k}": p for l, layer in enumerate(layers) for k, p in layer.named_parameters()}
    parameters |= {f"norms.{l}.{k}": p for l, layer in enumerate(norms) if layer for k, p in layer.named_parameters()}
    parameters |= {f"activations.{l}.weight": p for l, p in enumerate(slopes) if p is not None}
    parameters |= {f"readout.{k}": p for k, p in readout.named_parameters()}
    with torch.no_grad():
        for p in parameters.values():
            p.copy_(float32(p + torch.randn_like(p) * 0.3))
    inputs, targets = float32(torch.randn(B, X).double()), float32(torch.randn(B, Y).double())
    h = inputs
    for l, (layer, activation) in enumerate(zip(layers, activations)):
        h = layer(h)
        h = norms[l](h) if norms[l] else h
        h = nn.functional.prelu(h, slopes[l]) if activation == "prelu" else getattr(nn.functional, activation)(h)
    value = nn.functional.mse_loss(readout(h), targets)
    value.backward()
    write_pass(
        "layers",
        name,
        {
            "spec": {
                "kind": "feedforward", "activation": activations, "width": width, "inputs": X, "outputs": Y,
                **({"norm": norm} if norm else {}),
            },
        },
        parameters,
        inputs,
        targets,
        value,
    )


def generate_all():
    deep("deep", ["relu", "tanh", "sigmoid", "softsign"], [5, 9, 4, 8])
    deep("deep-slopes", ["prelu", "elu", "prelu"], [6, 6, 6])
    deep("deep-normed", ["gelu", "relu", "tanh"], [7, 3, 5], norm="layer")
    norms = ["layer", "none", "batch", "weight", "rms"]
    deep("deep-norms", ["gelu", "relu", "tanh", "tanh", "prelu"], [7, 3, 5, 9, 4], norm=norms)
    case("lstm-gru-tanh", ["lstm", "gru", "tanh"], [6, 3, 5])
    case("widths", ["gru", "gru"], [4, 9], every=False)
    case("both", ["gru", "lstm"], [5, 3], bidirectional=True)
