"""Whole recurrent models of Keras: Embedding with and without mask_zero, Masking, dense layers at every step, Bidirectional
without sequences and with merge_mode, dropout, pooling, layer norm, a head.

Run with python3, h5py and PyTorch: python3 test/models/keras_heads.py
"""

import h5py
import torch

from golden import BATCH, Golden, inputs, loss, STEPS, tokens
from keras_layers import Bidirectional, Dense, GRU, Layer, LSTM, Norm, Plain, SimpleRNN
from keras_layers import clear, dense_gradients, h5, keras_archive, recurrent_gradients, weight

torch.manual_seed(6)
golden = Golden("keras_heads")
X, H, Y, V, E = 3, 5, 2, 11, 4


class Embedding(Layer):
    def __init__(self, name, count, size, masks=False):
        super().__init__("Embedding", name, {"input_dim": count, "output_dim": size, "mask_zero": masks}, {"embeddings": weight(count, size)})

    def __call__(self, x):
        return self.weights["embeddings"][x]


class TimeDistributed(Layer):
    def __init__(self, name, dense):
        super().__init__("TimeDistributed", name, {"layer": {"class_name": "Dense", "config": dense.config}}, dense.weights)
        self.dense = dense

    def __call__(self, x):
        return self.dense(x)


RECURRENT = ("LSTM", "GRU", "SimpleRNN", "Bidirectional")


def without_sequences(pair):
    """A Bidirectional layer that hands on each direction's last state."""
    for side in (pair.forward, pair.backward):
        side.config["return_sequences"] = False
    return pair


def run(layers, x):
    """The layers on [T, B, …]; a recurrent layer without return_sequences hands on its last state."""
    for layer in layers:
        x = layer(x)
        if layer.kind == "Bidirectional":
            merge = layer.config["merge_mode"]
            sides = x.chunk(2, 2)
            if not layer.forward.config["return_sequences"]:
                sides = (sides[0][-1], sides[1][0])
            x = torch.cat(sides, -1) if merge == "concat" else sides[0] + sides[1] if merge == "sum" else (sides[0] + sides[1]) / 2
        elif layer.kind in RECURRENT and not layer.config["return_sequences"]:
            x = x[-1]
    return x


def whole(file, layers, names, about, cell, spec, write=h5, lengths=None, count=None, options=None, notes=()):
    """`names`: what each layer with weights is in evanesce, a recurrent one its level."""
    clear(layers)
    x = inputs(STEPS, BATCH, X) if count is None else tokens(count, STEPS, BATCH)
    if lengths is None:
        output = run(layers, x)
    else:  # what Keras's mask leaves of each sample
        output = torch.cat([run(layers, x[:length, b : b + 1]) for b, length in enumerate(lengths)])
    if output.dim() == 3:
        output = output[-1]
    loss(output).backward()
    grads = {}
    for layer, name in zip([layer for layer in layers if layer.leaves()], names):
        if layer.kind == "Bidirectional":
            grads.update(recurrent_gradients(layer.forward, name))
            grads.update(recurrent_gradients(layer.backward, name, "_reverse"))
        elif layer.kind in RECURRENT:
            grads.update(recurrent_gradients(layer, name))
        elif layer.kind == "Embedding":
            grads["embedding.weight"] = layer.weights["embeddings"].grad
        elif layer.kind == "LayerNormalization":
            grads[f"{name}.norm.weight"], grads[f"{name}.norm.bias"] = layer.weights["gamma"].grad, layer.weights["beta"].grad
        else:
            grads.update(dense_gradients(layer, name))
    write(layers, file, [STEPS] if count is not None else [STEPS, X])
    spec = {"kind": "recurrent", "cell": cell, "hidden": H, "outputs": Y, **spec}
    golden.add(file, spec, grads, about=about, options=options, notes=notes, outputs=Y, tokens=count, lengths=lengths)


def logits(name, inputs_, activation="linear"):
    """The last dense layer: the loss takes its logits, whatever activation the file has."""
    layer = Dense(name, inputs_, Y)
    layer.config["activation"] = activation
    layer.__class__ = type("Dense", (Dense,), {"__call__": lambda self, x: x @ self.weights["kernel"] + self.weights["bias"]})
    return layer


def dropping(layer, **rates):
    layer.config.update(rates)
    return layer


