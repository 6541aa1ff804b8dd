// TensorFlow.js's own files with its own gradients: model.json and its shard, written by tf.LayersModel.save. Run where
// @tensorflow/tfjs 4.22 is installed (bench/tfjs-monitor has a lock file): node tfjs_models.mjs FOLDER
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";

const folder = process.argv[2];
const [T, B, X, H, Y] = [4, 3, 3, 5, 2];
const entries = [];

const inputs = (...shape) =>
  tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(0.7 * i + 0.3)),
    shape,
  );
const targets = (...shape) =>
  tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.cos(1.3 * i + 0.1)),
    shape,
  );

/** Rows of a transposed kernel, the gates of a GRU in PyTorch's order. */
function rows(gradient, gates, swap) {
  const parts = tf.split(gradient, gates, 0);
  return swap ? tf.concat([parts[1], parts[0], parts[2]]) : gradient;
}

function recurrent(grads, prefix, level, suffix, gates) {
  const of = (leaf) => grads[`${prefix}/${leaf}`];
  const swap = gates === 3;
  return {
    [`rnn.weight_ih_l${level}${suffix}`]: rows(of("kernel").transpose(), gates, swap),
    [`rnn.weight_hh_l${level}${suffix}`]: rows(of("recurrent_kernel").transpose(), gates, swap),
    [`rnn.bias_ih_l${level}${suffix}`]: rows(of("bias"), gates, swap),
  };
}

const dense = (grads, prefix, name) => ({
  [`${name}.weight`]: grads[`${prefix}/kernel`].transpose(),
  [`${name}.bias`]: grads[`${prefix}/bias`],
});

/** Gradients of the model's mean squared error, or of the sum of its output averaged over the batch. */
function gradients(model, x, mse, last) {
  for (const weight of model.weights)
    weight.val.assign(tf.randomNormal(weight.shape, 0, 0.5, "float32", 7 + entries.length));
  const { grads } = tf.variableGrads(() => {
    let out = model.apply(x, { training: true });
    if (last) out = out.gather([T - 1], 1).squeeze([1]);
    return mse
      ? out
          .sub(targets(...out.shape))
          .square()
          .mean()
      : out.sum().div(out.shape[0]);
  });
  // variables are named like the weights, with a counter behind
  return Object.fromEntries(model.trainableWeights.map((weight) => [weight.originalName, grads[weight.val.name]]));
}

async function add(file, model, spec, named, about, { outputs = null, notes = [], tokens, lengths } = {}) {
  await model.save(
    tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData, format, generatedBy }) => {
      const shard = `${file}.bin`;
      const manifest = [{ paths: [`./${shard}`], weights: weightSpecs }];
      const json = { format, generatedBy, convertedBy: null, modelTopology, weightsManifest: manifest };
      writeFileSync(join(folder, "files", `${file}.json`), JSON.stringify(json));
      const parts = Array.isArray(weightData) ? weightData : [weightData];
      writeFileSync(join(folder, "files", shard), Buffer.concat(parts.map((part) => Buffer.from(part))));
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } };
    }),
  );
  const stored = {};
  for (const [name, gradient] of Object.entries(named)) {
    stored[name] = Buffer.from(new Float32Array(await gradient.data()).buffer).toString("base64");
  }
  const own = { ...(tokens === undefined ? {} : { tokens }), ...(lengths === undefined ? {} : { lengths }) };
  entries.push({ file: `${file}.json`, about, options: {}, spec, steps: T, outputs, notes, ...own, gradients: stored });
}

/** [T, B, X] as TensorFlow.js takes it, [B, T, X]. */
const sequences = () => inputs(T, B, X).transpose([1, 0, 2]);
const gate = { recurrentActivation: "sigmoid" };

