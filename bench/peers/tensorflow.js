// One case of bench/peers by TensorFlow.js: reads what index.ts wrote, writes the gradient of W_hh, prints the shortest time in ms.
// usage: tensorflow.js wasm|cpu FOLDER THREADS
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

const [, , backend, folder] = process.argv;
if (backend === "probe") process.exit(0);
const packed = dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"));
setWasmPaths(`${packed}/`);
await tf.setBackend(backend);
await tf.ready();

const { B, X, H, T } = JSON.parse(readFileSync(`${folder}case.json`, "utf8"));
const read = (name, shape) => {
  const bytes = readFileSync(`${folder}${name}.f32`);
  return tf.tensor(new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)), shape);
};
const W_ih = read("rnn.weight_ih_l0", [H, X]);
const W_hh = read("rnn.weight_hh_l0", [H, H]);
const bias = tf.add(read("rnn.bias_ih_l0", [H]), read("rnn.bias_hh_l0", [H]));
const V = read("readout.weight", [1, H]);
const c = read("readout.bias", [1]);
const x = read("inputs", [T * B, X]);
const y = read("targets", [B, 1]);

/** Back-propagation by hand, a matrix at a time: what a user who wants the norm of every step writes. */
const pass = () =>
  tf.tidy(() => {
    const drive = tf.split(tf.add(tf.matMul(x, W_ih, false, true), bias), T);
    const states = [tf.zeros([B, H])];
    for (let t = 0; t < T; t++) states.push(tf.tanh(tf.add(drive[t], tf.matMul(states[t], W_hh, false, true))));
    const residual = tf.sub(tf.add(tf.matMul(states[T], V, false, true), c), y);
    let delta = tf.mul(2 / B, tf.matMul(residual, V));
    const norms = [];
    const deltas = [];
    for (let t = T - 1; t >= 0; t--) {
      norms.push(tf.sum(tf.square(delta)));
      const da = tf.mul(delta, tf.sub(1, tf.square(states[t + 1])));
      deltas.unshift(da);
      delta = tf.matMul(da, W_hh);
    }
    const flat = tf.concat(deltas);
    tf.stack(norms).dataSync();
    tf.matMul(flat, x, true).dataSync();
    tf.sum(flat, 0).dataSync();
    return tf.matMul(flat, tf.concat(states.slice(0, T)), true).dataSync();
  });

writeFileSync(`${folder}gradient.f32`, new Uint8Array(Float32Array.from(pass()).buffer));
let best = Number.POSITIVE_INFINITY;
for (let i = 0, end = performance.now() + 3000; i < 2 || performance.now() < end; i++) {
  const start = performance.now();
  pass();
  best = Math.min(best, performance.now() - start);
}
console.log(JSON.stringify({ ms: best }));
