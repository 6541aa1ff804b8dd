/** Half of the samples many times as large as the others, for every activation and cell that saturates. */
import { activationFacts, ACTIVATIONS, CELL_TABLE, CELLS, cellActivation } from "../../../src/catalogue/index.ts";
import type { NetworkInput } from "../../../src/spec/index.ts";
import type { Batch } from "../../../src/tasks/batch.ts";
import { adding, judged } from "../planted.ts";
import { type Instance, saidBy } from "./instance.ts";

/** The first samples of a batch, `factor` times as large. */
const loud =
  (factor: number, share = 0.5) =>
  (batch: Batch) => ({
    ...batch,
    inputs: batch.inputs.map((value, i) =>
      Math.floor(i / batch.inputSize) % batch.batch < share * batch.batch ? value * factor : value,
    ),
  });

const right = {
  verdict: ["mixed", "blocked", "vanishing"],
  parts: ["input mixed"],
  causes: ["sample-scale"],
  says: /50 % of the samples get almost no gradient[\s\S]*Scale these samples/,
} as const;

const BOUNDED = ACTIVATIONS.filter((name) => activationFacts(name).saturates === true);
const GATED = CELLS.filter((cell) => CELL_TABLE[cell].keeps !== undefined && CELL_TABLE[cell].letters.length > 1);
const SATURATING = CELLS.filter((cell) => {
  const name = cellActivation({ cell, cellOptions: { activation: "tanh" } } as never);
  return name !== null && activationFacts(name).saturates === true;
});

const rectified = (activation: (typeof ACTIVATIONS)[number], alter: (batch: Batch) => Batch) => {
  const network = { kind: "feedforward", depth: 3, width: 32, activation } as NetworkInput;
  return saidBy(judged(network, "gaussian", undefined, { batch: 64, alter }));
};

export const LOUD_SAMPLES: readonly Instance[] = [
  ...BOUNDED.map(
    (activation): Instance => ({
      tried: `half of the samples × 10,000 into ${activation}`,
      run: () => {
        const network = { kind: "feedforward", depth: 3, width: 32, activation } as NetworkInput;
        return saidBy(judged(network, "gaussian", undefined, { batch: 64, alter: loud(1e4) }));
      },
      right,
    }),
  ),
  ...[...SATURATING, ...GATED].map(
    (cell): Instance => ({
      tried: `half of the samples × 1,000 into ${cell}`,
      run: () => {
        const network = { kind: "recurrent", cell, hidden: 16 } as NetworkInput;
        return saidBy(judged(network, adding(8), undefined, { batch: 64, alter: loud(1e3) }));
      },
      right,
    }),
  ),
  ...[0.5, 2 / 64].flatMap((share) =>
    ACTIVATIONS.filter((name) => activationFacts(name).saturates !== true && name !== "exponential").map(
      (activation): Instance => ({
        tried: `${share} of the samples × 10,000 into ${activation}`,
        run: () => rectified(activation, loud(1e4, share)),
        right: {
          verdict: ["blocked", "mixed", "vanishing", "exploding"],
          parts: ["input unscaled"],
          causes: ["sample-scale"],
          says: /(50|3\.1) % of the samples outweigh all others[\s\S]*Scale these samples/,
          never: /column/,
        },
      }),
    ),
  ),
  ...[0.03, 0.5, 1].map(
    (share): Instance => ({
      tried: `${share} of the samples × 10,000 into exponential, which leaves the range of numbers`,
      run: () => rectified("exponential", loud(1e4, share)),
      right: { verdict: "nonfinite", causes: [share === 1 ? "input-scale" : "sample-scale"], says: /Scale th/ },
    }),
  ),
  {
    tried: "half of the samples × 30 into relu: not yet in the way, but told",
    run: () => rectified("relu", loud(30)),
    right: { verdict: "healthy", parts: ["input healthy"], says: /50 % of the samples are not scaled: .* is 3\d,/ },
  },
  ...(["tanh", "lstm", "gru"] as const).map(
    (cell): Instance => ({
      tried: `two of 64 samples × 1,000 into ${cell}: too few to stand in the way, but told`,
      run: () => {
        const network = { kind: "recurrent", cell, hidden: 16 } as NetworkInput;
        return saidBy(judged(network, adding(6), undefined, { batch: 64, alter: loud(1e3, 2 / 64) }));
      },
      right: { verdict: "healthy", parts: ["input healthy"], says: /3\.1 % of the samples are not scaled/ },
    }),
  ),
  {
    tried: "one of 200 samples × 1,000 into deep tanh",
    run: () => {
      const network = { kind: "feedforward", depth: 3, width: 32, activation: "tanh" } as NetworkInput;
      return saidBy(judged(network, "gaussian", undefined, { batch: 200, alter: loud(1e3, 1 / 200) }));
    },
    right: { verdict: "healthy", says: /0\.50 % of the samples are not scaled/ },
  },
  {
    tried: "nine samples in ten × 1,000 into relu: the columns are not scaled",
    run: () => rectified("relu", loud(1e3, 0.9)),
    right: { verdict: "blocked", causes: ["input-scale"], says: /standardize/ },
  },
  {
    tried: "no fault: half of the samples three times as large as the others",
    run: () => {
      const network = { kind: "feedforward", depth: 3, width: 32, activation: "tanh" } as NetworkInput;
      return saidBy(judged(network, "gaussian", undefined, { batch: 64, alter: loud(3) }));
    },
    right: { verdict: "healthy" },
  },
];
