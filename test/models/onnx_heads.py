"""Whole recurrent models by torch.onnx.export: embeddings, dense layers before and behind the recurrent core, pooling,
last states; and a GRU with its reset before the product, whose file is written by hand, as torch has none.

Run with python3 and PyTorch; the package onnx is not needed: python3 test/models/onnx_heads.py
"""

import os
import struct
import warnings

import torch
from torch import nn

from golden import BATCH, FOLDER, Golden, inputs, loss, STEPS, tokens

warnings.filterwarnings("ignore")
torch.manual_seed(5)
golden = Golden("onnx_heads")
X, H, Y, V, E = 3, 5, 2, 11, 4


class Model(nn.Module):
    def __init__(self, core, *, vocabulary=0, stem=0, hidden=0, norm=False, pool="last"):
        super().__init__()
        width = X
        if vocabulary:
            self.embedding = nn.Embedding(vocabulary, E)
            width = E
        if stem:
            self.stem = nn.Linear(width, stem)
        self.core = core
        features = core.hidden_size * (2 if core.bidirectional else 1)
        if norm:
            self.norm = nn.LayerNorm(features)
        if hidden:
            self.fc1 = nn.Linear(features, hidden)
        self.fc2 = nn.Linear(hidden or features, Y)
        self.pool = pool

    def forward(self, x):
        if hasattr(self, "embedding"):
            x = self.embedding(x)
        if hasattr(self, "stem"):
            x = torch.relu(self.stem(x))
        steps = 1 if self.core.batch_first else 0
        if self.pool == "final":
            state = self.core(x)[1]
            h_n = state[0] if isinstance(state, tuple) else state
            x = torch.cat([h_n[-2], h_n[-1]], 1) if self.core.bidirectional else h_n[-1]
        else:
            out = self.core(x)[0]
            x = {"last": lambda: out.select(steps, -1), "mean": lambda: out.mean(steps), "max": lambda: out.amax(steps)}[self.pool]()
        if hasattr(self, "norm"):
            x = self.norm(x)
        if hasattr(self, "fc1"):
            x = torch.tanh(self.fc1(x))
        return self.fc2(x)


def recurrent_gradients(core):
    return {f"rnn.{name}": value.grad for name, value in core.named_parameters()}


def whole(file, model, about, cell, spec, notes=(), opset=14):
    x = tokens(V, STEPS, BATCH) if hasattr(model, "embedding") else inputs(STEPS, BATCH, X)
    if model.core.batch_first:
        x = x.transpose(0, 1)
    loss(model(x)).backward()
    grads = recurrent_gradients(model.core)
    for ours, theirs in [("embedding", "embedding"), ("stem.0", "stem"), ("head.0.norm", "norm"), ("head.1" if hasattr(model, "norm") else "head.0", "fc1"), ("readout", "fc2")]:
        if hasattr(model, theirs):
            for name, value in getattr(model, theirs).named_parameters():
                grads[f"{ours}.{name}"] = value.grad
    torch.onnx.export(model.eval(), x, os.path.join(FOLDER, file), opset_version=opset)
    spec = {"kind": "recurrent", "cell": cell, "hidden": H, "outputs": Y, **spec}
    golden.add(file, spec, grads, about=about, notes=notes, outputs=Y, tokens=V if hasattr(model, "embedding") else None)


whole("classifier.onnx", Model(nn.LSTM(E, H), vocabulary=V, hidden=6), "embedding, LSTM and a head of two layers", "lstm", {"inputs": V, "embedding": {"size": E, "tied": False}, "head": {"width": [6], "activation": "tanh"}})
whole("stem.onnx", Model(nn.GRU(4, H), stem=4), "a dense layer with ReLU before a GRU", "gru", {"stem": {"width": [4], "activation": "relu"}})
whole("both_final.onnx", Model(nn.LSTM(X, H, 2, bidirectional=True), pool="final"), "both directions' last states of the second layer", "lstm", {"layers": 2, "bidirectional": True, "pooling": "final"})
whole("state.onnx", Model(nn.GRU(X, H, 2), pool="final"), "h_n of the second layer", "gru", {"layers": 2, "pooling": "last"})
whole("mean.onnx", Model(nn.LSTM(X, H, batch_first=True), pool="mean", norm=True, hidden=6), "batch_first, the mean over steps, layer norm and a head", "lstm", {"pooling": "mean", "head": {"width": [H, 6], "activation": ["identity", "tanh"], "norm": ["layer", "none"]}})
whole("max.onnx", Model(nn.RNN(X, H), pool="max"), "the maximum over steps", "tanh", {"pooling": "max"})


# ---- a model written by hand (onnx/onnx.proto) ------------------------------------------------------------------------


def varint(value):
    out = b""
    while True:
        out += bytes([value & 127 | (128 if value > 127 else 0)])
        value >>= 7
        if value == 0:
            return out


