import { NORMS, RESIDUALS } from "../../../src/catalogue/index.ts";
import { describe, expect, it } from "vitest";
import type { GradientFlow } from "../../../src/flow/index.ts";
import { createNetwork, type MeasureOptions } from "../../../src/network/create.ts";
import { Engine } from "../../../src/wasm/engine.ts";
import { PLAIN } from "../../oracle/feedforward.ts";
import { type Case, runCore, setUp } from "./both.ts";
import { tableOf } from "./check.ts";

const BARE: MeasureOptions = { ledger: false, probe: false, statistics: false, quantiles: false };
const CASES: Case[] = RESIDUALS.flatMap((residual, i) =>
  NORMS.map((norm, j) => ({
    spec: { ...PLAIN, width: 5, residual, norm, activation: (["tanh", "relu", "prelu"] as const)[(i + j) % 3] },
    batch: 9,
    inputs: 3,
    outputs: i % 2 === 0 ? 4 : null,
    loss: "mse" as const,
    seed: i * 5 + j,
  })),
);

/** The parameters' gradients and the loss's profile, bit by bit. */
const bits = (testCase: Case, run: (setup: ReturnType<typeof setUp>) => GradientFlow) => {
  const setup = setUp(testCase);
  const flow = run(setup);
  const table = [...tableOf(setup, flow)].filter(([name]) => /^(loss|gradient|ln δ)/.test(name));
  setup.network.dispose();
  return { table: table.map(([name, values]) => [name, [...Array.from(values)]]), flow };
};

describe("what is measured changes no bit of what is computed", () => {
  it.each(["ledger", "probe", "statistics", "quantiles"] as const)("%s on or off", (option) => {
    for (const testCase of CASES) {
      const bare = bits(testCase, (setup) => runCore(setup, BARE));
      const rich = bits(testCase, (setup) => runCore(setup, { ...BARE, [option]: true }));
      expect(rich.table).toEqual(bare.table);
    }
  });

  it("in parts or in one call", () => {
    for (const testCase of CASES) {
      const whole = bits(testCase, (setup) => runCore(setup));
      const parts = bits(testCase, ({ network, batch }) => {
        const steps = network.propagateInParts(batch);
        const shares: number[] = [];
        for (;;) {
          const { done, value } = steps.next();
          if (done) {
            expect(shares.at(-1)).toBe(1);
            expect(shares).toEqual([...shares].sort((a, b) => a - b));
            return value;
          }
          shares.push(value);
        }
      });
      expect(parts).toEqual(whole);
    }
  });

  it("a second pass repeats the first, after another shape between them too", () => {
    for (const testCase of CASES.slice(0, 10)) {
      const setup = setUp(testCase);
      const first = runCore(setup);
      runCore(setup, BARE);
      expect(runCore(setup)).toEqual(first);
      setup.network.dispose();
    }
  });

  it("a flow survives structuredClone", () => {
    const { flow } = bits(CASES[0], (setup) => runCore(setup));
    expect(structuredClone(flow)).toEqual(flow);
  });
});

describe("memory", () => {
  const spec = { kind: "feedforward", width: 4, depth: 3, inputs: 2 } as const;
  const batch = { inputs: Float32Array.from([1, 2]) };

  it("a plan above the limit is refused with what it asked for and what to do; the network lives on", () => {
    const network = createNetwork(spec, { memoryLimit: 20_000 });
    const large = { inputs: new Float32Array(2 * 4096) };
    expect(() => network.propagate(large)).toThrow(
      /^memory: a plan of at most .*; raise the memory limit, or lower batch/,
    );
    expect(() => network.gradients.get("layers.0.weight")).toThrow(/call propagate first/);
    expect(network.propagate(batch).outcome).toBe("finite");
    network.dispose();
  });

  it("a disposed network says so, and disposing twice is harmless", () => {
    const network = createNetwork(spec);
    network.propagate(batch);
    network.dispose();
    network.dispose();
    expect(network.memoryBytes).toBe(0);
    expect(() => network.propagate(batch)).toThrow(/disposed/);
    expect(() => network.gradients.get("layers.0.weight")).toThrow();
  });

  it("10,000 passes, and 300 networks made and disposed of, hold no more memory than one", () => {
    const engine = new Engine();
    const network = createNetwork(spec, { engine });
    const first = network.propagate(batch);
    const held = engine.memoryBytes;
    for (let round = 0; round < 10_000; round++) network.propagate(batch, BARE);
    expect(engine.memoryBytes).toBe(held);
    expect(network.propagate(batch)).toEqual(first);
    for (let seed = 0; seed < 300; seed++) {
      const other = createNetwork({ ...spec, width: 1 + (seed % 9) }, { engine, seed });
      other.propagate(batch);
      other.dispose();
    }
    expect(engine.memoryBytes).toBeLessThanOrEqual(held + 4 * 65536);
    expect(network.propagate(batch)).toEqual(first);
    network.dispose();
  });
});

