import { describe, expect, test } from "vitest";
import { diagnose, presets } from "../../../src/diagnosis/index.ts";
import { type Measurements, measurementsOf } from "../../../src/diagnosis/presets/index.ts";
import { createNetwork } from "../../../src/network/create.ts";
import { propagate } from "../../../src/measure/propagate.ts";

type Layer = Measurements["layers"][number];

/** Layers of a hundred entries whose mean |g| are these, input first, all else sound. */
const layers = (means: readonly number[], other: Partial<Layer> = {}): Layer[] =>
  means.map((mean, l) => ({
    name: `w${l}`,
    count: 100,
    lnMeanAbs: Math.log(mean),
    lnGradientNorm: Math.log(10 * mean),
    zeroShare: mean === 0 ? 1 : 0,
    lnWeightNorm: 1,
    ...other,
  }));

const verdicts = (measurements: Measurements) =>
  Object.fromEntries(presets(measurements).map(({ system, verdict }) => [system, verdict]));
const said = (measurements: Measurements, system: string) =>
  presets(measurements).find((report) => report.system === system)!;
const only = (layers: readonly Layer[], stations: Measurements["stations"] = []): Measurements => ({
  layers: layers,
  stations,
});

describe("each rule fires just past its threshold and not just before it", () => {
  test.each([
    ["SageMaker Debugger", "vanishing", 1.01e-7, 0.99e-7],
    ["DeepDiagnosis", "vanishing", 1.01e-7, 0.99e-7],
    ["TheDeepChecker", "vanishing", 1.01e-6, 0.99e-6],
    ["TheDeepChecker", "exploding", 0.99e6, 1.01e6],
  ])("%s: mean |g|, %s", (system, problem, sound, sick) => {
    expect(said(only(layers([sound, sound])), system).verdict).toBe("nothing");
    const report = said(only(layers([sound, sick])), system);
    expect(report.verdict).toBe(problem);
    const [finding] = report.findings;
    expect(finding.where).toBe("w1");
    expect(finding.value / sick).toBeCloseTo(1, 12);
  });

  test("AutoTrainer: the first layer's norm over the last one's, and small in itself", () => {
    const ends = (first: number, last: number) => said(only(layers([first / 10, 1, last / 10])), "AutoTrainer").verdict;
    expect(ends(0.99e-4, 0.1)).toBe("vanishing");
    expect(ends(1.01e-4, 1)).toBe("nothing"); // too large in itself
    expect(ends(0.99e-4, 0.98e-1)).toBe("nothing"); // 1.01e-3 of the last
    expect(ends(7.1, 0.1)).toBe("exploding");
    expect(ends(6.9, 0.1)).toBe("nothing");
  });

  test("AutoTrainer: 70 % of all entries, not of one layer's", () => {
    const [a, b] = layers([1, 1]);
    const of = (shareA: number, shareB: number) =>
      said(
        only([
          { ...a, count: 300, zeroShare: shareA },
          { ...b, zeroShare: shareB },
        ]),
        "AutoTrainer",
      ).verdict;
    expect(of(0.9, 0.09)).toBe("nothing"); // 69.75 %
    expect(of(0.9, 0.11)).toBe("dead"); // 70.25 %
  });

  test("TheDeepChecker: four halvings running, or doubling everywhere", () => {
    const of = (...means: number[]) => said(only(layers(means)), "TheDeepChecker").verdict;
    expect(of(1, 2.1, 4.3, 8.7, 17.5)).toBe("vanishing");
    expect(of(1, 2.1, 4.3, 8.7, 17)).toBe("nothing");
    expect(of(1, 2.1, 4.3, 5, 10.1, 20.3)).toBe("nothing"); // never four in a row
    expect(of(17.5, 8.7, 4.3, 2.1)).toBe("exploding");
    expect(of(17.5, 8.7, 4.4, 2.1)).toBe("nothing");
  });

  test("updates: each tool's own range of update/weight", () => {
    const at = (ratio: number) => verdicts(only(layers([1, 1], { lnUpdateRatio: Math.log(ratio) })));
    expect(at(0.9e-8)["SageMaker Debugger"]).toBe("updates");
    expect(at(1.1e-8)["SageMaker Debugger"]).toBe("nothing");
    expect(at(10.1)["SageMaker Debugger"]).toBe("updates");
    expect([
      at(0.9e-5).DeepDiagnosis,
      at(1.1e-5).DeepDiagnosis,
      at(0.09).DeepDiagnosis,
      at(0.11).DeepDiagnosis,
    ]).toEqual(["updates", "nothing", "nothing", "updates"]);
    expect([at(0.9e-4).TheDeepChecker, at(1.1e-4).TheDeepChecker, at(0.11).TheDeepChecker]).toEqual([
      "updates",
      "nothing",
      "updates",
    ]);
    expect([at(0.009).Deeplearning4j, at(0.011).Deeplearning4j]).toEqual(["nothing", "updates"]);
  });

  test("activations: dead, saturated and badly scaled", () => {
    const at = (station: object) => verdicts(only(layers([1, 1]), [{ name: "layer 0", std: 1, ...station }]));
    expect(at({ deadUnits: 0.51 })).toMatchObject({ "SageMaker Debugger": "dead", TheDeepChecker: "dead" });
    expect(at({ deadUnits: 0.49 })).toMatchObject({ "SageMaker Debugger": "nothing", TheDeepChecker: "nothing" });
    expect([at({ nonPositive: 0.7 }).DeepDiagnosis, at({ nonPositive: 0.69 }).DeepDiagnosis]).toEqual([
      "dead",
      "nothing",
    ]);
    expect([at({ beyond5: 0.51 }).DeepDiagnosis, at({ beyond5: 0.5 }).DeepDiagnosis]).toEqual(["saturated", "nothing"]);
    expect(at({ atBound: 0.51 })["SageMaker Debugger"]).toBe("saturated");
    expect(at({ saturatedUnits: 0.51 }).TheDeepChecker).toBe("saturated");
    expect([
      at({ std: 0.49 }).Deeplearning4j,
      at({ std: 2.1 }).Deeplearning4j,
      at({ std: 1.9 }).Deeplearning4j,
    ]).toEqual(["initialisation", "initialisation", "nothing"]);
  });

  test("SageMaker: weights whose variances differ tenfold between layers", () => {
    const [a, b] = layers([1, 1]);
    const of = (ln: number) => said(only([a, { ...b, lnWeightNorm: 1 + ln }]), "SageMaker Debugger");
    expect(of(0.5 * Math.log(9.9)).verdict).toBe("nothing");
    expect(of(0.5 * Math.log(10.1))).toMatchObject({ verdict: "initialisation", findings: [{ where: "w1 over w0" }] });
  });

  test("NaN and infinity are told from small and large", () => {
    for (const ln of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const found = verdicts(only(layers([1, 1], { lnMeanAbs: ln, lnGradientNorm: ln })));
      expect(found["SageMaker Debugger"]).toBe("exploding");
      expect(found.DeepDiagnosis).toBe("nothing"); // it has no rule for it
    }
  });
});