def integer(field, value):
    return varint(field << 3) + varint(value)


def chunk(field, value):
    value = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(value)) + value


def tensor(name, value):
    raw = value.detach().float().contiguous().numpy().tobytes()
    return b"".join(integer(1, axis) for axis in value.shape) + integer(2, 1) + chunk(8, name) + chunk(9, raw)


def index(name, value):
    return integer(2, 7) + chunk(8, name) + chunk(9, struct.pack("<q", value))


def attribute(name, value):
    """A whole number, a list of names or of floats."""
    if isinstance(value, int):
        return chunk(1, name) + integer(3, value) + integer(20, 2)
    if isinstance(value[0], str):
        return chunk(1, name) + b"".join(chunk(9, each) for each in value) + integer(20, 8)
    return chunk(1, name) + chunk(7, struct.pack(f"<{len(value)}f", *value)) + integer(20, 6)


def node(op, taken, given, **attributes):
    out = b"".join(chunk(1, each) for each in taken) + b"".join(chunk(2, each) for each in given) + chunk(4, op)
    for name, value in attributes.items():
        out += chunk(5, attribute(name, value))
    return out


def written(file, nodes, initializers):
    graph = b"".join(chunk(1, each) for each in nodes) + chunk(2, "graph") + b"".join(chunk(5, each) for each in initializers) + chunk(11, chunk(1, "x"))
    with open(os.path.join(FOLDER, file), "wb") as out:
        out.write(integer(1, 7) + chunk(7, graph) + chunk(8, chunk(1, "") + integer(2, 14)))


def reset_before():
    """ONNX's equations with linear_before_reset 0: h~ = tanh(W_h x + R_h (r h) + b). Gates z, r, h."""
    W, R, B = (0.5 * torch.randn(1, 3 * H, X)).requires_grad_(), (0.5 * torch.randn(1, 3 * H, H)).requires_grad_(), (0.5 * torch.randn(1, 6 * H)).requires_grad_()
    h = torch.zeros(BATCH, H)
    Wz, Wr, Wh = W[0].chunk(3)
    Rz, Rr, Rh = R[0].chunk(3)
    wz, wr, wh, rz, rr, rh = B[0].chunk(6)
    for x in inputs(STEPS, BATCH, X):
        z = torch.sigmoid(x @ Wz.T + h @ Rz.T + wz + rz)
        r = torch.sigmoid(x @ Wr.T + h @ Rr.T + wr + rr)
        n = torch.tanh(x @ Wh.T + (r * h) @ Rh.T + wh + rh)
        h = (1 - z) * n + z * h
    fc = nn.Linear(H, Y)
    loss(fc(h)).backward()
    nodes = [
        node("GRU", ["x", "W", "R", "B"], ["", "Y_h"], hidden_size=H, linear_before_reset=0),
        node("Gather", ["Y_h", "zero"], ["h"], axis=0),
        node("Gemm", ["h", "fc.weight", "fc.bias"], ["y"], transB=1),
    ]
    written("gru_reset_before.onnx", nodes, [tensor("W", W), tensor("R", R), tensor("B", B), index("zero", 0), tensor("fc.weight", fc.weight), tensor("fc.bias", fc.bias)])

    def rows(gradient):
        z, r, n = gradient.chunk(3)
        return torch.cat([r, z, n])

    grads = {"rnn.weight_ih_l0": rows(W.grad[0]), "rnn.weight_hh_l0": rows(R.grad[0]), "rnn.bias_ih_l0": rows(B.grad[0, : 3 * H]), "rnn.bias_hh_l0": rows(B.grad[0, 3 * H :]), "readout.weight": fc.weight.grad, "readout.bias": fc.bias.grad}
    golden.add("gru_reset_before.onnx", {"kind": "recurrent", "cell": "gru_reset_before", "inputs": X, "hidden": H, "outputs": Y}, grads, about="a GRU with linear_before_reset 0", outputs=Y)


