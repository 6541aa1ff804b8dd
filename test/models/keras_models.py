"""Keras's files, written by h5py in the layouts that Keras documents and keras.saving writes: the .h5 of Keras 2 with
its configuration, weights alone, and the .keras archive and .weights.h5 of Keras 3. Their gradients are those of Keras's own
equations, in Keras's shapes and gate order, by PyTorch's automatic differentiation.

Run with python3, h5py and PyTorch: python3 test/models/keras_models.py
"""

import json
import os

import h5py
import torch

from golden import BATCH, FOLDER, Golden, inputs, loss, state_loss, STEPS
from keras_layers import Bidirectional, Dense, GRU, LSTM, Norm, Plain, SimpleRNN
from keras_layers import architecture, clear, dense_gradients, h5, keras_archive, recurrent_gradients, weights_h5, weights_only, write_weights

torch.manual_seed(2)
golden = Golden("keras")
X, H, Y = 3, 5, 2


def recurrent(file, layers, write, about, cell, options=None, notes=(), more=None):
    """The last step's output of a stack, with a dense readout where the last layer is one."""
    clear(layers)
    x = inputs(STEPS, BATCH, X)
    readout = layers[-1] if layers[-1].kind == "Dense" else None
    stack = [layer for layer in layers if layer.kind in ("LSTM", "GRU", "SimpleRNN", "Bidirectional")]
    for layer in stack:
        x = layer(x)
    linear = None if readout is None else x[-1] @ readout.weights["kernel"] + readout.weights["bias"]
    (state_loss(x[-1]) if readout is None else loss(linear)).backward()
    grads = {}
    for level, layer in enumerate(stack):
        if layer.kind == "Bidirectional":
            grads.update(recurrent_gradients(layer.forward, level))
            grads.update(recurrent_gradients(layer.backward, level, "_reverse"))
        else:
            grads.update(recurrent_gradients(layer, level))
    spec = {"kind": "recurrent", "cell": cell, "inputs": X, "hidden": H, "layers": len(stack), **(more or {})}
    if stack[0].kind == "Bidirectional":
        spec["bidirectional"] = True
    if readout is not None:
        grads.update(dense_gradients(readout, "readout"))
        spec["outputs"] = Y
    write(layers, file, [STEPS, X])
    golden.add(file, spec, grads, about=about, options=options, outputs=None if readout is None else Y, notes=notes)


def dense(file, layers, write, about, spec, options=None, notes=()):
    clear(layers)
    x = inputs(8, X)
    *hidden, readout = layers
    for layer in hidden:
        x = layer(x)
    linear = x @ readout.weights["kernel"] + readout.weights["bias"]
    loss(linear).backward()
    grads = dense_gradients(readout, "readout")
    l = -1
    for layer in hidden:
        if layer.kind == "Dense":
            l += 1
            grads.update(dense_gradients(layer, f"layers.{l}"))
        elif "gamma" in layer.weights:
            grads[f"norms.{l}.weight"], grads[f"norms.{l}.bias"] = layer.weights["gamma"].grad, layer.weights["beta"].grad
    write(layers, file, [X])
    golden.add(file, {"kind": "feedforward", "inputs": X, "outputs": Y, **spec}, grads, about=about, options=options, outputs=Y, notes=notes)


