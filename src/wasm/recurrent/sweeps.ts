/**
 * A backward sweep of windows, as `assembly/passes/windows.ts` reads it: window w ends before step `end` − w ·
 * `period`, sends back the losses of the `lossSteps` steps before `lossEnd` − w · `period`, and goes no farther than
 * `reach` steps.
 */
export interface Sweep {
  readonly end: number;
  readonly period: number;
  readonly lossSteps: number;
  readonly lossEnd: number;
  readonly reach: number;
}

/** The period of a sweep with one window. */
const NEVER = 0x7fffffff;

/**
 * Truncated back-propagation through time (Williams and Peng 1990, BPTT(h; h')): after every `k1` steps, and after the
 * last step, the losses since the previous time are propagated back over `k2` steps. So a window ends every k1 steps
 * and has k2 steps. Windows of one sweep must not overlap, so there are ⌈k2/k1⌉ sweeps, and one more for the T mod k1
 * steps at the end. If k2 ≥ T, nothing is truncated: there is one sweep, with the same sum in the order of the full
 * pass.
 */
export function truncationSweeps(T: number, lossEvery: boolean, { k1, k2 }: { k1: number; k2: number }): Sweep[] {
  const reach = Math.min(k2, T);
  if (k2 >= T || !lossEvery) return [{ end: T, period: NEVER, lossSteps: T, lossEnd: T, reach }];
  const regular = Math.floor(T / k1);
  const rest = T - regular * k1;
  const windowsPerReach = Math.ceil(k2 / k1);
  const sweeps = Array.from({ length: Math.min(windowsPerReach, regular) }, (_, j) => ({
    end: (regular - j) * k1,
    period: windowsPerReach * k1,
    lossSteps: k1,
    lossEnd: (regular - j) * k1,
    reach,
  }));
  return rest === 0 ? sweeps : [{ end: T, period: NEVER, lossSteps: rest, lossEnd: T, reach }, ...sweeps];
}

/**
 * One sweep for every `stride`-th of the last `losses` steps, the last step first. It propagates the loss of that step
 * alone back to the first step. If `bothWays`, a reversed direction also sends it to later steps, so the window is the
 * whole sequence.
 */
export function creditSweeps(T: number, losses: number, stride: number, bothWays: boolean): Sweep[] {
  return Array.from({ length: Math.ceil(losses / stride) }, (_, i) => {
    const lossEnd = T - i * stride;
    const end = bothWays ? T : lossEnd;
    return { end, period: NEVER, lossSteps: 1, lossEnd, reach: end };
  });
}
