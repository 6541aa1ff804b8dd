// One case of bench/peers by jax-js: reads what index.ts wrote, writes the gradient of W_hh, prints the shortest time in ms.
// usage: jax.js wasm FOLDER THREADS
import { defaultDevice, init, jit, numpy as np } from "@jax-js/jax";
import { readCase, report } from "./case.js";

const [, , backend, folder] = process.argv;
if (backend === "probe") process.exit(0);
await init(backend);
defaultDevice(backend);

const { B, X, H, T, read } = readCase(folder);
const array = (values, shape) => np.array(values, { shape });
const W_ih = array(read("rnn.weight_ih_l0"), [H, X]);
const W_hh = array(read("rnn.weight_hh_l0"), [H, H]);
const [b_ih, b_hh] = [read("rnn.bias_ih_l0"), read("rnn.bias_hh_l0")];
const bias = array(
  b_ih.map((b, i) => b + b_hh[i]),
  [H],
);
const V = array(read("readout.weight"), [1, H]);
const c = array(read("readout.bias"), [1]);
const inputs = read("inputs");
const x = Array.from({ length: T }, (_, t) => array(inputs.slice(t * B * X, (t + 1) * B * X), [B, X]));
const y = array(read("targets"), [B, 1]);

/*
 * Back-propagation by hand, a compiled step at a time: there is no loop construct, and a program of a thousand steps unrolled would be compiled for
 * longer than it runs. An array is consumed by what uses it; `.ref` keeps it.
 */
const forward = jit((x, h, W_ih, W_hh, bias) =>
  np.tanh(np.matmul(x, W_ih.transpose()).add(np.matmul(h, W_hh.transpose())).add(bias)),
);
const loss = jit((h, y, V, c) => np.matmul(np.matmul(h, V.ref.transpose()).add(c).sub(y), V).mul(2 / B));
const backward = jit((delta, next, h, x, W_hh, gradientOfInput, gradientOfHidden, gradientOfBias) => {
  const norm = np.sum(delta.ref.mul(delta.ref));
  const da = delta.mul(np.array(1).sub(next.ref.mul(next)));
  return [
    np.matmul(da.ref, W_hh),
    norm,
    gradientOfInput.add(np.matmul(da.ref.transpose(), x)),
    gradientOfHidden.add(np.matmul(da.ref.transpose(), h)),
    gradientOfBias.add(np.sum(da, 0)),
  ];
});

function pass() {
  const states = [np.zeros([B, H])];
  for (let t = 0; t < T; t++) states.push(forward(x[t].ref, states[t].ref, W_ih.ref, W_hh.ref, bias.ref));
  let delta = loss(states[T].ref, y.ref, V.ref, c.ref);
  let [input, hidden, own] = [np.zeros([H, X]), np.zeros([H, H]), np.zeros([H])];
  const norms = [];
  for (let t = T - 1; t >= 0; t--) {
    let norm;
    [delta, norm, input, hidden, own] = backward(
      delta,
      states[t + 1],
      states[t].ref,
      x[t].ref,
      W_hh.ref,
      input,
      hidden,
      own,
    );
    norms.push(norm.dataSync()[0]);
  }
  states[0].dispose();
  delta.dispose();
  input.dataSync();
  own.dataSync();
  return hidden.dataSync();
}

report(folder, pass);
