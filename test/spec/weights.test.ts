import { describe, expect, test } from "vitest";
import { random } from "../../src/base/random.ts";
import { haar } from "../../src/spec/initialization/orthogonal.ts";
import { drawWeight, WEIGHT_INITIALISATIONS } from "../../src/spec/initialization/weights.ts";
import { WEIGHT_INITS, type WeightInit } from "../../src/spec/names.ts";
import { chiSquareScore, momentScores, NORMAL, TRUNCATED, UNIFORM } from "./moments.ts";

const expectScore = (score: number, of: string) => expect(Math.abs(score), of).toBeLessThan(4.5);

/** max |WᵀW − g² I| of the smaller Gram matrix of W [rows, columns]. */
function gramError(w: ArrayLike<number>, rows: number, columns: number, gain: number): number {
  const [n, m, at] =
    rows >= columns
      ? [columns, rows, (k: number, i: number) => w[k * columns + i]!]
      : [rows, columns, (k: number, i: number) => w[i * columns + k]!];
  let worst = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let dot = 0;
      for (let k = 0; k < m; k++) dot += at(k, i) * at(k, j);
      worst = Math.max(worst, Math.abs(dot - (i === j ? gain * gain : 0)));
    }
  }
  return worst;
}

test("every initialization has a row, with its formula and its source", () => {
  expect(Object.keys(WEIGHT_INITIALISATIONS).sort()).toEqual([...WEIGHT_INITS].sort());
  for (const { formula, source } of Object.values(WEIGHT_INITIALISATIONS)) {
    expect(formula).not.toBe("");
    expect(source).not.toBe("");
  }
});

describe("independent entries have the law they claim", () => {
  const rows = 1000;
  const columns = 300;
  const pytorchFan = 700;
  const gain = 1.5;
  const laws: [WeightInit, number, typeof NORMAL][] = [
    ["pytorch", 1 / Math.sqrt(3 * pytorchFan), UNIFORM],
    ["xavier_uniform", Math.sqrt(2 / (rows + columns)), UNIFORM],
    ["xavier_normal", Math.sqrt(2 / (rows + columns)), NORMAL],
    ["he_uniform", Math.sqrt(2 / columns), UNIFORM],
    ["he_normal", Math.sqrt(2 / columns), NORMAL],
    ["lecun_uniform", 1 / Math.sqrt(columns), UNIFORM],
    ["lecun_normal", 1 / Math.sqrt(columns), NORMAL],
    ["gaussian", 1 / Math.sqrt(columns), NORMAL],
    ["uniform", 0.05 / Math.sqrt(3), UNIFORM],
    ["normal", 0.05, NORMAL],
    ["truncated_normal", 0.05 * Math.sqrt(0.7737413035), TRUNCATED],
  ];
  test.each(laws)("%s: standard deviation %f at gain 1", (name, std, law) => {
    const w = drawWeight(name, { rows, columns, pytorchFan }, gain, random(1, name));
    expect(w).toHaveLength(rows * columns);
    for (const [of, score] of Object.entries(momentScores(w, gain * std, law))) expectScore(score, of);
    if (law === UNIFORM) {
      const bound = gain * std * Math.sqrt(3);
      const reach = w.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
      expect(reach).toBeLessThanOrEqual(Math.fround(bound));
      expect(reach).toBeGreaterThan(0.9999 * bound);
    }
  });

  test("a truncated normal law reaches two standard deviations and no further", () => {
    const w = drawWeight("truncated_normal", { rows, columns, pytorchFan }, gain, random(1, "cut"));
    const reach = w.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    expect(reach).toBeLessThanOrEqual(Math.fround(2 * 0.05 * gain));
    expect(reach).toBeGreaterThan(1.999 * 0.05 * gain);
  });

  test("a value is its float64 rounded once", () => {
    const [w] = drawWeight("gaussian", { rows: 1, columns: 3, pytorchFan: 3 }, 0.7, random(1, "once"));
    expect(w).toBe(Math.fround((0.7 / Math.sqrt(3)) * random(1, "once").normal()));
  });
});

