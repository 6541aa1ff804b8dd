/**
 * Sequences of different lengths in one batch against the float64 oracle, which runs each sample alone and unpadded.
 */
import { afterAll, describe, expect, test } from "vitest";
import { type CellName, isClassLoss } from "../../src/catalogue/index.ts";
import { createNetwork, type MeasureOptions } from "../../src/network/create.ts";
import { poolOf } from "../../src/parallel/pool.ts";
import type { Batch } from "../../src/tasks/batch.ts";
import { IGNORED, withLengths, withMask } from "../../src/tasks/lengths.ts";
import { sharedEngine } from "../../src/wasm/engine.ts";
import { classes, drawParameters } from "../oracle/draw.ts";
import { type RecurrentOracleSpec, runRecurrent } from "../oracle/recurrent.ts";
import { recurrentShapes } from "../oracle/shapes.ts";
import type { Parameters } from "../oracle/tensor.ts";
import { packedGoldens } from "../golden/read.ts";
import { normals } from "../setup/numbers.ts";
import { rounded } from "../setup/recurrent.ts";

afterAll(() => poolOf(sharedEngine().module).dispose());

interface Case {
  readonly cell: CellName;
  readonly lengths: readonly number[];
  readonly T: number;
  readonly loss: "mse" | "cross_entropy" | "none";
  readonly lossAt: "last" | "every";
  readonly layers?: number;
  readonly bidirectional?: boolean;
  readonly H?: number;
}

const [X, Y] = [3, 4];

function draw({ lengths, T, loss, lossAt, H = 5, ...options }: Case) {
  const B = lengths.length;
  const spec: RecurrentOracleSpec = { hidden: H, layers: 1, ...options };
  const outputs = loss === "none" ? 0 : Y;
  const parameters = rounded(drawParameters(recurrentShapes(spec, X, outputs), 7));
  const rows = lossAt === "every" ? T * B : B;
  const targets = loss === "mse" ? normals(rows * Y, 8) : classes(rows, Y, 8);
  const batch: Batch = {
    name: "test",
    batch: B,
    steps: T,
    inputSize: X,
    inputs: normals(T * B * X, 9),
    loss,
    lossAt,
    ...(loss === "none" ? {} : { targets, outputSize: Y }),
  };
  return { spec, parameters, batch: withLengths(batch, lengths) };
}

/** Sample b alone: its own steps. */
function alone(batch: Batch, b: number): Batch {
  const n = (batch.lengths as Int32Array)[b];
  const take = <Values extends Float32Array | Int32Array>(values: Values, steps: number, N: number): Values => {
    const own = new (values.constructor as new (length: number) => Values)(steps * N);
    for (let t = 0; t < steps; t++) {
      own.set(values.subarray((t * batch.batch + b) * N, (t * batch.batch + b + 1) * N), t * N);
    }
    return own;
  };
  const { lengths: _, targets, inputs, ...rest } = batch;
  const steps = batch.lossAt === "every" ? n : 1;
  return {
    ...rest,
    batch: 1,
    steps: n,
    inputs: take(inputs, n, X),
    ...(targets === undefined ? {} : { targets: take(targets, steps, targets instanceof Int32Array ? 1 : Y) }),
  };
}

/** What the whole batch must give: the samples' own losses and gradients, weighted by the steps that have a loss. */
function expected({ spec, parameters, batch }: ReturnType<typeof draw>) {
  const lengths = batch.lengths as Int32Array;
  const T = Math.max(...lengths);
  const total = lengths.reduce((sum, n) => sum + n, 0);
  const gradients: Record<string, Float64Array> = Object.fromEntries(
    Object.entries(parameters).map(([name, { data }]) => [name, new Float64Array(data.length)]),
  );
  const squares = new Float64Array(T);
  const inputSquares = new Float64Array(T);
  const having = new Float64Array(T);
  let loss = 0;
  for (let b = 0; b < batch.batch; b++) {
    const n = lengths[b];
    const weight = batch.lossAt === "every" ? n / total : 1 / batch.batch;
    const own = alone(batch, b);
    const result = runRecurrent(spec, parameters as Parameters, { ...own, steps: n, targets: own.targets });
    loss += weight * result.loss;
    for (const [name, { data }] of Object.entries(result.gradients)) {
      for (let i = 0; i < data.length; i++) gradients[name][i] += weight * data[i];
    }
    for (let t = 0; t < n; t++) {
      squares[T - n + t] += (weight * Math.exp(result.lnGradientNorm[t])) ** 2;
      for (let k = 0; k < X; k++) inputSquares[T - n + t] += (weight * result.inputGradient[t * X + k]) ** 2;
      having[T - n + t]++;
    }
  }
  const lnMean = (square: number, t: number) => 0.5 * Math.log((square / having[t]) * batch.batch);
  return { loss, gradients, profile: squares.map(lnMean), inputProfile: inputSquares.map(lnMean), having };
}

