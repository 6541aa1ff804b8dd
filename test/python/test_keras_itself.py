"""The Keras callback with Keras 3 on TensorFlow itself: run by test/python/recorder.test.ts where they are installed."""

import json
import os
import sys
import tempfile
import unittest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "python"))
from evanesce_log import keras_callback  # noqa: E402


class Keras(unittest.TestCase):
    def setUp(self):
        keras.utils.set_random_seed(0)
        self._folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self._folder.name, "run.jsonl")
        generator = np.random.default_rng(0)
        self.x = generator.normal(size=(64, 8)).astype("float32")
        self.y = self.x[:, :1] * self.x[:, 1:2]

    def tearDown(self):
        self._folder.cleanup()

    def lines(self):
        with open(self.path, encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def near(self, got, wanted, relative=1e-4):
        self.assertTrue(abs(got - wanted) <= relative * abs(wanted), (got, wanted))

    def dense(self, **options):
        model = keras.Sequential([keras.layers.Dense(6, activation="tanh") for _ in range(3)] + [keras.layers.Dense(1)])
        model.compile(optimizer=keras.optimizers.SGD(0.1, global_clipnorm=0.05), loss="mse", **options)
        return model

    def test_norms_are_the_tape_s_compiled_and_not(self):
        for options in ({}, {"jit_compile": True}, {"run_eagerly": True}):
            with self.subTest(**options):
                model = self.dense(**options)
                model(self.x)
                with tf.GradientTape() as tape:
                    loss = tf.reduce_mean(tf.square(model(self.x) - self.y))
                gradients = [g.numpy().astype("float64") for g in tape.gradient(loss, model.trainable_variables)]
                total = float(np.sqrt(sum(np.sum(g * g) for g in gradients)))
                history = model.fit(
                    self.x, self.y, epochs=4, batch_size=64, verbose=0, callbacks=[keras_callback(self.path, every=2)]
                )
                header, *lines = self.lines()
                self.assertEqual([t["name"].split("/")[-1] for t in header["tensors"]], ["kernel", "bias"] * 4)
                self.assertEqual([line["update"] for line in lines], [0, 1, 2, 3])
                self.assertEqual(["mean" in line for line in lines], [True, False, True, False])
                self.near(lines[0]["clip"], 0.05 / total)
                for line, loss in zip(lines, history.history["loss"]):
                    self.near(line["loss"], loss)
                for i, g in enumerate(gradients):
                    self.near(lines[0]["norm"][i], float(np.linalg.norm(g)))
                    self.near(lines[0]["meanAbs"][i], float(np.abs(g).mean()))
                    self.near(lines[0]["updateNorm"][i], 0.1 * 0.05 / total * float(np.linalg.norm(g)), 1e-3)
                    self.assertEqual(sum(lines[0]["histogram"][i]["counts"]), np.count_nonzero(g))

    def test_embeddings_frozen_layers_and_a_second_fit(self):
        model = keras.Sequential(
            [keras.layers.Embedding(9, 4), keras.layers.GlobalAveragePooling1D(), keras.layers.Dense(3), keras.layers.Dense(1)]
        )
        model.layers[2].trainable = False
        model.compile(optimizer="adam", loss="mse")
        x = np.arange(40).reshape(8, 5) % 9
        y = np.ones((8, 1), "float32")
        model.fit(x, y, epochs=2, batch_size=4, verbose=0, callbacks=[keras_callback(self.path)])
        header, *lines = self.lines()
        self.assertEqual(len(lines), 4)
        self.assertEqual(len(header["frozen"]), 2)
        self.assertTrue(all(norm > 0 for norm in lines[0]["norm"]))
        model.fit(x, y, epochs=1, verbose=0)  # nothing is left behind
        self.assertEqual(len(self.lines()), 5)


if __name__ == "__main__":
    unittest.main()
