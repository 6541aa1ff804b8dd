import { expect } from "vitest";
import type { GradientFlow, Ledger } from "../../../src/flow/index.ts";
import { random } from "../../../src/base/random.ts";
import type { OracleLedger } from "../../oracle/ledger.ts";
import { LOSS } from "../../oracle/losses.ts";
import type { RecurrentResult } from "../../oracle/recurrent.ts";
import { type Parameters, rows, tensor } from "../../oracle/tensor.ts";
import { gap, normError } from "../../setup/numbers.ts";
import { type Case, type Drawn, draw, oracle, run } from "../../setup/recurrent.ts";

/** The tolerance of gradients (by norm) and of ln-norms: float32 forward and backward against float64. */
export const TOLERANCE = 2e-5;
/** The tolerance of a ledger's entry and of a step's contribution, in nats. */
export const ENTRY = 1e-4;

/** Below it a square is too small for float64, so the oracle cannot follow; the tests of range/ test the core there. */
const ORACLE_FLOOR = -330;

/**
 * The change of the result if every parameter and input changes by four units in its last place: no float32
 * arithmetic can be more exact than this. It matters where units saturate, routes cancel or activations have kinks.
 */
function moved(testCase: Case, { parameters, batch }: Drawn): RecurrentResult {
  const stream = random(testCase.seed, "test/nudge");
  const nudge = <Values extends Float32Array | Float64Array>(values: Values) =>
    values.map((value) => value * (1 + (stream.uniform() < 0.5 ? -1 : 1) * 2 ** -22)) as Values;
  return oracle(testCase, {
    parameters: Object.fromEntries(
      Object.entries(parameters).map(([name, { shape, data }]) => [name, tensor(shape, nudge(data))]),
    ),
    batch: { ...batch, inputs: nudge(batch.inputs) },
  });
}

export const lnNorm = (values: ArrayLike<number>) => Math.log(Math.hypot(...Array.from(values)));

export function checkGradients(
  got: Record<string, ArrayLike<number>>,
  lnNorms: Record<string, number>,
  want: Parameters,
  nudged: Parameters = want,
) {
  expect(Object.keys(got).sort()).toEqual(Object.keys(want).sort());
  for (const [name, { data }] of Object.entries(want)) {
    const size = lnNorm(data);
    if (size < ORACLE_FLOOR) expect(lnNorms[name]).toBeLessThan(ORACLE_FLOOR);
    if (size < ORACLE_FLOOR) continue;
    const within = TOLERANCE + normError(nudged[name].data, data);
    expect(normError(got[name], data), `∂L/∂ ${name}`).toBeLessThanOrEqual(within);
    expect(gap(lnNorms[name], size), `ln ‖∂L/∂ ${name}‖`).toBeLessThanOrEqual(within);
  }
}

/** The change of an array by `moved`: at each station, the largest change from the loss up to there. */
function movement(nudged: Float64Array, want: Float64Array): Float64Array {
  const most = new Float64Array(want.length);
  for (let s = want.length - 1; s >= 0; s--) {
    const here = gap(nudged[s], want[s]);
    most[s] = Math.max(Number.isFinite(here) ? here : 0, s + 1 < want.length ? most[s + 1] : 0);
  }
  return most;
}

function checkProfile(got: Float64Array, want: Float64Array, nudged: Float64Array, what: string, within = TOLERANCE) {
  const movable = movement(nudged, want);
  expect(got.length).toBe(want.length);
  want.forEach((value, t) => {
    if (value < ORACLE_FLOOR && got[t] < ORACLE_FLOOR) return;
    if (!(gap(got[t], value) <= within + movable[t])) expect.fail(`${what}[${t}]: ${got[t]}, not ${value}`);
  });
}

/** Entry by entry. An entry the core leaves out is 0 in the oracle. */
export function checkLedger(
  got: Ledger,
  want: OracleLedger,
  nudged: OracleLedger,
  profile: Float64Array,
  what: string,
  within = 1e-9,
) {
  const names = [...new Set([...Object.keys(got.factors), ...Object.keys(want.factors)])];
  const none = new Float64Array(want.total.length);
  const movable = names.map((name) => movement(nudged.factors[name] ?? none, want.factors[name] ?? none));
  for (let s = 0; s < want.total.length; s++) {
    if (profile[s + 1] < ORACLE_FLOOR + 30 && profile[s + 1] !== Number.NEGATIVE_INFINITY) continue;
    let sum = 0;
    const dead = profile[s + 1] === Number.NEGATIVE_INFINITY;
    names.forEach((name, i) => {
      const expected = want.factors[name]?.[s] ?? 0;
      const entry = got.factors[name]?.[s] ?? (dead ? Number.NaN : 0);
      sum += entry;
      if (!(gap(entry, expected) <= ENTRY + movable[i][s]))
        expect.fail(`${what} ${name}[${s}]: ${entry}, not ${expected}`);
    });
    if (dead) continue;
    if (!(gap(sum, got.total[s]) <= 1e-6))
      expect.fail(`${what}[${s}]: entries add up to ${sum}, total ${got.total[s]}`);
    if (!(gap(got.total[s], profile[s] - profile[s + 1]) <= within))
      expect.fail(`${what}[${s}]: total ${got.total[s]}`);
  }
}

