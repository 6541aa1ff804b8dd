/**
 * `npm run bench:turns [NAME …]`: how long training keeps its host's event loop waiting. A timer of one millisecond runs
 * in the same process, and the longest time between two of its calls is printed: of the whole run, its first draw and
 * measurements included.
 */
import { type TrainOptions, train } from "../src/index.ts";

/** One parameter of about six million numbers, a long sequence of wide states, and many layers. */
const RUNS: Readonly<Record<string, TrainOptions>> = {
  "two layers of 2450": {
    network: { kind: "feedforward", width: 2450, depth: 2, activation: "tanh" },
    task: { name: "gaussian", inputs: 64 },
    batch: 16,
  },
  "the same, clipped": {
    network: { kind: "feedforward", width: 2450, depth: 2, activation: "tanh" },
    task: { name: "gaussian", inputs: 64 },
    batch: 16,
    clip: { unit: 0.01, value: 0.01, norm: 0.1 },
  },
  "LSTM of 512, 100 steps": {
    network: { kind: "recurrent", cell: "lstm", hidden: 512 },
    task: { name: "adding", steps: 100 },
    batch: 32,
  },
  "LSTM of 1024, 32 steps": {
    network: { kind: "recurrent", cell: "lstm", hidden: 1024 },
    task: { name: "adding", steps: 32 },
    batch: 32,
  },
  "both directions of 128, 400 steps": {
    network: { kind: "recurrent", cell: "lstm", hidden: 128, bidirectional: true },
    task: { name: "adding", steps: 400 },
    batch: 32,
  },
  "200 layers of 256": {
    network: { kind: "feedforward", width: 256, depth: 200, activation: "tanh", norm: "layer", residual: "identity" },
    task: { name: "gaussian", inputs: 64 },
    batch: 32,
  },
  "4 layers of 1024, batch 1,024": {
    network: { kind: "feedforward", width: 1024, depth: 4, activation: "relu" },
    task: { name: "gaussian", inputs: 64 },
    batch: 1024,
  },
  "4 layers of 512 with batch norm, batch 2,048": {
    network: { kind: "feedforward", width: 512, depth: 4, activation: "relu", norm: "batch" },
    task: { name: "gaussian", inputs: 64 },
    batch: 2048,
  },
};

const asked = process.argv.slice(2);
for (const [name, options] of Object.entries(RUNS)) {
  if (asked.length > 0 && !asked.some((word) => name.includes(word))) continue;
  await train({ ...options, seed: 1, steps: 1 }).result; // compiles
  const gaps: number[] = [];
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    gaps.push(now - last);
    last = now;
  }, 1);
  const began = performance.now();
  await train({ ...options, seed: 1, steps: 4 }).result;
  await new Promise((resolve) => setTimeout(resolve, 5));
  clearInterval(timer);
  const longest = gaps.sort((a, b) => b - a).slice(0, 3);
  const whole = (performance.now() - began).toFixed(0);
  console.log(`${name}: ${longest.map((ms) => ms.toFixed(1)).join(", ")} ms at most, of ${whole} ms`);
}
process.exit(0);
