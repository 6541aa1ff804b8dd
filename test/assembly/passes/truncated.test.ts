import { describe, expect, it } from "vitest";
import type { GradientFlow, TruncatedFlow } from "../../../src/flow/index.ts";
import { createNetwork, type MeasureOptions } from "../../../src/network/create.ts";
import { propagate } from "../../../src/measure/propagate.ts";
import { Engine } from "../../../src/wasm/engine.ts";
import type { Parameters } from "../../oracle/tensor.ts";
import { truncatedRecurrent } from "../../oracle/truncated.ts";
import { normError } from "../../setup/numbers.ts";
import { asOracle, type Case, draw, network, oracleSpec, oracle } from "../../setup/recurrent.ts";

const BASE: Case = { cell: "tanh", H: 5, L: 1, X: 3, Y: 2, B: 3, T: 37, loss: "mse", lossAt: "every", seed: 5 };

/** The angle between two float64 gradients, and the ratio of their norms. */
function compared(full: Parameters, cut: Parameters, names: readonly string[]) {
  let [product, a, b] = [0, 0, 0];
  for (const name of names) {
    full[name].data.forEach((x, i) => {
      const y = cut[name].data[i];
      product += x * y;
      a += x * x;
      b += y * y;
    });
  }
  return { angle: Math.acos(Math.min(1, product / Math.sqrt(a * b))), ratio: Math.sqrt(b / a) };
}

/** One pass with truncation against windows of detached state in float64. */
function check(testCase: Case, windows: { k1: number; k2: number }, options: MeasureOptions = {}) {
  const drawn = draw(testCase);
  const made = network(testCase, drawn.parameters, { engine: new Engine() });
  const flow = made.propagate(drawn.batch, { ...options, truncate: windows });
  const truth = truncatedRecurrent(oracleSpec(testCase), drawn.parameters, asOracle(drawn.batch), windows);
  const full = oracle(testCase, drawn).gradients;
  const truncated = flow.truncated as TruncatedFlow;
  truth.lnGradientNorm.forEach((ln, t) => {
    if (ln === Number.NEGATIVE_INFINITY) expect(truncated.lnGradientNorm[t]).toBe(ln);
    else expect(Math.abs(truncated.lnGradientNorm[t] - ln), `δ at ${t}`).toBeLessThan(2e-5);
  });
  const { names } = made.gradients;
  for (const name of names) {
    expect(normError(made.gradients.get(name), full[name].data), `full ${name}`).toBeLessThan(1e-5);
    const readout = name.startsWith("readout");
    const own = readout ? full[name].data : truth.gradients[name].data;
    expect(normError(made.truncatedGradients!.get(name), own), name).toBeLessThan(1e-5);
  }
  const cut = Object.fromEntries(names.map((n) => [n, n.startsWith("readout") ? full[n] : truth.gradients[n]]));
  const overall = compared(full, cut, names);
  expect(Math.abs(truncated.angle! - overall.angle)).toBeLessThan(2e-5);
  expect(Math.abs(truncated.ratio! - overall.ratio)).toBeLessThan(2e-5 * overall.ratio);
  truncated.parameters.forEach(({ name, angle, ratio }) => {
    const own = compared(full, cut, [name]);
    if (own.ratio === 0) expect({ angle, ratio }).toEqual({ angle: null, ratio: 0 });
    else if (Number.isFinite(own.ratio)) {
      expect(Math.abs(angle! - own.angle), name).toBeLessThan(5e-5);
      expect(Math.abs(ratio! - own.ratio), name).toBeLessThan(5e-5 * own.ratio);
    }
  });
  made.dispose();
  return flow;
}

describe("truncated back-propagation equals windows of detached state in float64", () => {
  const windows = [
    [1, 1],
    [1, 4],
    [1, 37],
    [4, 4],
    [5, 12],
    [3, 7],
    [12, 12],
    [16, 16],
    [20, 30],
    [36, 36],
    [37, 37],
    [1, 36],
    [50, 60],
  ] as const;
  for (const [k1, k2] of windows) {
    it(`tanh, loss at every step, k1 = ${k1}, k2 = ${k2}, T = 37`, () => {
      check(BASE, { k1, k2 });
    });
  }
  for (const [k1, k2] of [
    [4, 4],
    [1, 9],
    [10, 20],
    [40, 40],
  ] as const) {
    it(`tanh, loss at the last step, k1 = ${k1}, k2 = ${k2}`, () => {
      check({ ...BASE, lossAt: "last" }, { k1, k2 });
      check({ ...BASE, loss: "none", lossAt: "last" }, { k1, k2 });
    });
  }
  for (const cell of ["relu", "softsign", "lstm", "gru"] as const) {
    for (const L of [1, 3]) {
      for (const lossAt of ["every", "last"] as const) {
        it(`${cell}, ${L} layers, loss at ${lossAt}`, () => {
          check({ ...BASE, cell, L, lossAt, B: 9 }, { k1: 5, k2: 12 });
          check({ ...BASE, cell, L, lossAt, B: 2, loss: "cross_entropy" }, { k1: 8, k2: 8 });
        });
      }
    }
  }
  it("with neither ledger nor contributions, more than one panel, no readout", () => {
    check(
      { ...BASE, B: 17, Y: null, cell: "lstm" },
      { k1: 3, k2: 10 },
      { ledger: false, contributions: false, probe: false },
    );
  });
});

