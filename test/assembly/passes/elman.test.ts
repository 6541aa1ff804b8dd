import { ELMAN_CELLS, isClassLoss } from "../../../src/catalogue/index.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GradientFlow, Ledger } from "../../../src/flow/index.ts";
import { random } from "../../../src/base/random.ts";
import { recurrentGoldens } from "../../golden/read.ts";
import type { OracleLedger } from "../../oracle/ledger.ts";
import { LOSS } from "../../oracle/losses.ts";
import { type RecurrentResult, transportRecurrent } from "../../oracle/recurrent.ts";
import { type Parameters, rows, tensor } from "../../oracle/tensor.ts";
import { gap, normError, widestGap } from "../../setup/numbers.ts";
import { asOracle, type Case, type Drawn, draw, network, oracle, oracleSpec, run } from "../../setup/recurrent.ts";

/** The tolerance of gradients (by norm) and of ln-norms: float32 forward and backward against float64. */
const TOLERANCE = 2e-5;
/** The tolerance of a ledger's entry and of a step's contribution, in nats. */
const ENTRY = 1e-4;

/** Below it a square is too small for float64, so the oracle cannot follow; range.test.ts tests the core there. */
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

const lnNorm = (values: ArrayLike<number>) => Math.log(Math.hypot(...Array.from(values)));

