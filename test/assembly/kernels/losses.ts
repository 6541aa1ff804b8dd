import { beforeAll, describe, expect, it } from "vitest";
import { random } from "../../../src/base/random.ts";
import type { Kernels } from "../../setup/compile.ts";
import { privateKernels } from "../../setup/kernels.ts";
import { EPSILON, normals, SIZES } from "../../setup/numbers.ts";
import type { Workbench } from "../../setup/workbench.ts";

let kernels: Kernels;
let bench: Workbench;

beforeAll(async () => {
  ({ kernels, bench } = await privateKernels());
});

const [NAN, INFINITY] = [Number.NaN, Number.POSITIVE_INFINITY];

describe("squaredError", () => {
  it("sums over the real lanes only; the gradient is 2 · scale · (y − target) in every lane", () => {
    for (const outputs of SIZES) {
      for (let lanes = 1; lanes <= 8; lanes++) {
        bench.clear();
        const values = normals(outputs * 8, outputs);
        const [y, targets] = [bench.f32(values), bench.f32(normals(outputs * 8, outputs + 20))];
        const scale = Math.fround(1 / (lanes * outputs));
        const sum = kernels.call.squaredError(y.at, targets.at, outputs, lanes, scale);
        let want = 0;
        values.forEach((value, i) => {
          const error = Math.fround(value - targets.view[i]);
          if ((i & 7) < lanes) want += error * error;
          expect(y.view[i]).toBe(Math.fround(error * Math.fround(2 * scale)));
        });
        expect(Math.abs(sum / want - 1)).toBeLessThan(1e-14);
        expect(bench.intact).toBe(true);
      }
    }
  });

  it("NaN and infinities reach the sum from real lanes and never from padding", () => {
    for (const [value, want] of [
      [NAN, NAN],
      [INFINITY, INFINITY],
      [Number.NEGATIVE_INFINITY, INFINITY],
    ]) {
      for (const [lane, inSum] of [
        [2, true],
        [3, false],
      ] as const) {
        bench.clear();
        const [y, targets] = [bench.f32(new Float32Array(16).fill(1)), bench.f32(new Float32Array(16))];
        y.view[8 + lane] = value;
        expect(kernels.call.squaredError(y.at, targets.at, 2, 3, 1)).toBe(inSum ? want : 6);
        expect([...y.view]).toEqual(Array.from({ length: 16 }, (_, i) => (i === 8 + lane ? value : 2)));
      }
    }
  });
});

