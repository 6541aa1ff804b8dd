// Watches the gradients of an LSTM in TensorFlow.js while it trains, and says what is wrong with them.
//
//     npm install @tensorflow/tfjs && node examples/tfjs-lstm.mjs
//
// Without TensorFlow.js a stand-in runs instead: an LSTM of evanesce with the same parameters.
import { createNetwork, createTrainer, monitor, taskBatch } from "evanesce";

const [STEPS, BATCH, HIDDEN, UPDATES] = [60, 16, 8, 20];
const batch = taskBatch({ task: { name: "adding", steps: STEPS }, batch: BATCH });

/** Trains with TensorFlow.js; `record` gets the gradients of every update. */
function withTensorFlow(tf, record) {
  const model = tf.sequential();
  model.add(tf.layers.lstm({ name: "lstm", units: HIDDEN, inputShape: [STEPS, 2] }));
  model.add(tf.layers.dense({ name: "readout", units: 1 }));
  const inputs = tf.tensor3d(batch.inputs, [STEPS, BATCH, 2]).transpose([1, 0, 2]);
  const targets = tf.tensor2d(batch.targets, [BATCH, 1]);
  const optimizer = tf.train.adam(0.01);
  for (let update = 0; update < UPDATES; update++) {
    tf.tidy(() => {
      const loss = () => tf.losses.meanSquaredError(targets, model.apply(inputs));
      const { value, grads } = optimizer.computeGradients(loss);
      const named = model.trainableWeights.map((weight) => ({
        name: weight.originalName,
        gradient: grads[weight.val.name].dataSync(),
        weight: weight.val.dataSync(),
      }));
      record(named, value.dataSync()[0]);
      optimizer.applyGradients(grads);
    });
  }
}

/** The stand-in. */
function withEvanesce(record) {
  const network = createNetwork({ kind: "recurrent", cell: "lstm", inputs: 2, hidden: HIDDEN, outputs: 1 });
  const trainer = createTrainer(network, { optimizer: { name: "adam", learningRate: 0.01 } });
  for (let update = 0; update < UPDATES; update++) {
    const weights = network.parameters.names.map((name) => [name, network.parameters.get(name)]);
    const { loss } = trainer.step(batch);
    record(weights.map(([name, weight]) => ({ name, gradient: network.gradients.get(name), weight })), loss);
  }
  trainer.dispose();
  network.dispose();
}

const watcher = monitor({ baseline: 1 / 6 }); // the loss of always answering 1
const record = (named, loss) => watcher.record(named, { loss });
const tf = await import("@tensorflow/tfjs").catch(() => null);
console.log(tf === null ? "TensorFlow.js is not installed: the stand-in runs\n" : `TensorFlow.js ${tf.version.tfjs}\n`);
if (tf === null) withEvanesce(record);
else withTensorFlow(tf, record);
console.log(watcher.report());
