"""ONNX files of torch.onnx.export, with PyTorch's gradients.

Run with python3 and PyTorch; the package onnx is not needed: python3 test/models/onnx_models.py
"""

import os
import warnings

import torch
from torch import nn

from golden import BATCH, FOLDER, Golden, inputs, loss, state_loss, STEPS, tokens

warnings.filterwarnings("ignore")
torch.manual_seed(3)
golden = Golden("onnx")
X, H, Y = 3, 5, 2


class Model(nn.Module):
    """Recurrent layers, the last step, and a readout where there is one."""

    def __init__(self, kind, layers=1, readout=True, every=False, tokens=0, **options):
        super().__init__()
        if tokens:
            self.embedding = nn.Embedding(tokens, X)
        self.rnn = kind(X, H, layers, **options)
        self.fc = nn.Linear(2 * H if options.get("bidirectional") else H, Y) if readout else None
        self.every, self.tokens = every, tokens

    def forward(self, x):
        return self.run(self.embedding(x) if self.tokens else x)

    def run(self, x):
        out = self.rnn(x)[0]
        if not self.every:
            out = out[-1]
        return out if self.fc is None else self.fc(out)


def recurrent(file, model, cell, layers=1, both=False, about="", notes=(), bias=True):
    output = model(tokens(model.tokens, STEPS, BATCH)) if model.tokens else model.run(inputs(STEPS, BATCH, X))
    output = output[-1] if model.every else output
    (state_loss(output) if model.fc is None else loss(output)).backward()
    grads = {f"rnn.{name}": value.grad for name, value in model.rnn.named_parameters()}
    spec = {"kind": "recurrent", "cell": cell, "inputs": X, "hidden": H, "layers": layers}
    if model.tokens:
        spec.update({"inputs": model.tokens, "embedding": {"size": X, "tied": False}})
        grads["embedding.weight"] = model.embedding.weight.grad
    if both:
        spec["bidirectional"] = True
    if model.fc is not None:
        grads.update({"readout.weight": model.fc.weight.grad, "readout.bias": model.fc.bias.grad})
        spec["outputs"] = Y
    sample = torch.zeros(STEPS, BATCH, dtype=torch.long) if model.tokens else inputs(STEPS, BATCH, X)
    torch.onnx.export(model.eval(), sample, os.path.join(FOLDER, file), opset_version=14)
    golden.add(file, spec, grads, about=about, notes=notes, outputs=Y if model.fc is not None else None, tokens=model.tokens or None)


recurrent("lstm.onnx", Model(nn.LSTM), "lstm", about="LSTM, the last step, Gemm")
recurrent("lstm_stack.onnx", Model(nn.LSTM, 2, every=True), "lstm", 2, about="two LSTMs, a readout of every step (MatMul and Add)")
recurrent("lstm_both.onnx", Model(nn.LSTM, 2, bidirectional=True), "lstm", 2, True, about="a bidirectional stack: Transpose and Reshape between")
recurrent("gru.onnx", Model(nn.GRU, readout=False), "gru", about="GRU with linear_before_reset")
recurrent("gru_both.onnx", Model(nn.GRU, bidirectional=True), "gru", 1, True, about="a bidirectional GRU")
recurrent("rnn_relu.onnx", Model(nn.RNN, 2, nonlinearity="relu"), "relu", 2, about="two RNNs with ReLU")
recurrent("lstm_no_bias.onnx", Model(nn.LSTM, bias=False), "lstm", about="an LSTM without biases", bias=False)
recurrent("embedding.onnx", Model(nn.LSTM, tokens=11), "lstm", about="Gather as an embedding ahead of an LSTM", notes=["takes tokens"])


def dense(file, model, activation, widths, about, norm=None, after=False, norms=(), training=False, notes=()):
    layers = [each for each in model if isinstance(each, nn.Linear)]
    loss(model(inputs(8, X))).backward()
    grads = {"readout.weight": layers[-1].weight.grad, "readout.bias": layers[-1].bias.grad}
    for l, layer in enumerate(layers[:-1]):
        grads[f"layers.{l}.weight"], grads[f"layers.{l}.bias"] = layer.weight.grad, layer.bias.grad
    for l, layer in enumerate(norms):
        grads[f"norms.{l}.weight"], grads[f"norms.{l}.bias"] = layer.weight.grad, layer.bias.grad
    spec = {"kind": "feedforward", "inputs": X, "width": widths, "depth": len(layers) - 1, "activation": activation, "outputs": Y}
    if norm:
        spec["norm"] = norm
        if after:
            spec["normPosition"] = "after"
    mode = torch.onnx.TrainingMode.TRAINING if training else torch.onnx.TrainingMode.EVAL
    torch.onnx.export(model, inputs(8, X), os.path.join(FOLDER, file), opset_version=14, training=mode, do_constant_folding=not training)
    golden.add(file, spec, grads, about=about, outputs=Y, notes=notes)


def chain(activation, norm=None, after=False, widths=(6, 6)):
    parts, norms, before = [], [], X
    for width in widths:
        parts.append(nn.Linear(before, width))
        own = [] if norm is None else [norm(width)]
        norms += own
        parts += [activation(), *own] if after else [*own, activation()]
        before = width
    return nn.Sequential(*parts, nn.Linear(before, Y)), norms


dense("mlp.onnx", chain(nn.ReLU, widths=(6, 4))[0], "relu", [6, 4], "dense layers with ReLU")
dense("mlp_tanh.onnx", chain(nn.Tanh)[0], "tanh", 6, "dense layers with tanh")
dense("mlp_gelu.onnx", chain(nn.GELU)[0], "gelu", 6, "GELU written as five nodes")
dense("mlp_silu.onnx", chain(nn.SiLU)[0], "silu", 6, "SiLU written as two nodes")
dense("mlp_hardswish.onnx", chain(nn.Hardswish)[0], "hardswish", 6, "HardSwish")
dense("mlp_elu.onnx", chain(nn.ELU)[0], "elu", 6, "ELU")
model, norms = chain(nn.ReLU, nn.LayerNorm)
dense("mlp_layer_norm.onnx", model, "relu", 6, "layer norm written as nine nodes", "layer", norms=norms)
model, norms = chain(nn.Tanh, nn.BatchNorm1d, after=True)
dense("mlp_batch_norm.onnx", model, "tanh", 6, "batch norm behind tanh", "batch", True, norms, training=True)

golden.write()
print(f"{len(golden.entries)} models, torch {torch.__version__}")
