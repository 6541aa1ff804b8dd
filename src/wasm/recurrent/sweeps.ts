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

/** Of a sweep with one window. */
const NEVER = 0x7fffffff;

/**
 * Truncated back-propagation through time (Williams and Peng 1990, BPTT(h; h')): after every `k1` steps, and after the
 * last, the losses of the steps since the last time are sent back `k2` steps. Windows end every k1 steps and are k2
 * long, so that ⌈k2/k1⌉ sweeps of windows that do not overlap make up the whole; the steps left over at the end, T mod
 * k1, are one more. Where k2 ≥ T nothing is cut: one sweep, the same sum in the full pass's own order.
 */
export function truncationSweeps(T: number, lossEvery: boolean, { k1, k2 }: { k1: number; k2: number }): Sweep[] {
  const reach = Math.min(k2, T);
  if (k2 >= T || !lossEvery) return [{ end: T, period: NEVER, lossSteps: T, lossEnd: T, reach }];
  const regular = Math.floor(T / k1);
  const rest = T - regular * k1;
  const apart = Math.ceil(k2 / k1);
  const sweeps = Array.from({ length: Math.min(apart, regular) }, (_, j) => ({
    end: (regular - j) * k1,
    period: apart * k1,
    lossSteps: k1,
    lossEnd: (regular - j) * k1,
    reach,
  }));
  return rest === 0 ? sweeps : [{ end: T, period: NEVER, lossSteps: rest, lossEnd: T, reach }, ...sweeps];
}

/**
 * The loss of one step alone, all the way back: one sweep for every `stride`-th of the last `losses` steps, the last
 * among them, later ones first. Where a reversed direction carries it to later steps as well, the window is the whole
 * sequence.
 */
export function creditSweeps(T: number, losses: number, stride: number, bothWays: boolean): Sweep[] {
  return Array.from({ length: Math.ceil(losses / stride) }, (_, i) => {
    const lossEnd = T - i * stride;
    const end = bothWays ? T : lossEnd;
    return { end, period: NEVER, lossSteps: 1, lossEnd, reach: end };
  });
}
