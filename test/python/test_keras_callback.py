"""The Keras callback against a stand-in of Keras's interface, stand_in/keras.py, and not against Keras itself."""

import json
import math
import os
import sys
import tempfile
import types
import unittest

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "python"))
sys.path.insert(0, os.path.join(HERE, "stand_in"))
import keras  # noqa: E402
from evanesce_log import keras_callback  # noqa: E402


class Line(keras.Trained):
    """y = x W + b under a mean squared error; `spare` is a weight that the loss does not use."""

    name = "line"

    def __init__(self, optimizer):
        generator = np.random.default_rng(0)
        self.kernel = keras.Variable(generator.normal(size=(3, 2)), name="dense/kernel")
        self.bias = keras.Variable(np.zeros(2), name="dense/bias")
        self.spare = keras.Variable(np.ones(4), name="spare/kernel")
        self.trainable_variables = [self.kernel, self.bias, self.spare]
        self.optimizer = optimizer

    def __call__(self, x):
        self.x = x
        return x @ self.kernel.value + self.bias.value

    def gradients(self, error):
        return [(self.x.T @ error).astype("float32"), error.sum(0).astype("float32"), None]


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
        model = Line(keras.optimizers.SGD(0.1, **options))
        model.fit(x, y, epochs, [keras_callback(self.path, every=every, keras=keras)])
        with open(self.path, encoding="utf-8") as file:
            header, *lines = [json.loads(line) for line in file]
        return model, header, lines

    def near(self, got, wanted, relative=1e-5):
        self.assertTrue(abs(got - wanted) <= relative * abs(wanted), (got, wanted))

    def test_header_losses_norms_and_updates(self):
        model, header, lines = self.train()
        self.assertEqual(header["schema"], "evanesce.record/1")
        self.assertEqual([t["name"] for t in header["tensors"]], ["dense/kernel", "dense/bias", "spare/kernel"])
        self.assertEqual((header["order"], header["loss"]), ("layers", "mse"))
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

    def test_nothing_is_left_behind(self):
        model, _, _ = self.train()
        self.assertEqual(model.optimizer.apply.__func__, type(model.optimizer).apply)
        self.assertEqual(model.compute_loss.__func__, keras.Trained.compute_loss)

    def test_jax_is_refused(self):
        jax = types.SimpleNamespace(**{**vars(keras), "backend": types.SimpleNamespace(backend=lambda: "jax")})
        with self.assertRaisesRegex(ValueError, "jax"):
            keras_callback(self.path, keras=jax)


if __name__ == "__main__":
    unittest.main()