embedded = {"inputs": V, "embedding": {"size": E, "tied": False}}
padded = {"inputs": V, "embedding": {"size": E, "padding": 0, "tied": False}}
whole("keras_text.h5", [Embedding("embedding", V, E), LSTM("lstm", E, H), Dense("dense", H, 6, "relu"), Plain("Dropout", "dropout", {"rate": 0.5}), logits("dense_1", 6, "sigmoid")], ["embedding", 0, "head.0", "readout"], "embedding, LSTM, a head with dropout, a sigmoid at its end", "lstm", {**embedded, "head": {"width": [6], "activation": "relu", "dropout": 0.5}}, count=V, notes=["takes tokens"])
whole("keras_masked_text.keras", [Embedding("embedding", V, E, True), GRU("gru", E, H), logits("dense", H)], ["embedding", 0, "readout"], "mask_zero: the steps of token 0 are padding", "gru", padded, keras_archive, lengths=[3, 2, 4], count=V, notes=["are padding"])
whole("keras_masking.h5", [Plain("Masking", "masking", {"mask_value": 0.0}), LSTM("lstm", X, H, True), LSTM("lstm_1", H, H), logits("dense", H)], [0, 1, "readout"], "Masking before two LSTMs", "lstm", {"layers": 2}, lengths=[4, 1, 2], notes=["are padding"])
pair = Bidirectional("bidirectional", LSTM("forward_lstm", X, H), LSTM("backward_lstm", X, H, backwards=True))
whole("keras_both_final.h5", [without_sequences(pair), logits("dense", 2 * H)], [0, "readout"], "Bidirectional without sequences: each direction's last state", "lstm", {"bidirectional": True, "pooling": "final"})
pair = Bidirectional("bidirectional", LSTM("forward_lstm", X, H), LSTM("backward_lstm", X, H, backwards=True))
whole("keras_both_masked.h5", [Plain("Masking", "masking", {"mask_value": 0.0}), without_sequences(pair), logits("dense", 2 * H)], [0, "readout"], "the same behind Masking", "lstm", {"bidirectional": True, "pooling": "final"}, lengths=[4, 2, 3])
for merge in ("sum", "ave"):
    pair = Bidirectional("bidirectional", GRU("forward_gru", X, H), GRU("backward_gru", X, H))
    pair.config["merge_mode"] = merge
    whole(f"keras_both_{merge}.h5", [without_sequences(pair), logits("dense", H)], [0, "readout"], f"Bidirectional with merge_mode {merge}", "gru", {"bidirectional": True, "pooling": "final", "head": {"width": [H], "activation": "identity"}}, notes=["fixed weights"])
whole("keras_stem.keras", [TimeDistributed("time_distributed", Dense("dense", X, 4, "tanh")), Dense("dense_1", 4, 6, "relu"), LSTM("lstm", 6, H), logits("dense_2", H)], ["stem.0", "stem.1", 0, "readout"], "dense layers at every step before an LSTM", "lstm", {"inputs": X, "stem": {"width": [4, 6], "activation": ["tanh", "relu"]}}, keras_archive)
whole("keras_mean.h5", [GRU("gru", X, H, True), Plain("GlobalAveragePooling1D", "pool", {}, lambda x: x.mean(0)), Dense("dense", H, 6, "elu"), logits("dense_1", 6, "softmax")], [0, "head.0", "readout"], "the mean over steps, a head with ELU", "gru", {"pooling": "mean", "head": {"width": [6], "activation": "elu"}})
whole("keras_max.h5", [dropping(SimpleRNN("simple_rnn", X, H), return_sequences=True), Plain("GlobalMaxPooling1D", "pool", {}, lambda x: x.max(0)[0]), logits("dense", H)], [0, "readout"], "the maximum over steps", "tanh", {"pooling": "max"})
whole("keras_dropout.h5", [dropping(LSTM("lstm", X, H, True), dropout=0.2, recurrent_dropout=0.1), dropping(LSTM("lstm_1", H, H), dropout=0.2, recurrent_dropout=0.1), logits("dense", H)], [0, 1, "readout"], "dropout on inputs and states, one mask a sequence", "lstm", {"layers": 2, "variationalDropout": 0.2, "recurrentDropout": 0.1})
whole("keras_between.h5", [LSTM("lstm", X, H, True), Plain("Dropout", "dropout", {"rate": 0.3}), LSTM("lstm_1", H, H), logits("dense", H)], [0, 1, "readout"], "a Dropout layer between two LSTMs", "lstm", {"layers": 2, "dropout": 0.3})
whole("keras_norm.h5", [LSTM("lstm", X, H), Norm("LayerNormalization", "layer_normalization", H, 1e-3), Dense("dense", H, 6, "relu"), logits("dense_1", 6)], [0, "head.0", "head.1", "readout"], "layer norm of Keras's own ε between an LSTM and its head", "lstm", {"head": {"normEpsilon": 1e-3, "width": [H, 6], "activation": ["identity", "relu"], "norm": ["layer", "none"]}})
whole("keras_every_step.h5", [Embedding("embedding", V, E), LSTM("lstm", E, H, True), TimeDistributed("time_distributed", Dense("dense", H, 6, "relu")), logits("dense_1", 6)], ["embedding", 0, "head.0", "readout"], "a head at every step", "lstm", {**embedded, "head": {"width": [6], "activation": "relu"}}, count=V)

below, above = LSTM("lstm", X, 7, True), GRU("gru", 7, H)
whole("keras_narrowing.h5", [below, above, logits("dense", H)], [0, 1, "readout"], "an LSTM of 7 units under a GRU of 5", "lstm", {"layers": 2, "hidden": 7})

golden.write()
print(f"{len(golden.entries)} models, h5py {h5py.__version__}, torch {torch.__version__}")