recurrent("keras2_lstm.h5", [LSTM("lstm", X, H), Dense("dense", H, Y)], h5, "Keras 2's .h5: LSTM and a dense layer", "lstm")
recurrent("keras2_gru.h5", [GRU("gru", X, H, True), GRU("gru_1", H, H), Dense("dense", H, Y, "sigmoid")], h5, "two GRUs with reset_after, sigmoid at the output", "gru")
recurrent("keras2_rnn.h5", [SimpleRNN("simple_rnn", X, H, "relu")], h5, "a SimpleRNN with ReLU", "relu")
pair = Bidirectional("bidirectional", LSTM("lstm", X, H, True), LSTM("lstm", X, H, True, backwards=True))
recurrent("keras2_bidirectional.h5", [pair, Dense("dense", 2 * H, Y)], lambda *a: h5(*a, functional=True), "a functional model with a bidirectional LSTM that returns sequences", "lstm")
recurrent("keras_weights.h5", [LSTM("lstm", X, H, bias=False), Dense("dense", H, Y)], weights_only, "save_weights of Keras 2: no configuration", "lstm", notes=["weights alone"])
recurrent("keras3_lstm.keras", [LSTM("lstm_7", X, H, True), LSTM("lstm_8", H, H), Dense("dense_3", H, Y)], keras_archive, "Keras 3's archive, layers with counters of their own", "lstm")
recurrent("keras3_gru.keras", [GRU("gru", X, H), Dense("dense", H, Y)], lambda *a: keras_archive(*a, chunked=True), "deflated, its data chunked, shuffled and gzipped", "gru")
pair = Bidirectional("bidirectional", GRU("gru", X, H, True), GRU("gru", X, H, True))
recurrent("keras3_bidirectional.keras", [pair, Dense("dense", 2 * H, Y)], lambda *a: keras_archive(*a, functional=True), "a bidirectional GRU in a functional model", "gru")
recurrent("keras3.weights.h5", [GRU("gru", X, H), Dense("dense", H, Y)], weights_h5, "save_weights of Keras 3", "gru", notes=["weights alone"])

relu = {"width": [6, 4], "depth": 2, "activation": "relu"}
dense("keras2_dense.h5", [Dense("dense", X, 6, "relu"), Plain("Dropout", "dropout", {"rate": 0.3}), Dense("dense_1", 6, 4, "relu"), Dense("dense_2", 4, Y, "softmax")], h5, "dense layers, dropout, softmax at the output", relu, notes=["Dropout"])
layers = [Dense("dense", X, 6, "tanh"), Norm("BatchNormalization", "batch_normalization", 6, 1e-5), Dense("dense_1", 6, 6, "tanh"), Norm("BatchNormalization", "batch_normalization_1", 6, 1e-5), Dense("dense_2", 6, Y)]
dense("keras3_batch_norm.keras", layers, keras_archive, "batch norm behind the activation", {"width": 6, "depth": 2, "activation": "tanh", "norm": "batch", "normPosition": "after"})
layers = [Dense("dense", X, 6), Norm("LayerNormalization", "layer_normalization", 6, 1e-5), Plain("Activation", "activation", {"activation": "relu"}, torch.relu), Dense("dense_1", 6, 6), Norm("LayerNormalization", "layer_normalization_1", 6, 1e-5), Plain("ReLU", "re_lu", {}, torch.relu), Dense("dense_2", 6, Y)]
dense("keras2_layer_norm.h5", layers, h5, "layer norm ahead of an Activation layer", {"width": 6, "depth": 2, "activation": "relu", "norm": "layer"})



def nested(layers, file, shape):
    """A Sequential of the first two layers in another: its weights lie in one group, in model.save as in save_weights."""
    inner, outer = layers[:2], layers[2:]
    config = architecture(outer, shape)
    model = {"class_name": "Sequential", "config": {"name": "encoder", "layers": architecture(inner, shape)["config"]["layers"]}}
    config["config"]["layers"].insert(1, model)
    with h5py.File(os.path.join(FOLDER, file), "w") as out:
        out.attrs["keras_version"] = "2.11.0"
        if not file.endswith("_weights.h5"):
            out.attrs["model_config"] = json.dumps(config).encode()
        holder = out if file.endswith("_weights.h5") else out.create_group("model_weights")
        write_weights(holder, outer)
        group = holder.create_group("encoder")
        names = []
        for layer in inner:
            for leaf, value in layer.leaves():
                names.append(f"{layer.name}/{leaf}:0")
                group.create_dataset(names[-1], data=value.detach().numpy(), dtype="float32")
        group.attrs["weight_names"] = [name.encode() for name in names]
        holder.attrs["layer_names"] = [b"encoder"] + [layer.name.encode() for layer in outer]


