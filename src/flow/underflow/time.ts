import { activationFacts, type CellName, isElmanCell } from "../../catalogue/index.ts";
import type { RecurrentPass } from "../../wasm/recurrent/pass.ts";
import type { GradientFlow, LayerFlow } from "../types/index.ts";
import { type End, isPositive, LN_LEAST_NORMAL, type Presence, SUBNORMAL_SQUARE } from "./presence.ts";

/**
 * The first station, going back from the loss, where a derivative that is never exactly zero left no digit, or too few
 * digits, of a gradient: a single factor was below float32's normal range.
 */
export function findUnderflow(pass: RecurrentPass): GradientFlow["underflow"] {
  const { T, B, layers } = pass.geometry;
  const found = findShutGate(pass);
  if (found !== undefined) return found;
  const N = layers.length;
  const looked = layers.map(({ spec: { cell } }) => isElmanCell(cell) && !isFlat(cell));
  const { total, gate } = pass.stream("loss");
  if (gate === undefined) return undefined;
  for (let t = T - 1; t >= 0; t--) {
    for (let n = N - 1; n >= 0; n--) {
      if (!looked[n]) continue;
      for (let i = (n * T + t) * B; i < (n * T + t + 1) * B; i++)
        if (gate[i] < total[i] * SUBNORMAL_SQUARE) return { station: t, layer: layers[n].level };
    }
  }
  return undefined;
}

/**
 * The same for a cell whose state passes through a gate σ(a), which is never zero: finds a sample whose whole state has
 * a gradient at one step and none at the step before it.
 */
function findShutGate(pass: RecurrentPass): GradientFlow["underflow"] {
  const { T, B, layers } = pass.geometry;
  const { having } = pass.order;
  const { total, cell } = pass.stream("loss");
  if (isPositive(total)) return undefined;
  for (let n = layers.length - 1; n >= 0; n--) {
    const own = layers[n].cell;
    if (own.forgetAt === undefined) continue;
    const alive = (i: number) => total[i] > 0 || (own.direct === "cell" && (cell as Float64Array)[i] > 0);
    for (const [t, next] of stepsBack(pass, n)) {
      for (let b = 0; b < Math.min(having[t], having[next]); b++) {
        if (alive((n * T + t) * B + b) && !alive((n * T + next) * B + b)) {
          return { station: t, layer: layers[n].level };
        }
      }
    }
  }
  return undefined;
}

/** Whether a cell's φ' may be exactly zero. */
const isFlat = (cell: CellName): boolean => isElmanCell(cell) && activationFacts(cell).flat === true;

/** Every step of record n with the step whose state it reads, in the order of the backward pass. */
function* stepsBack({ geometry: { T, layers } }: RecurrentPass, n: number): Generator<readonly [number, number]> {
  const { reverse, dilation } = layers[n];
  for (let k = T - 1; k >= dilation; k--) {
    yield reverse ? [T - 1 - k, T - 1 - k + dilation] : [k, k - dilation];
  }
}

/**
 * Where the gradients of the loss and of the probe are not zero: `[streams, N, T, B]`, or `[streams, N, T]` of all
 * samples together where φ' may be exactly zero, as ReLU's often is for a single sample.
 */
export function presenceInTime(pass: RecurrentPass): Presence {
  const { T, B, layers, streams } = pass.geometry;
  const { having } = pass.order;
  const N = layers.length;
  const together = layers.some(({ spec: { cell } }) => isFlat(cell));
  const withCell = layers.map(({ cell }) => cell.direct === "cell");
  const width = together ? 1 : B;
  const names = streams.filter((name) => name === "loss" || name === "probe");
  const alive = new Uint8Array(names.length * N * T * width);
  if (names.every((name) => isPositive(pass.stream(name).total))) return { alive: alive.fill(1), ends: () => [] };
  names.forEach((name, s) => {
    const { total, cell } = pass.stream(name);
    for (let i = 0; i < total.length; i++) {
      const inCell = cell !== undefined && withCell[Math.floor(i / (T * B))] && cell[i] > 0;
      if (total[i] === 0 && !inCell) continue;
      alive[s * N * T * width + (together ? Math.floor(i / B) : i)] = 1;
    }
  });
  function* all(): Generator<End> {
    for (let s = 0; s < names.length; s++) {
      for (let n = N - 1; n >= 0; n--) {
        const { level } = layers[n];
        const place = (record: number, t: number, b: number) => ((s * N + record) * T + t) * width + b;
        for (const [t, next] of stepsBack(pass, n)) {
          for (let b = 0; b < Math.min(width, having[t], having[next]); b++) {
            const at = place(n, next, b);
            if (alive[place(n, t, b)] === 1 && alive[at] === 0) yield { station: t, layer: level, at };
          }
        }
        for (let below = 0; below < N; below++) {
          if (layers[below].level !== level - 1) continue;
          for (let t = T - 1; t >= 0; t--) {
            for (let b = 0; b < Math.min(width, having[t]); b++) {
              const at = place(below, t, b);
              if (alive[place(n, t, b)] === 1 && alive[at] === 0) yield { station: t, layer: level, at };
            }
          }
        }
      }
    }
  }
  return { alive, ends: () => [...all()] };
}

/**
 * The first step whose state was too small for a float32's digits, so that the contribution of the next step to
 * ∂L/∂W_hh is imprecise too. Reads the contributions, and the states only where a contribution is suspiciously small.
 */
export function findSmallState(
  pass: RecurrentPass,
  layers: readonly LayerFlow[],
  contributions: readonly Float64Array[],
): GradientFlow["forwardUnderflow"] {
  const { T, layers: planned, stored } = pass.geometry;
  if (stored < T) return undefined;
  for (const [n, { level, reverse, dilation, spec }] of planned.entries()) {
    const flat = isFlat(spec.cell);
    const { lnGradientNorm, lnCellGradientNorm } = layers[n];
    let had = false;
    for (let k = dilation; k < T; k++) {
      const t = reverse ? T - 1 - k : k;
      const own = contributions[n][t];
      const arrived = Math.max(lnGradientNorm[t], lnCellGradientNorm?.[t] ?? Number.NEGATIVE_INFINITY);
      const small = own === Number.NEGATIVE_INFINITY ? had && !flat : own - arrived < LN_LEAST_NORMAL;
      had ||= own > Number.NEGATIVE_INFINITY;
      if (!small || arrived === Number.NEGATIVE_INFINITY) continue;
      const norm = pass.stateNorm(n, k - dilation);
      if (norm < 2 ** -126 && (norm > 0 || !flat)) {
        return { station: reverse ? t + dilation : t - dilation, layer: level };
      }
    }
  }
  return undefined;
}
