import { type LossState, THRESHOLDS } from "../diagnosis/index.ts";
import type { Memory } from "./memory.ts";
import { median } from "./window.ts";

/** Losses from which on a standstill can be told. */
const ENOUGH = 20;

/**
 * What the loss says of the last steps. Without a baseline the first loss stands for it: converged is a hundredth of
 * it, and a plateau a loss that has not come below half of it and does not move: the window's halves differ by less
 * than two standard errors, or 1 %.
 *
 * @param silent whether the last layer's gradient is exactly zero
 */
export function lossState(memory: Memory, silent: boolean): LossState {
  const { losses, firstLoss, options } = memory;
  const { values } = losses;
  if (values.length === 0) return silent ? "no-gradient" : "unlabelled";
  if (!Number.isFinite(values[values.length - 1])) return "nonfinite";
  const { baseline } = options;
  if (baseline === 0) return "constant-labels";
  const now = median({ size: 10, values: values.slice(-10) });
  const start = baseline ?? (firstLoss as number);
  if (now <= THRESHOLDS.converged * start) return "converged";
  if (silent) return "no-gradient";
  if (baseline !== undefined) return Math.abs(now / baseline - 1) <= THRESHOLDS.plateau ? "plateau" : "training";
  return now > start / 2 && values.length >= ENOUGH && stands(values) ? "plateau" : "training";
}

function stands(values: readonly number[]): boolean {
  const half = values.length >> 1;
  const [before, after] = [values.slice(0, half), values.slice(half)].map((part) => {
    const mean = part.reduce((sum, value) => sum + value / part.length, 0);
    const variance = part.reduce((sum, value) => sum + (value - mean) ** 2 / (part.length - 1), 0);
    return { mean, error: variance / part.length };
  });
  const apart = Math.abs(before.mean - after.mean);
  return apart <= Math.max(2 * Math.sqrt(before.error + after.error), 0.01 * Math.abs(before.mean));
}
