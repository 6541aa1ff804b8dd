"""
Golden files of whole models: dense layers before a recurrent network, pooling of its padded sequences, dense layers
behind it. PyTorch, float64.
"""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from encode import float32
from passes import write_pass

CELLS = {"tanh": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
PHI = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU, "sigmoid": nn.Sigmoid, "softplus": nn.Softplus}


class Dense(nn.Module):
    def __init__(self, inputs, width, activation, norm):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(width, inputs))
        self.bias = nn.Parameter(torch.randn(width))
        if norm == "layer":
            self.norm = nn.LayerNorm(width)
        self.normed = norm == "layer"
        self.phi = PHI[activation]()

    def forward(self, x):
        a = nn.functional.linear(x, self.weight, self.bias)
        return self.phi(self.norm(a) if self.normed else a)


def run(block, inputs):
    layers, widths = [], []
    for width, activation, norm in zip(block["width"], block["activation"], block["norm"]):
        layers.append(Dense(inputs, width, activation, norm))
        inputs = width
    return nn.ModuleList(layers), inputs


def block(width, activation, norm=None):
    return {"width": width, "activation": activation, "norm": norm or ["none"] * len(width)}


EMPTY = block([], [])


def case(name, cell, lengths, stem=EMPTY, head=EMPTY, pooling="last", loss="mse", at="last", layers=1, bidirectional=False, readout=True, embedding=0, X=3, H=5, Y=4):
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(17)
    B, T = len(lengths), max(lengths)
    D = 2 if bidirectional else 1
    table = nn.Embedding(X, embedding) if embedding else None
    stem_layers, S = run(stem, embedding or X)
    rnn = CELLS[cell](S, H, num_layers=layers, bidirectional=bidirectional)
    head_layers, features = run(head, D * H)
    Y = Y if readout else features
    out = nn.Linear(features, Y) if readout else nn.Identity()
    modules = nn.ModuleDict({"stem": stem_layers, "rnn": rnn, "head": head_layers, "readout": out})
    if table:
        modules["embedding"] = table
    modules.double()
    with torch.no_grad():
        for key, p in modules.named_parameters():
            p.copy_(float32(torch.randn_like(p) * 0.5 + (1 if key.endswith("norm.weight") else 0)))
    n = torch.tensor(lengths)
    tokens = torch.randint(X, (T, B)) if table else None
    inputs = float32(torch.randn(T, B, X).double())
    s = table(tokens) if table else inputs
    for layer in stem_layers:
        s = layer(s)
    packed, last = rnn(pack_padded_sequence(s, n, enforce_sorted=False))
    h, _ = pad_packed_sequence(packed, total_length=T)
    real = torch.arange(T)[:, None] < n[None, :]
    if at == "every":
        f = h
    elif pooling == "mean":
        f = h.sum(dim=0) / n[:, None]
    elif pooling == "max":
        f = h.masked_fill(~real[:, :, None], -torch.inf).max(dim=0).values
    elif pooling == "final":
        state = last[0] if cell == "lstm" else last
        f = torch.cat([state[-2], state[-1]], dim=1) if bidirectional else state[-1]
    else:
        f = h[n - 1, torch.arange(B)]
    for layer in head_layers:
        f = layer(f)
    z = out(f)
    rows = (T, B) if at == "every" else (B,)
    if loss == "cross_entropy":
        targets = torch.randint(Y, rows)
        if at == "every":
            value = nn.functional.cross_entropy(z[real], targets[real])
        else:
            value = nn.functional.cross_entropy(z, targets)
    else:
        targets = float32(torch.randn(*rows, Y).double())
        value = nn.functional.mse_loss(z[real], targets[real]) if at == "every" else nn.functional.mse_loss(z, targets)
    value.backward()
    spec = {"kind": "recurrent", "cell": cell, "hidden": H, "layers": layers, "bidirectional": bidirectional, "inputs": X, "pooling": pooling}
    if readout:
        spec["outputs"] = Y
    for key, given in (("stem", stem), ("head", head)):
        if given["width"]:
            spec[key] = given
    if table:
        spec["embedding"] = {"size": embedding}
    write_pass(
        "heads",
        name,
        {
            "spec": spec,
            "batch": {"batch": B, "steps": T, "inputSize": X, "loss": loss, "lossAt": at},
            "lengths": lengths,
        },
        dict(modules.named_parameters()),
        inputs,
        targets,
        value,
        tokens=tokens,
    )


def tied(name, cell, T, B, V=7, E=5, padding=2):
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(19)
    table = nn.Embedding(V, E, padding_idx=padding)
    rnn = CELLS[cell](E, E)
    readout = nn.Linear(E, V)
    readout.weight = table.weight
    modules = nn.ModuleDict({"embedding": table, "rnn": rnn, "readout": readout})
    with torch.no_grad():
        for p in modules.parameters():
            p.copy_(float32(torch.randn_like(p) * 0.5))
    tokens, targets = torch.randint(V, (T, B)), torch.randint(V, (T, B))
    z = readout(rnn(table(tokens))[0])
    value = nn.functional.cross_entropy(z.reshape(T * B, V), targets.reshape(T * B))
    value.backward()
    spec = {"kind": "recurrent", "cell": cell, "hidden": E, "inputs": V, "outputs": V, "embedding": {"size": E, "padding": padding, "tied": True}}
    write_pass(
        "heads",
        name,
        {
            "spec": spec,
            "batch": {"batch": B, "steps": T, "inputSize": V, "loss": "cross_entropy", "lossAt": "every"},
            "lengths": [T] * B,
        },
        dict(modules.named_parameters()),
        torch.zeros(0),
        targets,
        value,
        tokens=tokens,
    )


def generate_all():
    ragged = [5, 9, 1, 7, 7, 2, 9, 4, 3, 6, 8]
    deep = block([7, 4], ["gelu", "tanh"], ["layer", "none"])
    case("stem", "lstm", ragged, stem=block([6], ["relu"]))
    case("stem-both-directions-every", "gru", ragged, stem=block([9, 17], ["tanh", "softplus"], ["none", "layer"]), at="every", loss="cross_entropy", bidirectional=True, layers=2)
    case("head-last", "lstm", ragged, head=deep, loss="cross_entropy")
    case("head-every", "tanh", ragged, head=deep, at="every")
    case("head-without-readout", "gru", [6] * 3, head=block([5, 3], ["tanh", "sigmoid"]), readout=False)
    for pooling in ("mean", "max", "final"):
        case(f"{pooling}", "lstm", ragged, pooling=pooling)
        case(f"{pooling}-both-directions", "gru", ragged, pooling=pooling, bidirectional=True, layers=2, head=block([8], ["relu"]), loss="cross_entropy")
    case("whole", "lstm", ragged, embedding=4, X=9, stem=block([6, 5], ["tanh", "relu"]), head=deep, pooling="max", loss="cross_entropy", bidirectional=True, layers=2)
    case("one-sample", "tanh", [7], stem=block([3], ["tanh"]), head=block([1], ["tanh"]), pooling="mean", H=1)
    case("seventeen", "gru", [4 + i % 5 for i in range(17)], stem=block([17], ["relu"]), head=block([17, 5], ["relu", "tanh"]), pooling="mean", H=17)
    tied("tied", "lstm", 6, 9)
    tied("tied-one-sample", "tanh", 5, 1, V=3, E=1, padding=0)
