import { ACTIVATION_TABLE, type ActivationName, ACTIVATIONS } from "../../src/catalogue/index.ts";
import { describe, expect, test } from "vitest";
import { autoGain } from "../../src/spec/initialization/gain.ts";

const GAINS = Object.fromEntries(ACTIVATIONS.map((name) => [name, ACTIVATION_TABLE[name].gain]));

test("torch.nn.init.calculate_gain, value by value", () => {
  expect(GAINS).toMatchObject({
    identity: 1,
    sigmoid: 1,
    tanh: 5 / 3,
    relu: Math.SQRT2,
    selu: 0.75,
  });
  expect(GAINS.leaky_relu).toBe(1.4141428569978354);
});

describe("the others keep the second moment of a unit normal", () => {
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  const softplus = (x: number) => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0);
  const clamp = (x: number, low: number, high: number) => Math.max(low, Math.min(high, x));
  /** erf by its Maclaurin series, all of whose terms are summed: fine to 1e-12 for |x| < 4, and 1 beyond 6. */
  const erf = (x: number) => {
    if (Math.abs(x) > 4.5) return Math.sign(x);
    let term = x;
    let sum = x;
    for (let n = 1; n < 120; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  };
  const functions: Partial<Record<ActivationName, (x: number) => number>> = {
    hardtanh: (x) => clamp(x, -1, 1),
    hardsigmoid: (x) => clamp(x + 3, 0, 6) / 6,
    softsign: (x) => x / (1 + Math.abs(x)),
    prelu: (x) => (x > 0 ? x : x / 4),
    elu: (x) => (x > 0 ? x : Math.expm1(x)),
    celu: (x) => (x > 0 ? x : Math.expm1(x)),
    gelu: (x) => (x / 2) * (1 + erf(x / Math.SQRT2)),
    gelu_tanh: (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
    silu: (x) => x * sigmoid(x),
    mish: (x) => x * Math.tanh(softplus(x)),
    softplus,
    erf,
    sine: Math.sin,
    hardswish: (x) => (x * clamp(x + 3, 0, 6)) / 6,
    relu6: (x) => clamp(x, 0, 6),
    exponential: Math.exp,
  };
  test.each(Object.entries(functions))("%s: 1/√E[φ(z)²]", (name, phi) => {
    // Simpson's rule on [−12, 12], a node on every kink (all are whole numbers)
    const steps = 24_000;
    let moment = 0;
    for (let i = 0; i <= steps; i++) {
      const z = -12 + (24 * i) / steps;
      const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
      moment += ((weight * 24) / steps / 3) * phi(z) ** 2 * (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI));
    }
    expect(GAINS[name]).toBeCloseTo(1 / Math.sqrt(moment), 9);
  });
});

test("He's laws hold √2 already: relu's auto gain there is 1, tanh's gives kaiming_normal_(nonlinearity='tanh')", () => {
  expect(autoGain("relu", "he_normal")).toBe(1);
  expect(autoGain("relu", "xavier_normal")).toBe(Math.SQRT2);
  expect(autoGain("tanh", "he_uniform") * Math.SQRT2).toBeCloseTo(5 / 3, 15);
});
