import { beforeAll, describe, expect, it } from "vitest";
import { ACTIVATIONS, type ActivationName } from "../../../src/spec/names.ts";
import { compile, float32Inputs } from "../math/compile.ts";

/** φ and φ' in float64. At ±∞ the limit; where only a limit exists the entries below say so. */
type Reference = { value: (a: number) => number; slope: (a: number) => number; kinks?: number[] };

const { abs, cosh, exp, tanh } = Math;
const sigmoid = (a: number) => (a > 0 ? 1 / (1 + exp(-a)) : exp(a) / (1 + exp(a)));

const references: Partial<Record<ActivationName, Reference>> = {
  identity: { value: (a) => a, slope: () => 1 },
  sigmoid: { value: sigmoid, slope: (a) => sigmoid(a) * sigmoid(-a), kinks: [-87.3, 87.3] },
  tanh: { value: tanh, slope: (a) => 1 / cosh(a) ** 2, kinks: [-43.7, 43.7] },
  hardtanh: { value: (a) => Math.min(Math.max(a, -1), 1), slope: (a) => (abs(a) < 1 ? 1 : 0), kinks: [-1, 1] },
  softsign: {
    value: (a) => (abs(a) === Infinity ? Math.sign(a) : a / (1 + abs(a))),
    slope: (a) => (1 / (1 + abs(a))) ** 2,
  },
  relu: { value: (a) => (a > 0 ? a : 0), slope: (a) => (a > 0 ? 1 : 0) },
  leaky_relu: { value: (a) => (a > 0 ? a : Math.fround(0.01) * a), slope: (a) => (a > 0 ? 1 : Math.fround(0.01)) },
  relu6: { value: (a) => Math.min(Math.max(a, 0), 6), slope: (a) => (a > 0 && a < 6 ? 1 : 0), kinks: [6] },
};

/** |got − want| in units of the tolerance: 1e-6 relative, 1e-38 absolute below the smallest normal, `root` absolute. */
function misfit(got: number, want: number, root: number): number {
  if (Number.isNaN(want)) return Number.isNaN(got) ? 0 : Infinity;
  if (!Number.isFinite(Math.fround(want))) return got === Math.fround(want) ? 0 : Infinity;
  if (Number.isNaN(got)) return Infinity;
  return abs(got - want) / Math.max(1e-6 * abs(want), root, 1e-38);
}

type Activate = (kind: number, a: number, h: number, slope: number, n: number) => void;
let memory: WebAssembly.Memory;
let activate: Activate;

beforeAll(async () => {
  const wasm = await compile('export { activate } from "./assembly/layers/activations";');
  memory = wasm.memory;
  activate = wasm.activate as Activate;
});

/** φ and φ' over `inputs`, in blocks that fit one arena. */
function run(kind: number, inputs: Float32Array): { h: Float32Array; slope: Float32Array } {
  const base = 65536;
  const block = 65536;
  const h = new Float32Array(inputs.length);
  const slope = new Float32Array(inputs.length);
  for (let from = 0; from < inputs.length; from += block) {
    const part = inputs.subarray(from, from + block);
    const at = (k: number) => base + k * 4 * block;
    new Float32Array(memory.buffer, at(0), part.length).set(part);
    activate(kind, at(0), at(1), at(2), part.length);
    h.set(new Float32Array(memory.buffer, at(1), part.length), from);
    slope.set(new Float32Array(memory.buffer, at(2), part.length), from);
  }
  return { h, slope };
}

describe.each(Object.entries(references))("%s", (name, reference) => {
  it("has value and slope within 1e-6 of float64, at ±∞ the limits, for NaN NaN", () => {
    const inputs = float32Inputs(reference.kinks);
    const { h, slope } = run(ACTIVATIONS.indexOf(name as ActivationName), inputs);
    let worst = { error: 0, input: 0 };
    let worstSlope = { error: 0, input: 0 };
    for (let i = 0; i < inputs.length; i++) {
      const a = inputs[i]!;
      const error = misfit(h[i]!, Number.isNaN(a) ? NaN : reference.value(a), 0);
      if (error > worst.error) worst = { error, input: a };
      const slopeError = misfit(slope[i]!, Number.isNaN(a) ? NaN : reference.slope(a), 0);
      if (slopeError > worstSlope.error) worstSlope = { error: slopeError, input: a };
    }
    expect(worst.error, `φ(${worst.input})`).toBeLessThanOrEqual(1);
    expect(worstSlope.error, `φ'(${worstSlope.input})`).toBeLessThanOrEqual(1);
  });
});
