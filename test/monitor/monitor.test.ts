import { describe, expect, test } from "vitest";
import { type MonitorOptions, type MonitorStep, monitor } from "../../src/monitor/index.ts";
import { random } from "../../src/base/random.ts";

/** Gradients of random numbers with these norms, nearest the input first, one matrix and one bias a layer. */
function stepOf(norms: readonly number[], seed = 0) {
  const stream = random(seed, "monitor");
  return norms.flatMap((norm, l) => {
    const values = Float64Array.from({ length: 40 }, () => stream.normal());
    const size = Math.hypot(...values);
    const gradient = values.map((value) => (value / size) * norm);
    return [
      { name: `dense_${l}/kernel`, gradient: gradient.subarray(0, 32) },
      { name: `dense_${l}/bias`, gradient: Float32Array.from(gradient.subarray(32)) },
    ];
  });
}

/** A monitor that has seen the same norms for so many steps. */
function watched(
  norms: readonly number[],
  steps = 5,
  step: (s: number) => MonitorStep = () => ({}),
  options: MonitorOptions = {},
) {
  const watch = monitor(options);
  for (let s = 0; s < steps; s++) watch.record(stepOf(norms, s), step(s));
  return watch;
}

const geometric = (layers: number, factor: number, last = 1) =>
  Array.from({ length: layers }, (_, l) => last * factor ** (layers - 1 - l));

describe("the verdict is of ratios across layers, whatever the size", () => {
  test.each([1, 1e-12, 1e-30, 1e20])("at a last layer of %d", (last) => {
    expect(watched(geometric(8, 0.3, last)).diagnose().verdict).toBe("vanishing"); // 0.3^7 = 2e-4
    expect(watched(geometric(8, 0.5, last)).diagnose().verdict).toBe("healthy"); // 0.5^7 = 8e-3
    expect(watched(geometric(8, 3, last)).diagnose().verdict).toBe("exploding");
  });

  test("how much, where, and at what rate a layer", () => {
    const diagnosis = watched(geometric(11, 0.4)).diagnose();
    expect(diagnosis.perLayer).toBeCloseTo(-Math.log(0.4), 5);
    expect(diagnosis.layers[0].gain).toBeCloseTo(10 * Math.log(0.4), 5);
    expect(diagnosis.layers.map(({ name }) => name)).toEqual(Array.from({ length: 11 }, (_, l) => `dense_${l}`));
    expect(diagnosis.layers[3].parameters).toEqual(["dense_3/kernel", "dense_3/bias"]);
    expect(diagnosis.causes).toMatchObject([{ factor: "every-layer", share: 1 }]);
    expect(diagnosis.summary).toContain(
      "from dense_10 back to dense_0, over 10 layers, its norm has shrunk by a factor of 9,537 (−9.2 nats).",
    );
    expect(structuredClone(diagnosis)).toEqual(diagnosis);
  });

  test("a converged run's small gradients are not called vanished; the rules of others call them that", () => {
    const diagnosis = watched(geometric(6, 0.8, 1e-9), 30, (s) => ({ loss: 2 * 0.7 ** s })).diagnose();
    expect(diagnosis).toMatchObject({ verdict: "healthy", state: "converged", causes: [] });
    expect(diagnosis.summary).toContain("Small gradients are a sign of success here");
    expect(diagnosis.presets.filter(({ verdict }) => verdict === "vanishing").length).toBeGreaterThanOrEqual(3);
  });

  test("a plateau over a dead path is a dead path; over a sound one it is a plateau", () => {
    const flat = (s: number) => ({ loss: 2.3 + 0.01 * Math.sin(40 * s) });
    expect(watched(geometric(8, 0.2), 30, flat).diagnose()).toMatchObject({ verdict: "vanishing", state: "plateau" });
    expect(watched(geometric(8, 0.9), 30, flat).diagnose()).toMatchObject({ verdict: "healthy", state: "plateau" });
    const falling = watched(geometric(8, 0.9), 30, (s) => ({ loss: 2.3 - 0.02 * s })).diagnose();
    expect(falling.state).toBe("training");
    expect(watched(geometric(8, 0.9)).diagnose().state).toBe("unlabelled");
    const known = (loss: number, baseline: number) =>
      watched([1, 1], 3, () => ({ loss }), { baseline }).diagnose().state;
    expect([known(2.31, 2.3), known(2, 2.3), known(0.02, 2.3), known(1, 0)]).toEqual([
      "plateau",
      "training",
      "converged",
      "constant-labels",
    ]);
  });

  test("the last steps count, not the first", () => {
    const watch = monitor({ window: 10 });
    for (let s = 0; s < 30; s++) watch.record(stepOf(geometric(8, s < 15 ? 0.1 : 0.9), s));
    expect(watch.diagnose().verdict).toBe("healthy");
  });
});

