import { describe, expect, test } from "vitest";
import { RANDOM_VERSION, random } from "../../src/base/random.ts";
import { chiSquareScore, correlationScore, momentScores, NORMAL, UNIFORM } from "../spec/moments.ts";

const draws = (count: number, draw: () => number) => Float64Array.from({ length: count }, draw);

/** |z| < 4.5: a right generator fails one check in 150,000. */
const expectScore = (score: number, of: string) => expect(Math.abs(score), of).toBeLessThan(4.5);

describe("the generator's bits are its version's", () => {
  test("golden values of evanesce-random/1", () => {
    expect(RANDOM_VERSION).toBe("evanesce-random/1");
    const uniform = random(1, "golden");
    expect([0, 0, 0, 0].map(() => uniform.uniform())).toEqual(GOLDEN.uniform);
    const below = random(2 ** 53 - 1, "init/rnn.weight_hh_l0");
    expect([0, 0, 0, 0].map(() => below.below(1000))).toEqual(GOLDEN.below);
    const normal = random(1, "golden");
    for (const value of GOLDEN.normal) expect(normal.normal()).toBeCloseTo(value, 14); // Math.log and Math.cos may differ by an ULP
  });

  test("a stream is a function of seed and name", () => {
    const first = (seed: number, name: string) => random(seed, name).uniform();
    expect(first(3, "a")).toBe(first(3, "a"));
    expect(first(3, "a")).not.toBe(first(3, "b"));
    expect(first(3, "a")).not.toBe(first(4, "a"));
    expect(first(3, "ab")).not.toBe(first(3, "ba"));
    expect(first(3, "")).not.toBe(first(3, "\0"));
    expect(first(7 + 2 ** 32, "a"), "the seed's upper bits count").not.toBe(first(7, "a"));
  });
});

test("streams of many seeds and layers do not collide", () => {
  const firsts = new Set<number>();
  for (let seed = 0; seed < 100; seed++) {
    for (let layer = 0; layer < 1000; layer++) firsts.add(random(seed, `init/layers.${layer}.weight`).uniform());
  }
  expect(firsts.size).toBe(100_000);
});

describe("uniform", () => {
  const N = 1_000_000;
  const u = draws(N, random(1, "uniform").uniform);

  test("lies in [0, 1) and fills it", () => {
    let low = 1;
    let high = 0;
    for (const x of u) {
      low = Math.min(low, x);
      high = Math.max(high, x);
    }
    expect(low).toBeGreaterThanOrEqual(0);
    expect(high).toBeLessThan(1);
    expect(low).toBeLessThan(20 / N);
    expect(high).toBeGreaterThan(1 - 20 / N);
  });

  test("has the moments of U(0, 1)", () => {
    const centered = u.map((x) => x - 0.5);
    for (const [of, score] of Object.entries(momentScores(centered, 1 / Math.sqrt(12), UNIFORM)))
      expectScore(score, of);
  });

  test("is equidistributed in one and two dimensions (χ²)", () => {
    const line = new Float64Array(1000);
    const square = new Float64Array(64 * 64);
    for (let i = 0; i < N; i += 2) {
      line[Math.floor(u[i]! * 1000)]!++;
      square[Math.floor(u[i]! * 64) * 64 + Math.floor(u[i + 1]! * 64)]!++;
    }
    expectScore(chiSquareScore(line), "line");
    expectScore(chiSquareScore(square), "square");
  });

  test("has fair bits in both halves of its mantissa", () => {
    for (let bit = 1; bit <= 53; bit++) {
      let ones = 0;
      for (let i = 0; i < 100_000; i++) ones += Math.floor(u[i]! * 2 ** bit) % 2;
      expectScore((ones - 50_000) / Math.sqrt(25_000), `bit ${bit}`);
    }
  });

  test("has no serial correlation", () => {
    const centered = u.map((x) => x - 0.5);
    for (const lag of [1, 2, 3, 4, 5, 7, 8, 16, 100, 1024]) {
      expectScore(correlationScore(centered.subarray(lag), centered.subarray(0, N - lag)), `lag ${lag}`);
    }
  });
});

describe("streams", () => {
  test("the first values over consecutive seeds are uniform and uncorrelated", () => {
    const firsts = draws(20_000, () => 0).map((_, seed) => random(seed, "init/layers.0.weight").uniform());
    const counts = new Float64Array(100);
    for (const x of firsts) counts[Math.floor(x * 100)]!++;
    expectScore(chiSquareScore(counts), "uniform");
    const centered = firsts.map((x) => x - 0.5);
    expectScore(correlationScore(centered.subarray(1), centered.subarray(0, -1)), "neighboring seeds");
  });

  test("the first values over the layers of a network are uniform and uncorrelated", () => {
    const firsts = draws(20_000, () => 0).map((_, l) => random(1, `init/layers.${l}.weight`).uniform());
    const counts = new Float64Array(100);
    for (const x of firsts) counts[Math.floor(x * 100)]!++;
    expectScore(chiSquareScore(counts), "uniform");
    const centered = firsts.map((x) => x - 0.5);
    expectScore(correlationScore(centered.subarray(1), centered.subarray(0, -1)), "neighboring layers");
  });

  test("two streams are uncorrelated at every small offset", () => {
    const a = draws(100_000, random(1, "a").normal);
    const b = draws(100_000, random(1, "b").normal);
    for (let offset = 0; offset < 8; offset++) {
      expectScore(correlationScore(a.subarray(offset), b.subarray(0, b.length - offset)), `offset ${offset}`);
    }
  });
});

