import { type ActivationName, ACTIVATIONS } from "../../../src/catalogue/index.ts";
import { beforeAll, describe, expect, it } from "vitest";
import { compile, type Kernels } from "../../setup/compile.ts";
import { finiteInputs, worstMisfit } from "../math/accuracy.ts";
import { applySweep } from "../math/sweep.ts";
import { references } from "./references.ts";

let wasm: Kernels;

beforeAll(async () => {
  wasm = await compile(
    'export { activate, activateValue, activateSlope, activatePrelu } from "./assembly/layers/activations";',
  );
});

const kindOf = (name: string) => ACTIVATIONS.indexOf(name as ActivationName);

/** φ and φ' of `inputs`, whose length is a multiple of 4. */
function both(name: string, inputs: Float32Array): [Float32Array, Float32Array] {
  const sweep = ([a, h, slope]: number[], n: number) => wasm.call.activate!(kindOf(name), a!, h!, slope!, n);
  return applySweep(wasm.memory, inputs, sweep, 2) as [Float32Array, Float32Array];
}

describe.each(Object.entries(references))("%s", (name, reference) => {
  it("has value and slope within 1e-6 of float64 over the whole range, 1e-7 absolute about a root of the slope", () => {
    const inputs = finiteInputs(reference.dense, reference.range);
    const [h, slope] = both(name, inputs);
    const nearRoot = (a: number) => ((reference.slopeRoots ?? []).some((r) => Math.abs(a - r) < 0.25) ? 1e-7 : 0);
    const value = worstMisfit(inputs, h, reference.value);
    const derivative = worstMisfit(inputs, slope, reference.slope, 1e-6, nearRoot);
    expect(value.misfit, `φ(${value.at})`).toBeLessThan(1);
    expect(derivative.misfit, `φ'(${derivative.at})`).toBeLessThan(1);
  });

  it("reaches its limits at ±∞ and passes NaN on", () => {
    const [h, slope] = both(name, Float32Array.of(-Infinity, Infinity, NaN, -NaN));
    const got = [h[0], slope[0], h[1], slope[1]].map((x) => (x === 0 ? 0 : x));
    expect(got).toEqual(reference.limits);
    expect([h[2], slope[2], h[3], slope[3]]).toEqual([NaN, NaN, NaN, NaN]);
  });

  it("is the same over any count of vectors, in place, and with either output discarded", () => {
    const [A, H, S] = [4096, 8192, 12288] as const;
    const view = new Float32Array(wasm.memory.buffer);
    const inputs = Float32Array.from({ length: 44 }, (_, i) => Math.sin(i) * 5);
    const want = both(name, inputs);
    for (let n = 0; n <= inputs.length; n += 4) {
      const reset = () => {
        view.set(inputs, A / 4);
        view.fill(7, H / 4, H / 4 + 64);
        view.fill(7, S / 4, S / 4 + 64);
      };
      const expectOutput = (pointer: number, expected: Float32Array, beyond: Float32Array) => {
        expect(view.slice(pointer / 4, pointer / 4 + n)).toEqual(expected.slice(0, n));
        expect(view.slice(pointer / 4 + n, pointer / 4 + 44)).toEqual(beyond.slice(n));
      };
      const untouched = new Float32Array(44).fill(7);

      reset();
      wasm.call.activate!(kindOf(name), A, A, S, n);
      expectOutput(A, want[0], inputs);
      expectOutput(S, want[1], untouched);

      reset();
      wasm.call.activateValue!(kindOf(name), A, H, n);
      expectOutput(H, want[0], untouched);
      expectOutput(S, new Float32Array(44).fill(7), untouched);

      reset();
      wasm.call.activateSlope!(kindOf(name), A, A, n);
      expectOutput(A, want[1], inputs);
    }
  });
});

/** The first index at which two arrays differ in any bit but a NaN's, or −1. */
const firstDifference = (got: Float32Array, want: Float32Array) => got.findIndex((x, i) => !Object.is(x, want[i]));

describe("saturation", () => {
  const inputs = finiteInputs([9, 17]);

  it.each(["tanh", "sigmoid", "erf", "softsign"])("%s never leaves its range", (name) => {
    const [h] = both(name, inputs);
    expect(h.reduce((most, x) => Math.max(most, Math.abs(x)), 0)).toBe(1);
  });

  it.each(["tanh", "erf", "softsign"])("%s is odd and its slope even, to the bit", (name) => {
    const [h, slope] = both(name, inputs);
    const mirrored = both(
      name,
      inputs.map((a) => -a),
    );
    const minusH = h.map((x) => -x);
    expect(firstDifference(mirrored[0], minusH)).toBe(-1);
    expect(firstDifference(mirrored[1], slope)).toBe(-1);
  });
});

describe("sine beyond 8192", () => {
  const inputs = finiteInputs([8192, 2 ** 20, 2 ** 26 - 300]);

  it("keeps 1.5e-7 absolute to 2²⁶", () => {
    const [h, slope] = both("sine", inputs);
    const error = inputs.reduce((worst, a, i) => {
      if (Math.abs(a) > 2 ** 26) return worst;
      return Math.max(worst, Math.abs(h[i]! - Math.sin(a)), Math.abs(slope[i]! - Math.cos(a)));
    }, 0);
    expect(error).toBeLessThan(1.5e-7);
  });

  it("stays within [−1, 1] everywhere", () => {
    const [h, slope] = both("sine", inputs);
    expect(h.every((x) => Math.abs(x) <= 1)).toBe(true);
    expect(slope.every((x) => Math.abs(x) <= 1)).toBe(true);
  });
});

describe("prelu", () => {
  it("is the leaky rectifier of the weight it is given", () => {
    const weight = Math.fround(-0.3);
    const inputs = finiteInputs();
    const sweep = ([a, h, slope]: number[], n: number) => wasm.call.activatePrelu!(weight, a!, h!, slope!, n);
    const [h, slope] = applySweep(wasm.memory, inputs, sweep, 2) as [Float32Array, Float32Array];
    const want = inputs.map((a) => (a > 0 ? a : weight * a));
    expect(firstDifference(h, want)).toBe(-1);
    const wantSlope = inputs.map((a) => (a > 0 ? 1 : weight));
    expect(firstDifference(slope, wantSlope)).toBe(-1);
  });
});
