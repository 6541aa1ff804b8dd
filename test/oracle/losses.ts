/**
 * Losses of PyTorch, reduction "mean", on N rows of Y numbers (N = B, or T·B with a loss at every step): the value
 * and ∂L/∂z, z `[N, Y]`.
 *
 * Decision: `hinge` is torch.nn.functional.multi_margin_loss with p = 1 and margin 1, on class indices:
 * mean over N of (1/Y) Σ_{j ≠ y} max(0, 1 − z_y + z_j). `binary_cross_entropy` takes logits
 * (binary_cross_entropy_with_logits) and real targets in [0, 1], mean over N·Y.
 */
import type { LossName } from "../../src/spec/names.ts";
import { sigmoid } from "./activations.ts";
import type { Vector } from "./tensor.ts";

export interface LossValue {
  readonly loss: number;
  /** ∂L/∂z, `[N, Y]`. */
  readonly gradient: Vector[];
}

type LossFunction = (z: Vector[], targets: ArrayLike<number>) => LossValue;

/** L = Σ (z − y)² / (N Y), ∂L/∂z = 2 (z − y) / (N Y). */
const mse: LossFunction = (z, targets) => {
  const Y = z[0].length;
  const count = z.length * Y;
  let loss = 0;
  const gradient = z.map((row, n) =>
    row.map((value, j) => {
      const error = value - targets[n * Y + j];
      loss += (error * error) / count;
      return (2 * error) / count;
    }),
  );
  return { loss, gradient };
};

/** L = mean_n (ln Σ_j e^{z_j} − z_y), ∂L/∂z = (softmax z − onehot y) / N. */
const crossEntropy: LossFunction = (z, targets) => {
  const N = z.length;
  let loss = 0;
  const gradient = z.map((row, n) => {
    const largest = Math.max(...row);
    const total = row.reduce((sum, value) => sum + Math.exp(value - largest), 0);
    const others = row.reduce((sum, value, j) => (j === targets[n] ? sum : sum + Math.exp(value - largest)), 0);
    const own = row[targets[n]];
    loss += (own === largest ? Math.log1p(others) : largest + Math.log(total) - own) / N;
    return row.map((value, j) => (j === targets[n] ? -others : Math.exp(value - largest)) / total / N);
  });
  return { loss, gradient };
};

/** L = mean (ln(1 + e^z) − y z), ∂L/∂z = (σ(z) − y) / (N Y) = ((1 − y) σ(z) − y σ(−z)) / (N Y). */
const binaryCrossEntropy: LossFunction = (z, targets) => {
  const Y = z[0].length;
  const count = z.length * Y;
  let loss = 0;
  const gradient = z.map((row, n) =>
    row.map((value, j) => {
      const y = targets[n * Y + j];
      loss += (Math.max(value, 0) - y * value + Math.log1p(Math.exp(-Math.abs(value)))) / count;
      return ((1 - y) * sigmoid(value) - y * sigmoid(-value)) / count; // σ − 1 = −σ(−z): nothing cancels
    }),
  );
  return { loss, gradient };
};

/** L = mean_n (1/Y) Σ_{j ≠ y} max(0, 1 − z_y + z_j). */
const hinge: LossFunction = (z, targets) => {
  const N = z.length;
  let loss = 0;
  const gradient = z.map((row, n) => {
    const y = targets[n];
    const share = 1 / (N * row.length);
    const dz = row.map(() => 0);
    row.forEach((value, j) => {
      const violation = 1 - row[y] + value;
      if (j === y || violation <= 0) return;
      loss += violation * share;
      dz[j] += share;
      dz[y] -= share;
    });
    return dz;
  });
  return { loss, gradient };
};

export const LOSS: Readonly<Record<Exclude<LossName, "none">, LossFunction>> = {
  mse,
  cross_entropy: crossEntropy,
  binary_cross_entropy: binaryCrossEntropy,
  hinge,
};

/** Without targets: L = (1/B) Σ_b Σ_i h_i, so ∂L/∂h = 1/B everywhere. */
export const sumOverUnits = (h: Vector[]): LossValue => ({
  loss: h.reduce((total, row) => total + row.reduce((sum, value) => sum + value, 0), 0) / h.length,
  gradient: h.map((row) => row.map(() => 1 / h.length)),
});