function made({ spec, parameters, batch }: ReturnType<typeof draw>, memoryLimit?: number) {
  const network = createNetwork(
    { kind: "recurrent", ...spec },
    { inputs: X, outputs: batch.targets === undefined ? null : Y, memoryLimit },
  );
  for (const [name, { data }] of Object.entries(parameters)) network.parameters.set(name, data);
  return network;
}

/** ‖a − b‖/‖b‖. */
function apart(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    difference += (a[i] - b[i]) ** 2;
    size += b[i] ** 2;
  }
  return size === 0 ? Math.sqrt(difference) : Math.sqrt(difference / size);
}

function check(testCase: Case, memoryLimit?: number, options: MeasureOptions = {}): number {
  const drawn = draw(testCase);
  const network = made(drawn, memoryLimit);
  const flow = network.propagate(drawn.batch, options);
  const { loss, gradients, profile, inputProfile, having } = expected(drawn);
  // the sum of states of both signs cancels
  expect(Math.abs((flow.loss as number) / loss - 1)).toBeLessThan(testCase.loss === "none" ? 2e-5 : 2e-6);
  for (const [name, data] of Object.entries(gradients)) {
    expect(apart(network.gradients.get(name), data), name).toBeLessThan(3e-5);
  }
  for (const [t, value] of profile.entries()) {
    expect(Math.abs(flow.lnGradientNorm[t] - value), `station ${t}`).toBeLessThan(3e-5);
  }
  for (const [t, value] of inputProfile.entries()) {
    expect(Math.abs((flow.input?.lnStepNorms?.[t] as number) - value), `∂L/∂x at ${t}`).toBeLessThan(5e-5);
  }
  expect([...(flow.padding?.samples ?? [])]).toEqual([...having]);
  for (const { ledger } of flow.layers) {
    if (ledger === undefined) continue;
    ledger.total.forEach((total, s) => {
      const sum = Object.values(ledger.factors).reduce((all, factor) => all + factor[s], 0);
      if (Number.isFinite(total)) expect(Math.abs(sum - total)).toBeLessThan(1e-9 * Math.max(1, Math.abs(total)));
    });
  }
  const { memoryBytes } = network;
  network.dispose();
  return memoryBytes;
}

const spread = (B: number, T: number): number[] => Array.from({ length: B }, (_, b) => 1 + ((b * 7 + 3) % T));

describe("a batch of sequences of different lengths is its samples, each alone", () => {
  const CELLS: readonly CellName[] = ["tanh", "lstm", "gru"];
  test.each(CELLS)("%s, every loss, one direction and both, one layer and two", (cell) => {
    for (const [loss, lossAt] of [
      ["mse", "last"],
      ["cross_entropy", "every"],
      ["mse", "every"],
      ["none", "last"],
    ] as const) {
      for (const layers of [1, 2]) {
        for (const bidirectional of [false, true]) {
          check({ cell, loss, lossAt, layers, bidirectional, T: 12, lengths: spread(11, 12) });
        }
      }
    }
  });

  test.each([1, 3, 4, 5, 8, 9, 17])("%i samples", (B) => {
    check({ cell: "lstm", loss: "cross_entropy", lossAt: "every", T: 19, lengths: spread(B, 19) });
    check({ cell: "gru", loss: "mse", lossAt: "last", T: 19, lengths: spread(B, 19), H: 8 });
  });

  test("over several chunks, stored and recomputed", () => {
    const lengths = [150, 3, 80, 64, 65, 17, 149, 1, 90, 16];
    const testCase = { cell: "lstm", loss: "mse", lossAt: "every", T: 150, lengths, layers: 2 } as const;
    check(testCase);
    const bytes = check(testCase, undefined, { contributions: false });
    expect(check(testCase, Math.round(bytes * 0.7), { contributions: false })).toBeLessThan(0.7 * bytes);
  });

  test("a batch with all its steps, said so, has the bits of one that says nothing", () => {
    const drawn = draw({ cell: "lstm", loss: "mse", lossAt: "last", T: 9, lengths: new Array(10).fill(9) });
    const { lengths: _, ...batch } = drawn.batch;
    const network = made(drawn);
    const { padding, ...flow } = network.propagate(drawn.batch);
    expect(padding).toMatchObject({ share: 0, shortest: 9, longest: 9 });
    expect(flow).toEqual(network.propagate(batch));
    network.dispose();
  });

  test("steps behind a sequence's end are never read", () => {
    const drawn = draw({ cell: "gru", loss: "mse", lossAt: "every", T: 9, lengths: spread(6, 9) });
    const network = made(drawn);
    const flow = network.propagate(drawn.batch, { statistics: false });
    const inputs = drawn.batch.inputs.slice();
    drawn.batch.lengths?.forEach((n, b) => {
      for (let t = n; t < 9; t++) inputs.fill(Number.NaN, (t * 6 + b) * X, (t * 6 + b + 1) * X);
    });
    expect(network.propagate({ ...drawn.batch, inputs }, { statistics: false })).toEqual(flow);
    network.dispose();
  });
});