describe("causes, as far as they show outside", () => {
  test("one place of many", () => {
    const norms = [1e-5, 1e-5, 1e-5, 1e-5, 1, 1, 1, 1, 1];
    const { verdict, causes, advice } = watched(norms).diagnose();
    expect(verdict).toBe("vanishing");
    expect(causes[0]).toMatchObject({ factor: "one-layer", layers: ["dense_3", "dense_4"] });
    expect(advice).toContain("Look at that place");
  });

  test("layers of exact zeros are dead; behind a gradient too small for a float32 they have vanished", () => {
    const dead = watched([0, 0, 0.5, 1, 1]).diagnose();
    expect(dead).toMatchObject({ verdict: "dead", severity: 1 });
    expect(dead.summary).toContain("exactly zero in dense_1 and all 1 before it");
    expect(dead.causes[0]).toMatchObject({ factor: "one-layer", share: 1, layers: ["dense_1", "dense_2"] });
    expect(watched([0, 1e-38, 1e-20, 1e-10, 1]).diagnose().verdict).toBe("vanishing");
  });

  test("a loss that sends nothing: dead, unless it has converged", () => {
    expect(watched([0, 0, 0], 3, () => ({ loss: 2 })).diagnose()).toMatchObject({
      verdict: "dead",
      state: "no-gradient",
    });
    const done = watched([0, 0, 0], 30, (s) => ({ loss: s < 5 ? 1 : 0 })).diagnose();
    expect(done).toMatchObject({ verdict: "healthy", state: "converged" });
  });

  test("recorded outputs accuse saturation, small derivatives or dead units", () => {
    const judge = (activation: "tanh" | "sigmoid" | "relu", value: (unit: number) => number, factor = 0.2) => {
      const watch = monitor();
      const activations = Array.from({ length: 7 }, (_, l) => ({
        name: `dense_${l}`,
        values: Array.from({ length: 4 }, () => Array.from({ length: 10 }, (_, i) => value(i))),
        activation,
      }));
      watch.record(stepOf(geometric(8, factor)), { activations });
      return watch.diagnose();
    };
    expect(judge("tanh", () => -0.9999).causes).toMatchObject([{ factor: "saturation", share: 1 }]);
    expect(judge("sigmoid", () => 0.5).causes).toMatchObject([
      { factor: "small-derivatives", share: expect.closeTo(Math.log(4) / Math.log(5), 6) },
      { factor: "every-layer" },
    ]);
    expect(judge("relu", (i) => (i < 8 ? 0 : 1)).causes).toMatchObject([{ factor: "dead-units", share: 1 }]);
    const dead = judge("relu", (i) => (i < 8 ? 0 : 1));
    expect(dead.layers[0].deadUnits).toBeCloseTo(0.8, 12);
    expect(
      dead.presets.find(({ system }) => system === "SageMaker Debugger")!.findings.map(({ problem }) => problem),
    ).toContain("dead");
  });
});

describe("steps of a sequence", () => {
  const steps = (name: (t: number) => string, axis?: "layer" | "step") => {
    const watch = monitor(axis === undefined ? {} : { axis });
    const records = Array.from({ length: 100 }, (_, t) => ({
      name: name(t),
      gradient: Float64Array.of(0.8 ** (99 - t)),
    }));
    watch.record(records);
    return watch;
  };

  test("names that count steps, or the axis, are judged in the words of sequences", () => {
    for (const watch of [steps((t) => `h_${t}`), steps((t) => `x${t}`, "step")]) {
      const { verdict, summary, advice, causes, perLayer } = watch.diagnose();
      expect(verdict).toBe("vanishing");
      expect(`${summary} ${advice} ${causes[0].sentence}`).not.toMatch(/layer|He init/i);
      expect(summary).toMatch(/steps of 100/);
      expect(perLayer).toBeCloseTo(-Math.log(0.8), 9);
      expect(watch.report()).not.toContain("He initialization");
    }
    expect(steps((t) => `h_${t}`, "layer").diagnose().summary).toContain("99 layers");
    expect(() => monitor({ axis: "time" as "step" })).toThrow('monitor.axis: "layer" or "step"');
  });
});

