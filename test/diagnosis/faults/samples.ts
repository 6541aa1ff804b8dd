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
  {
    tried: "no fault: half of the samples three times as large as the others",
    run: () => {
      const network = { kind: "feedforward", depth: 3, width: 32, activation: "tanh" } as NetworkInput;
      return saidBy(judged(network, "gaussian", undefined, { batch: 64, alter: loud(3) }));
    },
    right: { verdict: "healthy" },
  },
];