describe("crossEntropy", () => {
  /** Loss summed over `lanes` and gradients [outputs][8], in float64. */
  function reference(y: Float32Array, targets: Int32Array, outputs: number, lanes: number, scale: number) {
    const gradient = new Float64Array(outputs * 8);
    let loss = 0;
    for (let lane = 0; lane < 8; lane++) {
      const logits = Array.from({ length: outputs }, (_, j) => y[j * 8 + lane]);
      const own = logits[targets[lane]];
      let others = 0; // Σ e^(y_j − y_own) without the own class
      logits.forEach((value, j) => {
        if (j !== targets[lane]) others += Math.exp(value - own);
      });
      // ln Σ_j e^(y_j − y_own), also where that sum leaves float64
      const top = Math.max(...logits);
      const spread = logits.reduce((sum, value) => sum + Math.exp(value - top), 0);
      if (lane < lanes) loss += top === own ? Math.log1p(others) : top - own + Math.log(spread);
      logits.forEach((value, j) => {
        const share = Math.exp(value - top) / spread;
        gradient[j * 8 + lane] =
          scale * (j === targets[lane] ? (top === own ? -others / (1 + others) : share - 1) : share);
      });
    }
    return { loss, gradient };
  }

  function run(values: Float32Array, classes: ArrayLike<number>, outputs: number, lanes: number, scale: number) {
    bench.clear();
    const [y, exponents, targets] = [bench.f32(values), bench.i32(new Array<number>(8).fill(0)), bench.i32(classes)];
    const scratch = bench.f32(new Float32Array(24));
    const loss = kernels.call.crossEntropy(y.at, exponents.at, targets.at, outputs, lanes, scale, scratch.at);
    expect(bench.intact).toBe(true);
    expect(targets.view).toEqual(Int32Array.from(classes));
    const frames = exponents.view.slice();
    const gradient = Float64Array.from(y.view, (value, i) => value * 2 ** frames[i & 7]);
    return { loss, gradient, targets: targets.view.slice(), frames, mantissas: y.view.slice() };
  }

  /** Six exponentials, sums and a division, each a few half-ULPs; subnormals to one unit of the least float32. */
  const near = (got: number, want: number) => Math.abs(got - want) <= 12 * 2 * EPSILON * Math.abs(want) + 2 ** -149;

  it.each([1, 10, 40, 300, 1e4])(
    "equals float64 for logits of spread %f, saturated and overflowing ones included",
    (spread) => {
      const stream = random(spread, "test/classes");
      for (const outputs of SIZES) {
        for (const lanes of [1, 3, 8]) {
          const values = normals(outputs * 8, outputs).map((value) => value * spread);
          const classes = Array.from({ length: 8 }, () => stream.below(outputs));
          const { loss, gradient, targets } = run(values, classes, outputs, lanes, 0.125);
          const want = reference(values, targets, outputs, lanes, 0.125);
          // a difference of logits is rounded to float32 once: an error of EPSILON · |difference| in an exponent
          const widest = 2 * Math.max(...values.map(Math.abs));
          gradient.forEach((value, i) => {
            const bound = (12 + widest) * 2 * EPSILON * Math.abs(want.gradient[i]) + 2 ** -149; // a class far below its sample's frame
            if (!(Math.abs(value - want.gradient[i]) <= bound))
              expect.fail(`gradient ${i}: ${value}, not ${want.gradient[i]}`);
          });
          expect(Math.abs(loss - want.loss)).toBeLessThanOrEqual(
            (12 + widest) * 2 * EPSILON * want.loss + lanes * 2 ** -149,
          );
        }
      }
    },
  );

  it("a nearly certain answer keeps its digits: loss and gradient of e^−margin, far below float32's smallest", () => {
    for (const margin of [5, 20, 50, 80, 93, 104, 300, 700]) {
      const values = new Float32Array(24).map((_, i) => (i < 8 ? margin : i < 16 ? 0 : -1));
      const { loss, gradient, targets } = run(values, new Array<number>(8).fill(0), 3, 8, 1);
      const want = reference(values, targets, 3, 8, 1);
      expect(Math.abs(loss / want.loss - 1)).toBeLessThan(12 * EPSILON);
      gradient.forEach((value, i) => {
        expect(Math.abs(value / want.gradient[i] - 1)).toBeLessThan(12 * EPSILON);
      });
    }
  });

  it("every sample has a frame of its own, in which its gradient is near the scale", () => {
    const margins = [0, 1, 30, 93, 200, 1e4, 1e6, -50];
    const values = new Float32Array(16).map((_, i) => (i < 8 ? margins[i] : 0));
    const { frames, mantissas } = run(values, new Array<number>(8).fill(0), 2, 8, 0.125);
    margins.forEach((margin, lane) => {
      const ln = Math.log(-mantissas[lane]) + frames[lane] * Math.LN2;
      const want = Math.log(0.125) - Math.max(margin, 0) - Math.log1p(Math.exp(-Math.abs(margin)));
      expect(Math.abs(ln - want)).toBeLessThan(12 * EPSILON);
      expect(mantissas[8 + lane]).toBe(-mantissas[lane]);
      expect(-mantissas[lane]).toBeGreaterThan(0.125 / 5);
    });
  });

  it("from a margin of 2²⁴ on nothing is left", () => {
    const { loss, gradient } = run(new Float32Array(16).fill(2 ** 24, 0, 8), new Array<number>(8).fill(0), 2, 8, 1);
    expect([loss, ...gradient].every((value) => value === 0)).toBe(true);
  });

  it("one class has loss 0 and gradient 0", () => {
    const { loss, gradient } = run(normals(8, 1), new Array<number>(8).fill(0), 1, 8, 1);
    expect(loss).toBe(0);
    expect(gradient.every((value) => value === 0)).toBe(true);
  });

  it("NaN and +∞ make their own lane NaN and no other; padding never reaches the loss", () => {
    for (const value of [NAN, INFINITY]) {
      for (const lane of [0, 5]) {
        const values = normals(32, 1);
        values[16 + lane] = value;
        const { loss, gradient } = run(values, new Array<number>(8).fill(1), 4, 5, 1);
        expect(Number.isNaN(loss)).toBe(lane < 5);
        gradient.forEach((got, i) => {
          expect(Number.isNaN(got)).toBe((i & 7) === lane);
        });
      }
    }
  });

  it("−∞ is a class of probability zero: gradient 0, and loss +∞ for the sample that wants it", () => {
    const values = new Float32Array(24);
    values.fill(Number.NEGATIVE_INFINITY, 8, 16);
    const without = run(values, new Array<number>(8).fill(0), 3, 1, 1);
    expect(near(without.loss, Math.LN2)).toBe(true);
    expect([without.gradient[0], without.gradient[8], without.gradient[16]]).toEqual([-0.5, 0, 0.5]);
    expect(run(values, new Array<number>(8).fill(1), 3, 1, 1).loss).toBe(INFINITY);
  });
});

