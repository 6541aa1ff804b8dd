"""
Golden files of stacks whose layers differ in cell and width: PyTorch, float64. Each layer is a module of its own; the loss
is at every step, or at the last step of both directions.
"""
import torch
from torch import nn

from encode import array, float32, write

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
    write(
        "stacks",
        name,
        {
            "name": name,
            "spec": {
                "kind": "recurrent", "cell": cells, "hidden": hidden, "inputs": X, "outputs": Y,
                **({"bidirectional": True} if bidirectional else {}),
            },
            "batch": {"batch": B, "steps": T, "inputSize": X, "loss": "mse", "lossAt": "every" if every else "last"},
            "lengths": [T] * B,
            "parameters": {k: array(p.detach().float()) for k, p in parameters.items()},
            "inputs": array(inputs.float()),
            "targets": array(targets.float()),
            "loss": value.item(),
            "gradients": {k: array(p.grad) for k, p in parameters.items()},
        },
    )


def generate_all():
    case("lstm-gru-tanh", ["lstm", "gru", "tanh"], [6, 3, 5])
    case("widths", ["gru", "gru"], [4, 9], every=False)
    case("both", ["gru", "lstm"], [5, 3], bidirectional=True)
