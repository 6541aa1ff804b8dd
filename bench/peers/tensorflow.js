// One case of bench/peers by TensorFlow.js: reads what index.ts wrote, writes the gradient of W_hh, prints the shortest time in ms.
// usage: tensorflow.js wasm|cpu FOLDER THREADS
import { createRequire } from "node:module";
import { dirname } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { readCase, report } from "./case.js";

const [, , backend, folder] = process.argv;
if (backend === "probe") process.exit(0);
const packed = dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"));
setWasmPaths(`${packed}/`);
await tf.setBackend(backend);
await tf.ready();

const { B, X, H, T, read: floats } = readCase(folder);
const read = (name, shape) => tf.tensor(floats(name), shape);
const W_ih = read("rnn.weight_ih_l0", [H, X]);
const W_hh = read("rnn.weight_hh_l0", [H, H]);
const bias = tf.add(read("rnn.bias_ih_l0", [H]), read("rnn.bias_hh_l0", [H]));
const V = read("readout.weight", [1, H]);
const c = read("readout.bias", [1]);
const x = tf.unstack(read("inputs", [T, B, X]));
const y = read("targets", [B, 1]);

const one = tf.scalar(1);

/**
 * Back-propagation by hand, a matrix at a time: what a user who wants the norm of every step writes. The weight gradients are added up step by step:
 * joining a thousand tensors first takes fifteen times as long.
 */
const pass = () =>
  tf.tidy(() => {
    const states = [tf.zeros([B, H])];
    for (let t = 0; t < T; t++) {
      const drive = tf.add(tf.matMul(x[t], W_ih, false, true), bias);
      states.push(tf.tanh(tf.add(drive, tf.matMul(states[t], W_hh, false, true))));
    }
    const residual = tf.sub(tf.add(tf.matMul(states[T], V, false, true), c), y);
    let delta = tf.mul(2 / B, tf.matMul(residual, V));
    let [input, hidden, own] = [tf.zeros([H, X]), tf.zeros([H, H]), tf.zeros([H])];
    const norms = [];
    for (let t = T - 1; t >= 0; t--) {
      norms.push(tf.sum(tf.square(delta)).dataSync()[0]);
      const da = tf.mul(delta, tf.sub(one, tf.square(states[t + 1])));
      input = tf.add(input, tf.matMul(da, x[t], true));
      hidden = tf.add(hidden, tf.matMul(da, states[t], true));
      own = tf.add(own, tf.sum(da, 0));
      delta = tf.matMul(da, W_hh);
    }
    input.dataSync();
    own.dataSync();
    return hidden.dataSync();
  });

report(folder, pass);
