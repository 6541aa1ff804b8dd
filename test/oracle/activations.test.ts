import { describe, expect, it } from "vitest";
import { ACTIVATION, prelu } from "./activations.ts";
import { derivative } from "./differences.ts";
import { erf, erfc } from "./erf.ts";

const KINKS = [-6, -3, -1, 0, 1, 3, 6, 20];
const POINTS = Array.from({ length: 241 }, (_, i) => -12 + i / 10 + 0.0137);

describe("φ' is the derivative of φ", () => {
  for (const [name, phi] of [...Object.entries(ACTIVATION), ["prelu", prelu(0.25)] as const]) {
    it(name, () => {
      for (const a of POINTS) {
        if (KINKS.some((kink) => Math.abs(a - kink) < 2e-3)) continue;
        const measured = derivative((by) => phi.value(a + by));
        const scale = Math.abs(phi.value(a));
        expect(Math.abs(measured - phi.derivative(a))).toBeLessThan(1e-10 + 1e-11 * scale);
      }
      expect(phi.value(Number.NaN)).toBeNaN();
      expect(phi.derivative(Number.NaN)).toBeNaN();
    });
  }
});

describe("tails keep their relative accuracy", () => {
  // asymptotic forms, exact to rounding this far out
  const cases: [name: keyof typeof ACTIVATION, a: number, expected: number][] = [
    ["tanh", 40, 4 * Math.exp(-80)],
    ["tanh", -350, 4 * Math.exp(-700)],
    ["sigmoid", -700, Math.exp(-700)],
    ["sigmoid", 700, Math.exp(-700)],
    ["silu", -60, Math.exp(-60) * (1 - 60)],
    ["mish", -60, Math.exp(-60) * (1 - 60)],
    ["softplus", -600, Math.exp(-600)],
    ["elu", -600, Math.exp(-600)],
    ["erf", 20, (2 / Math.sqrt(Math.PI)) * Math.exp(-400)],
    // gelu' = −a φ_N(a) (1 − 1/a² + 1/a⁴ − 3/a⁶ + 15/a⁸ …) at a = −30, from Mills' ratio
    [
      "gelu",
      -30,
      (-30 * Math.exp(-450) * (1 - 1 / 900 + 1 / 900 ** 2 - 3 / 900 ** 3 + 15 / 900 ** 4)) / Math.sqrt(2 * Math.PI),
    ],
  ];
  for (const [name, a, expected] of cases) {
    it(`${name}'(${a})`, () => {
      expect(Math.abs(ACTIVATION[name].derivative(a) / expected - 1)).toBeLessThan(1e-12);
    });
  }
});

it("erf and erfc agree with tabulated values", () => {
  // Abramowitz and Stegun 1964, table 7.1, and DLMF 7.23
  expect(erf(0.5)).toBeCloseTo(0.5204998778130465, 15);
  expect(erf(1)).toBeCloseTo(0.8427007929497149, 15);
  expect(erf(-2)).toBeCloseTo(-0.9953222650189527, 15);
  expect(erfc(0.5) / 0.4795001221869535).toBeCloseTo(1, 14);
  expect(erfc(3) / 2.209049699858544e-5).toBeCloseTo(1, 14);
  expect(erfc(10) / 2.088487583762545e-45).toBeCloseTo(1, 13);
  expect(erfc(-1)).toBeCloseTo(1.842700792949715, 14);
});