describe("NaN and infinities", () => {
  const poisoned = (layer: number, value: number, upTo = layer) =>
    stepOf([1, 1, 1, 1]).map(({ name, gradient }) => {
      const l = Number(name[6]);
      return { name, gradient: l >= layer && l <= upTo ? gradient.map(() => value) : gradient };
    });

  test("it began in the layer nearest the loss, at the first step", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const watch = monitor();
      watch.record(stepOf([1, 1, 1, 1]));
      watch.record(poisoned(0, value, 2), { step: 7 });
      watch.record(poisoned(0, value, 3));
      const { verdict, nonfinite } = watch.diagnose();
      expect(verdict).toBe("nonfinite");
      expect(nonfinite).toEqual({ step: 7, name: "dense_2/bias", what: "gradient" });
    }
  });

  test("weights that were not finite came first, then the loss", () => {
    const watch = monitor();
    const weights = stepOf([1, 1]).map((record, i) => ({
      ...record,
      weight: record.gradient.map(() => (i === 0 ? Number.NaN : 1)),
    }));
    watch.record(weights, { loss: Number.NaN });
    expect(watch.diagnose().nonfinite).toEqual({ step: 0, name: "dense_0/kernel", what: "weight" });
    const other = monitor();
    other.record(poisoned(0, Number.NaN, 3), { loss: Number.NaN });
    expect(other.diagnose()).toMatchObject({ state: "nonfinite", nonfinite: { name: "loss", what: "loss" } });
  });
});

describe("updates", () => {
  test("‖Δw‖/‖w‖ of consecutive weights; by the learning rate where they were given once", () => {
    const gradient = Float32Array.of(3, 4);
    const watch = monitor();
    watch.record([{ name: "a.w", gradient, weight: [6, 8] }]);
    expect(watch.snapshot().parameters[0].lnUpdateRatio).toBeNull();
    watch.record([{ name: "a.w", gradient, weight: [6, 8.1] }]);
    expect(Math.exp(watch.snapshot().parameters[0].lnUpdateRatio!)).toBeCloseTo(0.1 / Math.hypot(6, 8.1), 12);
    const rated = monitor({ learningRate: 0.01 });
    rated.record([{ name: "a.w", gradient, weight: [6, 8] }]);
    expect(Math.exp(rated.snapshot().parameters[0].lnUpdateRatio!)).toBeCloseTo(0.01 * 0.5, 12);
    const deep = rated.diagnose().presets.find(({ system }) => system === "DeepDiagnosis")!;
    expect(deep.notJudged.map(({ problem }) => problem)).not.toContain("updates");
  });

  test("layers that hardly move, or jump, are named", () => {
    const watch = monitor();
    for (let s = 0; s < 3; s++) {
      watch.record([
        { name: "first.w", gradient: [1, 1], weight: [1 + s * 1e-9, 1] },
        { name: "last.w", gradient: [1, 1], weight: [2 ** s, 1] },
      ]);
    }
    expect(watch.diagnose().summary).toMatch(
      /weights of first move by only 7\.1e-10.*The weights of last move by more than a tenth/,
    );
  });
});

describe("arrays of any kind, in any order", () => {
  test("float32, float64, flat and nested arrays say the same", () => {
    const values = [
      [1, -2, 0],
      [0.5, 4, 8],
    ];
    const flat = values.flat();
    const kinds = [Float32Array.from(flat), Float64Array.from(flat), flat, values].map((gradient) => {
      const watch = monitor();
      watch.record([{ name: "w", gradient }]);
      const { count, lnGradientNorm, lnMeanAbsGradient, zeroShare } = watch.snapshot().parameters[0];
      return { count, lnGradientNorm, lnMeanAbsGradient, zeroShare };
    });
    for (const kind of kinds) expect(kind).toEqual(kinds[0]);
    expect(kinds[0].zeroShare).toBeCloseTo(1 / 6, 12);
    expect(Math.exp(kinds[0].lnMeanAbsGradient)).toBeCloseTo(15.5 / 6, 12);
  });

  test("an order turns what was recorded output first", () => {
    const backwards = [...stepOf(geometric(6, 0.1))].reverse();
    const wrong = monitor();
    wrong.record(backwards);
    expect(wrong.diagnose().verdict).toBe("exploding");
    const right = monitor({
      order: Array.from({ length: 6 }, (_, l) => (l % 2 === 0 ? `dense_${l}` : `dense_${l}/kernel`)),
    });
    right.record(backwards);
    expect(right.diagnose()).toMatchObject({ verdict: "vanishing", layers: [{ name: "dense_0" }, {}, {}, {}, {}, {}] });
  });

  test("what is kept does not grow with the steps", () => {
    const size = (steps: number) => JSON.stringify(watched([1, 1, 1], steps, () => ({ loss: 1 })).snapshot()).length;
    expect(Math.abs(size(400) - size(100))).toBeLessThan(20);
  });
});

