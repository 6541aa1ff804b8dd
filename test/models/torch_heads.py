"""Whole recurrent models of PyTorch: embeddings, dense layers before and behind the recurrent core, pooling, norms, tied
weights. Dropout is off where the gradients are taken.

Run with python3 and PyTorch (1.13 wrote the files that are committed): python3 test/models/torch_heads.py
"""

import sys

import torch
from torch import nn

from golden import BATCH, Golden, inputs, loss, STEPS, tokens
from torch_files import gradients, path, recurrent_names, save_safetensors

torch.manual_seed(4)
golden = Golden("torch_heads")
X, H, Y, V, E = 3, 5, 2, 11, 4


class Model(nn.Module):
    """embedding, proj, core, norm, fc1 and fc2 as far as they are given."""

    def __init__(self, core, *, vocabulary=0, padding=None, stem=0, hidden=0, norm=False, pool="last", activation=torch.relu, before=None, module=None):
        super().__init__()
        width = X
        if vocabulary:
            self.embedding = nn.Embedding(vocabulary, E, padding_idx=padding)
            width = E
        if stem:
            self.proj = nn.Linear(width, stem)
        self.core = core
        features = core.hidden_size * (2 if core.bidirectional else 1)
        if norm:
            self.norm = nn.LayerNorm(features)
        if module is not None:
            self.pool = module
        if hidden:
            self.fc1 = nn.Linear(features, hidden)
        self.fc2 = nn.Linear(hidden or features, Y)
        self.how, self.activation, self.before = pool, activation, before

    def forward(self, x):
        if hasattr(self, "embedding"):
            x = self.embedding(x)
        if hasattr(self, "proj"):
            x = self.proj(x)
            x = x if self.before is None else self.before(x)
        out, state = self.core(x)
        h_n = state[0] if isinstance(state, tuple) else state
        final = torch.cat([h_n[-2], h_n[-1]], 1) if self.core.bidirectional else h_n[-1]
        x = {"last": lambda: out[-1], "final": lambda: final, "mean": lambda: out.mean(0), "max": lambda: out.max(0)[0]}[self.how]()
        if hasattr(self, "norm"):
            x = self.norm(x)
        if hasattr(self, "fc1"):
            x = self.activation(self.fc1(x))
        return self.fc2(x)


def whole(file, model, save, about, cell, spec, options=None, notes=(), head=True):
    names = recurrent_names("core.", model.core.num_layers, model.core.bidirectional)
    if hasattr(model, "embedding"):
        names["embedding.weight"] = "embedding.weight"
    if hasattr(model, "proj"):
        names.update({"stem.0.weight": "proj.weight", "stem.0.bias": "proj.bias"})
    if hasattr(model, "norm"):
        names.update({"head.0.norm.weight": "norm.weight", "head.0.norm.bias": "norm.bias"})
    if hasattr(model, "fc1"):
        k = 1 if hasattr(model, "norm") else 0
        names.update({f"head.{k}.weight": "fc1.weight", f"head.{k}.bias": "fc1.bias"})
    names.update({"readout.weight": "fc2.weight", "readout.bias": "fc2.bias"})
    count = model.embedding.num_embeddings if hasattr(model, "embedding") else None
    x = inputs(STEPS, BATCH, X) if count is None else tokens(count, STEPS, BATCH)
    model.eval()
    grads = gradients(loss(model(x)), model, names)
    model.train()
    save(model, path(file))
    spec = {"kind": "recurrent", "cell": cell, "hidden": H, "outputs": Y, **spec}
    golden.add(file, spec, grads, about=about, options=options, notes=notes, outputs=Y, tokens=count)


def state(model, file):
    torch.save(model.state_dict(), file)


def tensors(model, file):
    save_safetensors(model.state_dict(), file)


