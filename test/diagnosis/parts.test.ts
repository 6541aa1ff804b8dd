import { describe, expect, it } from "vitest";
import { diagnose } from "../../src/diagnosis/index.ts";
import { readNpy, readSafetensors } from "../../src/formats/index.ts";
import { propagate } from "../../src/measure/propagate.ts";
import { createNetwork, type Network } from "../../src/network/create.ts";
import type { NetworkInput } from "../../src/spec/index.ts";
import type { Batch } from "../../src/tasks/batch.ts";
import type { TaskInput } from "../../src/tasks/index.ts";
import { adding, caseOf, change, column, judged, lstm, relu, stateOf } from "./planted.ts";

describe("the input side", () => {
  it("a first layer that is dead on every sample blocks a sound path", () => {
    const weights = readSafetensors(caseOf("dead_first.safetensors"), "dead_first");
    const spec = JSON.parse(caseOf("dead_first.json").toString()) as NetworkInput;
    const [inputs, targets] = ["dx.npy", "dy.npy"].map((name) => readNpy(caseOf(name), name));
    const network = createNetwork(spec);
    for (const [name, { data }] of weights.tensors) network.parameters.set(name, data as Float32Array);
    const diagnosis = diagnose(network.propagate({ inputs: inputs as never, targets: targets as never }));
    network.dispose();
    expect(diagnosis).toMatchObject({
      verdict: "blocked",
      severity: 1,
      causes: [{ share: 1, tensor: "layers.0.bias" }],
    });
    expect(stateOf(diagnosis, "input")).toBe("dead");
    expect(stateOf(diagnosis, "path")).toBe("healthy");
  });

  it("one column of a table a million times as large as the others is named", () => {
    const diagnosis = judged({ ...relu(5), activation: "tanh" }, "gaussian", undefined, { alter: column(3, 1e6) });
    expect(diagnosis).toMatchObject({ verdict: "blocked", causes: [{ factor: "input-scale", tensor: "column 3" }] });
    expect(["dead", "saturated"]).toContain(stateOf(diagnosis, "input"));
    expect(diagnosis.advice[0].sentence).toContain("standardize");
    expect(judged({ ...relu(5), activation: "tanh" }, "gaussian").verdict).toBe("healthy");
    expect(stateOf(judged(relu(5), "gaussian", undefined, { alter: column(3, 1e4) }), "input")).toBe("unscaled");
  });

  it("heart rates and heights as they are saturate the first layer; standardized they do not", () => {
    const heart = (standardize: boolean) =>
      diagnose(
        propagate({
          network: { kind: "feedforward", depth: 5, width: 32, activation: "tanh" },
          task: { name: "csv", bytes: caseOf("unscaled_heart.csv"), standardize } as TaskInput,
          batch: 32,
        }),
      );
    expect(heart(false)).toMatchObject({ verdict: "blocked", causes: [{ factor: "input-scale" }] });
    expect(stateOf(heart(false), "input")).toBe("saturated");
    expect(heart(true).verdict).toBe("healthy");
  });

  it("raw prices shut every gate of an LSTM, and its targets are not scaled either", () => {
    const task = { name: "csv", bytes: caseOf("raw_prices.csv"), standardize: false, steps: 30 } as TaskInput;
    const diagnosis = diagnose(propagate({ network: { ...lstm, hidden: 32 }, task, batch: 8 }));
    expect(diagnosis.verdict).toBe("blocked");
    expect([stateOf(diagnosis, "input"), stateOf(diagnosis, "loss")]).toEqual(["dead", "above-trivial"]);
    expect(diagnosis.causes.map(({ factor }) => factor)).toEqual(["input-scale", "target-scale"]);
  });

  it("a column of time stamps answers for the gates it shuts, whatever its unit", () => {
    const task = { name: "csv", bytes: caseOf("epoch_column.csv"), standardize: false, steps: 20 } as TaskInput;
    const read = diagnose(propagate({ network: { ...lstm, hidden: 8 }, task, batch: 8 }));
    expect(read.causes[0]).toMatchObject({ factor: "input-scale", tensor: expect.stringContaining("ts") });
    // as milliseconds since 1970, a minute a step
    const stamped = (batch: Batch) => ({
      ...batch,
      inputs: batch.inputs.map((value, i) =>
        i % batch.inputSize === 0 ? 1_583_020_800_000 + 131_072 * Math.floor(i / batch.inputSize / batch.batch) : value,
      ),
    });
    const diagnosis = judged({ ...lstm, hidden: 8 }, adding(), undefined, { alter: stamped });
    expect(diagnosis.causes[0].factor).toBe("input-scale");
    expect(diagnosis.causes[0].sentence).toContain("time stamps");
    expect(diagnosis.causes.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(diagnosis.advice[0].sentence).toMatch(/^Scale column 0 .*or train without column 0\.$/);
    expect(read.advice[0].sentence).toMatch(/^Scale column ts/);
  });

  it("a gate that lets nothing in is named with the reason, and chrono's first biases do not make such a gate", () => {
    const input = judged({ ...lstm, init: { forgetBias: 3 } }, adding(), (network) =>
      change(network, "rnn.bias_ih_l0", (old, i) => (i < 16 ? -10 : old)),
    );
    expect(input).toMatchObject({ verdict: "blocked", causes: [{ factor: "closed-gate", tensor: "rnn.bias_ih_l0" }] });
    expect(input.parts[0]).toMatchObject({ state: "shut", evidence: expect.stringContaining("ate i") });
    const update = judged({ kind: "recurrent", cell: "gru", hidden: 16 }, adding(), (network) =>
      change(network, "rnn.bias_ih_l0", (old, i) => (i >= 16 && i < 32 ? 12 : old)),
    );
    expect(update.parts[0]).toMatchObject({ state: "shut", evidence: expect.stringContaining("ate z") });
    const chrono = judged({ ...lstm, init: { chrono: 1000 } }, adding(300));
    expect(stateOf(chrono, "input")).toBe("healthy");
  });

  it.each([1e-5, 0])("input weights times %d are not heard", (factor) => {
    const diagnosis = judged({ ...lstm, init: { forgetBias: 2 } }, adding(), (network) =>
      change(network, "rnn.weight_ih_l0", (old) => old * factor),
    );
    expect(diagnosis.verdict).toBe("blocked");
    expect(stateOf(diagnosis, "input")).toBe("unheard");
  });

  it("inputs far from zero beside what they vary by are not centered; in the middle they are", () => {
    const moved = (by: number) =>
      judged(relu(4), "gaussian", undefined, {
        alter: (batch) => ({ ...batch, inputs: batch.inputs.map((value) => value + by) }),
      });
    const far = moved(60);
    expect(far).toMatchObject({ verdict: "blocked", causes: [{ factor: "input-scale" }] });
    expect(far.parts[0]).toMatchObject({ state: "unscaled", evidence: expect.stringContaining("not centered") });
    expect(far.advice[0].sentence).toContain("tandardize");
    for (const by of [0, 3, 10]) expect(stateOf(moved(by), "input")).toBe("healthy");
    const normalized = judged({ ...relu(4), norm: "batch" }, "gaussian", undefined, {
      alter: (batch) => ({ ...batch, inputs: batch.inputs.map((value) => value + 60) }),
    });
    expect(stateOf(normalized, "input")).toBe("healthy");
  });

  it("inputs that are zero, or alike in every sample, carry nothing", () => {
    const zero = judged({ ...relu(3), activation: "tanh" }, "gaussian", undefined, {
      alter: (batch) => ({ ...batch, inputs: batch.inputs.map(() => 0) }),
    });
    expect(zero).toMatchObject({ verdict: "blocked", causes: [{ factor: "input-zero" }] });
    const alike = judged({ ...relu(3), activation: "tanh" }, "gaussian", undefined, {
      alter: (batch) => ({ ...batch, inputs: batch.inputs.map((_, i) => (i % batch.inputSize) / 10) }),
    });
    expect(stateOf(alike, "input")).toBe("constant");
  });
});

describe("the loss", () => {
  const regression = (scale: number, mean: number) => (batch: Batch) => ({
    ...batch,
    targets: (batch.targets as Float32Array).map((value) => value * scale + mean),
    baseline: (batch.baseline as number) * scale * scale,
  });
  const over = (alter: (batch: Batch) => Batch) =>
    judged({ ...lstm, init: { forgetBias: 3 } }, adding(), undefined, { alter });

  it("far above the trivial answer's, by targets that are not scaled", () => {
    const far = over(regression(100, 4000));
    expect(far).toMatchObject({ verdict: "blocked", causes: [{ factor: "target-scale" }] });
    expect(stateOf(far, "loss")).toBe("above-trivial");
    expect(over(regression(1, 0)).verdict).toBe("healthy");
  });

  it("far above it, by outputs that are far too large", () => {
    const large = judged(relu(3), "gaussian", (network) => change(network, "readout.weight", (old) => old * 300));
    expect(large.verdict).toBe("blocked");
    expect(stateOf(large, "loss")).toBe("above-trivial");
    expect(large.causes.map(({ factor }) => factor)).toContain("readout-scale");
  });

  it("far above it, by inputs whose scale a network without bounds hands on", () => {
    const large = judged(relu(3), "gaussian", undefined, {
      alter: (batch) => ({ ...batch, inputs: batch.inputs.map((value) => value * 300) }),
    });
    expect(stateOf(large, "loss")).toBe("above-trivial");
    expect(large.causes.map(({ factor }) => factor)).toEqual(["input-scale"]);
  });

  it("far above it, by targets that a bounded output cannot reach", () => {
    const targets = { shape: [16, 1], data: Float32Array.from({ length: 16 }, (_, i) => 20 + i) };
    const inputs = { shape: [16, 2], data: Float32Array.from({ length: 32 }, (_, i) => Math.sin(i)) };
    const of = (activation: string) => {
      const network = { kind: "feedforward", width: [8, 1], activation } as NetworkInput;
      return diagnose(propagate({ network, task: { name: "arrays", inputs, targets } as never }));
    };
    const bounded = of("sigmoid");
    expect(bounded.causes.map(({ factor }) => factor)).toContain("target-scale");
    expect(bounded.parts[3].evidence).toContain("The outputs lie between 0 and 1");
    expect(of("identity").parts[3].evidence).not.toContain("lie between");
  });

  it("a readout that starts at zero moves at the first update, and is not in the way", () => {
    const fixup = judged({ ...relu(8), residual: "fixup" }, "gaussian");
    expect(fixup.verdict).toBe("healthy");
    expect(stateOf(fixup, "readout")).toBe("healthy");
  });
});

it("the parts are named in order from the data to the update, a pass without a rate or with one", () => {
  const flow = propagate({ network: relu(3), task: "gaussian", batch: 16 });
  for (const options of [{}, { learningRate: 0.05 }]) {
    const { parts, verdict } = diagnose(flow, options);
    expect(parts.map(({ part }) => part)).toEqual(["input", "path", "readout", "loss", "update"]);
    expect(verdict).toBe("healthy");
  }
});

describe("the update", () => {
  it("is judged only where a rate is known", () => {
    const flow = propagate({ network: relu(3), task: "gaussian", batch: 16 });
    expect(stateOf(diagnose(flow), "update")).toBe("unmeasured");
    expect(stateOf(diagnose(flow, { learningRate: 0.05 }), "update")).toBe("healthy");
    expect(diagnose(flow, { learningRate: 1e-9 })).toMatchObject({
      verdict: "blocked",
      causes: [{ factor: "learning-rate" }],
    });
    expect(stateOf(diagnose(flow, { learningRate: 1e-9 }), "update")).toBe("rate-too-small");
    expect(stateOf(diagnose(flow, { learningRate: 1e4 }), "update")).toBe("rate-too-large");
  });
});

describe("the tensor that holds units off", () => {
  it.each<[string, (network: Network) => void, string, string, object?]>([
    ["weights of zero", (n) => change(n, "layers.7.weight", () => 0), "weights", "layers.7.weight"],
    ["γ of zero", (n) => change(n, "norms.7.weight", () => 0), "normalisation", "norms.7.weight", { norm: "layer" }],
    ["weights below zero", (n) => change(n, "layers.7.weight", (w) => -Math.abs(w)), "weights", "layers.7.weight"],
    ["a negative mean", (n) => change(n, "layers.7.weight", (w) => w - 0.3), "weights", "layers.7.weight"],
    ["a bias far below zero", (n) => change(n, "layers.7.bias", () => -1000), "dead-units", "layers.7.bias"],
    [
      "pruning",
      (n) => change(n, "layers.7.weight", (w, i) => (i % 64 === 5 ? -Math.abs(w) : 0)),
      "weights",
      "layers.7.weight",
    ],
  ])("%s", (_, edit, factor, tensor, more = {}) => {
    const diagnosis = judged({ ...relu(), ...more } as NetworkInput, "gaussian", edit);
    expect(diagnosis).toMatchObject({ verdict: "dead", causes: [{ factor, tensor, share: 1 }] });
    expect(diagnosis.causes[0].sentence).toContain(tensor);
    expect(diagnosis.advice[0].options).toEqual([]);
  });

  it("zero inputs, and batch normalization of one sample, are no tensor's fault", () => {
    const zero = judged(relu(), "gaussian", undefined, {
      alter: (batch) => ({ ...batch, inputs: batch.inputs.map(() => 0) }),
    });
    expect(zero.causes).toMatchObject([{ factor: "input-zero" }]);
    const single = judged({ ...relu(5), norm: "batch" }, "gaussian", undefined, { batch: 1 });
    expect(single.causes).toMatchObject([{ factor: "single-sample" }]);
    expect(single.causes[0].sentence).toContain("a single sample");
    expect(single.advice[0].sentence).toMatch(/more samples, or use a normalization of single samples/);
  });
});

describe("more than one fate", () => {
  it("half of the samples get nothing: mixed, with their share", () => {
    const diagnosis = judged(relu(3), "gaussian", (network) => change(network, "layers.1.bias", () => -3), {
      batch: 64,
    });
    expect(diagnosis.verdict).toBe("mixed");
    expect(diagnosis.evidence.samples?.silent).toBeGreaterThan(0.1);
    expect(diagnosis.summary).toMatch(/\d+ % of them get no gradient at all/);
    expect(diagnosis.causes[0].tensor).toBe("layers.1.bias");
  });

  it("most samples lose their gradient in one layer: the path is at fault there, not the input", () => {
    const network = { ...relu(15), width: 24 };
    for (const layer of [4, 8, 11]) {
      const { verdict, causes, evidence, parts, summary } = judged(network, "gaussian", (made) =>
        change(made, `layers.${layer}.bias`, () => -3),
      );
      expect(verdict).toBe("mixed");
      expect(causes).toMatchObject([
        { factor: "dead-units", tensor: `layers.${layer}.bias`, stations: [layer, layer] },
      ]);
      expect(evidence.samples).toMatchObject({ silent: 15 / 16, q95: Number.NEGATIVE_INFINITY });
      expect(parts.find(({ part }) => part === "input")?.state).toBe("healthy");
      expect(summary).not.toMatch(/sound|In addition/);
    }
  });

  it("a layer too small and one too large hide each other, and are both named", () => {
    const diagnosis = judged(relu(35), "gaussian", (network) => {
      change(network, "layers.10.weight", (w) => w * 1e-5);
      change(network, "layers.25.weight", (w) => w * 1e5);
    });
    const weights = diagnosis.causes.filter(({ factor }) => factor === "weights");
    expect(weights.map(({ stations }) => stations[0]).sort((a, b) => a - b)).toEqual([10, 25]);
    expect(diagnosis.causes.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    const grown = diagnosis.causes.filter(({ charged }) => charged > 0).reduce((sum, { charged }) => sum + charged, 0);
    expect(grown).toBeCloseTo(diagnosis.evidence.worst.gain, 9);
  });

  it("an LSTM's samples are those of its whole state", () => {
    const flow = propagate({ network: { ...lstm, init: { forgetBias: 3 } }, task: adding(40), batch: 32 });
    const { samples, worst } = diagnose(flow).evidence;
    expect(samples!.q05).toBeLessThanOrEqual(worst.gain + 1);
    expect(samples!.q95).toBeGreaterThanOrEqual(worst.gain - 1);
    expect(flow.probe?.stateQuantiles?.q50[39]).toBeDefined();
  });

  it.each([0, 1, 2, 4])("an LSTM of forget bias %d whose samples agree is never called mixed", (forgetBias) => {
    for (const steps of [20, 60, 150]) {
      const flow = propagate({ network: { ...lstm, init: { forgetBias } }, task: adding(steps), batch: 16, seed: 1 });
      const { verdict, evidence } = diagnose(flow);
      expect(verdict).toBe(evidence.worst.gain < -Math.log(1000) ? "vanishing" : "healthy");
      expect(evidence.samples!.q95 - evidence.samples!.q05).toBeLessThan(4);
    }
  });

  it("a stack whose top layer alone fades: which layer, and which one carries", () => {
    const diagnosis = judged({ ...lstm, layers: 2, init: { forgetBias: 4 } }, adding(60), (network) =>
      change(network, "rnn.bias_ih_l1", (old, i) => (i >= 16 && i < 32 ? 0 : old)),
    );
    expect(diagnosis.verdict).toBe("healthy");
    expect(diagnosis.summary).toMatch(/inside layer l1 \(−2\d\.\d nats\) the gradient vanishes; l0 carries it\./);
  });
});
