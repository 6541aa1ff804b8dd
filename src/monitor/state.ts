import { type LossState, readLosses, runaway, THRESHOLDS } from "../diagnosis/index.ts";
import type { Memory } from "./memory.ts";
import { median } from "./window.ts";

/** Losses from which on a standstill can be told. */
const ENOUGH = 20;

/**
 * What the loss says of the last steps. Without a baseline the first loss stands for it: converged is a hundredth of
 * it, and a plateau a loss that has not come below half of it and does not move. A loss below zero has no hundredth: it
 * converges by no measure that is known here.
 *
 * @param silent whether the last layer's gradient is exactly zero
 */
export function lossState(memory: Memory, silent: boolean): LossState {
  const { losses, firstLoss, leastLoss, options } = memory;
  const { values } = losses;
  if (values.length === 0) return silent ? "no-gradient" : "unlabelled";
  if (!Number.isFinite(values[values.length - 1])) return "nonfinite";
  const { baseline } = options;
  if (baseline === 0) return "constant-labels";
  const now = median({ size: 10, values: values.slice(-10) });
  const start = baseline ?? (firstLoss as number);
  if (start > 0 && now >= 0 && now <= THRESHOLDS.converged * start) return "converged";
  if (silent) return "no-gradient";
  // the least loss may lie before the window
  const known = leastLoss === null ? values : [...new Array<number>(5).fill(leastLoss), ...values];
  if (values.length >= 5 && now > (firstLoss as number) && runaway(known) !== null) return "diverging";
  const stands = values.length >= ENOUGH && standsStill(values, Math.abs(start));
  if (baseline !== undefined) {
    if (Math.abs(now / baseline - 1) <= THRESHOLDS.plateau) return "plateau";
    return now > baseline && stands ? "above-trivial" : "training";
  }
  const hardly = start > 0 ? now > start / 2 : true;
  return hardly && stands ? "plateau" : "training";
}

/** Halves that differ by less than noise, or by 1 %: the windows of a monitor are too short for blocks of ten. */
function standsStill(values: readonly number[], scale: number): boolean {
  const { state } = readLosses(values, scale);
  if (state === "flat") return true;
  const half = values.length >> 1;
  const [before, after] = [values.slice(0, half), values.slice(half)].map((part) => {
    const mean = part.reduce((sum, value) => sum + value / part.length, 0);
    const variance = part.reduce((sum, value) => sum + (value - mean) ** 2 / (part.length - 1), 0);
    return { mean, error: variance / part.length };
  });
  const apart = Math.abs(before.mean - after.mean);
  return apart <= Math.max(2 * Math.sqrt(before.error + after.error), 0.01 * Math.abs(before.mean));
}
