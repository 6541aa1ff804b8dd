"""A stand-in of Keras 3, in numpy and eager: no Keras is installed where the tests run.

It has what `keras_callback` uses, `callbacks.Callback`, `Variable`, `ops`, an optimizer whose
`apply(grads, trainable_variables)` does the update, and models whose `fit` calls `compute_loss`, the optimizer and the
callbacks in Keras's order; and dense layers, so that a guide's program runs.
"""

import math
import types

import numpy as np

__version__ = "stand-in"


class Variable:
    def __init__(self, value, trainable=True, name=None):
        self._value = np.array(value, "float32")
        self.trainable, self.path, self.shape = trainable, name, self._value.shape

    @property
    def value(self):
        return self._value

    def numpy(self):
        return self._value

    def assign(self, value):
        value = np.asarray(value, "float32")
        assert value.shape == self.shape, (value.shape, self.shape)
        self._value = value.copy()


ops = types.SimpleNamespace(
    abs=np.abs, sqrt=np.sqrt, square=np.square, floor=np.floor, equal=np.equal, where=np.where, stack=np.stack,
    concatenate=np.concatenate, reshape=np.reshape, zeros=np.zeros, ones_like=np.ones_like, zeros_like=np.zeros_like,
    maximum=np.maximum, minimum=np.minimum, logical_and=np.logical_and, isfinite=np.isfinite, log10=np.log10,
    sum=np.sum, max=np.max, cast=lambda x, kind: np.asarray(x).astype(kind),
    convert_to_tensor=lambda x: x.value if isinstance(x, Variable) else np.asarray(x),
    segment_sum=lambda data, ids, num_segments: np.bincount(ids, data, num_segments).astype("float32"),
    cond=lambda condition, yes, no: yes() if condition else no(),
)

backend = types.SimpleNamespace(backend=lambda: "numpy")


class _Callback:
    def set_model(self, model):
        self.model = model

    def on_train_begin(self, logs=None):
        pass

    def on_train_batch_end(self, batch, logs=None):
        pass

    def on_train_end(self, logs=None):
        pass


callbacks = types.SimpleNamespace(Callback=_Callback)


class _SGD:
    def __init__(self, learning_rate, global_clipnorm=None):
        self.learning_rate, self.global_clipnorm, self.iterations = Variable(learning_rate), global_clipnorm, Variable(0)

    def apply(self, grads, trainable_variables=None):
        total = math.sqrt(sum(float(np.sum(np.square(g))) for g in grads if g is not None))
        factor = 1.0 if not self.global_clipnorm else min(1.0, self.global_clipnorm / total)
        for gradient, variable in zip(grads, trainable_variables):
            if gradient is not None:
                variable.assign(variable.value - self.learning_rate.value * factor * gradient)
        self.iterations.assign(self.iterations.value + 1)


optimizers = types.SimpleNamespace(SGD=_SGD)


class Trained:
    """What a model does with its gradients: `fit` over the whole batch, an update an epoch."""

    layers, loss, truth = (), "mse", ()

    def compute_loss(self, x=None, y=None, y_pred=None):
        return np.mean(np.square(y_pred - y))

    def fit(self, x, y, epochs, callbacks=(), batch_size=None, verbose=0):
        self.truth = []
        self.build(x)
        for callback in callbacks:
            callback.set_model(self)
            callback.on_train_begin()
        for _ in range(epochs):
            y_pred = self(x)
            loss = self.compute_loss(x=x, y=y, y_pred=y_pred)
            gradients = self.gradients((2.0 / y.size) * (y_pred - y))
            before = [v.value.copy() for v in self.trainable_variables]
            self.optimizer.apply(gradients, self.trainable_variables)
            after = [v.value.copy() for v in self.trainable_variables]
            self.truth.append((loss, gradients, before, after))
            for callback in callbacks:
                callback.on_train_batch_end(0, {"loss": 123.0})  # Keras's own is a running mean
        for callback in callbacks:
            callback.on_train_end()

    def build(self, x):
        pass


class _Dense:
    count = 0

    def __init__(self, units, activation=None):
        self.units, self.activation = units, activation
        self.name = "dense" if _Dense.count == 0 else "dense_%d" % _Dense.count
        _Dense.count += 1

    def build(self, inputs):
        limit = math.sqrt(6 / (inputs + self.units))
        values = np.random.default_rng(inputs + self.units).uniform(-limit, limit, (inputs, self.units))
        self.kernel = Variable(values, name=self.name + "/kernel")
        self.bias = Variable(np.zeros(self.units), name=self.name + "/bias")
        self.weights = [self.kernel, self.bias]

    def forward(self, x):
        self.x = x
        a = x @ self.kernel.value + self.bias.value
        self.h = np.tanh(a) if self.activation == "tanh" else a
        return self.h

    def backward(self, error):
        error = error * (1 - self.h**2) if self.activation == "tanh" else error
        return error @ self.kernel.value.T, [self.x.T @ error, error.sum(0)]


layers = types.SimpleNamespace(Dense=_Dense)


class Sequential(Trained):
    name = "sequential"

    def __init__(self, layers):
        self.layers = layers

    def compile(self, optimizer, loss):
        self.optimizer, self.loss = optimizer, loss

    def build(self, x):
        width = x.shape[1]
        for layer in self.layers:
            layer.build(width)
            width = layer.units
        self.trainable_variables = [one for layer in self.layers for one in layer.weights]

    def __call__(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def gradients(self, error):
        found = []
        for layer in reversed(self.layers):
            error, own = layer.backward(error)
            found = own + found
        return [gradient.astype("float32") for gradient in found]
