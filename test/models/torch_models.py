"""PyTorch's own files: state_dicts, checkpoints, whole modules, old-style .pth, and safetensors written by hand.

Run with python3 and PyTorch (1.13 wrote the files that are committed): python3 test/models/torch_models.py
"""

import sys

import torch
from torch import nn

from golden import BATCH, Golden, inputs, loss, state_loss, STEPS
from torch_files import dense_names, gradients, path, recurrent_names, save_safetensors

torch.manual_seed(1)
golden = Golden("torch")
X, H, Y = 3, 5, 2


def last_state(module):
    """The last state of the top layer [B, H] of torch.nn's recurrent modules."""
    return module(inputs(STEPS, BATCH, X))[0][-1]


RECURRENT = {"lstm": nn.LSTM, "gru": nn.GRU, "tanh": nn.RNN}


class Tagger(nn.Module):
    """An LSTM under a prefix, with a readout of its last step."""

    def __init__(self, kind=nn.LSTM, layers=1, **options):
        super().__init__()
        self.encoder = nn.Module()
        self.encoder.rnn = kind(X, H, layers, **options)
        both = 2 if options.get("bidirectional") else 1
        self.fc = nn.Linear(both * H, Y)

    def forward(self, x):
        out = self.encoder.rnn(x)[0]
        return self.fc(out[-1])


def recurrent_spec(cell, layers=1, both=False, outputs=None):
    spec = {"kind": "recurrent", "cell": cell, "inputs": X, "hidden": H, "layers": layers}
    if both:
        spec["bidirectional"] = True
    if outputs is not None:
        spec["outputs"] = outputs
    return spec


def bare(file, cell, layers=1, save=None, about="", options=None, **given):
    module = RECURRENT[cell](X, H, layers, **given)
    bias = given.get("bias", True)
    grads = gradients(state_loss(last_state(module)), module, recurrent_names("", layers, bias=bias))
    (save or (lambda m, f: torch.save(m.state_dict(), f)))(module, path(file))
    golden.add(file, recurrent_spec(cell, layers), grads, about=about, options=options)


# state_dicts of the recurrent modules themselves
bare("lstm.pt", "lstm", about="state_dict of torch.nn.LSTM")
bare("gru_stack.pt", "gru", layers=3, about="state_dict of torch.nn.GRU, three layers")
bare("rnn.pt", "tanh", about="state_dict of torch.nn.RNN: the activation is assumed")
bare("lstm_no_bias.pt", "lstm", bias=False, about="state_dict of an LSTM without biases")
bare("old_style.pth", "gru", save=lambda m, f: torch.save(m.state_dict(), f, _use_new_zipfile_serialization=False), about="an old-style .pth, no zip")
bare("whole_lstm.pt", "lstm", layers=2, save=torch.save, about="a pickled torch.nn.LSTM")


# ReLU, which only a pickled module or a flag can say
module = nn.RNN(X, H, nonlinearity="relu")
grads = gradients(state_loss(last_state(module)), module, recurrent_names(""))
torch.save(module, path("whole_relu_rnn.pt"))
golden.add("whole_relu_rnn.pt", recurrent_spec("relu"), grads, about="a pickled ReLU RNN")
save_safetensors(module.state_dict(), path("relu_rnn.safetensors"))
golden.add("relu_rnn.safetensors", recurrent_spec("relu"), grads, about="its state_dict as safetensors, --cell relu", options={"cell": "relu"})


# under prefixes, with a readout, in checkpoints
def tagger(file, save, about, kind=nn.LSTM, cell="lstm", layers=1, options=None, extra=None, **given):
    model = Tagger(kind, layers, **given)
    both = given.get("bidirectional", False)
    names = recurrent_names("encoder.rnn.", layers, both)
    names.update({"readout.weight": "fc.weight", "readout.bias": "fc.bias"})
    value = loss(model(inputs(STEPS, BATCH, X)))
    grads = gradients(value, model, names)
    save(model, path(file))
    golden.add(file, recurrent_spec(cell, layers, both, Y), grads, about=about, options=options, outputs=Y)


def prefixed(model, prefix):
    return {f"{prefix}{key}": value for key, value in model.state_dict().items()}