test("a step looks only at the names it records, however many came before", () => {
  const watch = monitor();
  let read = 0;
  const parameters = (watch as unknown as { record: typeof watch.record }).record;
  const gradient = Float32Array.of(1, 2);
  for (let i = 0; i < 3000; i++) parameters([{ name: `layer${i}.weight`, gradient }], { loss: 1 });
  const { layers } = watch.snapshot();
  for (const { name } of layers) read += name === `layer${read}` ? 1 : 0;
  expect(read).toBe(3000);
});

describe("a wrong record is refused by name and leaves no trace", () => {
  const gradient = Float32Array.of(1, 2);
  test.each([
    [[], "monitor.record: a list of { name, gradient }"],
    [[{ gradient }], "monitor.record.name: a parameter's name, got undefined"],
    [
      [{ name: "w", gradient: { dtype: "float32" } }],
      "monitor.record.w: a Float32Array, a Float64Array or nested arrays of numbers",
    ],
    [[{ name: "w", gradient: Int32Array.of(1) }], "tensor.dataSync()"],
    [[{ name: "w", gradient: [[1, 2], [3]] }], "nested arrays of one shape [2, 2]"],
    [[{ name: "w", gradient: [1, "2"] }], "numbers in nested arrays"],
    [[{ name: "v", gradient: [] }], "at least one number"],
    [[{ name: "w", gradient: Float32Array.of(1) }], "monitor.record.w: 2 numbers, as before, got 1"],
    [[{ name: "w", gradient, weight: [1] }], "monitor.record.w.weight: the gradient's 2 numbers, got 1"],
    [
      [
        { name: "w", gradient },
        { name: "w", gradient },
      ],
      'monitor.record.w: one gradient a step, got "two"',
    ],
  ])("%j", (records, message) => {
    const watch = monitor();
    watch.record([{ name: "w", gradient }]);
    const before = watch.snapshot();
    expect(() => watch.record(records as never)).toThrow(message);
    expect(watch.snapshot()).toEqual(before);
  });

  test("steps, losses, activations and options", () => {
    const watch = monitor();
    expect(() => watch.diagnose()).toThrow("monitor.diagnose: a step recorded before");
    const records = [{ name: "w", gradient }];
    watch.record(records, { step: 3 });
    expect(() => watch.record(records, { step: 3 })).toThrow("above the last step's, 3");
    expect(() => watch.record(records, { loss: "1" as never })).toThrow("monitor.loss: a number");
    const activation = { name: "w", values: [1], activation: "gelu" as never };
    expect(() => watch.record(records, { activations: [activation] })).toThrow("sigmoid, tanh or relu");
    expect(() => watch.record(records, { lose: 1 } as never)).toThrow("did you mean loss?");
    expect(() => monitor({ window: 0 })).toThrow("monitor.window: a whole number ≥ 1");
    expect(() => monitor({ baseline: -1 })).toThrow("monitor.baseline");
    expect(() => monitor({ learningRate: 0 })).toThrow("monitor.learningRate");
    expect(() => monitor({ ordr: [] } as never)).toThrow("did you mean order?");
    expect(() => monitor({ order: ["v"] }).record(records)).toThrow("monitor.order: all layers, including w");
  });
});

describe("the report", () => {
  test("says the verdict first, every layer, the causes, other rules and advice, within its width", () => {
    const text = watched(geometric(20, 0.25), 5, () => ({ loss: 1 })).report({ width: 70 });
    const lines = text.split("\n");
    expect(lines[0]).toMatch(/^VANISHING {2}training; 5 steps recorded, the last one is step 4$/);
    for (const part of ["dense_0", "… 4 more between", "dense_19", "Causes", "Other rules", "→ "])
      expect(text).toContain(part);
    for (const line of lines) expect([...line].length).toBeLessThanOrEqual(70);
  });

  test("in ASCII there is nothing else", () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: everything that is not ASCII
    expect(watched(geometric(6, 0.1)).report({ ascii: true })).not.toMatch(/[^\x00-\x7f]/);
  });
});