describe("PyTorch's packed sequences", () => {
  test.each(packedGoldens().map((golden) => [golden.name, golden] as const))("%s", (_, golden) => {
    const { spec, batch, lengths, inputs, targets } = golden;
    const real = !isClassLoss(batch.loss);
    const network = createNetwork(spec);
    for (const [name, { data }] of Object.entries(golden.parameters)) network.parameters.set(name, data);
    const flow = network.propagate({
      inputs: { shape: inputs.shape, data: Float32Array.from(inputs.data) },
      targets: { shape: targets.shape, data: (real ? Float32Array : Int32Array).from(targets.data) },
      loss: { name: batch.loss, ...batch.lossOptions },
      lengths,
    });
    expect(Math.abs((flow.loss as number) / golden.loss - 1)).toBeLessThan(1e-6);
    for (const [name, { data }] of Object.entries(golden.gradients)) {
      expect(apart(network.gradients.get(name), data), name).toBeLessThan(1e-5);
    }
    network.dispose();
  });
});

describe("the same bits", () => {
  test.each([
    { cell: "lstm", loss: "cross_entropy", lossAt: "every", T: 40, lengths: spread(21, 40) },
    { cell: "tanh", loss: "mse", lossAt: "last", T: 70, lengths: spread(30, 70), layers: 2, bidirectional: true },
  ] as const)("for any number of workers: $cell", async (testCase) => {
    const drawn = draw(testCase);
    const network = made(drawn);
    const seen = (flow: unknown) => ({
      flow,
      gradients: network.gradients.names.map((name) => network.gradients.get(name)),
    });
    const alone = seen(network.propagate(drawn.batch));
    for (const threads of [2, 3]) expect(seen(await network.propagateAsync(drawn.batch, { threads }))).toEqual(alone);
    network.dispose();
  });
});

describe("masks", () => {
  const [B, T] = [5, 8];
  const drawn = draw({ cell: "lstm", loss: "cross_entropy", lossAt: "every", T, lengths: [8, 8, 8, 8, 8] });
  const { lengths: _, ...batch } = drawn.batch;
  const maskOf = (counts: (t: number, b: number) => boolean) => ({
    shape: [T, B],
    data: Array.from({ length: T * B }, (_, i) => (counts(Math.floor(i / B), i % B) ? 1 : 0)),
  });

  test("behind a sequence is a length, before it a sequence that begins later", () => {
    const network = made(drawn);
    const post = network.propagate(
      withMask(
        batch,
        maskOf((t, b) => t < 8 - b),
      ),
    );
    expect(post).toEqual(network.propagate(withLengths(batch, [8, 7, 6, 5, 4])));
    const pre = withMask(
      batch,
      maskOf((t, b) => t >= b),
    );
    expect([...(pre.lengths as Int32Array)]).toEqual([8, 7, 6, 5, 4]);
    expect(pre.inputs[(0 * B + 2) * X]).toBe(batch.inputs[(2 * B + 2) * X]);
    network.dispose();
  });

  test.each(["cross_entropy", "mse"] as const)("inside a sequence the loss is left out: %s", (loss) => {
    const own = draw({ cell: "gru", loss, lossAt: "every", T, lengths: [8, 8, 8, 8, 8] });
    const holes = (t: number, b: number) => t === 0 || t === 7 || (t + b) % 3 !== 0;
    const network = made(own);
    const flow = network.propagate(withMask(own.batch, maskOf(holes)));
    // every step's loss alone, from runs whose other targets are ignored
    let [sum, count] = [0, 0];
    for (let t = 0; t < T; t++) {
      for (let b = 0; b < B; b++) {
        if (!holes(t, b)) continue;
        const targets = own.batch.targets as Int32Array | Float32Array;
        const only = targets.slice().fill(loss === "mse" ? Number.NaN : IGNORED);
        const N = loss === "mse" ? Y : 1;
        const at = (t * B + b) * N;
        only.set(targets.subarray(at, at + N), at);
        sum += network.propagate({ ...own.batch, targets: only }, { ledger: false }).loss as number;
        count++;
      }
    }
    expect(Math.abs((flow.loss as number) / (sum / count) - 1)).toBeLessThan(1e-6);
    network.dispose();
  });
});

