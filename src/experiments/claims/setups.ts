/** Several claims train this ReLU network: from a start that loses the gradient, and from a start that keeps it. */
export const SICK = {
  kind: "feedforward",
  depth: 20,
  width: 32,
  activation: "relu",
  init: { weight: "pytorch" },
} as const;
export const SOUND = { ...SICK, init: { weight: "he_normal" } } as const;
/**
 * The task that both starts are asked to learn. All of its inputs fit in a few batches, and a constant answer is no
 * better than chance.
 */
export const PARITY = { name: "parity", bits: 4 } as const;
export const SGD = { name: "sgd", learningRate: 0.05 } as const;
export const PLAN = { steps: 500, batch: 32, optimizer: SGD } as const;