tagger("lstm_prefix.pt", lambda m, f: torch.save(m.state_dict(), f), "LSTM and readout under prefixes")
tagger("data_parallel.pt", lambda m, f: torch.save(prefixed(m, "module."), f), "state_dict of DataParallel", nn.GRU, "gru")
tagger("compiled.safetensors", lambda m, f: save_safetensors(prefixed(m, "_orig_mod."), f), "state_dict of torch.compile, safetensors")
tagger("bidirectional.pt", lambda m, f: torch.save(m.state_dict(), f), "bidirectional LSTM, two layers, with a readout", layers=2, bidirectional=True)
tagger("bidirectional_gru.safetensors", lambda m, f: save_safetensors(m.state_dict(), f), "bidirectional GRU, safetensors", nn.GRU, "gru", bidirectional=True)


def checkpoint(model, file):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.0)
    optimizer.step()
    torch.save({"epoch": 3, "model_state_dict": model.state_dict(), "optimizer_state_dict": optimizer.state_dict(), "loss": 0.5}, file)


def lightning(model, file):
    state = {f"model.{key}": value for key, value in model.state_dict().items()}
    torch.save({"epoch": 1, "global_step": 9, "state_dict": state, "optimizer_states": [{"state": {}, "param_groups": []}], "hyper_parameters": {"lr": 0.1}}, file)


def nested(model, file):
    torch.save({"args": {"lr": 0.1}, "model": {"net": model.state_dict()}, "ema": {"net": model.state_dict()}}, file)


tagger("checkpoint.pt", checkpoint, "a checkpoint with an optimizer's state")
tagger("lightning.ckpt", lightning, "a checkpoint of Lightning", nn.GRU, "gru", layers=2)
tagger("nested.pt", nested, "a model two keys deep, with averages beside it")
tagger("renamed.pt", lambda m, f: torch.save({"backbone." + k: v for k, v in m.state_dict().items()}, f), "--prefix", options={"prefix": "backbone"})
tagger("extra.pt", lambda m, f: torch.save({**m.state_dict(), "teacher.fc.weight": torch.ones(7, 9), "teacher.fc.bias": torch.ones(7)}, f), "--ignore", options={"ignore": ["teacher.*"]})
tagger("double.safetensors", lambda m, f: save_safetensors({k: v.double() for k, v in m.state_dict().items()}, f), "float64 weights")


