/**
 * A TensorFlow.js model watched by evanesce: twelve sigmoid layers from Glorot's initialization, then twelve ReLU layers from He's, on the same
 * two spirals. Prints both diagnoses.
 *
 *     npm run build && cd bench/tfjs-monitor && npm install && npm start
 */
import * as tf from "@tensorflow/tfjs";
import { monitor } from "../../dist/index.js";

const [DEPTH, WIDTH, BATCH, STEPS] = [12, 32, 128, 60];

/** Two spirals: points [B, 2] and classes [B, 1], 0 or 1. */
function spirals() {
  const points = [];
  const classes = [];
  for (let b = 0; b < BATCH; b++) {
    const [arm, turn] = [b % 2, (3 * b) / BATCH];
    const angle = turn * 2 + arm * Math.PI;
    points.push([(turn + 0.3) * Math.cos(angle), (turn + 0.3) * Math.sin(angle)]);
    classes.push([arm]);
  }
  return { points: tf.tensor2d(points), classes: tf.tensor2d(classes) };
}

function deepNetwork(activation, kernelInitializer) {
  const model = tf.sequential();
  for (let l = 0; l < DEPTH; l++) {
    const seed = 100 + l;
    const initializer = tf.initializers[kernelInitializer]({ seed });
    const layer = { name: `hidden_${l}`, units: WIDTH, activation, kernelInitializer: initializer };
    model.add(tf.layers.dense(l === 0 ? { ...layer, inputShape: [2] } : layer));
  }
  const initializer = tf.initializers.glorotUniform({ seed: 99 });
  model.add(tf.layers.dense({ name: "output", units: 1, kernelInitializer: initializer }));
  return model;
}

/** Trains for a while and records every step. */
function watch(model, activation, { points, classes }) {
  const optimizer = tf.train.sgd(0.1);
  const watcher = monitor({ baseline: Math.LN2 }); // as many of either class: the trivial answer's cross-entropy is ln 2
  const variables = model.trainableWeights;
  const outputs = tf.model({ inputs: model.inputs, outputs: model.layers.map((layer) => layer.output) });
  for (let step = 0; step < STEPS; step++) {
    tf.tidy(() => {
      const { value, grads } = optimizer.computeGradients(
        () => tf.losses.sigmoidCrossEntropy(classes, model.apply(points)),
        variables.map((variable) => variable.val),
      );
      watcher.record(
        variables.map((variable) => ({
          name: variable.originalName,
          gradient: grads[variable.val.name].dataSync(),
          weight: variable.val.dataSync(),
        })),
        {
          loss: value.dataSync()[0],
          activations: outputs
            .predict(points)
            .slice(0, DEPTH)
            .map((output, l) => ({ name: `hidden_${l}`, values: output.arraySync(), activation })),
        },
      );
      optimizer.applyGradients(grads);
    });
  }
  return watcher;
}

await tf.setBackend("cpu");
await tf.ready();
const data = spirals();
for (const [activation, initializer] of [
  ["sigmoid", "glorotUniform"],
  ["relu", "heNormal"],
]) {
  console.log(`${DEPTH} ${activation} layers, ${initializer}\n`);
  console.log(watch(deepNetwork(activation, initializer), activation, data).report());
}