describe("normal", () => {
  const z = draws(1_000_000, random(2, "normal").normal);

  test("has the moments of N(0, 1)", () => {
    for (const [of, score] of Object.entries(momentScores(z, 1, NORMAL))) expectScore(score, of);
  });

  test("has its quartiles and its tails", () => {
    const share = (test: (x: number) => boolean) => z.reduce((count, x) => count + (test(x) ? 1 : 0), 0) / z.length;
    const cases: [string, number, (x: number) => boolean][] = [
      ["first quartile", 0.25, (x) => x < -0.6744897501960817],
      ["third quartile", 0.25, (x) => x > 0.6744897501960817],
      ["|z| > 3", 0.0026997960632601866, (x) => Math.abs(x) > 3],
      ["|z| > 4", 6.334248366623996e-5, (x) => Math.abs(x) > 4],
    ];
    for (const [of, p, inside] of cases) {
      expectScore((share(inside) - p) / Math.sqrt((p * (1 - p)) / z.length), of);
    }
  });

  test("uses both values of a pair, which are uncorrelated", () => {
    const even = z.filter((_, i) => i % 2 === 0);
    const odd = z.filter((_, i) => i % 2 === 1);
    expectScore(correlationScore(even, odd), "pair");
    expectScore(
      correlationScore(
        even.map((x) => x * x - 1),
        odd.map((x) => x * x - 1),
      ),
      "pair of squares",
    );
  });
});

describe("many numbers at once are those that a stream gives one by one", () => {
  test("uniform", () => {
    const many = new Float64Array(1000);
    random(7, "at once").uniforms(many, many.length);
    expect(many).toEqual(draws(1000, random(7, "at once").uniform));
  });

  // 2⁻¹⁴⁰ makes floats below the normal range, 2¹²⁷ infinite ones
  test.each([1, 0.22, -3, 2 ** -140, 2 ** 127])("normal, times %f, in floats and in doubles", (scale) => {
    const N = 100_001;
    const one = random(8, "at once");
    const expected = draws(N, () => scale * one.normal());
    for (const [of, many] of [
      ["doubles", new Float64Array(N)],
      ["floats", new Float32Array(N)],
    ] as const) {
      const stream = random(8, "at once");
      stream.normals(many, 0, 3, scale);
      stream.normals(many, 3, 1000, scale);
      stream.normals(many, 1000, N, scale);
      const wanted = many instanceof Float32Array ? Float32Array.from(expected) : expected;
      expect(
        many.findIndex((value, i) => !Object.is(value, wanted[i])),
        of,
      ).toBe(-1);
    }
  });
});

describe("below", () => {
  test.each([1, 2, 3, 6, 7, 10, 100])("is uniform over [0, %i)", (n) => {
    const rng = random(3, `below ${n}`);
    const counts = new Float64Array(n);
    for (let i = 0; i < 100_000; i++) counts[rng.below(n)]!++;
    expect(counts.reduce((a, b) => a + b)).toBe(100_000);
    if (n > 1) expectScore(chiSquareScore(counts), `n = ${n}`);
  });

  test("has no modulo bias where a remainder would show: n = ¾ · 2³²", () => {
    // value % n would put half of all draws into the first third
    const n = 3 * 2 ** 30;
    const rng = random(4, "below");
    const counts = new Float64Array(3);
    for (let i = 0; i < 90_000; i++) counts[Math.floor((rng.below(n) * 3) / n)]!++;
    expectScore(chiSquareScore(counts), "thirds");
  });

  test("reaches up to 2³²", () => {
    const rng = random(5, "below");
    const values = draws(1000, () => rng.below(2 ** 32));
    expect(Math.max(...values)).toBeGreaterThan(2 ** 31);
    expect(values.every((x) => Number.isInteger(x) && x >= 0 && x < 2 ** 32)).toBe(true);
  });
});

const GOLDEN = {
  uniform: [0.29119030350607233, 0.41936616351620837, 0.3811691339630836, 0.0027462262454759356],
  normal: [-0.7254394218528044, 0.4025842079383714, 0.9795717477172808, 0.016904235617702913],
  below: [818, 852, 922, 923],
};