describe("invalid numbers", () => {
  const run = (change: (setup: ReturnType<typeof setUp>) => void) => {
    const setup = setUp({ spec: PLAIN, batch: 9, inputs: 3, outputs: 2, loss: "mse", seed: 1 });
    change(setup);
    const flow = runCore(setup);
    setup.network.dispose();
    return [flow.outcome, flow.nonfinite];
  };
  const poisoned = (values: Float32Array, i: number, value: number) => {
    values[i] = value;
    return values;
  };

  it.each([Number.NaN, Number.POSITIVE_INFINITY])("%d is named where the caller put it", (value) => {
    expect(run(({ batch }) => poisoned(batch.inputs, 4, value))).toEqual(["nonfinite", { layer: 0, tensor: "inputs" }]);
    expect(run(({ batch }) => poisoned(batch.targets as Float32Array, 3, value))).toEqual([
      "nonfinite",
      { layer: 3, tensor: "targets" },
    ]);
    // an infinite bias of a tanh is a saturated unit
    for (const name of Number.isNaN(value) ? ["layers.2.weight", "layers.2.bias"] : ["layers.2.weight"]) {
      expect(
        run(({ network }) => network.parameters.set(name, poisoned(network.parameters.get(name), 1, value))),
      ).toEqual(["nonfinite", { layer: 2, tensor: name }]);
    }
    const last = run(({ network }) =>
      network.parameters.set("readout.weight", poisoned(network.parameters.get("readout.weight"), 1, value)),
    );
    expect(last).toEqual(["nonfinite", { layer: 4, tensor: "readout.weight" }]);
  });
});

describe("a caller's mistake is refused before the core sees it", () => {
  const setup = setUp({ spec: PLAIN, batch: 3, inputs: 3, outputs: 2, loss: "cross_entropy", seed: 1 });
  const { network, batch } = setup;
  const attempt = (change: object) => () => network.propagate({ ...batch, ...change } as typeof batch);

  it.each([
    [{ batch: 0 }, /^batch.batch: a whole number ≥ 1, got 0/],
    [{ batch: 2.5 }, /^batch.batch/],
    [{ inputSize: 4, inputs: new Float32Array(12) }, /^batch.inputSize: the network's inputs 3, got 4/],
    [{ inputs: new Float32Array(8) }, /^batch.inputs: 9 values, \[3, 3\] row-major, got 8/],
    [{ targets: new Float32Array(6) }, /^batch.targets: a Int32Array \[3\]/],
    [{ targets: Int32Array.of(0, 1) }, /^batch.targets: 3 values, \[3\] row-major, got 2/],
    [{ targets: Int32Array.of(0, 2, 1) }, /^batch.targets\[1\]: a class index from 0 to 1, got 2/],
    [{ targets: Int32Array.of(0, 1, -1) }, /^batch.targets\[2\]: a class index from 0 to 1, got -1/],
    [{ loss: "mse" }, /^batch.targets: a Float32Array \[3, 2\]/],
    [{ loss: "mse", targets: new Float32Array(5) }, /^batch.targets: 6 values, \[3, 2\]/],
    [{ loss: "none" }, /^batch.loss/],
    [{ steps: 4, inputs: new Float32Array(36) }, /^batch.steps/],
    [{ outputSize: 3 }, /^batch.outputSize/],
  ])("%o", (change, message) => {
    expect(attempt(change)).toThrow(message);
  });

  it("a draw of stochastic depth that does not name every block", () => {
    const make = () => createNetwork({ kind: "feedforward", depth: 4, inputs: 1 }, { kept: [true] });
    expect(make).toThrow(/^kept: one of true or false for each of 3 blocks/);
  });
});