describe("what was not measured is not judged", () => {
  test("each rule says what it needs, and fires nothing", () => {
    const reports = presets({ layers: [{ name: "w", count: 1 }], stations: [] });
    for (const { verdict, findings, notJudged } of reports) {
      expect(verdict).toBe("not judged");
      expect(findings).toEqual([]);
      expect(notJudged.length).toBeGreaterThan(0);
    }
  });

  test("an invalid learning rate is refused", () => {
    const flow = propagate({ network: { kind: "feedforward", depth: 2, width: 8 }, batch: 4 });
    for (const learningRate of [0, -1, Number.NaN]) {
      expect(() => presets(flow, { learningRate })).toThrow(/learningRate: a finite number > 0/);
    }
  });
});

describe("a flow's own numbers", () => {
  const input = { kind: "feedforward", inputs: 6, width: 9, depth: 4, activation: "relu", outputs: 3 } as const;

  test.each([
    ["feed-forward", input],
    ["weight norm", { ...input, norm: "weight" }],
    ["recurrent", { kind: "recurrent", cell: "gru", hidden: 9, layers: 2 }],
  ] as const)("mean |g| and exact zeros of every parameter equal plain sums over the gradient: %s", (_, network) => {
    const net = createNetwork(network, { seed: 3, inputs: 6, outputs: 3 });
    const inputs = { shape: network.kind === "recurrent" ? [5, 4, 6] : [4, 6], data: new Float32Array(0) };
    const data = Float32Array.from({ length: inputs.shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(7 * i));
    const flow = net.propagate({ inputs: { ...inputs, data }, targets: new Float32Array(12) });
    for (const { name, lnMeanAbsGradient, zeroShare } of flow.parameters) {
      const gradient = [...net.gradients.get(name)];
      const mean = gradient.reduce((sum, g) => sum + Math.abs(g), 0) / gradient.length;
      // the sum is of float32 entries
      expect(Math.abs(Math.exp(lnMeanAbsGradient!) - mean)).toBeLessThanOrEqual(1e-6 * mean);
      expect(zeroShare).toBe(gradient.filter((g) => g === 0).length / gradient.length);
    }
    net.dispose();
  });

  test("weights in the order the signal meets them; a bypassed readout is left out", () => {
    const network = { kind: "feedforward", width: 8, depth: 3, residual: "highway" } as const;
    const flow = propagate({ network, batch: 4 });
    expect(measurementsOf(flow).layers.map(({ name }) => name)).toEqual([
      "layers.0.weight",
      "layers.1.weight",
      "gates.0.weight",
      "layers.2.weight",
      "gates.1.weight",
      "readout.weight",
    ]);
    const net = createNetwork({ ...network, outputs: 2 }, { inputs: 3 });
    const bare = net.propagate({ inputs: new Float32Array(12).fill(1) });
    expect(measurementsOf(bare).layers.at(-1)?.name).toBe("gates.1.weight");
    expect(verdicts(measurementsOf(bare))["SageMaker Debugger"]).not.toBe("vanishing");
    net.dispose();
  });

  test("pre-activations beyond 5 and at the bound are told by tanh's and sigmoid's slopes", () => {
    for (const [activation, bound] of [
      ["tanh", 9.4999],
      ["sigmoid", 17],
    ] as const) {
      const net = createNetwork({ kind: "feedforward", inputs: 1, width: 1, depth: 1, activation }, { seed: 1 });
      net.parameters.set("layers.0.weight", [1]);
      net.parameters.set("layers.0.bias", [0]);
      const inputs = Float32Array.of(0, 4.99, -5.01, bound - 0.01, -bound + 0.01, bound + 0.01, -bound - 0.01, 30);
      const { statistics } = net.propagate({ inputs: { shape: [8, 1], data: inputs } });
      expect(statistics?.beyond5?.[0]).toBe(6 / 8);
      expect(statistics?.atBound?.[0]).toBe(3 / 8);
      net.dispose();
    }
  });

  test("a deep sigmoid network: all that look at the gradient call it vanishing; its diagnosis holds what they say", () => {
    const flow = propagate({ network: { kind: "feedforward", depth: 20, width: 32, activation: "sigmoid" }, batch: 8 });
    const { presets: others } = diagnose(flow);
    expect(others.map(({ system, verdict }) => [system, verdict])).toEqual([
      ["SageMaker Debugger", "vanishing"],
      ["AutoTrainer", "vanishing"],
      ["DeepDiagnosis", "vanishing"],
      ["TheDeepChecker", "vanishing"],
      ["Deeplearning4j", "initialisation"],
    ]);
    expect(structuredClone(others)).toEqual(others);
  });

  test("the learning rate brings updates: lr·‖g‖/‖w‖", () => {
    const flow = propagate({ network: { kind: "feedforward", depth: 3, width: 16 }, batch: 8 });
    const { layers: measured } = measurementsOf(flow, 0.1);
    flow.parameters
      .filter(({ shape }) => shape.length === 2)
      .forEach(({ lnGradientNorm, lnNorm }, i) => {
        expect(Math.exp(measured[i].lnUpdateRatio!)).toBeCloseTo(0.1 * Math.exp(lnGradientNorm - lnNorm), 12);
      });
    const silent = presets(flow).find(({ system }) => system === "DeepDiagnosis")!;
    expect(silent.notJudged.map(({ problem }) => problem)).toContain("updates");
  });
});