describe("binaryCrossEntropy", () => {
  const run = (values: ArrayLike<number>, wanted: ArrayLike<number>, outputs: number, lanes: number, scale: number) => {
    bench.clear();
    const [y, exponents] = [bench.f32(Float32Array.from(values)), bench.i32(new Array<number>(8).fill(0))];
    const [targets, scratch] = [bench.f32(Float32Array.from(wanted)), bench.f32(new Float32Array(16))];
    const loss = kernels.call.binaryCrossEntropy(y.at, exponents.at, targets.at, outputs, lanes, scale, scratch.at);
    expect(bench.intact).toBe(true);
    const ln = Float64Array.from(y.view, (value, i) => Math.log(Math.abs(value)) + exponents.view[i & 7] * Math.LN2);
    return { loss, gradient: Float64Array.from(y.view, (value, i) => value * 2 ** exponents.view[i & 7]), ln };
  };

  it("equals float64 for every size, targets of 0, 1 and between", () => {
    const stream = random(5, "test/targets");
    for (const outputs of SIZES) {
      for (const spread of [1, 10, 60]) {
        const values = normals(outputs * 8, outputs).map((value) => value * spread);
        const targets = Float32Array.from(values, () => [0, 1, 0.25][stream.below(3)]);
        const { loss, gradient } = run(values, targets, outputs, 5, 0.125);
        let want = 0;
        values.forEach((a, i) => {
          const t = targets[i];
          if ((i & 7) < 5) want += Math.max(a, 0) - a * t + Math.log1p(Math.exp(-Math.abs(a)));
          const [up, down] = [1 / (1 + Math.exp(-a)), 1 / (1 + Math.exp(a))];
          // the two terms of an undecided output cancel
          const size = 0.125 * ((1 - t) * up + t * down);
          expect(Math.abs(gradient[i] - 0.125 * ((1 - t) * up - t * down))).toBeLessThanOrEqual(
            20 * EPSILON * size + 2 ** -149,
          );
        });
        expect(Math.abs(loss / want - 1)).toBeLessThan(1e-12);
      }
    }
  });

  it("a sample certain of all its outputs keeps its digits: e^−margin far below float32's smallest", () => {
    const margins = [1, 20, 93, 104, 300, 1e3, 1e5, 1e6];
    const { ln } = run(
      [...margins, ...margins.map((d) => -d - 2)],
      [...margins.map(() => 1), ...margins.map(() => 0)],
      2,
      8,
      1,
    );
    margins.forEach((margin, lane) => {
      expect(Math.abs(ln[lane] + margin + Math.log1p(Math.exp(-margin)))).toBeLessThan(20 * EPSILON);
      expect(Math.abs(ln[8 + lane] + margin + 2 + Math.log1p(Math.exp(-margin - 2)))).toBeLessThan(20 * EPSILON);
    });
  });

  it("NaN makes its own output NaN and no other; infinite logits on the right side have gradient 0", () => {
    const { gradient } = run([NAN, ...new Array<number>(15).fill(1)], new Array<number>(16).fill(1), 2, 8, 1);
    gradient.forEach((value, i) => {
      expect(Number.isNaN(value)).toBe(i === 0);
    });
    const certain = run(new Array<number>(8).fill(INFINITY), new Array<number>(8).fill(1), 1, 8, 1);
    expect(certain.gradient.every((value) => value === 0)).toBe(true);
    const wrong = run(new Array<number>(8).fill(INFINITY), new Array<number>(8).fill(0), 1, 8, 1);
    expect(wrong.gradient.every((value) => value === 1)).toBe(true);
  });
});
