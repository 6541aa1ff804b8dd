"""Keras's layers by their equations, in Keras's shapes and gate order, and its files in the layouts that Keras
documents and keras.saving writes, by h5py."""

import io
import json
import os
import re
import zipfile

import h5py
import torch

from golden import FOLDER


def weight(*shape):
    return (0.5 * torch.randn(*shape)).requires_grad_()


# ---- Keras's layers: equations of keras/layers, weights in Keras's shapes -------------------------------------------


class Layer:
    def __init__(self, kind, name, config, weights, inner=None):
        self.kind, self.name, self.weights = kind, name, weights
        self.config = {"name": name, "trainable": True, **config}
        self.inner = inner

    def leaves(self):
        return list(self.weights.items())


class Dense(Layer):
    def __init__(self, name, inputs_, units, activation="linear"):
        weights = {"kernel": weight(inputs_, units), "bias": weight(units)}
        super().__init__("Dense", name, {"units": units, "activation": activation, "use_bias": True}, weights)

    def __call__(self, x):
        x = x @ self.weights["kernel"] + self.weights["bias"]
        act = self.config["activation"]
        return {"linear": lambda v: v, "relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "elu": torch.nn.functional.elu}[act](x)


# Keras's activations by name; Keras 2's hard_sigmoid under a name of its own
ACTIVATIONS = {
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    "elu": torch.nn.functional.elu,
    "softsign": torch.nn.functional.softsign,
    "hard_sigmoid": torch.nn.functional.hardsigmoid,
    "hard_sigmoid_2": lambda a: torch.clamp(0.2 * a + 0.5, 0, 1),
}


def spelled(name):
    return name.removesuffix("_2")


class LSTM(Layer):
    """Gates i, f, c, o in one kernel; one bias."""

    def __init__(self, name, inputs_, units, sequences=False, bias=True, backwards=False, inner="tanh", gate="sigmoid"):
        weights = {"kernel": weight(inputs_, 4 * units), "recurrent_kernel": weight(units, 4 * units)}
        if bias:
            weights["bias"] = weight(4 * units)
        config = {"units": units, "activation": inner, "recurrent_activation": spelled(gate), "use_bias": bias}
        config.update({"return_sequences": sequences, "dropout": 0.0, "recurrent_dropout": 0.0, "go_backwards": backwards})
        super().__init__("LSTM", name, config, weights)
        self.units, self.inner, self.gate = units, ACTIVATIONS[inner], ACTIVATIONS[gate]

    def __call__(self, x):
        h = c = torch.zeros(x.shape[1], self.units)
        outputs = []
        for step in x:
            z = step @ self.weights["kernel"] + h @ self.weights["recurrent_kernel"] + self.weights.get("bias", 0)
            i, f, g, o = z.chunk(4, 1)
            c = self.gate(f) * c + self.gate(i) * self.inner(g)
            h = self.gate(o) * self.inner(c)
            outputs.append(h)
        return torch.stack(outputs)


class GRU(Layer):
    """Gates z, r, h; with reset_after two biases, and r multiplies the state's product."""

    def __init__(self, name, inputs_, units, sequences=False, reset_after=True, inner="tanh", gate="sigmoid"):
        bias = weight(2, 3 * units) if reset_after else weight(3 * units)
        weights = {"kernel": weight(inputs_, 3 * units), "recurrent_kernel": weight(units, 3 * units), "bias": bias}
        config = {"units": units, "activation": inner, "recurrent_activation": spelled(gate), "reset_after": reset_after}
        super().__init__("GRU", name, {**config, "return_sequences": sequences}, weights)
        self.units, self.reset_after, self.inner, self.gate = units, reset_after, ACTIVATIONS[inner], ACTIVATIONS[gate]

    def __call__(self, x):
        h = torch.zeros(x.shape[1], self.units)
        kernel, recurrent = self.weights["kernel"], self.weights["recurrent_kernel"]
        bias = self.weights["bias"]
        outputs = []
        for step in x:
            a = (step @ kernel + (bias[0] if self.reset_after else bias)).chunk(3, 1)
            if self.reset_after:
                b = (h @ recurrent + bias[1]).chunk(3, 1)
                z, r = self.gate(a[0] + b[0]), self.gate(a[1] + b[1])
                n = self.inner(a[2] + r * b[2])
            else:
                u = recurrent.chunk(3, 1)
                z, r = self.gate(a[0] + h @ u[0]), self.gate(a[1] + h @ u[1])
                n = self.inner(a[2] + (r * h) @ u[2])
            h = z * h + (1 - z) * n
            outputs.append(h)
        return torch.stack(outputs)


class SimpleRNN(Layer):
    def __init__(self, name, inputs_, units, activation="tanh"):
        weights = {"kernel": weight(inputs_, units), "recurrent_kernel": weight(units, units), "bias": weight(units)}
        super().__init__("SimpleRNN", name, {"units": units, "activation": activation, "return_sequences": False}, weights)
        self.units = units

    def __call__(self, x):
        h = torch.zeros(x.shape[1], self.units)
        act = {"tanh": torch.tanh, "relu": torch.relu}[self.config["activation"]]
        outputs = []
        for step in x:
            h = act(step @ self.weights["kernel"] + h @ self.weights["recurrent_kernel"] + self.weights["bias"])
            outputs.append(h)
        return torch.stack(outputs)


class Bidirectional(Layer):
    def __init__(self, name, forward, backward):
        config = {"layer": {"class_name": forward.kind, "config": forward.config}, "merge_mode": "concat"}
        super().__init__("Bidirectional", name, config, {})
        self.forward, self.backward = forward, backward

    def leaves(self):
        return [(f"{side}_{part.name}/{leaf}", value) for side, part in (("forward", self.forward), ("backward", self.backward)) for leaf, value in part.leaves()]

    def __call__(self, x):
        return torch.cat([self.forward(x), self.backward(x.flip(0)).flip(0)], 2)


class Norm(Layer):
    def __init__(self, kind, name, size, epsilon):
        weights = {"gamma": weight(size), "beta": weight(size)}
        if kind == "BatchNormalization":
            weights.update(moving_mean=torch.zeros(size), moving_variance=torch.ones(size))
        super().__init__(kind, name, {"epsilon": epsilon, "axis": [-1]}, weights)

    def __call__(self, x):
        axis = 0 if self.kind == "BatchNormalization" else -1
        mean = x.mean(axis, keepdim=True)
        variance = x.var(axis, unbiased=False, keepdim=True)
        return self.weights["gamma"] * (x - mean) / torch.sqrt(variance + self.config["epsilon"]) + self.weights["beta"]


class Plain(Layer):
    def __init__(self, kind, name, config, run=lambda x: x):
        super().__init__(kind, name, config, {})
        self.run = run

    def __call__(self, x):
        return self.run(x)


# ---- writers --------------------------------------------------------------------------------------------------------


def architecture(layers, shape, functional=False):
    first = {"class_name": "InputLayer", "config": {"name": "input_1", "batch_input_shape": [None, *shape]}}
    entries = [first] + [{"class_name": layer.kind, "config": layer.config} for layer in layers]
    if not functional:
        return {"class_name": "Sequential", "config": {"name": "sequential", "layers": entries}}
    before = None
    for entry in entries:
        entry["name"] = entry["config"]["name"]
        entry["inbound_nodes"] = [] if before is None else [[[before, 0, 0, {}]]]
        before = entry["name"]
    config = {"name": "model", "layers": entries, "input_layers": [["input_1", 0, 0]], "output_layers": [[before, 0, 0]]}
    return {"class_name": "Functional", "config": config}


def write_weights(group, layers):
    """keras.src.legacy.saving.legacy_h5_format.save_weights_to_hdf5_group."""
    group.attrs["layer_names"] = [layer.name.encode() for layer in layers]
    group.attrs["backend"] = b"tensorflow"
    group.attrs["keras_version"] = b"2.11.0"
    for layer in layers:
        own = group.create_group(layer.name)
        names = [f"{layer.name}/{leaf}:0" for leaf, _ in layer.leaves()]
        own.attrs["weight_names"] = [name.encode() for name in names]
        for name, (_, value) in zip(names, layer.leaves()):
            own.create_dataset(name, data=value.detach().numpy(), dtype="float32")


def h5(layers, file, shape, functional=False, **options):
    with h5py.File(os.path.join(FOLDER, file), "w", **options) as out:
        out.attrs["keras_version"] = "2.11.0"
        out.attrs["backend"] = "tensorflow"
        out.attrs["model_config"] = json.dumps(architecture(layers, shape, functional)).encode()
        write_weights(out.create_group("model_weights"), layers)


def weights_only(layers, file, shape):
    with h5py.File(os.path.join(FOLDER, file), "w") as out:
        write_weights(out, layers)


def snake(name):
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", name))
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def store(layers, out, chunked=False):
    """keras.saving's container: a group a layer, named by its class and a counter; its variables numbered."""
    used = {}

    def variables(group, values):
        holder = group.create_group("vars")
        for number, value in enumerate(values):
            data = value.detach().numpy()
            options = {"chunks": tuple(max(1, axis // 2) for axis in data.shape), "compression": "gzip", "shuffle": True} if chunked else {}
            holder.create_dataset(str(number), data=data, **options)

    def recurrent(group, layer):
        variables(group.create_group("cell"), layer.weights.values())
        group.create_group("vars")

    holder = out.create_group("layers")
    for layer in layers:
        name = snake(layer.kind)
        used[name] = used.get(name, -1) + 1
        group = holder.create_group(name if used[name] == 0 else f"{name}_{used[name]}")
        if layer.kind == "Bidirectional":
            recurrent(group.create_group("forward_layer"), layer.forward)
            recurrent(group.create_group("backward_layer"), layer.backward)
            group.create_group("vars")
        elif layer.kind in ("LSTM", "GRU", "SimpleRNN"):
            recurrent(group, layer)
        elif layer.kind == "TimeDistributed":
            variables(group.create_group("layer"), layer.weights.values())
            group.create_group("vars")
        else:
            variables(group, layer.weights.values())


def keras_archive(layers, file, shape, chunked=False, functional=False):
    raw = io.BytesIO()
    with h5py.File(raw, "w") as out:
        store(layers, out, chunked)
    config = architecture(layers, shape, functional)
    config.update({"module": "keras", "registered_name": None, "build_config": {"input_shape": [None, *shape]}})
    with zipfile.ZipFile(os.path.join(FOLDER, file), "w", zipfile.ZIP_DEFLATED if chunked else zipfile.ZIP_STORED) as out:
        out.writestr("metadata.json", json.dumps({"keras_version": "3.3.3", "date_saved": "2024-05-01@10:00:00"}))
        out.writestr("config.json", json.dumps(config))
        out.writestr("model.weights.h5", raw.getvalue())


def weights_h5(layers, file, shape):
    with h5py.File(os.path.join(FOLDER, file), "w") as out:
        store(layers, out)


# ---- gradients under evanesce's names -------------------------------------------------------------------------------


def recurrent_gradients(layer, level, suffix=""):
    """Keras's gradient of each weight, transposed and its gates in PyTorch's order."""

    def rows(gradient):
        blocks = list(gradient.chunk({"LSTM": 4, "GRU": 3, "SimpleRNN": 1}[layer.kind], 0))
        if getattr(layer, "gate", None) is ACTIVATIONS["hard_sigmoid_2"]:
            # gates of slope 1/6 whose weights are 1.2 times these
            blocks = [block if k == 2 else block / 1.2 for k, block in enumerate(blocks)]
        if layer.kind == "GRU":
            blocks = [blocks[1], blocks[0], blocks[2]]
        return torch.cat(blocks)

    grads = {"weight_ih": rows(layer.weights["kernel"].grad.T), "weight_hh": rows(layer.weights["recurrent_kernel"].grad.T)}
    if "bias" in layer.weights:
        bias = layer.weights["bias"].grad
        grads["bias_ih"] = rows(bias[0] if bias.dim() == 2 else bias)
        if bias.dim() == 2:
            grads["bias_hh"] = rows(bias[1])
    return {f"rnn.{key}_l{level}{suffix}": value for key, value in grads.items()}


def dense_gradients(layer, name):
    return {f"{name}.weight": layer.weights["kernel"].grad.T, f"{name}.bias": layer.weights["bias"].grad}


def clear(layers):
    for layer in layers:
        for _, value in layer.leaves():
            value.grad = None