const numbers = ({ lnGradientNorm, parameters, layers, contributions, probe, quantiles, loss }: GradientFlow) => ({
  lnGradientNorm,
  parameters,
  layers,
  contributions,
  probe,
  quantiles,
  loss,
});

describe("bits", () => {
  for (const [cell, L, lossAt] of [
    ["tanh", 1, "every"],
    ["lstm", 2, "every"],
    ["gru", 1, "last"],
    ["minimal_rnn", 2, "every"],
  ] as const) {
    it(`${cell}, ${L} layers, loss at ${lossAt}: where k2 ≥ T nothing is cut, and every bit is the full gradient's`, () => {
      const testCase = { ...BASE, cell, L, lossAt, T: 130 };
      const { parameters, batch } = draw(testCase);
      const made = network(testCase, parameters, { engine: new Engine() });
      for (const truncate of [130, 1000, { k1: 1, k2: 130 }, { k1: 7, k2: 131 }]) {
        const { truncated, lnGradientNorm } = made.propagate(batch, { truncate });
        expect(truncated!.lnGradientNorm).toEqual(lnGradientNorm);
        expect({ angle: truncated!.angle, ratio: truncated!.ratio }).toEqual({ angle: 0, ratio: 1 });
        for (const name of made.gradients.names) {
          expect(made.truncatedGradients!.get(name)).toEqual(made.gradients.get(name));
          expect(made.truncatedGradients!.lnNorm(name)).toBe(made.gradients.lnNorm(name));
        }
      }
      made.dispose();
    });
  }

  it("the full pass is the same with and without truncation and credit", () => {
    const { parameters, batch } = draw({ ...BASE, L: 2, cell: "gru" });
    const made = network({ ...BASE, L: 2, cell: "gru" }, parameters, { engine: new Engine() });
    const plain = numbers(made.propagate(batch));
    expect(numbers(made.propagate(batch, { truncate: { k1: 2, k2: 9 }, credit: true }))).toEqual(plain);
    made.dispose();
  });

  for (const [cell, L, B] of [
    ["tanh", 1, 3],
    ["lstm", 2, 11],
    ["gru", 3, 3],
    ["minimal_rnn", 2, 3],
  ] as const) {
    for (const contributions of [true, false]) {
      it(`${cell}, ${L} layers, B = ${B}: the same with checkpoints as without, contributions ${contributions}`, () => {
        const testCase = { ...BASE, cell, L, B, T: 200 };
        const { parameters, batch } = draw(testCase);
        const options = { truncate: { k1: 3, k2: 20 }, credit: { matrix: true, steps: 9 }, contributions };
        const run = (memoryLimit?: number) => {
          const engine = new Engine();
          const made = network(testCase, parameters, { engine, ...(memoryLimit === undefined ? {} : { memoryLimit }) });
          const { truncated, credit } = made.propagate(batch, options);
          const gradients = made.gradients.names.map((name) => made.truncatedGradients!.get(name));
          const bytes = made.memoryBytes;
          made.dispose();
          return { bytes, all: { truncated, credit, gradients } };
        };
        const whole = run();
        const parts = run(whole.bytes - 1);
        expect(parts.bytes).toBeLessThan(whole.bytes);
        expect(parts.all).toEqual(whole.all);
      });
    }
  }

  it("the same in parts as in one call, and again on the same network", () => {
    const { parameters, batch } = draw(BASE);
    const made = network(BASE, parameters, { engine: new Engine() });
    const options = { truncate: { k1: 2, k2: 9 }, credit: { matrix: true } };
    const first = made.propagate(batch, options);
    const parts = made.propagateInParts(batch, options);
    let step = parts.next();
    while (!step.done) step = parts.next();
    expect(step.value).toEqual(first);
    made.dispose();
  });
});

describe("what cannot be cut is refused", () => {
  const base = { network: { kind: "recurrent", hidden: 4 }, task: { name: "adding", steps: 10 }, batch: 2 } as const;
  it.each([
    [0, /^truncate\.k1: a whole number of steps ≥ 1, got 0; /],
    [2.5, /^truncate\.k1: /],
    [{ k1: 5, k2: 4 }, /^truncate\.k2: at least k1 = 5, got 4; /],
    [{ k1: 5, k2: Number.NaN }, /^truncate\.k2: /],
  ])("truncate %j", (truncate, message) => {
    expect(() => propagate({ ...base, truncate })).toThrow(message);
  });

  it("both directions, layers without steps", () => {
    const both = { ...base.network, bidirectional: true } as const;
    expect(() => propagate({ ...base, network: both, truncate: 3 })).toThrow(/^truncate: a network of one direction, /);
    expect(() => propagate({ network: { kind: "feedforward" }, truncate: 3 })).toThrow(
      /^truncate: a recurrent network, /,
    );
  });

  it("truncated gradients before a pass that made them", () => {
    const made = createNetwork(base.network, { inputs: 2, outputs: 1 });
    made.propagate({ inputs: new Float32Array(8), batch: 1 });
    expect(() => made.truncatedGradients!.get("rnn.weight_hh_l0")).toThrow(/^truncatedGradients: a pass with truncate/);
    made.dispose();
  });
});