embedded = {"inputs": V, "embedding": {"size": E, "tied": False}}
whole("classifier.pt", Model(nn.LSTM(E, H, 2), vocabulary=V), state, "embedding, two LSTM layers and a readout", "lstm", {**embedded, "layers": 2}, notes=["takes tokens", "the last step"])
padded = {"inputs": V, "embedding": {"size": E, "padding": 0, "tied": False}}
whole("whole_classifier.pt", Model(nn.LSTM(E, H, 2, dropout=0.3), vocabulary=V, padding=0, hidden=6, activation=nn.ReLU()), torch.save, "a pickled module: padding index, dropout between layers, a head of two layers", "lstm", {**padded, "layers": 2, "dropout": 0.3, "head": {"width": [6], "activation": "relu"}}, notes=["0 is padding"])
whole("head.pt", Model(nn.LSTM(X, H), hidden=6), state, "a head of two layers: ReLU is assumed", "lstm", {"head": {"width": [6], "activation": "relu"}}, notes=["relu is assumed"])
whole("head_tanh.pt", Model(nn.GRU(X, H), hidden=6, activation=torch.tanh), state, "the same with --activation tanh", "gru", {"head": {"width": [6], "activation": "tanh"}}, options={"activation": "tanh"})
whole("stem.pt", Model(nn.GRU(4, H), stem=4), state, "a dense layer before a GRU: no activation is assumed", "gru", {"inputs": X, "stem": {"width": [4], "activation": "identity"}}, notes=["none is assumed"])
whole("stem_tanh.pt", Model(nn.GRU(4, H), stem=4, hidden=6, activation=torch.tanh, before=torch.tanh), state, "dense layers before and behind a GRU, --activation tanh", "gru", {"inputs": X, "stem": {"width": [4], "activation": "tanh"}, "head": {"width": [6], "activation": "tanh"}}, options={"activation": "tanh"})
whole("both_final.pt", Model(nn.LSTM(X, H, 2, bidirectional=True), pool="final"), state, "the last state of each direction, --pooling final", "lstm", {"layers": 2, "bidirectional": True, "pooling": "final"}, options={"pooling": "final"})
whole("mean.pt", Model(nn.GRU(X, H), pool="mean", hidden=6), state, "the mean over steps, --pooling mean", "gru", {"pooling": "mean"}, options={"pooling": "mean"})
whole("norm_behind.pt", Model(nn.LSTM(X, H), norm=True), state, "layer norm between an LSTM and its readout", "lstm", {"head": {"width": [H], "activation": "identity", "norm": "layer"}}, notes=["whose weight is the identity"])
whole("norm_and_head.pt", Model(nn.LSTM(X, H), norm=True, hidden=6), state, "layer norm, then a head of two layers", "lstm", {"head": {"width": [H, 6], "activation": ["identity", "relu"], "norm": ["layer", "none"]}})
whole("text.safetensors", Model(nn.GRU(7, H), vocabulary=V, stem=7, hidden=6), tensors, "embedding, stem, GRU and head, sorted by name: the shapes tell", "gru", {**embedded, "stem": {"width": [7], "activation": "identity"}, "head": {"width": [6], "activation": "relu"}})
whole("whole_max.pt", Model(nn.GRU(X, H), pool="max", module=nn.AdaptiveMaxPool1d(1)), torch.save, "a pickled module with a pool over steps", "gru", {"pooling": "max"})