describe("refusals", () => {
  const { batch } = draw({ cell: "tanh", loss: "none", lossAt: "last", T: 6, lengths: [6, 6] });
  test.each([
    [[6], /^lengths: one for each of 2 samples, got 1; /],
    [[6, 7], /^lengths\[1\]: a whole number from 1 to 6, the steps, got 7; /],
    [[0, 6], /^lengths\[0\]: a whole number from 1 to 6, the steps, got 0; /],
    [[2.5, 6], /^lengths\[0\]: a whole number from 1 to 6, the steps, got 2.5; /],
  ])("lengths %j", (lengths, message) => {
    expect(() => withLengths(batch, lengths)).toThrow(message);
  });

  test("a mask of another shape, and one that leaves a sample out", () => {
    expect(() => withMask(batch, { shape: [2, 6], data: new Array(12).fill(1) })).toThrow(/^mask: shape \[T, B\]/);
    expect(() => withMask(batch, { shape: [6, 2], data: new Array(12).fill(0) })).toThrow(
      /^mask\[:, 0\]: at least one/,
    );
  });
});

describe("the profile from each sequence's own start", () => {
  test.each([
    ["tanh, one layer", { cell: "tanh" }],
    ["LSTM, two layers, both directions", { cell: "lstm", layers: 2, bidirectional: true }],
  ] as const)("%s: at step k the samples that have it, each from the oracle", (_, testCase) => {
    const drawn = draw({ ...testCase, loss: "mse", lossAt: "every", T: 12, lengths: spread(11, 12) });
    const { spec, parameters, batch } = drawn;
    const network = made(drawn);
    const { fromStart, lnGradientNorm } = network.propagate(batch, { fromStart: true });
    const lengths = batch.lengths as Int32Array;
    const total = lengths.reduce((sum, n) => sum + n, 0);
    const T = Math.max(...lengths);
    const [squares, having] = [new Float64Array(T), new Int32Array(T)];
    for (let b = 0; b < batch.batch; b++) {
      const own = alone(batch, b);
      const { lnGradientNorm: alike } = runRecurrent(spec, parameters as Parameters, { ...own, steps: lengths[b] });
      for (let k = 0; k < lengths[b]; k++) {
        squares[k] += ((lengths[b] / total) * Math.exp(alike[k])) ** 2;
        having[k]++;
      }
    }
    expect(fromStart?.samples).toEqual(having);
    for (let k = 0; k < T; k++) {
      const expected = 0.5 * Math.log((squares[k] / having[k]) * batch.batch);
      expect(Math.abs((fromStart?.lnGradientNorm[k] as number) - expected), `step ${k}`).toBeLessThan(3e-5);
    }
    expect(network.propagate(batch).lnGradientNorm).toEqual(lnGradientNorm);
    network.dispose();
  });

  test("is refused where all sequences are of one length", () => {
    const drawn = draw({ cell: "tanh", loss: "mse", lossAt: "last", T: 5, lengths: [5, 5] });
    const network = made(drawn);
    const { lengths: _, ...batch } = drawn.batch;
    expect(() => network.propagate(batch, { fromStart: true })).toThrow(/^fromStart: sequences of different lengths/);
    network.dispose();
  });
});
