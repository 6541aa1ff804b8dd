import type { Activation } from "./activations.ts";
import { meanSquare, slopeSquare } from "./moments.ts";

/** Laws of one layer of a recurrent stack. */
export interface RecurrentLaw {
  /** σ_hh²: variance of an entry × fan_in. */
  readonly recurrent: number;
  /** σ_ih². */
  readonly input: number;
  /** Variance of b_ih + b_hh. */
  readonly bias: number;
}

/** The second moments of a stack over T steps. */
export interface RecurrentMoments {
  /** Variance of the top layer's pre-activations [T]. */
  readonly q: number[];
  /** ln Σ_l E ‖δ_t^l‖², relative to the last step [T]. */
  readonly lnSquare: Float64Array;
}

interface Row {
  readonly q: number;
  /** E h². */
  readonly square: number;
  /** E φ'². */
  readonly slope: number;
}

/** Rows that take about half a second. */
const MOST_ROWS = 12_000;
/** A stack of at most this many layers is computed, however many steps it has. */
const ALWAYS = 12;

/**
 * T steps of a stack of Elman layers in the untied approximation, W drawn anew each step (Chen, Pennington and
 * Schoenholz 2018), h = 0 before the first, the loss on the top layer at the last:
 *
 *     q_t^l = σ_hh² E φ(√q_{t−1}^l z)² + σ_ih² (E x² or E φ(√q_t^{l−1} z)²) + σ_b²
 *     E ‖δ_t^l‖² = σ_hh² E φ'(√q_{t+1}^l z)² E ‖δ_{t+1}^l‖² + σ_ih² E φ'(√q_t^{l+1} z)² E ‖δ_t^{l+1}‖²
 *
 * At h_t, the squared gradients of two routes add up: from the next step and from the layer above.
 *
 * @returns the moments, or the first step whose q is beyond float64, or "long" if they would take over a second
 */
export function walkLattice(
  phi: Activation,
  laws: readonly RecurrentLaw[],
  inputSquare: number,
  steps: number,
): RecurrentMoments | number | "long" {
  const rows: Row[][] = []; // [T][L]
  const known = new Map<number, Row>();
  const rowOf = (q: number) => rowAt(phi, q, known);
  for (let t = 0; t < steps; t++) {
    if (known.size > MOST_ROWS && known.size > ALWAYS * steps) return "long";
    const row = forward(rowOf, laws, inputSquare, rows[t - 2], rows[t - 1]);
    if (row === undefined) return t;
    rows.push(row);
  }

  const L = laws.length;
  const lnSquare = new Float64Array(steps);
  let fromNext: number[] = new Array(L).fill(0);
  fromNext[L - 1] = 1; // ∂L/∂h of the top layer, at the last step
  let lnScale = 0; // everything is divided by e^lnScale, so that no step leaves float64
  for (let t = steps - 1; t >= 0; t--) {
    let above = 0;
    let total = 0;
    for (let l = L - 1; l >= 0; l--) {
      const delta = fromNext[l] + above;
      const { slope } = rows[t][l];
      total += delta;
      fromNext[l] = laws[l].recurrent * slope * delta;
      above = laws[l].input * slope * delta;
    }
    lnSquare[t] = Math.log(total) + lnScale;
    const scale = Math.max(...fromNext);
    if (scale > 0 && Number.isFinite(scale)) {
      fromNext = fromNext.map((value) => value / scale);
      lnScale += Math.log(scale);
    }
  }
  const end = lnSquare[steps - 1];
  return { q: rows.map((row) => row[L - 1].q), lnSquare: lnSquare.map((value) => value - end) };
}

/**
 * One step of every layer, from the two steps before it. When the values no longer change, one row is used for all
 * later steps. Undefined beyond float64.
 */
function forward(
  rowOf: (q: number) => Row,
  laws: readonly RecurrentLaw[],
  inputSquare: number,
  earlier: Row[] | undefined,
  before: Row[] | undefined,
): Row[] | undefined {
  if (earlier !== undefined && before !== undefined) {
    if (earlier === before || before.every((row, l) => same(row.q, earlier[l].q))) return before;
  }
  let below = inputSquare;
  const rows: Row[] = [];
  for (const [l, { recurrent, input, bias }] of laws.entries()) {
    const q = recurrent * (before?.[l].square ?? 0) + input * below + bias;
    if (!Number.isFinite(q)) return undefined;
    const row = rowOf(q);
    below = row.square;
    rows.push(row);
  }
  return rows;
}

/** The integrals at a q. Many layers and steps have the same q: each integral is computed once. */
function rowAt(phi: Activation, q: number, known: Map<number, Row>): Row {
  let row = known.get(q);
  if (row === undefined) {
    row = { q, square: meanSquare(phi, q), slope: slopeSquare(phi, q) };
    known.set(q, row);
  }
  return row;
}

const same = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-15 * b;