class Language(nn.Module):
    """A word model whose decoder shares the embedding's table (Press and Wolf 2017)."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Embedding(V, H)
        self.rnn = nn.LSTM(H, H)
        self.decoder = nn.Linear(H, V)
        self.decoder.weight = self.encoder.weight

    def forward(self, x):
        return self.decoder(self.rnn(self.encoder(x))[0][-1])


model = Language()
names = {**recurrent_names("rnn."), "embedding.weight": "encoder.weight", "readout.bias": "decoder.bias"}
grads = gradients(loss(model(tokens(V, STEPS, BATCH))), model, names)
for file, save in [("tied.pt", state), ("whole_tied.pt", torch.save), ("tied.safetensors", tensors)]:
    save(model, path(file))
    spec = {"kind": "recurrent", "cell": "lstm", "inputs": V, "hidden": H, "outputs": V, "embedding": {"size": H, "tied": True}}
    golden.add(file, spec, grads, about="a word model with one table for embedding and readout", outputs=V, tokens=V, notes=["one tensor"])



class Narrowing(nn.Module):
    """Recurrent modules of different widths and cells."""

    def __init__(self, upper):
        super().__init__()
        self.first, self.second = nn.LSTM(X, 7), upper
        self.fc = nn.Linear(H, Y)

    def forward(self, x):
        return self.fc(self.second(self.first(x)[0])[0][-1])


for kind, cell in [(nn.LSTM, "lstm"), (nn.GRU, "gru")]:
    model = Narrowing(kind(7, H))
    leaves = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    names = {f"rnn.{leaf}_l{l}": f"{part}.{leaf}_l0" for l, part in enumerate(("first", "second")) for leaf in leaves}
    names.update({"readout.weight": "fc.weight", "readout.bias": "fc.bias"})
    grads = gradients(loss(model(inputs(STEPS, BATCH, X))), model, names)
    state(model, path(f"narrowing_{cell}.pt"))
    spec = {"kind": "recurrent", "cell": "lstm", "inputs": X, "hidden": 7, "layers": 2, "outputs": Y}
    golden.add(f"narrowing_{cell}.pt", spec, grads, about=f"an LSTM of 7 units under a {cell.upper()} of 5", outputs=Y, notes=["one stack"])


class Translator(nn.Module):
    """An encoder and a decoder that begins with its last state (Sutskever et al. 2014); the last step alone has a loss."""

    def __init__(self, kind, layers=1, vocabularies=(), fc="decoder"):
        super().__init__()
        width = E if vocabularies else X
        self.encoder, self.decoder = nn.Module(), nn.Module()
        for part, count in zip((self.encoder, self.decoder), vocabularies):
            part.embedding = nn.Embedding(count, E)
        self.encoder.rnn, self.decoder.rnn = kind(width, H, layers), kind(width, H, layers)
        if fc == "decoder":
            self.decoder.fc_out = nn.Linear(H, Y)
        else:
            self.out = nn.Linear(H, Y)

    def forward(self, source, answer):
        if hasattr(self.encoder, "embedding"):
            source, answer = self.encoder.embedding(source), self.decoder.embedding(answer)
        outputs, _ = self.decoder.rnn(answer, self.encoder.rnn(source)[1])
        return (self.decoder.fc_out if hasattr(self.decoder, "fc_out") else self.out)(outputs[-1])


D = 2
stacks = lambda layers: {name.replace("rnn.", f"{stack}.", 1): path for stack in ("encoder", "decoder") for name, path in recurrent_names(f"{stack}.rnn.", layers).items()}

model = Translator(nn.GRU, 2)
x = inputs(STEPS, BATCH, X)
names = {**stacks(2), "readout.weight": "decoder.fc_out.weight", "readout.bias": "decoder.fc_out.bias"}
grads = gradients(loss(model(x[:-D], x[-D:])), model, names)
for file, save in [("translator_gru.pt", state), ("translator_gru.safetensors", tensors)]:
    save(model, path(file))
    spec = {"kind": "recurrent", "cell": "gru", "inputs": X, "hidden": H, "layers": 2, "outputs": Y, "decoder": D}
    golden.add(file, spec, grads, about="an encoder and a decoder of two GRU layers", options={"decoder": D}, outputs=Y, notes=["assumed to be an encoder"])

model = Translator(nn.LSTM, vocabularies=(V, V), fc="out")
# token k of the decoder's table is V + k in one table: all tokens of the formula below 2 V in turn
x = tokens(2 * V, STEPS, BATCH)
joint = nn.Parameter(torch.cat([model.encoder.embedding.weight, model.decoder.embedding.weight]).detach())
out, _ = model.decoder.rnn(joint[x[-D:]], model.encoder.rnn(joint[x[:-D]])[1])
model.zero_grad()
loss(model.out(out[-1])).backward()
parameters = dict(model.named_parameters())
names = {**stacks(1), "readout.weight": "out.weight", "readout.bias": "out.bias"}
grads = {**{ours: parameters[theirs].grad for ours, theirs in names.items()}, "embedding.weight": joint.grad}
state(model, path("translator_tokens.pt"))
spec = {"kind": "recurrent", "cell": "lstm", "inputs": 2 * V, "embedding": {"size": E, "tied": False}, "hidden": H, "outputs": Y, "decoder": D}
golden.add("translator_tokens.pt", spec, grads, about="an LSTM encoder and decoder with a table of tokens each", options={"decoder": D}, outputs=Y, tokens=2 * V, notes=["one table"])

golden.write()
print(f"{len(golden.entries)} models, {sys.version.split()[0]}, torch {torch.__version__}")
