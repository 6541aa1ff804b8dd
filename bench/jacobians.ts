/**
 * A longer study than the tests have time for: `tsx bench/jacobians.ts`. The largest Lyapunov exponent of random tanh nets against
 * mean-field theory, by width; then what Jacobians cost.
 */
import { type JacobiansInput, jacobians } from "../src/measure/jacobians.ts";
import { lyapunovExponent } from "../src/theory/index.ts";

const STEPS = 1200;
const SEEDS = 4;

/** One kick, then silence. */
function kicked(steps: number): JacobiansInput["data"] {
  const inputs = new Float32Array(steps);
  inputs[0] = 1;
  return { inputs: { shape: [steps, 1, 1], data: inputs } };
}

const random = (hidden: number, gain: number): JacobiansInput["network"] => ({
  kind: "recurrent",
  cell: "tanh",
  hidden,
  inputs: 1,
  init: { recurrent: "gaussian", gain },
});

console.log("h' = tanh(W h): λ of mean-field theory; mean-square rate and λ_1 measured, ± 95 %, by width");
for (const g of [1.5, 2, 5, 10]) {
  const cells = [100, 200, 400, 512].map((hidden) => {
    const runs = Array.from(
      { length: SEEDS },
      (_, seed) =>
        jacobians({
          network: random(hidden, g),
          data: kicked(STEPS),
          window: 1,
          seed,
          weights: false,
          lyapunov: { exponents: 1, steps: STEPS, transient: 200 },
        }).lyapunov!.largest,
    );
    const mean = (of: (run: (typeof runs)[number]) => number) => runs.reduce((sum, run) => sum + of(run), 0) / SEEDS;
    const half = mean((run) => ((run.high! - run.low!) / 2) ** 2) ** 0.5 / Math.sqrt(SEEDS);
    return `${hidden}: ${mean((run) => run.meanSquareRate!).toFixed(4)} ${mean((run) => run.value!).toFixed(4)} ± ${half.toFixed(4)}`;
  });
  console.log(`g = ${g}  λ ${lyapunovExponent("tanh", g).toFixed(4)}  ${cells.join("  ")}`);
}

console.log("milliseconds");
const cost = (label: string, input: JacobiansInput) => {
  const start = performance.now();
  jacobians(input);
  console.log(`${label.padEnd(44)} ${(performance.now() - start).toFixed(0).padStart(7)}`);
};
const bare = { lyapunov: false, weights: false } as const;
for (const H of [128, 256, 512]) {
  cost(`tanh, H ${H}, window 100`, { network: random(H, 1), data: kicked(100), ...bare });
  cost(`tanh, H ${H}, ${Math.min(H, 128)} exponents of 1,000 steps`, {
    network: random(H, 1.5),
    data: kicked(1000),
    window: 1,
    weights: false,
  });
  cost(`tanh, H ${H}, W_hh`, { network: random(H, 1), data: kicked(2), window: 1, lyapunov: false });
  cost(`deep tanh, width ${H}, 51 layers`, { network: { kind: "feedforward", width: H, depth: 51 }, batch: 1 });
}
cost("lstm, H 256, window 100", {
  network: { kind: "recurrent", cell: "lstm", hidden: 256 },
  task: { name: "adding", steps: 100 },
  batch: 1,
  ...bare,
});