/** Type 7 quantiles of the oracle's per-sample norms over all layers, at step t. */
function sampleQuantiles(want: RecurrentResult, { B, H }: Case, t: number): number[] {
  const norms = Array.from({ length: B }, (_, b) =>
    lnNorm(want.layers.flatMap(({ delta }) => [...delta.subarray((t * B + b) * H, (t * B + b + 1) * H)])),
  ).sort((x, y) => (x === y ? 0 : x - y));
  return [0.05, 0.5, 0.95].map((q) => {
    const place = q * (B - 1);
    const low = norms[Math.floor(place)];
    return low === Number.NEGATIVE_INFINITY ? low : low + (norms[Math.ceil(place)] - low) * (place % 1 || 0);
  });
}

/** ln ‖∂L/∂h_T‖ − ln ‖∂L/∂y_T‖. */
function readoutGain(want: RecurrentResult, { Y, B, H, T, loss }: Case, { batch }: Drawn): number | null {
  if (Y === null || loss === "none") return null;
  const { gradient } = LOSS[loss](rows(want.outputs!, Y), batch.targets!);
  return lnNorm(want.layers.at(-1)!.delta.subarray((T - 1) * B * H)) - lnNorm(gradient.slice(-B).flat());
}

/**
 * Σ_b ‖δ_b‖‖h_b‖ over the norm of Σ_b δa_b h_bᵀ: how much of step t's own contribution cancels over the batch, with a
 * small margin.
 */
function cancelledShare(want: RecurrentResult, { B, H }: Case, l: number, t: number): number {
  const { delta, hidden, contributions } = want.layers[l];
  let size = 0;
  for (let b = 0; b < B && t > 0; b++) {
    const sample = (values: Float64Array, step: number) =>
      Math.hypot(...values.subarray((step * B + b) * H, (step * B + b + 1) * H));
    size += sample(delta, t) * sample(hidden, t - 1);
  }
  return size === 0 ? 1 : size / contributions[t];
}

function checkFlow(flow: GradientFlow, want: RecurrentResult, nudged: RecurrentResult, testCase: Case, drawn: Drawn) {
  const { T } = testCase;
  expect(flow.outcome).toBe("finite");
  const lossWithin = TOLERANCE * Math.max(Math.abs(want.loss), 0.1) + Math.abs(nudged.loss - want.loss);
  expect(Math.abs(flow.loss! - want.loss)).toBeLessThanOrEqual(lossWithin);
  checkProfile(flow.lnGradientNorm, want.lnGradientNorm, nudged.lnGradientNorm, "profile");
  expect(flow.layers.length).toBe(want.layers.length);
  want.layers.forEach(({ lnGradientNorm, ledger, contributions }, l) => {
    const { lnGradientNorm: got, ledger: gotLedger } = flow.layers[l];
    const near = nudged.layers[l];
    checkProfile(got, lnGradientNorm, near.lnGradientNorm, `profile of layer ${l}`);
    checkLedger(gotLedger!, ledger, near.ledger, got, `ledger of layer ${l}`);
    contributions.forEach((value, t) => {
      const [own, moved] = [Math.log(value), gap(Math.log(near.contributions[t]), Math.log(value)) || 0];
      const entry = flow.contributions![l][t];
      if (own < ORACLE_FLOOR && entry < ORACLE_FLOOR) return;
      const within = ENTRY + moved + 5e-7 * cancelledShare(want, testCase, l, t) ** 2;
      if (!(gap(entry, own) <= within)) expect.fail(`contribution of step ${t}, layer ${l}: ${entry}, not ${own}`);
    });
  });
  const all = (result: RecurrentResult) => Array.from({ length: T }, (_, t) => sampleQuantiles(result, testCase, t));
  const [quantiles, nearby] = [all(want), all(nudged)];
  [flow.quantiles!.q05, flow.quantiles!.q50, flow.quantiles!.q95].forEach((got, q) => {
    const at = (values: number[][]) => Float64Array.from(values, (value) => value[q]);
    checkProfile(got, at(quantiles), at(nearby), `quantile ${q}`);
  });
  const gain = readoutGain(want, testCase, drawn);
  if (gain === null) expect(flow.readoutGain).toBeNull();
  else
    expect(gap(flow.readoutGain!, gain)).toBeLessThanOrEqual(
      TOLERANCE + gap(readoutGain(nudged, testCase, drawn)!, gain),
    );
}

/** The core against the oracle, in everything a pass measures. */
export function check(testCase: Case) {
  const drawn = draw(testCase);
  const [want, nudged] = [oracle(testCase, drawn), moved(testCase, drawn)];
  const { flow, gradients, lnNorms } = run(testCase, drawn);
  checkFlow(flow, want, nudged, testCase, drawn);
  checkGradients(gradients, lnNorms, want.gradients, nudged.gradients);
}

export const plain: Case = {
  cell: "tanh",
  H: 5,
  L: 2,
  X: 3,
  Y: 4,
  B: 9,
  T: 65,
  loss: "cross_entropy",
  lossAt: "every",
  seed: 3,
};
