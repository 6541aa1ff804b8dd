"""Deep networks of PyTorch whose layers differ in activation and norm, as pickled modules; two quantized files.

Run with python3 and PyTorch (1.13 wrote the files that are committed): python3 test/models/torch_deep.py
"""

import torch
from torch import nn
from torch.nn.utils import weight_norm

from golden import Golden, inputs, loss
from torch_files import gradients, path

torch.manual_seed(6)
golden = Golden("torch_deep")
X, Y = 3, 2


def deep(file, model, modules, about, **spec):
    """`modules`: by the name a module has in evanesce, its place in the Sequential."""
    names = {
        f"{ours}.{parameter}": f"{place}.{parameter}"
        for ours, place in modules.items()
        for parameter, _ in model[place].named_parameters()
    }
    grads = gradients(loss(model(inputs(8, X))), model, names)
    torch.save(model, path(file))
    golden.add(file, {"kind": "feedforward", "inputs": X, "outputs": Y, **spec}, grads, about=about, outputs=Y)


deep(
    "mixed_activations.pt",
    nn.Sequential(nn.Linear(X, 6), nn.Tanh(), nn.Linear(6, 6), nn.ReLU(), nn.Linear(6, 5), nn.GELU(), nn.Linear(5, Y)),
    {"layers.0": 0, "layers.1": 2, "layers.2": 4, "readout": 6},
    "tanh, then ReLU, then GELU",
    width=[6, 6, 5],
    layerwise=[{"activation": "tanh"}, {"activation": "relu"}, {"activation": "gelu"}],
)

deep(
    "mixed_norms.pt",
    nn.Sequential(
        nn.Linear(X, 6), nn.BatchNorm1d(6), nn.ReLU(),
        nn.Linear(6, 6), nn.ReLU(),
        nn.Linear(6, 6), nn.LayerNorm(6), nn.ReLU(),
        weight_norm(nn.Linear(6, 6)), nn.ReLU(),
        nn.Linear(6, Y),
    ),
    {"layers.0": 0, "norms.0": 1, "layers.1": 3, "layers.2": 5, "norms.2": 6, "layers.3": 8, "readout": 10},
    "batch norm, no norm, layer norm, weight norm",
    width=6,
    activation="relu",
    layerwise=[{"norm": "batch"}, {"norm": "none"}, {"norm": "layer"}, {"norm": "weight"}],
)

deep(
    "norm_behind_activation.pt",
    nn.Sequential(nn.Linear(X, 6), nn.Tanh(), nn.LayerNorm(6), nn.Linear(6, 6), nn.SiLU(), nn.Linear(6, Y)),
    {"layers.0": 0, "norms.0": 2, "layers.1": 3, "readout": 5},
    "a layer norm behind tanh, then SiLU without a norm",
    width=6,
    layerwise=[{"activation": "tanh", "norm": "layer"}, {"activation": "silu", "norm": "none"}],
    normPosition="after",
)

# Files that are refused: a quantized network's state_dict, and the network itself.
torch.backends.quantized.engine = "qnnpack"
quantized = torch.quantization.quantize_dynamic(nn.Sequential(nn.Linear(X, 4), nn.ReLU(), nn.Linear(4, Y)), {nn.Linear})
torch.save(quantized.state_dict(), path("quantized.pt"))
torch.save(quantized, path("whole_quantized.pt"))

golden.write()