{
  const model = tf.sequential({
    layers: [tf.layers.lstm({ units: H, inputShape: [T, X], ...gate }), tf.layers.dense({ units: Y })],
  });
  const grads = gradients(model, sequences(), true);
  const [lstm, out] = model.layers.map(({ name }) => name);
  const named = { ...recurrent(grads, lstm, 0, "", 4), ...dense(grads, out, "readout") };
  await add(
    "tfjs_lstm",
    model,
    { kind: "recurrent", cell: "lstm", inputs: X, hidden: H, outputs: Y },
    named,
    "LSTM and a dense layer",
    { outputs: Y },
  );
}
{
  const layer = tf.layers.lstm({ units: H, returnSequences: true, ...gate });
  const model = tf.sequential({
    layers: [tf.layers.bidirectional({ layer, mergeMode: "concat", inputShape: [T, X] })],
  });
  const grads = gradients(model, sequences(), false, true);
  const name = model.layers[0].name;
  const inner = (side) =>
    Object.keys(grads)
      .find((key) => key.includes(`/${side}_`))
      .split("/")
      .slice(0, 2)
      .join("/");
  const named = {
    ...recurrent(grads, inner("forward"), 0, "", 4),
    ...recurrent(grads, inner("backward"), 0, "_reverse", 4),
  };
  const spec = { kind: "recurrent", cell: "lstm", inputs: X, hidden: H, bidirectional: true };
  await add("tfjs_bidirectional", model, spec, named, `a bidirectional LSTM that returns sequences (${name})`);
}
{
  const layers = [
    tf.layers.simpleRNN({ units: H, inputShape: [T, X], activation: "relu", returnSequences: true }),
    tf.layers.simpleRNN({ units: H, activation: "relu" }),
  ];
  const model = tf.sequential({ layers });
  const grads = gradients(model, sequences(), false);
  const names = model.layers.map(({ name }) => name);
  const named = { ...recurrent(grads, names[0], 0, "", 1), ...recurrent(grads, names[1], 1, "", 1) };
  await add(
    "tfjs_rnn",
    model,
    { kind: "recurrent", cell: "relu", inputs: X, hidden: H, layers: 2 },
    named,
    "two SimpleRNNs with ReLU",
  );
}
{
  const input = tf.input({ shape: [X] });
  const hidden = tf.layers.dense({ units: 6, activation: "elu" }).apply(input);
  const dropped = tf.layers
    .dropout({ rate: 1e-9 })
    .apply(tf.layers.dense({ units: 4, activation: "elu" }).apply(hidden));
  const model = tf.model({ inputs: input, outputs: tf.layers.dense({ units: Y }).apply(dropped) });
  const grads = gradients(model, inputs(8, X), true);
  const names = model.layers.filter((each) => each.weights.length > 0).map(({ name }) => name);
  const named = {
    ...dense(grads, names[0], "layers.0"),
    ...dense(grads, names[1], "layers.1"),
    ...dense(grads, names[2], "readout"),
  };
  const spec = { kind: "feedforward", inputs: X, width: [6, 4], depth: 2, activation: "elu", outputs: Y };
  await add("tfjs_dense", model, spec, named, "a functional model of dense layers with ELU and dropout", {
    outputs: Y,
  });
}

/** Tokens (7 i + 3) mod V of [T, B] as TensorFlow.js takes them, [B, T]; 0 behind the lengths. */
const tokens = (V, lengths) =>
  tf.tensor(
    Array.from({ length: B }, (_, b) =>
      Array.from({ length: T }, (_, t) => (lengths !== undefined && t >= lengths[b] ? 0 : (7 * (t * B + b) + 3) % V)),
    ),
    [B, T],
    "int32",
  );
const [V, E] = [11, 4];

