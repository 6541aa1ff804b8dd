import { describe, expect, test } from "vitest";
import { diagnose, THRESHOLDS } from "../../src/diagnosis/index.ts";
import { flat, line, made } from "./flows.ts";

const ZERO = Number.NEGATIVE_INFINITY;

describe("the verdict is the path's", () => {
  test("vanishing where the far end keeps less than a thousandth, healthy where it keeps more", () => {
    expect(diagnose(made({ probe: line(11, -0.7) })).verdict).toBe("vanishing"); // 7 nats
    expect(diagnose(made({ probe: line(11, -0.68) })).verdict).toBe("healthy");
  });

  test("exploding where it grows more than a thousandfold", () => {
    expect(diagnose(made({ probe: line(11, 0.7) })).verdict).toBe("exploding");
    expect(diagnose(made({ probe: line(11, 0.68) })).verdict).toBe("healthy");
  });

  test("severity is 0 for a flawless path, ½ on the threshold, and grows towards 1", () => {
    const severity = (gain: number) => diagnose(made({ probe: [gain, 0] })).severity;
    expect(severity(0)).toBe(0);
    expect(severity(-THRESHOLDS.gain)).toBeCloseTo(0.5, 12);
    expect(severity(THRESHOLDS.gain)).toBeCloseTo(0.5, 12);
    expect(severity(-1000)).toBeGreaterThan(0.99);
    expect(severity(-1000)).toBeLessThan(1);
    expect(severity(ZERO)).toBe(1);
  });

  test("the worst station decides: a path that explodes and comes back is exploding", () => {
    const judged = diagnose(made({ probe: [0, 10, 20, 10, 0] }));
    expect(judged.verdict).toBe("exploding");
    expect(judged.evidence.worst).toEqual({ station: 2, gain: 20 });
    expect(judged.stations).toEqual([1, 3]);
  });

  test("the probe's, not the loss's: scale and shape of the loss gradient do not matter", () => {
    for (const loss of [line(20, -5), flat(20, -300), flat(20, ZERO)]) {
      const judged = diagnose(made({ probe: flat(20, 0), loss }));
      expect(judged.parts[1]).toMatchObject({ part: "path", state: "healthy" });
      expect(judged.evidence.source).toBe("probe");
    }
  });

  test("dead where the whole batch is exactly zero, from the station where it is", () => {
    const judged = diagnose(made({ probe: [ZERO, ZERO, ZERO, -1, 0] }));
    expect(judged).toMatchObject({ verdict: "dead", severity: 1, stations: [0, 2] });
    expect(judged.summary).toContain("exactly zero for the whole batch at step 2 and before it");
  });

  test("vanishing, not dead, where a single factor was too small for a float", () => {
    const other = { underflow: { station: 3, layer: 0 } };
    const judged = diagnose(made({ probe: [ZERO, ZERO, ZERO, -1, 0], other }));
    expect(judged).toMatchObject({ verdict: "vanishing", severity: 1 });
    expect(judged.summary).toContain("at step 3");
  });

  test("nonfinite where the pass was, wherever its profile is", () => {
    const other = { outcome: "nonfinite", nonfinite: { step: 3, layer: 0, tensor: "h" } } as const;
    const judged = diagnose(made({ probe: flat(6, Number.NaN), value: Number.NaN, other }));
    expect(judged).toMatchObject({ verdict: "nonfinite", state: "nonfinite", severity: 1, stations: [3, 5] });
    expect(judged.summary).toContain("step 3 of layer 0");
    expect(diagnose(made({ probe: flat(6, 0), other })).verdict).toBe("nonfinite");
  });

  test("nonfinite where a norm on the path is NaN or +∞", () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(diagnose(made({ probe: [0, bad, 0, 0] })).verdict).toBe("nonfinite");
      expect(diagnose(made({ probe: [0, 0, 0, bad] })).verdict).toBe("nonfinite");
    }
  });

  test("one station is no path: healthy, without a gain", () => {
    const judged = diagnose(made({ probe: [0] }));
    expect(judged).toMatchObject({ verdict: "healthy", severity: 0, stations: [0, 0], causes: [] });
    expect(judged.evidence.totalGain).toBeNull();
    expect(judged.evidence.reach.share).toBe(1);
    expect(judged.summary).toContain("no path");
  });

  test("two stations are one", () => {
    expect(diagnose(made({ probe: [-8, 0] })).verdict).toBe("vanishing");
    expect(diagnose(made({ probe: [-6, 0] })).verdict).toBe("healthy");
    expect(diagnose(made({ probe: [ZERO, 0] })).verdict).toBe("dead");
  });

  test("layers are called layers", () => {
    const network = { kind: "feedforward", depth: 11, width: 64 } as const;
    expect(diagnose(made({ probe: line(11, -1), network })).summary).toContain("10 layers back from the loss");
  });
});