# cells stepped by hand
class Cells(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.cells = nn.ModuleList([kind(X, H), kind(H, H)])
        self.out = nn.Linear(H, Y)

    def forward(self, x):
        states = [None, None]
        for step in x:
            for l, cell in enumerate(self.cells):
                states[l] = cell(step, states[l])
                step = states[l][0] if isinstance(states[l], tuple) else states[l]
        return self.out(step)


for kind, cell in [(nn.LSTMCell, "lstm"), (nn.GRUCell, "gru")]:
    model = Cells(kind)
    names = {f"rnn.{k}_l{l}": f"cells.{l}.{k}" for l in (0, 1) for k in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
    names.update({"readout.weight": "out.weight", "readout.bias": "out.bias"})
    grads = gradients(loss(model(inputs(STEPS, BATCH, X))), model, names)
    torch.save(model.state_dict(), path(f"{cell}_cells.pt"))
    golden.add(f"{cell}_cells.pt", recurrent_spec(cell, 2, outputs=Y), grads, about=f"two {kind.__name__} in a ModuleList", outputs=Y)


# dense chains
def dense(file, model, paths, save, about, activation="relu", norm=None, norms=(), after=False, options=None, widths=None, outputs=Y, readout=True):
    names = dense_names(paths, readout)
    for l, each in enumerate(norms):
        names[f"norms.{l}.weight"], names[f"norms.{l}.bias"] = f"{each}.weight", f"{each}.bias"
    output = model(inputs(8, X))
    value = loss(output) if readout else state_loss(output)
    grads = gradients(value, model, names)
    save(model, path(file))
    spec = {"kind": "feedforward", "inputs": X, "width": widths, "depth": len(paths) - (1 if readout else 0), "activation": activation}
    if readout:
        spec["outputs"] = outputs
    if norm is not None:
        spec["norm"] = norm
        if after:
            spec["normPosition"] = "after"
    golden.add(file, spec, grads, about=about, options=options, outputs=outputs if readout else None)


def state(model, file):
    torch.save(model.state_dict(), file)


def tensors(model, file):
    save_safetensors(model.state_dict(), file)


mlp = nn.Sequential(nn.Linear(X, 6), nn.ReLU(), nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, Y))
dense("sequential.pt", mlp, ["0", "2", "4"], state, "state_dict of a Sequential: ReLU is assumed", widths=[6, 4])
mlp = nn.Sequential(nn.Linear(X, 6), nn.Tanh(), nn.Dropout(0.2), nn.Linear(6, 6), nn.Tanh(), nn.Linear(6, Y), nn.Sigmoid()).eval()
mlp[-1].forward = lambda x: x  # the loss takes logits
dense("whole_sequential.pt", mlp, ["0", "3", "5"], lambda m, f: torch.save(nn.Sequential(*m[:-1], nn.Sigmoid()), f), "a pickled Sequential: tanh, dropout, a sigmoid at its end", "tanh", widths=6)


class Fc(nn.Module):
    """fc1, fc2, … and a functional activation."""

    def __init__(self, act=torch.tanh, deep=3):
        super().__init__()
        self.act = act
        sizes = [X] + [5] * (deep - 1) + [Y]
        for i in range(deep):
            setattr(self, f"fc{i + 1}", nn.Linear(sizes[i], sizes[i + 1]))
        self.deep = deep

    def forward(self, x):
        for i in range(self.deep - 1):
            x = self.act(getattr(self, f"fc{i + 1}")(x))
        return getattr(self, f"fc{self.deep}")(x)


dense("fc.safetensors", Fc(), ["fc1", "fc2", "fc3"], tensors, "fc1, fc2, fc3 with --activation tanh", "tanh", options={"activation": "tanh"}, widths=5)
dense("fc12.safetensors", Fc(torch.relu, 12), [f"fc{i + 1}" for i in range(12)], tensors, "twelve layers: fc10 follows fc9", widths=5)


class Registered(nn.Module):
    """Norms registered behind all layers, layers in an order of their own."""

    def __init__(self):
        super().__init__()
        self.out = nn.Linear(4, Y)
        self.first = nn.Linear(X, 6)
        self.second = nn.Linear(6, 4)

    def forward(self, x):
        return self.out(torch.relu(self.second(torch.relu(self.first(x)))))


dense("out_of_order.pt", Registered(), ["first", "second", "out"], state, "registered out of order: the shapes tell", widths=[6, 4])

normed = nn.Sequential(nn.Linear(X, 6), nn.LayerNorm(6), nn.ReLU(), nn.Linear(6, 6), nn.LayerNorm(6), nn.ReLU(), nn.Linear(6, Y))
dense("layer_norm.pt", normed, ["0", "3", "6"], state, "layer norm before ReLU", norm="layer", norms=["1", "4"], widths=6)
normed = nn.Sequential(nn.Linear(X, 6), nn.ReLU(), nn.BatchNorm1d(6), nn.Linear(6, 6), nn.ReLU(), nn.BatchNorm1d(6), nn.Linear(6, Y))
dense("batch_norm.pt", normed, ["0", "3", "6"], state, "batch norm after ReLU, with its running statistics", norm="batch", norms=["2", "5"], after=True, widths=6)
normed = nn.Sequential(nn.Linear(X, 6), nn.BatchNorm1d(6), nn.GELU(), nn.Linear(6, 6), nn.BatchNorm1d(6), nn.GELU(), nn.Linear(6, Y))
dense("whole_batch_norm.pt", normed, ["0", "3", "6"], torch.save, "a pickled Sequential with batch norm and GELU", "gelu", norm="batch", norms=["1", "4"], widths=6)


class Apart(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2, self.fc3 = nn.Linear(X, 6), nn.Linear(6, 6), nn.Linear(6, Y)
        self.bn1, self.bn2 = nn.BatchNorm1d(6), nn.BatchNorm1d(6)

    def forward(self, x):
        return self.fc3(torch.relu(self.bn2(self.fc2(torch.relu(self.bn1(self.fc1(x)))))))


dense("norms_apart.pt", Apart(), ["fc1", "fc2", "fc3"], state, "norms registered behind the layers", norm="batch", norms=["bn1", "bn2"], widths=6)
dense("norms_apart.safetensors", Apart(), ["fc1", "fc2", "fc3"], tensors, "the same as safetensors, sorted by name", norm="batch", norms=["bn1", "bn2"], widths=6)

prelu = nn.Sequential(nn.Linear(X, 6), nn.PReLU(), nn.Linear(6, 6), nn.PReLU(), nn.Linear(6, Y))
names = dense_names(["0", "2", "4"])
names.update({"activations.0.weight": "1.weight", "activations.1.weight": "3.weight"})
grads = gradients(loss(prelu(inputs(8, X))), prelu, names)
state(prelu, path("prelu.pt"))
golden.add("prelu.pt", {"kind": "feedforward", "inputs": X, "width": 6, "depth": 2, "activation": "prelu", "outputs": Y}, grads, about="learned slopes of PReLU", outputs=Y)

weighted = nn.Sequential(nn.utils.weight_norm(nn.Linear(X, 6)), nn.ReLU(), nn.utils.weight_norm(nn.Linear(6, 6)), nn.ReLU(), nn.Linear(6, Y))
names = {f"layers.{l}.{k}": f"{2 * l}.{k}" for l in (0, 1) for k in ("weight_g", "weight_v", "bias")}
names.update({"readout.weight": "4.weight", "readout.bias": "4.bias"})
grads = gradients(loss(weighted(inputs(8, X))), weighted, names)
state(weighted, path("weight_norm.pt"))
golden.add("weight_norm.pt", {"kind": "feedforward", "inputs": X, "width": 6, "depth": 2, "activation": "relu", "norm": "weight", "outputs": Y}, grads, about="weight norm", outputs=Y)

# parts that are not ours around a part that is
class Convolved(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(1, X, 3)
        self.rnn = nn.GRU(X, H)
        self.attention = nn.MultiheadAttention(H, 1)

    def forward(self, x):
        return self.rnn(x)[1][-1]


model = Convolved()
grads = gradients(state_loss(model(inputs(STEPS, BATCH, X))), model, recurrent_names("rnn."))
state(model, path("between.pt"))
golden.add("between.pt", recurrent_spec("gru"), grads, about="a GRU between a convolution and attention", notes=["measured alone"])


# an encoder and a decoder: one must be named
class Translator(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.LSTM(X, H)
        self.decoder = nn.LSTM(X, H)


model = Translator()
grads = gradients(state_loss(model.decoder(inputs(STEPS, BATCH, X))[1][0][-1]), model, recurrent_names("decoder."))
state(model, path("translator.pt"))
golden.add("translator.pt", recurrent_spec("lstm"), grads, about="an encoder and a decoder, --part decoder", options={"part": "decoder"})

# whole modules of classes of one's own
tagger("whole_tagger.pt", torch.save, "a pickled module of a class of one's own")
dense("whole_fc.pt", Fc(nn.functional.elu), ["fc1", "fc2", "fc3"], torch.save, "a pickled module that keeps F.elu as an attribute", "elu", widths=5)


def batch_first(model, file):
    model.encoder.rnn.batch_first = True
    torch.save({"model": model, "step": 7}, file)


tagger("whole_batch_first.pt", batch_first, "a checkpoint of a whole module, built with batch_first", nn.GRU, "gru")
golden.entries[-1]["notes"] = ["batch_first"]


def projected(file, layers, both):
    """An LSTM with proj_size and a readout."""
    rnn, fc = nn.LSTM(X, H, layers, bidirectional=both, proj_size=2), nn.Linear(4 if both else 2, Y)
    model = nn.ModuleDict({"rnn": rnn, "fc": fc})
    names = {**recurrent_names("rnn.", layers, both, projected=True), "readout.weight": "fc.weight", "readout.bias": "fc.bias"}
    grads = gradients(loss(fc(rnn(inputs(STEPS, BATCH, X))[0][-1])), model, names)
    torch.save(model.state_dict(), path(file))
    spec = {**recurrent_spec("lstm", layers, both, Y), "projection": 2}
    golden.add(file, spec, grads, about="an LSTM with projection (proj_size)", outputs=Y)


projected("lstm_projected.pt", 2, False)
projected("lstm_projected_both.pt", 1, True)
golden.write()
print(f"{len(golden.entries)} models, {sys.version.split()[0]}, torch {torch.__version__}")
