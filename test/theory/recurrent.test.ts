import { describe, expect, it } from "vitest";
import { random } from "../../src/base/random.ts";
import { chronoBiases, lnRetained, retention } from "../../src/theory/forget-gate.ts";
import {
  edgeOfChaos,
  largestSingularValue,
  lnLinearGain,
  lnPascanuBound,
  lyapunovExponent,
  randomRecurrent,
  spectralRadius,
} from "../../src/theory/random-recurrent.ts";
import { expectPrinted, expectRelative } from "./close.ts";

describe("large random recurrent nets", () => {
  it.each([
    [2, 0.15472423],
    [5, 0.53242794],
    [10, 0.85643519],
  ])("autonomous tanh, g = %d: λ = %d", (g, lambda) => {
    expect(Math.abs(lyapunovExponent("tanh", g) - lambda)).toBeLessThan(6e-9);
  });

  it("below g = 1 the net falls silent and λ = ln g", () => {
    expectRelative(lyapunovExponent("tanh", 0.8), Math.log(0.8), 1e-9);
  });

  it("driven by i.i.d. input: g_c = 1.19340073 at s² = .01 and 1.85558910 at s² = 1; 1 without", () => {
    expectPrinted(edgeOfChaos("tanh", 0.01)!, 1.19340073);
    expectPrinted(edgeOfChaos("tanh", 1)!, 1.8555891);
    expect(edgeOfChaos("tanh", 0)).toBe(1);
  });

  it("input suppresses chaos: at g_c λ = 0, and λ falls with s²", () => {
    expect(Math.abs(randomRecurrent("tanh", edgeOfChaos("tanh", 0.3)!, 0.3).lyapunov)).toBeLessThan(1e-9);
    const exponents = [0, 0.1, 1].map((s2) => randomRecurrent("tanh", 2, s2).lyapunov);
    expect(exponents).toEqual(exponents.toSorted((a, b) => b - a));
  });

  it("λ agrees with a simulated net, g = 5, n = 200 (±.05)", () => {
    const n = 200;
    const g = 5;
    const rng = random(2, "lyapunov");
    const W = Float64Array.from({ length: n * n }, () => (g * rng.normal()) / Math.sqrt(n));
    let x = Float64Array.from({ length: n }, () => rng.normal());
    let v = Float64Array.from({ length: n }, () => rng.normal());
    const apply = (u: Float64Array) => u.map((_, i) => u.reduce((sum, value, j) => sum + W[i * n + j] * value, 0));
    let total = 0;
    const [warm, steps] = [50, 250];
    for (let t = 0; t < warm + steps; t++) {
      const h = x.map(Math.tanh);
      v = apply(v.map((value, i) => value * (1 - h[i] ** 2)));
      x = apply(h);
      const size = Math.hypot(...v);
      if (t >= warm) total += Math.log(size);
      v = v.map((value) => value / size);
    }
    expect(Math.abs(total / steps - lyapunovExponent("tanh", g))).toBeLessThan(0.05);
  });

  it("Ginibre: ρ → g, σ_max → 2g", () => {
    expect([spectralRadius(1.3), largestSingularValue(1.3)]).toEqual([1.3, 2.6]);
  });

  it("Pascanu's bound is (γ σ_max)^k: γ = 1 for tanh, ¼ for sigmoid", () => {
    expectRelative(lnPascanuBound("tanh", 1.5, 10), 10 * Math.log(1.5), 1e-12);
    expectRelative(lnPascanuBound("sigmoid", 1.5, 10), 10 * Math.log(0.375), 1e-12);
    expect(() => lnPascanuBound("tanh", 0, 1)).toThrow(/sigmaMax/);
  });

  it("a scalar linear net is exactly w^T", () => {
    expectRelative(lnLinearGain(-0.9, 1000), 1000 * Math.log(0.9), 1e-14);
    expect(lnLinearGain(0, 3)).toBe(-Infinity);
    expect(lnLinearGain(0, 0)).toBe(0);
    expect(lnLinearGain(1, 1e6)).toBe(0);
  });
});

describe("the forget gate", () => {
  it("b = 1: f^100 = 2.484379e−14; b = 5: .5109238", () => {
    expectRelative(Math.exp(lnRetained(1, 100)), 2.484379e-14, 3e-7);
    expectRelative(Math.exp(lnRetained(5, 100)), 0.5109238, 1e-7);
  });

  it("time constant 1/(1 − f) = 1 + e^b", () => {
    for (const b of [-3, 0, 1, 5]) {
      const { factor, timeConstant, lnPerStep } = retention(b);
      expectRelative(timeConstant, 1 / (1 - factor), 1e-12);
      expectRelative(lnPerStep, Math.log(factor), 1e-12);
    }
    expect(retention(800).lnPerStep).toBe(-0);
    expect(retention(-800).lnPerStep).toBe(-800);
    expect(() => retention(Number.NaN)).toThrow(/b: a finite number/);
  });

  it("chrono: b_f = ln U(1, T − 1), b_i = −b_f: time constants uniform up to T", () => {
    const { forget, input } = chronoBiases(102, [0, 0.5, 1 - 1e-16]);
    expect(forget[0]).toBe(0);
    expectRelative(forget[1], Math.log(51), 1e-14);
    expectRelative(forget[2], Math.log(101), 1e-12);
    expect(input).toEqual(forget.map((b) => -b));
    expect(() => chronoBiases(1, [0.5])).toThrow(/longest/);
  });
});
