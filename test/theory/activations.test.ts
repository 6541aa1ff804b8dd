import { activationFacts, type ActivationName, ACTIVATIONS } from "../../src/catalogue/index.ts";
import { describe, expect, it } from "vitest";
import { activation, steepestSlope } from "../../src/theory/activations.ts";
import { digamma, erf, erfc, trigamma } from "../../src/base/special-functions.ts";
import { expectRelative } from "./close.ts";

const hasBoundedSlope = (name: ActivationName) => Number.isFinite(activationFacts(name).largestSlope);

describe("activations in float64", () => {
  it.each(ACTIVATIONS)("%s: φ' is the difference quotient of φ away from its kinks", (name) => {
    const { value, slope, kinks } = activation(name);
    let worst = 0;
    for (let u = -8.015; u < 8; u += 0.13) {
      if (kinks.some((kink) => Math.abs(u - kink) < 1e-3)) continue;
      const h = 1e-5;
      const quotient = (value(u + h) - value(u - h)) / (2 * h);
      worst = Math.max(worst, Math.abs(quotient - slope(u)) / Math.max(1, Math.abs(slope(u))));
    }
    expect(worst).toBeLessThan(2e-9);
  });

  it.each(ACTIVATIONS)("%s: every jump of φ' or φ'' is declared as a kink", (name) => {
    const { slope, kinks } = activation(name);
    const h = 1e-3;
    let worst = 0;
    for (let u = -8.0005; u < 8; u += h) {
      const bend = (slope(u + h) - 2 * slope(u) + slope(u - h)) / h; // a jump of φ'' stays of order 1, else of order h
      if (kinks.every((kink) => Math.abs(u - kink) > 2 * h))
        worst = Math.max(worst, Math.abs(bend) / Math.max(1, Math.abs(slope(u))));
    }
    expect(worst).toBeLessThan(2e-2);
  });

  it("saturates without overflow and without losing φ'", () => {
    expectRelative(activation("tanh").slope(300), 4 * Math.exp(-600), 1e-12);
    expectRelative(activation("sigmoid").slope(-700), Math.exp(-700), 1e-12);
    for (const name of ACTIVATIONS.filter(hasBoundedSlope)) {
      for (const u of [-1e9, 1e9]) expect(Number.isFinite(activation(name).slope(u))).toBe(true);
    }
  });

  it("γ = sup |φ'|: 1 for tanh, ¼ for sigmoid, 1.1289 for GELU at √2, 1.5 for hardswish", () => {
    expectRelative(steepestSlope(activation("tanh")), 1, 1e-12);
    expectRelative(steepestSlope(activation("sigmoid")), 0.25, 1e-12);
    expectRelative(steepestSlope(activation("gelu")), activation("gelu").slope(Math.SQRT2), 1e-12);
    expectRelative(steepestSlope(activation("hardswish")), 1.5, 1e-6);
    expectRelative(steepestSlope(activation("silu")), 1.0998393194, 1e-9);
    expectRelative(steepestSlope(activation("hardtanh")), 1, 1e-12);
  });

  it("refuses a name it does not know", () => {
    expect(() => activation("swoosh" as never)).toThrow(/activation: one of identity.*got "swoosh"/);
  });
});

describe("special functions", () => {
  it("erf and erfc meet the C library's values", () => {
    expectRelative(erf(0.5), 0.5204998778130465, 1e-15);
    expectRelative(erf(1.99), 0.995111413199617, 1e-15);
    expectRelative(erf(2.2), 0.9981371537020182, 1e-15);
    expectRelative(erfc(5), 1.5374597944280349e-12, 1e-13);
    expectRelative(erfc(26), 5.663192408856143e-296, 1e-12);
    expectRelative(erf(2 - 1e-12), erf(2 + 1e-12), 1e-12);
    expect(erf(-1)).toBe(-erf(1));
    expect(erf(Number.NaN)).toBeNaN();
    expect([erf(Infinity), erfc(Infinity), erfc(-Infinity)]).toEqual([1, 0, 2]);
  });

  it("ψ(1) = −γ, ψ(½) = −γ − 2 ln 2, ψ'(1) = π²/6, ψ'(½) = π²/2", () => {
    const gamma = 0.5772156649015329;
    expectRelative(digamma(1), -gamma, 1e-14);
    expectRelative(digamma(0.5), -gamma - 2 * Math.LN2, 1e-14);
    expectRelative(trigamma(1), Math.PI ** 2 / 6, 1e-14);
    expectRelative(trigamma(0.5), Math.PI ** 2 / 2, 1e-14);
  });
});

it.each([...ACTIVATIONS])("%s: the library's row says of φ′ what φ′ is", (name) => {
  const { largestSlope, saturates = false, flat = false } = activationFacts(name);
  const phi = activation(name);
  if (Number.isFinite(largestSlope)) expectRelative(steepestSlope(phi), largestSlope, 1e-6);
  else expect(Math.max(phi.slope(-100), phi.slope(100))).toBeGreaterThan(1e40);
  const slopes = Array.from({ length: 401 }, (_, i) => phi.slope((i - 200) / 10)); // over [−20, 20]
  const zeros = slopes.filter((slope, i) => slope === 0 && slopes[i + 1] === 0).length;
  if (name !== "prelu") expect(zeros > 0).toBe(flat); // prelu's slope is learned, and may be 0
  const largest = hasBoundedSlope(name) ? largestSlope : Math.max(...slopes);
  const ends = [phi.slope(-20), phi.slope(20)].map((slope) => Math.abs(slope) / largest);
  expect(Math.max(...ends) < 0.01 && name !== "relu6" && name !== "sine").toBe(saturates); // sup over both ends; relu6 rectifies too
});
