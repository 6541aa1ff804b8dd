/** What several claims train: one ReLU network from a start that loses its gradient, and from one that keeps it. */
export const SICK = {
  kind: "feedforward",
  depth: 20,
  width: 32,
  activation: "relu",
  init: { weight: "pytorch" },
} as const;
export const SOUND = { ...SICK, init: { weight: "he_normal" } } as const;
/**
 * A task either start is asked to learn: the whole of it fits in a few batches, and a constant answer gains nothing.
 */
export const PARITY = { name: "parity", bits: 4 } as const;
export const SGD = { name: "sgd", learningRate: 0.05 } as const;
export const PLAN = { steps: 500, batch: 32, optimizer: SGD } as const;
