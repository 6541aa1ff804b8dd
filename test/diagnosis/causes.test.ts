import { describe, expect, test } from "vitest";
import { chargeableFactors } from "../../src/diagnosis/flow/factors.ts";
import { adviceSentence, type Diagnosis, diagnose } from "../../src/diagnosis/index.ts";
import { choosePath } from "../../src/diagnosis/flow/path.ts";
import { random } from "../../src/base/random.ts";
import { flat, made, profileOf } from "./flows.ts";
import { nats, percent } from "../../src/words/numbers.ts";

const judge = (factors: Record<string, number[]>, network?: Parameters<typeof made>[0]["network"]) =>
  diagnose(made({ probe: profileOf(factors), factors, ...(network ? { network } : {}) }));
const deep = (activation: string, residual = "none") =>
  ({ kind: "feedforward", activation, residual, depth: 50, width: 256 }) as const;

const shareOf = ({ causes }: Diagnosis, factor: string) => causes.find((cause) => cause.factor === factor)?.share ?? 0;
const expectWhole = ({ causes }: Diagnosis) => {
  expect(causes.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
  expect(causes.every(({ share }) => share > 0 && share <= 1)).toBe(true);
};

describe("causes are in shares of the whole", () => {
  test("a healthy path has none, a sick one's add up to 1 whatever the factors", () => {
    expect(judge({ gate: flat(49, -0.1), weights: flat(49, 0.1) }).causes).toEqual([]);
    const stream = random(1, "causes");
    let sick = 0;
    for (let round = 0; round < 200; round++) {
      const n = 1 + stream.below(60);
      const names = ["gate", "weights", "norm", "skip", "interference", "scale", "carry"].filter(
        () => stream.uniform() < 0.6,
      );
      const factors = Object.fromEntries(
        names.map((name) => [name, Array.from({ length: n }, () => stream.normal() - 0.3)]),
      );
      if (names.length === 0) continue;
      const judged = judge(factors, round % 2 === 0 ? deep("relu") : undefined);
      if (judged.verdict === "healthy") continue;
      sick++;
      expectWhole(judged);
    }
    expect(sick).toBeGreaterThan(50);
  });

  test("the factors that can be causes add up to the ledger's total in every interval", () => {
    const stream = random(2, "factors");
    const names = ["gate", "weights", "norm", "skip", "interference", "scale", "carry", "hidden", "above"];
    for (const direction of [-1, 1] as const) {
      for (const network of [deep("relu"), deep("tanh"), deep("relu", "highway"), deep("sigmoid", "identity")]) {
        const factors = Object.fromEntries(names.map((name) => [name, flat(20, 0).map(() => stream.normal())]));
        const flow = made({ probe: profileOf(factors), factors, network });
        const split = [...chargeableFactors(flow, choosePath(flow), direction).values()];
        flow.probe!.ledgers![0].total.forEach((total, s) => {
          expect(split.reduce((sum, series) => sum + series[s], 0)).toBeCloseTo(total, 9);
        });
      }
    }
  });

  test("in proportion to what each pushes, the tolerance of so many stations aside", () => {
    const judged = judge({ gate: flat(49, -1.4), weights: flat(49, -0.7) }, deep("sigmoid"));
    expectWhole(judged);
    expect(judged.causes[0].factor).toBe("small-derivatives");
    expect(shareOf(judged, "small-derivatives") / shareOf(judged, "weights")).toBeCloseTo(2, 2);
    expect(shareOf(judged, "depth")).toBeCloseTo(0.02 / 2.1, 9);
  });

  test("the nats a cause is charged with are its share of the judged gain, and what its sentence says", () => {
    const judged = judge({ gate: flat(49, -1.4), weights: flat(49, -0.7) }, deep("sigmoid"));
    const gain = judged.evidence.worst.gain;
    expect(judged.causes.reduce((sum, { charged }) => sum + charged, 0)).toBeCloseTo(gain, 9);
    for (const { share, charged, sentence } of judged.causes) {
      expect(charged).toBeCloseTo(share * gain, 9);
      expect(sentence.startsWith(`${percent(share)}, ${nats(charged)} nats: `), sentence).toBe(true);
    }
  });

  test("the headline says whose norm it is", () => {
    expect(judge({ gate: flat(49, -1.4) }, deep("sigmoid")).summary).toContain(
      "the norm of a random cotangent has shrunk",
    );
    expect(diagnose(made({ loss: [-40, -20, 0] })).summary).toContain("the norm of the loss gradient has shrunk");
  });

  test("a factor of the other sign is no cause", () => {
    const judged = judge({ gate: flat(49, -2), weights: flat(49, 1) }, deep("tanh"));
    expect(shareOf(judged, "weights")).toBe(0);
    expect(judge({ gate: flat(49, -1), weights: flat(49, 2) }, deep("tanh")).causes[0].factor).toBe("weights");
  });

  test("a factor that loses at one station and gains as much at another is no cause", () => {
    const weights = flat(49, 0).map((_, s) => (s % 2 === 0 ? 3 : -3.01));
    const judged = judge({ gate: flat(49, -1.2), weights }, deep("tanh"));
    expect(shareOf(judged, "saturation")).toBeGreaterThan(0.9);
  });
});

describe("the gate is split at what φ' gives where nothing is wrong", () => {
  test("tanh at −0.3 a station has small derivatives, at −1.5 it is saturated", () => {
    expect(judge({ gate: flat(49, -0.3) }, deep("tanh")).causes[0].factor).toBe("small-derivatives");
    expect(judge({ gate: flat(49, -1.5) }, deep("tanh")).causes[0].factor).toBe("saturation");
  });

  test("sigmoid's ¼ is the activation's own, what is lost beyond it is saturation's", () => {
    const judged = judge({ gate: flat(49, -3) }, deep("sigmoid"));
    expect(shareOf(judged, "saturation") / shareOf(judged, "small-derivatives")).toBeCloseTo((3 - 1.386) / 1.386, 2);
  });

  test("ReLU's half-open gate is the weights' to make up for", () => {
    const judged = judge({ gate: flat(49, -0.347), weights: flat(49, 0) }, deep("relu"));
    expect(judged.causes[0].factor).toBe("weights");
    expect(shareOf(judged, "dead-units")).toBe(0);
    expect(judged.causes[0].sentence).toContain("too small for relu");
  });

  test("units that are off beyond that are dead", () => {
    const gate = flat(49, -0.347);
    gate[20] = -9;
    const judged = judge({ gate, weights: flat(49, 0.347) }, deep("relu"));
    expect(judged.causes[0]).toMatchObject({ factor: "dead-units", stations: [21, 21] });
  });

  test("what statistics the flow has are quoted", () => {
    const factors = { gate: flat(3, -3), weights: flat(3, 0) };
    const half = new Float64Array(4).fill(0.5);
    const statistics = { mean: half, variance: half, lnForwardNorm: half, saturated: half, dead: half, zero: half };
    const other = { statistics: { ...statistics, subnormal: half } };
    const judged = diagnose(made({ probe: profileOf(factors), factors, network: deep("tanh"), other }));
    expect(judged.causes[0].sentence).toContain("50 % of the derivatives");
  });
});

describe("each planted fault is named", () => {
  test("one bad layer: the weights, at that layer", () => {
    const weights = flat(49, 0);
    weights[30] = -12;
    const judged = judge({ gate: flat(49, -0.02), weights }, deep("tanh"));
    expect(judged.causes[0]).toMatchObject({ factor: "weights", stations: [31, 31] });
    expect(judged.causes[0].sentence).toContain("at layer 31");
  });

  test("weights too large", () => {
    const judged = judge({ gate: flat(49, -0.3), weights: flat(49, 0.9) });
    expect(judged).toMatchObject({ verdict: "exploding" });
    expect(judged.causes[0]).toMatchObject({ factor: "weights" });
    expect(judged.causes[0].sentence).toContain("too large for tanh");
  });

  test("too long and too deep: a factor near 1, many times", () => {
    const factors = { gate: flat(999, -0.01), weights: flat(999, 0) };
    const [first, second] = judge(factors).causes;
    expect(first).toMatchObject({ factor: "length", stations: [0, 999] });
    expect(first.charged).toBeCloseTo(-Math.log(999), 9); // curvature, which no weights of gain 1 avoid
    expect(second.factor).toBe("small-derivatives");
    // orthogonal weights of gain 1 lose nothing at any length, so the weights cause the loss at a gain below 1
    expect(judge({ gate: flat(999, 0), weights: flat(999, -0.02) }).causes[0].factor).toBe("weights");
    expect(judge({ gate: flat(400, -0.019) }, deep("tanh")).causes[0].factor).toBe("depth");
  });

  test("a closed forget gate, not the routes and their mixing", () => {
    const factors = { carry: flat(199, -0.3), hidden: flat(199, -0.15), interference: flat(199, 0.36) };
    const judged = judge(factors, { kind: "recurrent", cell: "lstm" });
    expect(judged.verdict).toBe("vanishing");
    expect(judged.causes.map(({ factor }) => factor).sort()).toEqual(["closed-gate", "length"]);
    expect(judged.causes[0].factor).toBe("closed-gate");
    expect(adviceSentence(judged.advice)).toContain("chrono");
  });

  test("unscaled residual sums", () => {
    const factors = { gate: flat(49, -0.35), weights: flat(49, 0.35), skip: flat(49, 0), interference: flat(49, 0.35) };
    const judged = judge(factors, deep("relu", "identity"));
    expect(judged.verdict).toBe("exploding");
    expect(judged.causes[0].factor).toBe("residual-sum");
  });

  test("a normalization that amplifies, whatever scale the weights have", () => {
    for (const scale of [-3, 0, 3]) {
      const factors = { gate: flat(49, -0.35), weights: flat(49, 0.35 + scale), norm: flat(49, 0.2 - scale) };
      expect(judge(factors, { ...deep("relu"), norm: "batch" }).causes[0].factor).toBe("normalisation");
    }
  });

  test("routes that cancel", () => {
    const factors = { gate: flat(49, 0), weights: flat(49, 0), skip: flat(49, 0), interference: flat(49, -0.5) };
    expect(judge(factors, deep("relu", "identity")).causes[0].factor).toBe("interference");
  });

  test("what killed a dead path: the operation at whose station it became zero", () => {
    const ZERO = Number.NEGATIVE_INFINITY;
    const dead = { gate: [Number.NaN, ZERO, -0.3], weights: [Number.NaN, 0, 0.3] };
    const judged = diagnose(made({ probe: [ZERO, ZERO, 0, 0], factors: dead, network: deep("relu") }));
    expect(judged).toMatchObject({ verdict: "dead", causes: [{ factor: "dead-units", share: 1, stations: [2, 2] }] });
    const cut = { gate: [Number.NaN, -0.3, -0.3], weights: [Number.NaN, ZERO, 0.3] };
    expect(diagnose(made({ probe: [ZERO, ZERO, 0, 0], factors: cut })).causes).toMatchObject([{ factor: "weights" }]);
  });

  test("samples that vanish beside others that do not: φ', since the weights are the same for all", () => {
    const quantiles = { q05: [-40, 0], q50: [-3, 0], q95: [-1, 0] };
    const factors = { gate: [-0.5], weights: [-0.5] };
    const causeOf = (network: object) => {
      const judged = diagnose(made({ probe: [-1, 0], quantiles, factors, network: network as never }));
      expect(judged.verdict).toBe("mixed");
      return judged.causes.map(({ factor, charged }) => [factor, charged]);
    };
    expect(causeOf(deep("tanh"))).toEqual([["saturation", -40]]);
    expect(causeOf(deep("relu"))).toEqual([["dead-units", -40]]);
    expect(causeOf({ kind: "recurrent", cell: "lstm" })).toEqual([["closed-gate", -40]]);
    expect(causeOf({ ...deep("relu"), norm: "layer" })[0][0]).toBe("unattributed");
  });

  test("a NaN that was given is told from growth", () => {
    const parameter = (name: string, lnNorm: number) => ({ name, shape: [1], lnGradientNorm: Number.NaN, lnNorm });
    const causeOf = (tensor: string, lnNorm: number, activation = "relu") => {
      const other = {
        outcome: "nonfinite" as const,
        nonfinite: { layer: 3, tensor },
        parameters: [parameter("layers.0.weight", 1), parameter("layers.3.weight", lnNorm)],
      };
      const { causes } = diagnose(made({ probe: flat(5, Number.NaN), network: deep(activation), other }));
      return [causes[0].factor, causes[0].sentence];
    };
    expect(causeOf("layers.3.weight", Number.NaN)).toEqual([
      "nonfinite-value",
      "layers.3.weight contained a NaN or an infinity before the pass began.",
    ]);
    expect(causeOf("h", Number.POSITIVE_INFINITY)[1]).toContain("layers.3.weight contained");
    expect(causeOf("inputs", 1)[1]).toContain("inputs contained");
    expect(causeOf("h", 1)[0]).toBe("weights");
    expect(causeOf("h", 1)[1]).toContain("too large for relu");
    expect(causeOf("h", 1, "tanh")[0]).toBe("forward");
  });

  test("the first layer that is off on the way out, not the last of those it silences", () => {
    const ZERO = Number.NEGATIVE_INFINITY;
    const gone = [Number.NaN, Number.NaN, Number.NaN, ZERO];
    const factors = { gate: gone, weights: [Number.NaN, Number.NaN, Number.NaN, 0] };
    const dead = Float64Array.from([0.1, 0, 1, 1, 1]);
    const none = new Float64Array(5);
    const statistics = { mean: none, variance: none, lnForwardNorm: none, saturated: none, dead, zero: none };
    const probe = [ZERO, ZERO, ZERO, ZERO, 0];
    const other = { statistics: { ...statistics, subnormal: none } };
    const judged = diagnose(made({ probe, factors, network: deep("relu"), other }));
    expect(judged.causes).toMatchObject([{ factor: "dead-units", stations: [2, 2] }]);
    expect(judged.causes[0].sentence).toContain("at layer 2");
  });

  test("nothing, where there is no ledger", () => {
    const judged = diagnose(made({ probe: [-20, -10, 0] }));
    expect(judged.causes).toMatchObject([{ factor: "unattributed", share: 1 }]);
    expect(judged.causes[0].sentence).toContain("ledger");
  });
});