function checkGradients(
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
function checkLedger(
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
function check(testCase: Case) {
  const drawn = draw(testCase);
  const [want, nudged] = [oracle(testCase, drawn), moved(testCase, drawn)];
  const { flow, gradients, lnNorms } = run(testCase, drawn);
  checkFlow(flow, want, nudged, testCase, drawn);
  checkGradients(gradients, lnNorms, want.gradients, nudged.gradients);
}

describe("PyTorch's golden files", () => {
  for (const golden of recurrentGoldens().filter(({ spec }) =>
    (ELMAN_CELLS as readonly string[]).includes(spec.cell),
  )) {
    it(golden.name, () => {
      const { spec, batch } = golden;
      const { batch: B, steps: T, inputSize: X } = batch;
      const testCase: Case = {
        ...{ cell: spec.cell, H: spec.hidden, L: spec.layers, X, Y: spec.outputs ?? null, B, T },
        ...{ loss: batch.loss as Case["loss"], lossAt: batch.lossAt, seed: 0 },
      };
      const targets = golden.targets && (isClassLoss(batch.loss) ? Int32Array : Float32Array).from(golden.targets.data);
      const { flow, gradients, lnNorms } = run(testCase, {
        parameters: golden.parameters,
        batch: {
          name: golden.name,
          ...batch,
          inputs: Float32Array.from(golden.inputs.data),
          ...(targets && { targets }),
        },
      });
      expect(Math.abs(flow.loss! - golden.loss)).toBeLessThanOrEqual(TOLERANCE * Math.abs(golden.loss));
      golden.stations.forEach(({ delta }, l) => {
        const want = Float64Array.from({ length: T }, (_, t) =>
          lnNorm(delta.data.subarray(t * B * spec.hidden, (t + 1) * B * spec.hidden)),
        );
        expect(widestGap(flow.layers[l].lnGradientNorm, want), `δ of layer ${l}`).toBeLessThanOrEqual(TOLERANCE);
      });
      checkGradients(gradients, lnNorms, golden.gradients);
    });
  }
});

/** The cost of one case for the oracle, in multiplications. */
const cost = ({ B, T, L, H, X }: Case) => B * T * L * H * (H + X + 4) * 6;

const cases = fc
  .record({
    cell: fc.constantFrom(...ELMAN_CELLS),
    H: fc.constantFrom(1, 3, 4, 5, 17),
    L: fc.integer({ min: 1, max: 3 }),
    X: fc.constantFrom(1, 3, 4, 5, 8, 9, 17),
    Y: fc.option(fc.constantFrom(1, 3, 4, 5, 17), { nil: null }),
    B: fc.constantFrom(1, 7, 8, 9, 17),
    T: fc.constantFrom(1, 2, 15, 16, 17, 63, 64, 65, 130),
    loss: fc.constantFrom<Case["loss"]>("mse", "cross_entropy", "none"),
    lossAt: fc.constantFrom<Case["lossAt"]>("last", "every"),
    seed: fc.integer({ min: 0, max: 1e6 }),
  })
  .filter((testCase) => cost(testCase) < 4e6);

describe("the oracle", () => {
  it("loss, gradients, profiles, ledgers, contributions, quantiles and readout gain of any Elman network", () => {
    fc.assert(fc.property(cases, check), { seed: 7, numRuns: 80 });
  });

  it.each(ELMAN_CELLS)("%s: three layers, two panels and 130 steps with a loss at every step", (cell) => {
    check({ cell, H: 5, L: 3, X: 3, Y: 4, B: 9, T: 130, loss: "cross_entropy", lossAt: "every", seed: 11 });
  });
});

const plain: Case = {
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

describe("transport", () => {
  it.each([1, 3, 8, 9, 17])("the probe is the profile of unit cotangents, relative to the batch's norm: B %i", (B) => {
    const testCase = { ...plain, B };
    const drawn = draw(testCase);
    const { flow } = run(testCase, drawn, {}, { seed: 42 });
    // the directions that the network draws for its seed
    const stream = random(42, "probe");
    const cotangents = Array.from({ length: B }, () => {
      const direction = Array.from({ length: testCase.H }, () => stream.normal());
      const norm = Math.hypot(...direction);
      return direction.map((value) => Math.fround(value / norm));
    }).flat();
    const want = transportRecurrent(oracleSpec(testCase), drawn.parameters, asOracle(drawn.batch), cotangents);
    const profile = want.lnGradientNorm.map((value) => value - 0.5 * Math.log(B));
    expect(widestGap(flow.probe!.lnGradientNorm, profile)).toBeLessThanOrEqual(TOLERANCE);
    flow.probe!.ledgers!.forEach((ledger, l) => {
      const own = want.layers[l].lnGradientNorm;
      checkLedger(ledger, want.layers[l].ledger, want.layers[l].ledger, own, `probe's ledger of layer ${l}`, ENTRY);
    });
  });

  it("the probe knows nothing of loss and targets", () => {
    const drawn = draw(plain);
    const other: Case = { ...plain, loss: "none" };
    const { flow } = run(plain, drawn);
    const { flow: without } = run(other, { ...draw(other), parameters: drawn.parameters });
    expect(without.probe).toEqual(flow.probe);
  });

  it("lastStep is the profile of the last step's own term of the loss", () => {
    for (const loss of ["mse", "cross_entropy"] as const) {
      const testCase = { ...plain, loss };
      const drawn = draw(testCase);
      const { flow } = run(testCase, drawn, { lastStep: true });
      const { parameters, batch } = drawn;
      const want = oracle(testCase, drawn);
      const { gradient } = LOSS[loss](rows(want.outputs!, testCase.Y!), batch.targets!);
      const W = parameters["readout.weight"].data;
      const cotangents = gradient
        .slice(-testCase.B)
        .flatMap((dz) =>
          Array.from({ length: testCase.H }, (_, i) => dz.reduce((sum, z, y) => sum + z * W[y * testCase.H + i], 0)),
        );
      const alone = transportRecurrent(oracleSpec(testCase), parameters, asOracle(batch), cotangents);
      expect(widestGap(flow.lastStep!.lnGradientNorm, alone.lnGradientNorm)).toBeLessThanOrEqual(TOLERANCE);
      flow.lastStep!.ledgers!.forEach((ledger, l) => {
        const { ledger: expected, lnGradientNorm } = alone.layers[l];
        checkLedger(ledger, expected, expected, lnGradientNorm, `ledger of layer ${l}`, ENTRY);
      });
    }
  });

  it("lastStep is left out where it was not asked for, and refused where every loss is the last", () => {
    expect(run(plain, draw(plain)).flow.lastStep).toBeUndefined();
    const last: Case = { ...plain, lossAt: "last" };
    expect(() => run(last, draw(last), { lastStep: true })).toThrow("lastStep: a loss at every step");
  });
});

describe("the same bits", () => {
  const testCase: Case = { ...plain, B: 17, T: 130 };
  const drawn = draw(testCase);
  const whole = run(testCase, drawn);

  /** Everything of `flow` that does not depend on what else was measured. */
  const core = ({ flow, gradients, lnNorms }: ReturnType<typeof run>) => ({
    gradients,
    lnNorms,
    loss: flow.loss,
    profile: flow.lnGradientNorm,
    layers: flow.layers.map(({ lnGradientNorm }) => lnGradientNorm),
    quantiles: flow.quantiles,
    readoutGain: flow.readoutGain,
  });

  it.each([
    { contributions: false }, // one panel in flight, not all
    { probe: false },
    { ledger: false },
    { lastStep: true },
    { contributions: false, probe: false, ledger: false },
  ])("with %o as without", (options) => {
    const other = run(testCase, drawn, options);
    expect(core(other)).toEqual(core(whole));
    if (options.contributions !== false) expect(other.flow.contributions).toEqual(whole.flow.contributions);
    if (options.probe !== false && options.ledger !== false) expect(other.flow.probe).toEqual(whole.flow.probe);
    expect("contributions" in other.flow, "contributions").toBe(options.contributions !== false);
    expect("probe" in other.flow, "probe").toBe(options.probe !== false);
    expect("ledger" in other.flow.layers[0], "ledger").toBe(options.ledger !== false);
  });

  it("without quantiles as with them", () => {
    const other = run(testCase, drawn, { quantiles: false });
    expect(core(other)).toEqual({ ...core(whole), quantiles: undefined });
  });

  it.each([{ contributions: true }, { contributions: false }])("in parts as in one call, %o", (options) => {
    const one = run(testCase, drawn, options);
    const made = network(testCase, drawn.parameters);
    const parts = made.propagateInParts(drawn.batch, options);
    let share = 0;
    let next = parts.next();
    while (!next.done) {
      expect(next.value).toBeGreaterThanOrEqual(share); // feeding and reading run no steps
      share = next.value;
      next = parts.next();
    }
    expect(share).toBe(1);
    expect(next.value).toEqual(one.flow);
    for (const name of made.gradients.names) expect(made.gradients.get(name)).toEqual(one.gradients[name]);
    made.dispose();
  });

  it.each([{ contributions: true }, { contributions: false }])(
    "with checkpoints as with every state stored, %o",
    (options) => {
      for (const T of [130, 300, 600]) {
        const long = { ...testCase, T };
        const data = draw(long);
        const stored = run(long, data, { ...options, lastStep: true });
        const recomputed = run(long, data, { ...options, lastStep: true }, { memoryLimit: stored.memoryBytes - 1 });
        expect(recomputed.memoryBytes).toBeLessThan(stored.memoryBytes);
        expect(recomputed.gradients).toEqual(stored.gradients);
        expect(recomputed.flow).toEqual(stored.flow);
      }
    },
  );

  it("a second pass over the same network as the first, other batches between or not", () => {
    const made = network(testCase, drawn.parameters);
    const first = made.propagate(drawn.batch);
    expect(made.propagate(drawn.batch)).toEqual(first);
    const wild = { ...drawn.batch, inputs: drawn.batch.inputs.map(() => Number.NaN) };
    made.propagate(wild);
    expect(made.propagate(drawn.batch)).toEqual(first);
    made.dispose();
  });

  it("a sample's gradient norm does not depend on its neighbors", () => {
    // the same eight samples alone, and as the first panel of a larger batch: δ scales with 1/B
    const eight: Case = { ...testCase, B: 8, loss: "none", lossAt: "last" };
    const sixteen: Case = { ...eight, B: 16 };
    const { parameters, batch } = draw(sixteen);
    const part = Float32Array.from(batch.inputs.filter((_, i) => Math.floor(i / testCase.X) % 16 < 8));
    const small = run(eight, { parameters, batch: { ...batch, batch: 8, inputs: part } }, { contributions: false });
    const doubled = new Float32Array(batch.inputs.length);
    doubled.forEach((_, i) => {
      const [t, b, x] = [Math.floor(i / (16 * testCase.X)), Math.floor(i / testCase.X) % 16, i % testCase.X];
      doubled[i] = part[(t * 8 + (b % 8)) * testCase.X + x];
    });
    const twice = run(sixteen, { parameters, batch: { ...batch, inputs: doubled } }, { contributions: false });
    expect(twice.gradients).toEqual(small.gradients);
    expect(twice.flow.loss).toBe(small.flow.loss);
    expect(
      widestGap(
        twice.flow.quantiles!.q50,
        small.flow.quantiles!.q50.map((value) => value - Math.LN2),
      ),
    ).toBeLessThan(1e-12);
  });
});