describe("mixed where samples disagree", () => {
  const spread = (q05: number, q50: number, q95: number, norm = q95) =>
    diagnose(made({ probe: [norm, 0], quantiles: { q05: [q05, 0], q50: [q50, 0], q95: [q95, 0] } }));

  test("some explode while others vanish", () => {
    const judged = spread(-20, 15, 20);
    expect(judged.verdict).toBe("mixed");
    expect(judged.evidence.samples).toEqual({ q05: -20, q50: 15, q95: 20 });
    expect(judged.summary).toContain("samples disagree");
  });

  test("some are exactly zero while others are sound", () => {
    expect(spread(ZERO, 0, 1).verdict).toBe("mixed");
    expect(spread(ZERO, 0, 1).severity).toBe(1);
    // an interpolation between −∞ and a number
    expect(spread(Number.NaN, 0, 1).verdict).toBe("mixed");
  });

  test("some get nothing, and the others lie just within the border: with the share that gets nothing", () => {
    const quantiles = { q05: [ZERO, 0], q50: [-4, 0], q95: [-3.6, 0], silent: [0.5, 0] };
    const judged = diagnose(made({ probe: [-5, 0], quantiles }));
    expect(judged).toMatchObject({ verdict: "mixed", evidence: { samples: { silent: 0.5 } } });
    expect(judged.summary).toContain("50 % of them get no gradient at all");
    expect(spread(-40, -38, -6).verdict).toBe("mixed");
    expect(spread(ZERO, -30, -8).verdict).toBe("vanishing");
  });

  test("hardly any sample gets a gradient, although the batch's is sound", () => {
    const quantiles = { q05: [ZERO, 0], q50: [ZERO, 0], q95: [ZERO, 0], silent: [0.97, 0] };
    const judged = diagnose(made({ probe: [-5, 0], quantiles }));
    expect(judged.verdict).toBe("mixed");
    expect(judged.summary).toContain(
      "The samples disagree: 1 step back from the loss, the gradient is exactly zero for most of them, and that of the whole batch, which comes from the others, is smaller by a factor of 148. 97 % of them get no gradient at all.",
    );
    expect(judged.summary).not.toContain("sound");
  });

  test("not where all share one fate, nor for a spread about the border", () => {
    expect(spread(-40, -30, -20).verdict).toBe("vanishing");
    expect(spread(20, 30, 40).verdict).toBe("exploding");
    expect(spread(-9, -8, -6, -7.5).verdict).toBe("vanishing");
    expect(spread(-9, -6, -5, -5.5).verdict).toBe("healthy");
    expect(spread(-1, 0, 1).verdict).toBe("healthy");
  });

  test("never of one sample: its quantiles are one", () => {
    expect(spread(-30, -30, -30).verdict).toBe("vanishing");
    expect(spread(0, 0, 0).verdict).toBe("healthy");
  });

  test("of the loss gradient, each quantile's own gain counts: samples that err differently do not disagree", () => {
    const quantiles = { q05: [-30, -30], q50: [-5, -5], q95: [0, 0] };
    expect(diagnose(made({ probe: null, loss: [0, 0], quantiles })).verdict).toBe("healthy");
  });
});

describe("without a probe", () => {
  test("the loss profile decides, and the evidence says so", () => {
    const judged = diagnose(made({ probe: null, loss: line(50, -1) }));
    expect(judged.verdict).toBe("vanishing");
    expect(judged.evidence.source).toBe("loss");
    expect(judged.evidence.notes.join()).toContain("no transport probe");
  });

  test("a loss that sends exactly nothing is dead: nothing can be told apart", () => {
    expect(diagnose(made({ probe: null, loss: flat(5, ZERO) })).verdict).toBe("dead");
  });

  test("a loss at every step proves nothing: the last step's loss alone decides where it is there", () => {
    const task = { lossAt: "every" } as const;
    const blind = diagnose(made({ probe: null, loss: flat(50, -3), task }));
    expect(blind.evidence.notes.join()).toContain("is flat even if");
    expect(blind.summary).not.toContain("The path is sound");
    const lastStep = { lnGradientNorm: Float64Array.from(line(50, -1)), decay: null };
    const judged = diagnose(made({ probe: null, loss: flat(50, -3), task, other: { lastStep } }));
    expect(judged.verdict).toBe("vanishing");
    expect(judged.evidence.source).toBe("lastStep");
  });

  test("with a loss at every step the probe decides, and the evidence explains the flat loss profile", () => {
    const judged = diagnose(made({ probe: line(50, -1), loss: flat(50, -3), task: { lossAt: "every" } }));
    expect(judged.verdict).toBe("vanishing");
    expect(judged.evidence.loss.totalGain).toBe(0);
    expect(judged.evidence.notes.join()).toContain("The verdict is that of the probe");
  });
});

describe("the forecast", () => {
  test("is measured where the profile underflows and extrapolated where it would", () => {
    const seen = diagnose(made({ probe: line(300, -1) })).forecast.float32Underflow;
    expect(seen).toEqual({ normal: { stations: 88, measured: true }, zero: { stations: 104, measured: true } });
    const foreseen = diagnose(made({ probe: line(50, -1) })).forecast;
    expect(foreseen.float32Underflow.zero).toEqual({ stations: 104, measured: false });
    expect(foreseen.float32Overflow).toBeNull();
    const sound = diagnose(made({ probe: flat(300, 0) })).forecast;
    expect(sound).toEqual({ float32Underflow: { normal: null, zero: null }, float32Overflow: null });
  });
});

test("a diagnosis is plain data, and the same for the same flow", () => {
  const flow = made({ probe: line(50, -1), factors: { gate: flat(49, -0.4), weights: flat(49, -0.6) } });
  const judged = diagnose(flow);
  expect(structuredClone(judged)).toEqual(judged);
  expect(diagnose(structuredClone(flow))).toEqual(judged);
  expect(JSON.parse(JSON.stringify(judged))).toEqual(judged);
});