{
  const layers = [
    tf.layers.embedding({ inputDim: V, outputDim: E, inputLength: T }),
    tf.layers.lstm({ units: H, ...gate }),
    tf.layers.dense({ units: 6, activation: "relu" }),
    tf.layers.dropout({ rate: 1e-9 }),
    tf.layers.dense({ units: Y }),
  ];
  const model = tf.sequential({ layers });
  const grads = gradients(model, tokens(V), true);
  const [embedding, lstm, head, , out] = model.layers.map(({ name }) => name);
  const named = {
    "embedding.weight": grads[`${embedding}/embeddings`],
    ...recurrent(grads, lstm, 0, "", 4),
    ...dense(grads, head, "head.0"),
    ...dense(grads, out, "readout"),
  };
  const spec = {
    kind: "recurrent",
    cell: "lstm",
    inputs: V,
    embedding: { size: E, tied: false },
    hidden: H,
    head: { width: [6], activation: "relu" },
    outputs: Y,
  };
  await add("tfjs_text", model, spec, named, "embedding, LSTM and a head of two layers", { outputs: Y, tokens: V });
}
{
  const layer = tf.layers.gru({ units: H, ...gate });
  const layers = [
    tf.layers.dense({ units: 4, activation: "tanh", inputShape: [T, X] }),
    tf.layers.bidirectional({ layer, mergeMode: "concat" }),
    tf.layers.dense({ units: Y }),
  ];
  const model = tf.sequential({ layers });
  const grads = gradients(model, sequences(), true);
  const [stem, both, out] = model.layers.map(({ name }) => name);
  const inner = (side) =>
    Object.keys(grads)
      .find((key) => key.startsWith(`${both}/${side}_`) || key.includes(`/${side}_`) || key.startsWith(`${side}_`))
      .split("/")
      .slice(0, -1)
      .join("/");
  const named = {
    ...dense(grads, stem, "stem.0"),
    ...recurrent(grads, inner("forward"), 0, "", 3),
    ...recurrent(grads, inner("backward"), 0, "_reverse", 3),
    ...dense(grads, out, "readout"),
  };
  const spec = {
    kind: "recurrent",
    cell: "gru_reset_before",
    inputs: X,
    stem: { width: [4], activation: "tanh" },
    hidden: H,
    bidirectional: true,
    pooling: "final",
    outputs: Y,
  };
  await add("tfjs_both_final", model, spec, named, "a dense layer at every step, a bidirectional GRU's last states", {
    outputs: Y,
  });
}
{
  const layers = [
    tf.layers.lstm({ units: H, inputShape: [T, X], returnSequences: true, ...gate }),
    tf.layers.globalAveragePooling1d({}),
    tf.layers.dense({ units: Y }),
  ];
  const model = tf.sequential({ layers });
  const grads = gradients(model, sequences(), true);
  const [lstm, , out] = model.layers.map(({ name }) => name);
  const named = { ...recurrent(grads, lstm, 0, "", 4), ...dense(grads, out, "readout") };
  const spec = { kind: "recurrent", cell: "lstm", inputs: X, hidden: H, pooling: "mean", outputs: Y };
  await add("tfjs_mean", model, spec, named, "the mean over an LSTM's steps", { outputs: Y });
}
{
  // recurrentActivation left out is hardSigmoid, of slope 0.2: our gates of slope 1/6 have 1.2 times these weights
  const layers = [
    tf.layers.lstm({ units: H, inputShape: [T, X], activation: "relu", returnSequences: true, ...gate }),
    tf.layers.gru({ units: H, activation: "softsign" }),
    tf.layers.dense({ units: Y }),
  ];
  const model = tf.sequential({ layers });
  const grads = gradients(model, sequences(), true);
  const [lstm, gru, out] = model.layers.map(({ name }) => name);
  const slower = Object.entries(recurrent(grads, gru, 1, "", 3)).map(([name, gradient]) => {
    const [r, z, n] = tf.split(gradient, 3, 0);
    return [name, tf.concat([r.div(1.2), z.div(1.2), n])];
  });
  const named = { ...recurrent(grads, lstm, 0, "", 4), ...Object.fromEntries(slower), ...dense(grads, out, "readout") };
  const own = [
    { innerActivation: "relu", gateActivation: "sigmoid" },
    { innerActivation: "softsign", gateActivation: "hardsigmoid" },
  ];
  const cells = ["lstm", "gru_reset_before"];
  const layerwise = own.map((cellOptions, l) => ({ cell: cells[l], cellOptions }));
  const spec = { kind: "recurrent", cell: "lstm", layers: 2, cellOptions: own[0], layerwise, inputs: X, hidden: H };
  await add(
    "tfjs_activations",
    model,
    { ...spec, outputs: Y },
    named,
    "an LSTM with relu and a GRU with softsign inside",
    {
      outputs: Y,
      notes: ["slope 0.2"],
    },
  );
}

writeFileSync(join(folder, "tfjs.golden.json"), `[\n${entries.map((entry) => JSON.stringify(entry)).join(",\n")}\n]\n`);
console.log(`${entries.length} models, TensorFlow.js ${tf.version.tfjs}`);
