import { beforeAll, describe, expect, it } from "vitest";
import { compile, type Kernels } from "../../setup/compile.ts";
import { finiteInputs, worstMisfit } from "./accuracy.ts";
import { applySweep, sweepOf } from "./sweep.ts";
import { erfc } from "./special.ts";

let wasm: Kernels;

beforeAll(async () => {
  wasm = await compile(
    [
      sweepOf("exp", "./assembly/math/exp"),
      sweepOf("expBounded", "./assembly/math/exp"),
      sweepOf("liftedExp", "./assembly/math/exp"),
      sweepOf("liftedGaussian", "./assembly/math/exp", "liftedGaussian(x, 0.5)"),
      sweepOf("log", "./assembly/math/log"),
      sweepOf("log1pUnit", "./assembly/math/log"),
      sweepOf("mills", "./assembly/math/mills"),
    ].join("\n"),
  );
});

function apply(name: string, inputs: Float32Array): Float32Array {
  return applySweep(wasm.memory, inputs, ([x, y], n) => wasm.call[`${name}Sweep`]!(x!, y!, n))[0]!;
}

/** Name, float64 reference, relative tolerance, and the inputs the function takes. */
const functions: [string, (x: number) => number, number, Float32Array][] = [
  ["exp", Math.exp, 4e-7, finiteInputs([-87.3, 88.7])],
  ["expBounded", Math.exp, 4e-7, finiteInputs([-0.3466, 0.3466], 87)],
  ["liftedExp", (x) => 2 ** 24 * Math.exp(x), 4e-7, finiteInputs([-103.9, 70], 103.9).map((x) => Math.min(x, 71))],
  ["liftedGaussian", (x) => 2 ** 24 * Math.exp((-x * x) / 2), 4e-7, finiteInputs([13, 14.4], 14.4)],
  ["log", Math.log, 2.5e-7, finiteInputs([1, Math.SQRT1_2, Math.SQRT2]).map(Math.abs)],
  ["log1pUnit", Math.log1p, 3e-7, finiteInputs([0.4142], 1).map(Math.abs)],
  ["mills", (t) => (Math.exp((t * t) / 2) * erfc(t / Math.SQRT2)) / 2, 4e-7, finiteInputs([3], 15).map(Math.abs)],
];

describe.each(functions)("%s", (name, reference, tolerance, inputs) => {
  it(`is within ${tolerance} of float64`, () => {
    const { misfit, at } = worstMisfit(inputs, apply(name, inputs), reference, tolerance);
    expect(misfit, `${name}(${at})`).toBeLessThan(1);
  });

  it("passes NaN on", () => {
    expect([...apply(name, Float32Array.of(NaN, NaN, NaN, NaN))]).toEqual([NaN, NaN, NaN, NaN]);
  });
});

it("exp(−∞) is 0, exp(∞) is ∞, and both tails are reached by the hardware's rounding", () => {
  const results = apply("exp", Float32Array.of(-Infinity, Infinity, -103, 88.8));
  expect([...results]).toEqual([0, Infinity, Math.fround(Math.exp(-103)), Infinity]);
});

it("log has its limits: −∞ at both zeros, ∞ at ∞, NaN left of zero, and takes subnormals", () => {
  const results = apply("log", Float32Array.of(0, -0, Infinity, -Infinity, -1, -1e-42, 1, 2 ** -149));
  expect([...results.slice(0, 7)]).toEqual([-Infinity, -Infinity, Infinity, NaN, NaN, NaN, 0]);
  expect(results[7]).toBeCloseTo(-149 * Math.LN2, 4);
});