describe("orthogonal", () => {
  const sizes: [number, number][] = [
    [1, 1],
    [2, 2],
    [3, 3],
    [4, 4],
    [5, 5],
    [17, 17],
    [128, 128],
    [1, 5],
    [5, 1],
    [4, 3],
    [3, 4],
    [17, 5],
    [5, 17],
    [130, 64],
    [64, 130],
  ];
  test.each(sizes)("[%i, %i]: ‖WᵀW − g²I‖_max ≤ 1e-6", (rows, columns) => {
    for (const gain of [1, 0.5]) {
      const w = drawWeight("orthogonal", { rows, columns, pytorchFan: columns }, gain, random(1, "q"));
      expect(w).toHaveLength(rows * columns);
      expect(gramError(w, rows, columns, gain)).toBeLessThanOrEqual(1e-6);
    }
    expect(gramError(haar(rows, columns, random(1, "q")), rows, columns, 1), "before rounding").toBeLessThan(1e-14);
  });

  test("a negative gain is a factor like any other", () => {
    const draw = (gain: number) =>
      drawWeight("orthogonal", { rows: 5, columns: 5, pytorchFan: 5 }, gain, random(1, "q"));
    expect(draw(-2)).toEqual(draw(2).map((x) => -x));
  });

  describe("is uniform over the group (Haar)", () => {
    test.each([1, 2, 3, 4, 5])("O(%i): entries, determinant and trace", (n) => {
      const N = 40_000;
      const rng = random(1, `haar ${n}`);
      const sum = new Float64Array(n * n);
      const squares = new Float64Array(n * n);
      let trace2 = 0;
      let trace = 0;
      let determinants = 0;
      for (let s = 0; s < N; s++) {
        const q = haar(n, n, rng);
        let t = 0;
        for (let i = 0; i < n * n; i++) {
          sum[i]! += q[i]!;
          squares[i]! += q[i]! ** 2;
          if (i % (n + 1) === 0) t += q[i]!;
        }
        trace += t;
        trace2 += t * t;
        determinants += Math.sign(determinant(q, n));
      }
      // E q = 0, E q² = 1/n, Var q² = 2(n − 1)/(n²(n + 2)); E tr = 0, E tr² = 1, E tr⁴ = 3 (n ≥ 2); det = ±1 evenly
      for (let i = 0; i < n * n; i++) {
        expectScore((sum[i]! / N) * Math.sqrt(N * n), `mean of entry ${i}`);
        const spread = Math.sqrt((2 * (n - 1)) / (n * n * (n + 2)) / N);
        if (n > 1) expectScore((squares[i]! / N - 1 / n) / spread, `square of entry ${i}`);
      }
      expectScore((trace / N) * Math.sqrt(N), "trace");
      if (n > 1) expectScore((trace2 / N - 1) / Math.sqrt(2 / N), "trace²");
      expectScore(determinants / Math.sqrt(N), "determinant");
    });

    test("O(2): the angle is uniform for rotations and for reflections", () => {
      const rng = random(2, "haar 2");
      const rotations = new Float64Array(36);
      const reflections = new Float64Array(36);
      for (let s = 0; s < 40_000; s++) {
        const q = haar(2, 2, rng);
        const turn = Math.atan2(q[2]!, q[0]!) / (2 * Math.PI) + 0.5;
        (determinant(q, 2) > 0 ? rotations : reflections)[Math.min(35, Math.floor(turn * 36))]!++;
      }
      expectScore(chiSquareScore(rotations), "rotations");
      expectScore(chiSquareScore(reflections), "reflections");
    });

    test("the entries of a tall or a wide matrix are symmetric in sign", () => {
      for (const [rows, columns] of [
        [5, 3],
        [3, 5],
      ] as const) {
        const rng = random(3, `haar ${rows}`);
        const N = 20_000;
        const positive = new Float64Array(rows * columns);
        for (let s = 0; s < N; s++) {
          const q = haar(rows, columns, rng);
          for (let i = 0; i < q.length; i++) if (q[i]! > 0) positive[i]!++;
        }
        for (const count of positive) expectScore((count - N / 2) / Math.sqrt(N / 4), `[${rows}, ${columns}]`);
      }
    });
  });
});

/** By elimination with pivoting. */
function determinant(matrix: Float64Array, n: number): number {
  const a = matrix.slice();
  let product = 1;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(a[i * n + k]!) > Math.abs(a[pivot * n + k]!)) pivot = i;
    if (pivot !== k) {
      product = -product;
      for (let j = 0; j < n; j++) [a[k * n + j], a[pivot * n + j]] = [a[pivot * n + j]!, a[k * n + j]!];
    }
    product *= a[k * n + k]!;
    for (let i = k + 1; i < n; i++) {
      const factor = a[i * n + k]! / a[k * n + k]!;
      for (let j = k; j < n; j++) a[i * n + j]! -= factor * a[k * n + j]!;
    }
  }
  return product;
}

test("identity is torch.nn.init.eye_ times the gain, on any rectangle", () => {
  const draw = (rows: number, columns: number) =>
    Array.from(drawWeight("identity", { rows, columns, pytorchFan: 1 }, 2, random(1, "")));
  expect(draw(2, 2)).toEqual([2, 0, 0, 2]);
  expect(draw(2, 3)).toEqual([2, 0, 0, 0, 2, 0]);
  expect(draw(3, 2)).toEqual([2, 0, 0, 2, 0, 0]);
});

test("a constant is the gain, ones are its other name", () => {
  expect([...drawWeight("constant", { rows: 2, columns: 2, pytorchFan: 2 }, 0.25, random(1, ""))]).toEqual([
    0.25, 0.25, 0.25, 0.25,
  ]);
});

test("zeros are zeros", () => {
  expect(drawWeight("zeros", { rows: 2, columns: 3, pytorchFan: 3 }, 5, random(1, ""))).toEqual(new Float32Array(6));
});
