import { median } from "../base/median.ts";
import { type LossState, readLosses, runaway, THRESHOLDS } from "../diagnosis/index.ts";
import type { Memory } from "./memory.ts";

/** Least number of losses that can show a flat loss. */
const ENOUGH = 20;

/**
 * The state of the loss over the last steps. Without a baseline, the first loss is used instead: a hundredth of it is
 * converged, and a flat loss above half of it is a plateau. A negative loss is never called converged.
 *
 * @param silent whether the gradient of the last layer is exactly zero
 */
export function lossState(memory: Memory, silent: boolean): LossState {
  const { losses, firstLoss, leastLoss, options } = memory;
  const { values } = losses;
  if (values.length === 0) return silent ? "no-gradient" : "unlabelled";
  if (!Number.isFinite(values[values.length - 1])) return "nonfinite";
  const { baseline } = options;
  if (baseline === 0) return "constant-labels";
  const now = median(values.slice(-10));
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

/** Whether both halves differ by less than their noise or 1 %. A monitor's window is too short for blocks of ten. */
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