deep = [Dense("dense", X, 6, "relu"), Dense("dense_1", 6, 4, "relu"), Dense("dense_2", 4, Y)]
dense("keras2_nested.h5", deep, nested, "a Sequential in a Sequential", relu)
dense("keras2_nested_weights.h5", deep, nested, "its save_weights: no configuration", relu, notes=["relu is assumed"])
recurrent("keras2_gru_reset_before.h5", [GRU("gru", X, H, True, False), GRU("gru_1", H, H, False, False), Dense("dense", H, Y)], h5, "two GRUs without reset_after", "gru_reset_before")

layers = [Dense("dense", X, 6), Norm("BatchNormalization", "batch_normalization", 6, 1e-3), Plain("Activation", "activation", {"activation": "relu"}, torch.relu), Dense("dense_1", 6, 6), Norm("BatchNormalization", "batch_normalization_1", 6, 1e-3), Plain("ReLU", "re_lu", {}, torch.relu), Dense("dense_2", 6, Y)]
dense("keras2_batch_norm.h5", layers, h5, "batch norm with Keras's own ε of 1e-3", {"width": 6, "depth": 2, "activation": "relu", "norm": "batch", "normEpsilon": 1e-3})

inside = lambda **options: {"cellOptions": options}
recurrent("keras3_lstm_relu.keras", [LSTM("lstm", X, H, True, inner="relu"), LSTM("lstm_1", H, H, inner="relu"), Dense("dense", H, Y)], keras_archive, "two LSTMs with relu inside", "lstm", more=inside(innerActivation="relu"))
recurrent("keras2_lstm_hard.h5", [LSTM("lstm", X, H, inner="elu", gate="hard_sigmoid_2"), Dense("dense", H, Y)], h5, "an LSTM with ELU inside and Keras 2's hard_sigmoid at its gates", "lstm", notes=["slope 0.2"], more=inside(innerActivation="elu", gateActivation="hardsigmoid"))
recurrent("keras3_gru_softsign.keras", [GRU("gru", X, H, inner="softsign", gate="hard_sigmoid"), Dense("dense", H, Y)], keras_archive, "a GRU with softsign inside and Keras 3's hard_sigmoid", "gru", more=inside(innerActivation="softsign", gateActivation="hardsigmoid"))
recurrent("keras2_gru_relu.h5", [GRU("gru", X, H, False, False, inner="relu", gate="hard_sigmoid_2"), Dense("dense", H, Y)], h5, "a GRU without reset_after, relu inside", "gru_reset_before", notes=["slope 0.2"], more=inside(innerActivation="relu", gateActivation="hardsigmoid"))

# layers with activations of their own: those of one layer are in the keys, those of each in layerwise
own = lambda *layers: {"cellOptions": layers[0], "layerwise": [{"cellOptions": options} for options in layers]}
mixed = own({"innerActivation": "relu", "gateActivation": "hardsigmoid"}, {"innerActivation": "tanh", "gateActivation": "sigmoid"})
recurrent("keras3_lstm_mixed.keras", [LSTM("lstm", X, H, True, inner="relu", gate="hard_sigmoid"), LSTM("lstm_1", H, H), Dense("dense", H, Y)], keras_archive, "two LSTMs, relu and hard_sigmoid in the first alone", "lstm", more=mixed)
mixed = own({"innerActivation": "tanh", "gateActivation": "sigmoid"}, {"innerActivation": "softsign", "gateActivation": "hardsigmoid"}, {"innerActivation": "elu", "gateActivation": "sigmoid"})
recurrent("keras2_gru_mixed.h5", [GRU("gru", X, H, True), GRU("gru_1", H, H, True, inner="softsign", gate="hard_sigmoid_2"), GRU("gru_2", H, H, inner="elu"), Dense("dense", H, Y)], h5, "three GRUs, each with activations of its own", "gru", notes=["slope 0.2"], more=mixed)

golden.write()
print(f"{len(golden.entries)} models, h5py {h5py.__version__}, torch {torch.__version__}")
