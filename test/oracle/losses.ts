/**
 * Losses of PyTorch, reduction "mean", on N rows of Y numbers (N = B, or T·B with a loss at every step): the value
 * and ∂L/∂z, z `[N, Y]`.
 *
 * Decision: `hinge` is torch.nn.functional.multi_margin_loss with p = 1 and margin 1, on class indices:
 * mean over N of (1/Y) Σ_{j ≠ y} max(0, 1 − z_y + z_j). `binary_cross_entropy` takes logits
 * (binary_cross_entropy_with_logits) and real targets in [0, 1], mean over N·Y.
 */
import type { LossName, LossOptions } from "../../src/catalogue/index.ts";
import { sigmoid } from "./activations.ts";
import type { Vector } from "./tensor.ts";

export interface LossValue {
  readonly loss: number;
  /** ∂L/∂z, `[N, Y]`. */
  readonly gradient: Vector[];
}

type LossFunction = (z: Vector[], targets: ArrayLike<number>, options?: LossOptions) => LossValue;

/** The mean over N·Y numbers of a loss of z, target and unit: `of` gives that loss and its derivative by z. */
const elementwise =
  (of: (z: number, y: number, j: number, options: LossOptions) => readonly [number, number]): LossFunction =>
  (z, targets, options = {}) => {
    const Y = z[0].length;
    const count = z.length * Y;
    let loss = 0;
    const gradient = z.map((row, n) =>
      row.map((value, j) => {
        const [own, slope] = of(value, targets[n * Y + j], j, options);
        loss += own / count;
        return slope / count;
      }),
    );
    return { loss, gradient };
  };

/** L = Σ (z − y)² / (N Y), ∂L/∂z = 2 (z − y) / (N Y). */
const mse = elementwise((z, y) => [(z - y) ** 2, 2 * (z - y)]);

/**
 * With weights w and smoothing ε: a_j = (1 − ε) w_y [j = y] + (ε/Y) w_j,
 * L = Σ_n Σ_j a_j (ln Σ_k e^{z_k} − z_j) / Σ_n w_{y_n}, ∂L/∂z_j = (Σ_k a_k softmax_j − a_j)/Σ_n w_{y_n}. Without
 * smoothing, 1 − softmax_y is computed as the sum over j ≠ y, because the difference would cancel.
 */
const crossEntropy: LossFunction = (z, targets, { classWeights, labelSmoothing = 0 } = {}) => {
  const weight = (j: number) => classWeights?.[j] ?? 1;
  const N = z.reduce((sum, _, n) => sum + weight(targets[n]), 0);
  let loss = 0;
  const gradient = z.map((row, n) => {
    const y = targets[n];
    const largest = Math.max(...row);
    const total = row.reduce((sum, value) => sum + Math.exp(value - largest), 0);
    if (labelSmoothing > 0) {
      const spread = labelSmoothing / row.length;
      const a = row.map((_, j) => (j === y ? (1 - labelSmoothing) * weight(y) : 0) + spread * weight(j));
      const all = a.reduce((sum, share) => sum + share, 0);
      const logSum = largest + Math.log(total);
      row.forEach((value, j) => {
        loss += (a[j] * (logSum - value)) / N;
      });
      return row.map((value, j) => ((all * Math.exp(value - largest)) / total - a[j]) / N);
    }
    const others = row.reduce((sum, value, j) => (j === y ? sum : sum + Math.exp(value - largest)), 0);
    const own = row[y];
    loss += (weight(y) * (own === largest ? Math.log1p(others) : largest + Math.log(total) - own)) / N;
    return row.map((value, j) => (weight(y) * (j === y ? -others : Math.exp(value - largest))) / total / N);
  });
  return { loss, gradient };
};

/** ln(1 + e^x). */
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** L = mean ((1 − y) ln(1 + e^z) + p y ln(1 + e^−z)), ∂L/∂z = ((1 − y) σ(z) − p y σ(−z)) / (N Y), p = posWeight. */
const binaryCrossEntropy = elementwise((z, y, j, { posWeight = 1 }) => {
  const p = typeof posWeight === "number" ? posWeight : posWeight[j];
  const slope = (1 - y) * sigmoid(z) - p * y * sigmoid(-z); // σ − 1 = −σ(−z): nothing cancels
  return [(1 - y) * softplus(z) + p * y * softplus(-z), slope];
});

/** L = mean of d²/2 where |d| ≤ δ, δ (|d| − δ/2) beyond, d = z − y; ∂L/∂z = clamp(d, ±δ)/(N Y). */
const huber = elementwise((z, y, _, { delta = 1 }) => {
  const d = z - y;
  const loss = Math.abs(d) <= delta ? (d * d) / 2 : delta * (Math.abs(d) - delta / 2);
  return [loss, Math.min(Math.max(d, -delta), delta)];
});

/** L = mean |z − y|, ∂L/∂z = sign(z − y)/(N Y), 0 where they are equal. */
const mae = elementwise((z, y) => [Math.abs(z - y), Math.sign(z - y)]);

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
  huber,
  mae,
};

/** Without targets: L = (1/B) Σ_b Σ_i h_i, so ∂L/∂h = 1/B everywhere. */
export const sumOverUnits = (h: Vector[]): LossValue => ({
  loss: h.reduce((total, row) => total + row.reduce((sum, value) => sum + value, 0), 0) / h.length,
  gradient: h.map((row) => row.map(() => 1 / h.length)),
});
