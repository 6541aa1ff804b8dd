import { describe, expect, it } from "vitest";
import { fitDecay } from "../../src/flow/decay.ts";
import { findings, unheardSteps } from "../../src/report/flow/findings.ts";
import { LN_FLOAT32_LEAST } from "../../src/report/kit/float32.ts";
import { decaySentence } from "../../src/report/flow/decay-sentence.ts";
import { flowOf, flows, line } from "./flows.ts";

const said = (flow: ReturnType<typeof flowOf>, label: string) =>
  findings(flow).find((finding) => finding.label === label)?.text;

describe("half-life in words", () => {
  it("halves every ln 2 / rate stations", () => {
    expect(said(flowOf(line(1000, -Math.LN2 / 4)), "Half-life")).toContain("halves every 4.00 steps");
  });
  it("doubles where the gradient grows", () => {
    expect(said(flowOf(line(1000, Math.LN2)), "Half-life")).toContain("doubles every step on its way back");
  });
  it("names no half-life for a profile that is no exponential", () => {
    const bend = Float64Array.from({ length: 101 }, (_, s) => 10 * Math.sin(s / 4) - s / 30);
    const text = said(flowOf(bend), "Half-life");
    expect(text).toContain("does not change exponentially (R² ");
    expect(text).not.toContain("every");
  });
  it("names none where the whole profile changes less than twofold", () => {
    const decay = fitDecay(line(1000, -0.0005));
    expect(decaySentence(decay!, 1000, "step")).toContain("keeps its size");
  });
  it("never rounds R² up to 1", () => {
    const decay = { perStation: 1, halfLife: Math.LN2, rSquared: 0.99999999, totalGain: -10 };
    expect(decaySentence(decay, 11, "step")).toContain("R² > 0.9999");
    expect(decaySentence({ ...decay, rSquared: 0.99896 }, 11, "step")).toContain("R² 0.9989");
    expect(decaySentence({ ...decay, rSquared: 0.9089 }, 11, "step")).toContain("roughly exponential, R² 0.90");
  });
  it("says that a loss at every step makes the profile no measure of the path", () => {
    expect(said(flows().every, "Half-life")).toContain("every step adds its own loss");
    expect(said(flows().every, "Probe")).toContain("halves every 0.693 steps");
  });
});

describe("an encoder and a decoder in words", () => {
  it("says what is left at the bottleneck, and how it goes on: there the profile measures the path", () => {
    const { decoder } = flows();
    expect(said(decoder, "Bottleneck")).toBe(
      "the decoder begins at step 25 with the encoder's last state, where ‖∂L/∂h_t‖ is 0.050; " +
        "through the encoder it halves every 3.47 steps on its way back (R² 1)",
    );
    expect(said(decoder, "Half-life")).toContain("every step of the decoder adds its own loss");
    expect(said({ ...decoder, bottleneck: 1 }, "Bottleneck")).toMatch(/^the decoder begins at step 1 .* is 4\.1e-4$/);
    expect(said(flows().every, "Bottleneck")).toBeUndefined();
  });
});

describe("float32 in words", () => {
  it("says where the norm falls below 1.4e-45", () => {
    const profile = line(1000, -0.5);
    const under = profile.findLastIndex((ln) => ln < LN_FLOAT32_LEAST);
    expect(said(flowOf(profile), "float32")).toBe(
      `underflows (1.4e-45) at step ${under}, ${999 - under} steps before the last`,
    );
  });
  it("draws the line on where it holds, no further than it can be trusted", () => {
    expect(said(flowOf(line(1000, -0.05)), "float32")).toContain(
      `at this rate it would underflow (1.4e-45) ${Math.round((149 * Math.LN2) / 0.05).toLocaleString("en")} steps`,
    );
    expect(said(flowOf(line(100, -0.0001)), "float32")).toBeUndefined();
    const crooked = line(1000, -0.05).map((ln, s) => ln + 5 * Math.sin(s / 50));
    expect(said(flowOf(crooked), "float32")).toBeUndefined();
  });
  it("says where it would overflow", () => {
    expect(said(flows().exploding, "float32")).toContain("overflows (3.4e38) at step 351, 148 steps before the last");
  });
});

describe("what is learned in words", () => {
  const weights = [{ name: "rnn.weight_hh_l0", shape: [1, 1], lnGradientNorm: 0, lnNorm: 0 }];
  it("counts the first steps whose norms together stay below 2^-24 of the whole", () => {
    // Step t contributes 2^(t − 99): steps 0 … n − 1 together 2^(n − 99) − 2^−99 < 2^−24 for n ≤ 75.
    const contributions = [line(100, -Math.LN2)];
    expect(unheardSteps(flowOf(line(100, -1), { contributions, parameters: weights }))).toBe(75);
  });
  it("counts nothing in what is not measured, not finite or not small", () => {
    expect(unheardSteps(flowOf(line(100, -1)))).toBe(0);
    const dead = [{ ...weights[0], lnGradientNorm: Number.NEGATIVE_INFINITY }];
    expect(unheardSteps(flowOf(line(100, -1), { contributions: [line(100, -1)], parameters: dead }))).toBe(0);
    expect(unheardSteps(flowOf(line(100, 0), { contributions: [line(100, 0)], parameters: weights }))).toBe(0);
  });
});

describe("everything else in words", () => {
  it("says where the gradient is exactly zero, and why if it is known", () => {
    expect(said(flows().dead, "Dead")).toBe(
      "the gradient is exactly zero at step 19, 30 steps before the last; at step 19 a derivative is too small for a float32",
    );
    expect(said(flows().nothing, "Dead")).toBe("the gradient is exactly zero from the loss on");
  });
  it("says where the first NaN stood", () => {
    expect(said(flows().nonfinite, "Non-finite")).toBe("the first NaN or infinity is at step 24, layer 0, in h");
  });
  it("sets the loss beside the trivial answer's, or says that there is none", () => {
    expect(said(flows().vanishing, "Loss")).toBe(
      "0.500 (mean squared error); the best trivial answer has a loss of 0.167",
    );
    expect(said(flows().unlabeled, "Loss")).toContain("none");
  });
  it("finds something to say about every flow, never undefined or NaN factors", () => {
    for (const [name, flow] of Object.entries(flows())) {
      const texts = findings(flow).map(({ text }) => text);
      expect(texts.length, name).toBeGreaterThan(0);
      expect(texts.join("\n"), name).not.toMatch(/undefined|null|\[object|factor of NaN/);
    }
  });
});
