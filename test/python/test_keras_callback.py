"""The Keras callback against a stand-in of Keras 3's interface: no Keras is installed where the tests run.

The stand-in has what the callback uses, in numpy and eager: `callbacks.Callback`, `Variable`, `ops`, an optimizer whose
`apply(grads, trainable_variables)` does the update, and a model whose `fit` calls `compute_loss`, the optimizer and the
callbacks in Keras's order.
"""

import json
import math
import os
import sys
import tempfile
import types
import unittest

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "python"))
from evanesce_log import keras_callback  # noqa: E402


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


def array(x):
    return x.value if isinstance(x, Variable) else np.asarray(x)


OPS = types.SimpleNamespace(
    abs=np.abs, sqrt=np.sqrt, square=np.square, floor=np.floor, equal=np.equal, where=np.where, stack=np.stack,
    concatenate=np.concatenate, reshape=np.reshape, zeros=np.zeros, ones_like=np.ones_like, zeros_like=np.zeros_like,
    maximum=np.maximum, minimum=np.minimum, logical_and=np.logical_and, isfinite=np.isfinite, log10=np.log10,
    sum=np.sum, max=np.max, cast=lambda x, kind: np.asarray(x).astype(kind), convert_to_tensor=array,
    bincount=lambda x, minlength: np.bincount(x, minlength=minlength),
    cond=lambda condition, yes, no: yes() if condition else no(),
)


class Callback:
    def set_model(self, model):
        self.model = model


KERAS = types.SimpleNamespace(
    __version__="stand-in",
    backend=types.SimpleNamespace(backend=lambda: "numpy"),
    callbacks=types.SimpleNamespace(Callback=Callback),
    Variable=Variable,
    ops=OPS,
)


class SGD:
    def __init__(self, learning_rate, global_clipnorm=None):
        self.learning_rate, self.global_clipnorm, self.iterations = Variable(learning_rate), global_clipnorm, Variable(0)

    def apply(self, grads, trainable_variables=None):
        total = math.sqrt(sum(float(np.sum(np.square(g))) for g in grads if g is not None))
        factor = 1.0 if not self.global_clipnorm else min(1.0, self.global_clipnorm / total)
        for gradient, variable in zip(grads, trainable_variables):
            if gradient is not None:
                variable.assign(variable.value - self.learning_rate.value * factor * gradient)
        self.iterations.assign(self.iterations.value + 1)


class Model:
    """y = x W + b under a mean squared error; `spare` is a weight that the loss does not use."""

    name, loss = "line", "mse"

    def __init__(self, optimizer):
        generator = np.random.default_rng(0)
        self.kernel = Variable(generator.normal(size=(3, 2)), name="dense/kernel")
        self.bias = Variable(np.zeros(2), name="dense/bias")
        self.spare = Variable(np.ones(4), name="spare/kernel")
        self.trainable_variables = [self.kernel, self.bias, self.spare]
        self.layers, self.optimizer, self.truth = [], optimizer, []

    def compute_loss(self, x=None, y=None, y_pred=None):
        return np.mean(np.square(y_pred - y))

    def fit(self, x, y, epochs, callbacks):
        for callback in callbacks:
            callback.set_model(self)
            callback.on_train_begin()
        for epoch in range(epochs):
            y_pred = x @ self.kernel.value + self.bias.value
            loss = self.compute_loss(x=x, y=y, y_pred=y_pred)
            error = (2.0 / y.size) * (y_pred - y)
            gradients = [(x.T @ error).astype("float32"), error.sum(0).astype("float32"), None]
            before = [v.value.copy() for v in self.trainable_variables]
            self.optimizer.apply(gradients, self.trainable_variables)
            after = [v.value.copy() for v in self.trainable_variables]
            self.truth.append((loss, gradients, before, after))
            for callback in callbacks:
                callback.on_train_batch_end(0, {"loss": 123.0})  # Keras's own is a running mean
        for callback in callbacks:
            callback.on_train_end()


class Keras(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self._folder.name, "run.jsonl")

    def tearDown(self):
        self._folder.cleanup()

    def train(self, epochs=5, every=2, scale=1.0, **options):
        generator = np.random.default_rng(1)
        x = generator.normal(size=(8, 3)).astype("float32")
        y = (scale * generator.normal(size=(8, 2))).astype("float32")
        model = Model(SGD(0.1, **options))
        model.fit(x, y, epochs, [keras_callback(self.path, every=every, keras=KERAS)])
        with open(self.path, encoding="utf-8") as file:
            header, *lines = [json.loads(line) for line in file]
        return model, header, lines

    def near(self, got, wanted, relative=1e-5):
        self.assertTrue(abs(got - wanted) <= relative * abs(wanted), (got, wanted))

    def test_header_losses_norms_and_updates(self):
        model, header, lines = self.train()
        self.assertEqual(header["schema"], "evanesce.record/1")
        self.assertEqual([t["name"] for t in header["tensors"]], ["dense/kernel", "dense/bias", "spare/kernel"])
        self.assertEqual((header["order"], header["loss"], header["optimizer"]["name"]), ("layers", "mse", "SGD"))
        self.assertEqual([line["update"] for line in lines], [0, 1, 2, 3, 4])
        for line, (loss, gradients, before, after) in zip(lines, model.truth):
            self.near(line["loss"], loss)
            for i in range(2):
                self.near(line["norm"][i], float(np.linalg.norm(gradients[i])))
                self.near(line["weightNorm"][i], float(np.linalg.norm(after[i])))
                self.near(line["updateNorm"][i], float(np.linalg.norm(after[i] - before[i])), 1e-4)
            self.assertIsNone(line["norm"][2])
            self.assertNotIn("clip", line)

    def test_all_statistics_every_second_update(self):
        model, _, lines = self.train()
        self.assertEqual(["meanAbs" in line for line in lines], [True, False, True, False, True])
        gradient = model.truth[2][1][0]
        self.near(lines[2]["meanAbs"][0], float(np.abs(gradient).mean()))
        self.near(lines[2]["largest"][0], float(np.abs(gradient).max()))
        self.assertEqual(sum(lines[2]["histogram"][0]["counts"]), gradient.size)
        self.assertIsNone(lines[2]["histogram"][2])

    def test_clipping_by_the_global_norm(self):
        model, _, lines = self.train(global_clipnorm=0.01)
        for line, (_, gradients, _, _) in zip(lines, model.truth):
            total = math.sqrt(sum(float(np.sum(np.square(g))) for g in gradients if g is not None))
            self.near(line["clip"], 0.01 / total)

    def test_norms_of_tiny_gradients(self):
        _, _, lines = self.train(epochs=1, scale=1e-4)
        self.assertTrue(all(n > 0 for n in lines[0]["norm"][:2]))

    def test_nothing_is_left_behind(self):
        model, _, _ = self.train()
        self.assertEqual(model.optimizer.apply.__func__, SGD.apply)
        self.assertEqual(model.compute_loss.__func__, Model.compute_loss)

    def test_jax_is_refused(self):
        jax = types.SimpleNamespace(**{**vars(KERAS), "backend": types.SimpleNamespace(backend=lambda: "jax")})
        with self.assertRaisesRegex(ValueError, "jax"):
            keras_callback(self.path, keras=jax)


if __name__ == "__main__":
    unittest.main()
