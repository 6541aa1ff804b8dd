import { describe, expect, test } from "vitest";
import { random } from "../../src/base/random.ts";
import { applyConstraint, isConstrained } from "../../src/spec/constraint.ts";
import { initialize } from "../../src/spec/initialization/index.ts";
import { haar } from "../../src/spec/initialization/orthogonal.ts";
import { projectOrthogonal } from "../../src/spec/initialization/polar.ts";
import { parseSpec } from "../../src/spec/index.ts";
import { parameterTable } from "../../src/spec/parameters.ts";

const rng = random(4, "polar");

/** max |WᵀW − I|. */
function orthogonality(w: Float32Array, n: number): number {
  let worst = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let dot = 0;
      for (let k = 0; k < n; k++) dot += w[k * n + i] * w[k * n + j];
      worst = Math.max(worst, Math.abs(dot - (i === j ? 1 : 0)));
    }
  }
  return worst;
}

/** U S, S = A Aᵀ + shift · I symmetric and positive definite. */
function withFactor(U: Float64Array, n: number, shift: number): Float64Array {
  const A = Float64Array.from({ length: n * n }, () => rng.normal());
  const S = (i: number, j: number) => {
    let sum = i === j ? shift : 0;
    for (let k = 0; k < n; k++) sum += A[i * n + k] * A[j * n + k];
    return sum;
  };
  return Float64Array.from({ length: n * n }, (_, at) => {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += U[Math.floor(at / n) * n + k] * S(k, at % n);
    return sum;
  });
}

describe("projectOrthogonal: the orthogonal polar factor", () => {
  for (const n of [1, 2, 3, 4, 5, 17, 64]) {
    test(`n = ${n}: of U S, S symmetric positive definite, it is U`, () => {
      const U = haar(n, n, rng);
      for (const scale of [1, 1e-20, 1e20]) {
        const x = Float32Array.from(withFactor(U, n, 1), (value) => scale * value);
        projectOrthogonal(x, n);
        expect(orthogonality(x, n)).toBeLessThan(1e-6);
        // S's condition number times float32's rounding of U S
        for (let i = 0; i < n * n; i++) expect(Math.abs(x[i] - U[i])).toBeLessThan(1e-4);
      }
    });
    test(`n = ${n}: what is orthogonal stays as it is`, () => {
      const x = Float32Array.from(haar(n, n, rng));
      const before = x.slice();
      projectOrthogonal(x, n);
      for (let i = 0; i < n * n; i++) expect(Math.abs(x[i] - before[i])).toBeLessThan(2e-7);
    });
  }

  test("nearer to X than other orthogonal matrices, those close by among them", () => {
    const n = 6;
    const X = Float32Array.from({ length: n * n }, () => rng.normal());
    const distance = (Y: ArrayLike<number>) => X.reduce((sum, value, i) => sum + (value - Y[i]) ** 2, 0);
    const nearest = X.slice();
    projectOrthogonal(nearest, n);
    for (let trial = 0; trial < 200; trial++) {
      const other = Float32Array.from(nearest, (value) => value + 0.2 * rng.normal());
      projectOrthogonal(other, n);
      expect(distance(other)).toBeGreaterThanOrEqual(distance(nearest) - 1e-5);
      expect(distance(haar(n, n, rng))).toBeGreaterThan(distance(nearest));
    }
  });

  test("a singular matrix gives one of its nearest, always the same", () => {
    const cases: [string, number, (i: number, j: number) => number][] = [
      ["zero", 5, () => 0],
      ["nilpotent", 2, (i, j) => (i === 0 && j === 1 ? 1 : 0)],
      ["rank one", 7, () => 1],
      ["a row of zeros", 4, (i, j) => (i === 2 ? 0 : Math.sin(3 * i + j * j))],
    ];
    for (const [name, n, entry] of cases) {
      const X = Float32Array.from({ length: n * n }, (_, at) => entry(Math.floor(at / n), at % n));
      const [a, b] = [X.slice(), X.slice()];
      projectOrthogonal(a, n);
      projectOrthogonal(b, n);
      expect(orthogonality(a, n), name).toBeLessThan(1e-6);
      expect(b).toEqual(a);
    }
    const nilpotent = Float32Array.of(0, 1, 0, 0);
    projectOrthogonal(nilpotent, 2);
    expect(nilpotent[1]).toBeCloseTo(1, 6);
  });

  test("NaN and infinities stay where they are", () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const x = Float32Array.of(1, 2, bad, 4);
      projectOrthogonal(x, 2);
      expect([...x]).toEqual([1, 2, bad, 4]);
    }
  });
});

const parse = (fields: object) => parseSpec({ kind: "recurrent", hidden: 6, constraint: "orthogonal", ...fields });

describe("constraint: orthogonal", () => {
  for (const cell of ["tanh", "gru", "lstm", "leaky", "orthogonal_rnn"] as const) {
    test(`${cell}: starts orthogonal, and every gate is brought back on its own; nothing else moves`, () => {
      const spec = parse({ cell, layers: 2, bidirectional: true });
      const sizes = { inputs: 3, outputs: 2 };
      const values = initialize(spec, sizes, 1);
      for (const parameter of parameterTable(spec, sizes)) {
        const own = values.get(parameter.name)!;
        const gates = (of: Float32Array) =>
          Array.from({ length: parameter.gates }, (_, gate) => orthogonality(of.subarray(gate * 36), 6));
        if (isConstrained(spec, parameter)) for (const error of gates(own)) expect(error).toBeLessThan(1e-6);
        const moved = own.map((value) => value + 0.1 * rng.normal());
        const after = moved.slice();
        applyConstraint(spec, parameter, after);
        if (parameter.role === "recurrent") for (const error of gates(after)) expect(error).toBeLessThan(1e-6);
        else expect(after).toEqual(moved);
      }
    });
  }

  test("an unconstrained network's matrices stay as they are", () => {
    const spec = parse({ constraint: "none" });
    for (const parameter of parameterTable(spec, { inputs: 2, outputs: null })) {
      const values = new Float32Array(36).fill(0.5);
      applyConstraint(spec, parameter, values);
      expect(values.every((value) => value === 0.5)).toBe(true);
    }
  });

  test("orthogonal_rnn is constrained unless it is told not to be", () => {
    expect(parseSpec({ kind: "recurrent", cell: "orthogonal_rnn" })).toMatchObject({ constraint: "orthogonal" });
    expect(parse({ cell: "orthogonal_rnn", constraint: "none" })).toMatchObject({ constraint: "none" });
  });

  test("what contradicts it is refused: an initialization that is not orthogonal, a gain, a cell without such a matrix", () => {
    expect(() => parse({ init: { recurrent: "gaussian" } })).toThrow(
      /network.init.recurrent: orthogonal or identity under constraint orthogonal, got "gaussian"; choose one/,
    );
    expect(() => parse({ init: { gain: 1.2 } })).toThrow(/network.init.gain: 1 or −1 under constraint/);
    expect(() => parse({ cell: "indrnn" })).toThrow(/network.constraint: none for the cell indrnn: it has no matrix/);
    expect(() => parse({ cell: "antisymmetric" })).toThrow(
      /none for the cell antisymmetric: its step uses W_hh − W_hhᵀ/,
    );
  });
});
