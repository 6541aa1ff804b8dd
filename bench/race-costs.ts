/**
 * The cost of an update of a race, for `src/prescription/race/schedule.ts`. Trains networks of many sizes with Adam and
 * fits
 *
 *     time of an update = flops/R + parameters · p + tensors · q
 *
 * by least squares of relative errors. Prints R, then p and q in units of one operation's time, 1/R.
 */
import { createNetwork } from "../src/network/create.ts";
import { costOf } from "../src/prescription/flops.ts";
import type { NetworkInput } from "../src/spec/index.ts";
import { parameterTable } from "../src/spec/parameters.ts";
import { prepareTask } from "../src/tasks/index.ts";
import { createTrainer } from "../src/training/index.ts";

/** Networks that spend their time in passes, in parameters, and in tensors. */
const CASES: readonly { readonly network: NetworkInput; readonly batch: number; readonly steps?: number }[] = [
  ...[4, 12, 48].flatMap((depth) =>
    [8, 32, 128].flatMap((width) =>
      [8, 64].map((batch) => ({ network: { kind: "feedforward", depth, width } as const, batch })),
    ),
  ),
  { network: { kind: "feedforward", depth: 6, width: 512 }, batch: 8 },
  { network: { kind: "feedforward", depth: 200, width: 8 }, batch: 8 },
  ...(["tanh", "lstm", "gru"] as const).flatMap((cell) =>
    [16, 64].flatMap((hidden) =>
      [20, 100].map((steps) => ({ network: { kind: "recurrent", cell, hidden } as const, batch: 32, steps })),
    ),
  ),
];

/** Rounds of each case, and the least milliseconds of a round; the fastest round counts. */
const ROUNDS = 7;
const LEAST_MS = 60;

interface Row {
  readonly title: string;
  /** Nanoseconds of an update. */
  readonly time: number;
  /** Operations, parameters, tensors. */
  readonly counts: readonly [number, number, number];
}

function measure({ network: input, batch: B, steps }: (typeof CASES)[number]): Row {
  const task = steps === undefined ? "teacher" : { name: "adding", steps };
  const batch = prepareTask(task, input.kind)({ batch: B, seed: 0 });
  const sizes = { inputs: batch.inputSize, outputs: batch.outputSize ?? null };
  const network = createNetwork(input, { seed: 0, ...sizes });
  const trainer = createTrainer(network, { optimizer: { name: "adam", learningRate: 1e-4 } });
  const { flops, parameters } = costOf(network.spec, sizes, B, steps ?? 1);
  const tensors = parameterTable(network.spec, sizes).length;
  const roundOf = (updates: number) => {
    const start = performance.now();
    for (let i = 0; i < updates; i++) trainer.step(batch);
    return performance.now() - start;
  };
  let updates = 1;
  while (roundOf(updates) < LEAST_MS) updates *= 2;
  const best = Math.min(...Array.from({ length: ROUNDS }, () => roundOf(updates)));
  trainer.dispose();
  network.dispose();
  const title = Object.values({ ...input, batch: B, ...(steps === undefined ? {} : { steps }) }).join(" ");
  return { title, time: (best / updates) * 1e6, counts: [flops, parameters, tensors] };
}

/** The three costs in nanoseconds, none below zero, by coordinate descent on Σ (prediction/time − 1)². */
function leastSquares(rows: readonly Row[]): number[] {
  const scaled = rows.map(({ counts, time }) => counts.map((count) => count / time));
  const prices = [0, 0, 0];
  for (let sweep = 0; sweep < 5000; sweep++) {
    for (let k = 0; k < 3; k++) {
      let [top, bottom] = [0, 0];
      for (const row of scaled) {
        const others = row.reduce((sum, value, j) => (j === k ? sum : sum + value * prices[j]), 0);
        top += row[k] * (1 - others);
        bottom += row[k] ** 2;
      }
      prices[k] = Math.max(0, top / bottom);
    }
  }
  return prices;
}

measure(CASES[0]); // compiles the code that all cases use
const rows = CASES.map(measure);
const prices = leastSquares(rows);
const [perOperation, perParameter, perTensor] = prices;
for (const { title, time, counts } of rows) {
  const predicted = counts.reduce((sum, count, k) => sum + count * prices[k], 0);
  console.log(
    `${title.padEnd(34)} ${(time / 1e3).toFixed(0).padStart(8)} µs   fit/measured ${(predicted / time).toFixed(2)}`,
  );
}
console.log(`\nR                ${(1 / perOperation).toFixed(1)}e9 operations a second, one thread`);
console.log(`a parameter      ${(perParameter / perOperation).toFixed(0)} operations' time`);
console.log(`a tensor         ${(perTensor / perOperation / 1e3).toFixed(0)}e3 operations' time`);