def hard_lstm():
    """An LSTM with Softsign inside and ONNX's HardSigmoid, of slope 0.2, at its gates. Gates i, o, f, c."""
    W, R, B = (0.5 * torch.randn(1, 4 * H, X)).requires_grad_(), (0.5 * torch.randn(1, 4 * H, H)).requires_grad_(), (0.5 * torch.randn(1, 8 * H)).requires_grad_()
    h = c = torch.zeros(BATCH, H)
    gate = lambda a: torch.clamp(0.2 * a + 0.5, 0, 1)
    for x in inputs(STEPS, BATCH, X):
        i, o, f, g = (x @ W[0].T + h @ R[0].T + B[0, : 4 * H] + B[0, 4 * H :]).chunk(4, 1)
        c = gate(f) * c + gate(i) * nn.functional.softsign(g)
        h = gate(o) * nn.functional.softsign(c)
    fc = nn.Linear(H, Y)
    loss(fc(h)).backward()
    nodes = [
        node("LSTM", ["x", "W", "R", "B"], ["", "Y_h"], hidden_size=H, activations=["HardSigmoid", "Softsign", "Softsign"], activation_alpha=[0.2], activation_beta=[0.5]),
        node("Gather", ["Y_h", "zero"], ["h"], axis=0),
        node("Gemm", ["h", "fc.weight", "fc.bias"], ["y"], transB=1),
    ]
    written("lstm_hard.onnx", nodes, [tensor("W", W), tensor("R", R), tensor("B", B), index("zero", 0), tensor("fc.weight", fc.weight), tensor("fc.bias", fc.bias)])

    def rows(gradient):
        i, o, f, g = gradient.chunk(4)
        return torch.cat([i / 1.2, f / 1.2, g, o / 1.2])

    grads = {"rnn.weight_ih_l0": rows(W.grad[0]), "rnn.weight_hh_l0": rows(R.grad[0]), "rnn.bias_ih_l0": rows(B.grad[0, : 4 * H]), "rnn.bias_hh_l0": rows(B.grad[0, 4 * H :]), "readout.weight": fc.weight.grad, "readout.bias": fc.bias.grad}
    golden.add("lstm_hard.onnx", {"kind": "recurrent", "cell": "lstm", "cellOptions": {"innerActivation": "softsign", "gateActivation": "hardsigmoid"}, "inputs": X, "hidden": H, "outputs": Y}, grads, about="an LSTM of Softsign and HardSigmoid", outputs=Y, notes=["slope 0.2"])


def mixed_stack():
    """Two LSTMs: the first with Relu inside, the second with ONNX's HardSigmoid at its gates. Gates i, o, f, c."""
    weights = [[(0.5 * torch.randn(*shape)).requires_grad_() for shape in ((1, 4 * H, inputs_), (1, 4 * H, H), (1, 8 * H))] for inputs_ in (X, H)]
    acts = [(torch.sigmoid, torch.relu), (lambda a: torch.clamp(0.2 * a + 0.5, 0, 1), torch.tanh)]
    steps = inputs(STEPS, BATCH, X)
    for (W, R, B), (gate, inner) in zip(weights, acts):
        h = c = torch.zeros(BATCH, H)
        outputs = []
        for x in steps:
            i, o, f, g = (x @ W[0].T + h @ R[0].T + B[0, : 4 * H] + B[0, 4 * H :]).chunk(4, 1)
            c = gate(f) * c + gate(i) * inner(g)
            h = gate(o) * inner(c)
            outputs.append(h)
        steps = torch.stack(outputs)
    fc = nn.Linear(H, Y)
    loss(fc(steps[-1])).backward()
    nodes = [
        node("LSTM", ["x", "W0", "R0", "B0"], ["y0"], hidden_size=H, activations=["Sigmoid", "Relu", "Relu"]),
        node("Squeeze", ["y0", "one"], ["h0"]),
        node("LSTM", ["h0", "W1", "R1", "B1"], ["", "Y_h"], hidden_size=H, activations=["HardSigmoid", "Tanh", "Tanh"], activation_alpha=[0.2], activation_beta=[0.5]),
        node("Gather", ["Y_h", "zero"], ["h"], axis=0),
        node("Gemm", ["h", "fc.weight", "fc.bias"], ["y"], transB=1),
    ]
    constants = [tensor(f"{name}{level}", value) for level, own in enumerate(weights) for name, value in zip("WRB", own)]
    written("lstm_mixed.onnx", nodes, [*constants, index("zero", 0), index("one", 1), tensor("fc.weight", fc.weight), tensor("fc.bias", fc.bias)])

    def rows(gradient, level):
        i, o, f, g = gradient.chunk(4)
        slope = 1.2 if level == 1 else 1
        return torch.cat([i / slope, f / slope, g, o / slope])

    grads = {"readout.weight": fc.weight.grad, "readout.bias": fc.bias.grad}
    for level, (W, R, B) in enumerate(weights):
        for name, gradient in (("weight_ih", W.grad[0]), ("weight_hh", R.grad[0]), ("bias_ih", B.grad[0, : 4 * H]), ("bias_hh", B.grad[0, 4 * H :])):
            grads[f"rnn.{name}_l{level}"] = rows(gradient, level)
    own = [{"innerActivation": "relu", "gateActivation": "sigmoid"}, {"innerActivation": "tanh", "gateActivation": "hardsigmoid"}]
    spec = {"kind": "recurrent", "cell": "lstm", "layers": 2, "cellOptions": own[0], "layerwise": [{"cellOptions": options} for options in own], "inputs": X, "hidden": H, "outputs": Y}
    golden.add("lstm_mixed.onnx", spec, grads, about="two LSTMs with activations of their own", outputs=Y, notes=["slope 0.2"])


reset_before()
hard_lstm()
mixed_stack()
golden.write()
print(f"{len(golden.entries)} models, torch {torch.__version__}")
